"""What a worker is woken for; what is due stands in the database."""

from celery import shared_task
from django.conf import settings

from community.hsds import runs
from community.linkcheck.rounds import check_links
from community.models import LikePair, WebLink


@shared_task(name="community.write_down_links")
def write_down_links() -> None:
    """Note which addresses listings name by now."""
    WebLink.objects.write_down()


@shared_task(name="community.check_links")
def check_due_links() -> None:
    """Look at a few of the links that nobody has looked at for a week."""
    if settings.LINK_CHECKS:
        check_links()


@shared_task(name="community.find_alike")
def find_alike() -> None:
    """Compare the listings that changed with all others."""
    LikePair.objects.find()


@shared_task(name="community.work_on_imports", time_limit=3600)
def work_on_imports() -> None:
    """Look at, bring in or take back what curators handed in; a large file takes its time."""
    runs.work_on_imports()
