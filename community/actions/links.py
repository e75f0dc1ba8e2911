"""A link that moved for good."""

from urllib.parse import urlsplit

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from coaching.accounts.models import User
from community.edits import written_down
from community.errors import NotPossible
from community.eyes import note_change
from community.holding import all_locked, hold
from community.models import Edit, Location, Organization, Service, Url, WebLink


@transaction.atomic
def take_new_address(*, by: User, link: WebLink, address: str) -> int:
    """Let every listing that says the old address say the new one; returns how many.

    `address` is the one the curator saw. The new link is asked again. Raises
    NotPossible where it is not the new one any more.
    """
    link = WebLink.objects.select_for_update(no_key=True).get(pk=link.pk)
    old = link.url
    named = Service.objects.filter(pk__in=list(Service.objects.naming(old).values_list("pk", flat=True)))
    organizations = Organization.objects.filter(services__in=named, website=old)
    at = Location.objects.filter(service_at_locations__service__in=named, is_confidential=False)
    places, urls = at.filter(url=old), Url.objects.filter(service__in=named, url=old)
    for rows in (organizations, named, places, urls):
        hold(rows)
    listings, services = all_locked(named), list(named)
    if not address or address != link.new_address or not listings:
        raise NotPossible(_("This link is not as it was when you looked. Look again."))
    what = _("%(old)s moved to %(new)s") % {"old": old, "new": address}
    with written_down(
        Edit.Kind.BULK, [Service, Organization, Url, Location], by=by, services=services, what=what
    ):
        organizations.update(website=address)
        named.filter(url=old).update(url=address)
        places.update(url=address)
        urls.update(url=address)
        for listing in listings:
            note_change(listing, by)
    named.reindex()
    WebLink.objects.filter(pk=link.pk).update(state=WebLink.State.UNCHECKED, answer="", leads_to="")
    WebLink.objects.update_or_create(
        url=address,
        defaults={"due_at": Now()},
        create_defaults={"host": (urlsplit(address).hostname or "")[:255]},
    )
    return len(listings)
