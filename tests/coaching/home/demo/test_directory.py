import re
from collections import Counter

from django.utils import timezone

from coaching.home.demo.directory import seed_directory
from community.models import Address, LikePair, Listing, Location, Organization, Phone, Service
from community.vocabulary import INTERESTS, NEEDS


def test_seed_directory_fills_a_town(finn, browser_of):
    services = seed_directory(curator=finn)

    states = Counter(Listing.objects.values_list("state", flat=True))
    published = Service.objects.published()
    assert len(services) >= 45
    assert states == {"published": 41, "needs_check": 2, "in_review": 2, "draft": 3, "archived": 1}
    assert {listing.kind for listing in Listing.objects.all()} == set(Listing.Kind.values)
    for code in [*NEEDS, *INTERESTS]:
        assert published.in_category(code).exists(), code
    assert not Listing.objects.filter(verified_on__gt=timezone.localdate()).exists()
    assert LikePair.objects.get().is_same_phone  # the one that was written down twice


def test_seed_directory_has_a_middle_and_ways_from_it(finn, browser_of):
    seed_directory(curator=finn)

    page = browser_of(None).get("/resources/", {"near": "Harwick Bridge", "within": 2, "sort": "nearest"})

    far = [service.how_far for service in page.context["page"]]
    assert len(far) == 20, "a page of them, and more after it"
    assert (far[0], far[-1]) == ("50 m", far[-1])
    assert not Location.objects.filter(is_confidential=False, latitude=None).exists()


def test_seed_directory_rings_and_writes_to_nobody_real(finn, browser_of):
    seed_directory(curator=finn)

    assert all(re.fullmatch(r"(0|\+44 )1632 960\d{3}", phone.number) for phone in Phone.objects.all())
    assert all(each.website.endswith(".example") for each in Organization.objects.exclude(website=""))
    assert all(service.email.endswith(".example") for service in Service.objects.exclude(email=""))
    assert not Location.objects.filter(is_confidential=True).exclude(latitude=None).exists()
    safe = Address.objects.get(location__is_confidential=True)
    assert safe.address_1 not in browser_of(None).get("/resources/", {"q": "safe house"}).text
