"""Whether the links of the directory still lead somewhere."""

from datetime import date, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urlsplit

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from coaching.accounts.records import Record
from community.linkcheck.addresses import may_be_public
from community.querysets import WebLinkQuerySet
from community.querysets.links import DEAD_FOR_SURE
from community.records import WebField, one_of

if TYPE_CHECKING:
    from community.linkcheck.asking import Answer

A_WEEK = timedelta(days=7)
A_DAY = timedelta(days=1)


class LinkState(models.TextChoices):
    UNCHECKED = "unchecked", _("Not known")
    OK = "ok", _("Answers")
    REDIRECT = "redirect", _("Moved")
    DEAD = "dead", _("Does not work")


class WebLink(Record):
    """A web address that listings name, looked at once a week however many name it.

    It stands for itself and is found by its address, so that one request
    serves every listing of an organization. One that does not work is looked
    at again the next day; only then is it dead for sure.
    """

    State = LinkState

    url = WebField(unique=True)
    host = models.CharField(max_length=255)
    state = models.CharField(max_length=9, choices=LinkState, default=LinkState.UNCHECKED)
    answer = models.CharField(max_length=200, blank=True)
    leads_to = WebField(blank=True, help_text="Where it moved for good.")
    checked_at = models.DateTimeField(null=True)
    dead_on = models.DateField(null=True, help_text="The last day on which it did not work.")
    dead_days = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    held_until = models.DateTimeField(null=True)

    objects = WebLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("state", LinkState, name="web_link_state_known"),
            models.CheckConstraint(
                condition=Q(dead_days=0, dead_on__isnull=True) | Q(dead_days__gt=0, dead_on__isnull=False),
                name="web_link_dead_days_have_a_last",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="web_link_due"),
            models.Index(fields=["host"], name="web_link_host"),
            models.Index(fields=["url"], condition=Q(dead_days__gte=DEAD_FOR_SURE), name="web_link_dead"),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def is_dead_for_sure(self) -> bool:
        """It did not work on two days, and nothing else was seen between them."""
        return self.dead_days >= DEAD_FOR_SURE

    @property
    def new_address(self) -> str:
        """Where it moved for good, if that may stand in a listing; it points into the page as before."""
        if self.state != LinkState.REDIRECT or not self.leads_to:
            return ""
        point = urldefrag(self.url).fragment
        address = f"{self.leads_to}#{point}" if point else self.leads_to
        try:
            WebField().run_validators(address)
            return address if may_be_public(urlsplit(address).hostname or "") else ""
        except (ValidationError, ValueError):
            return ""

    @property
    def is_less_safe_now(self) -> bool:
        """What was read in secret (https) would be read openly at the new address."""
        old, new = (urlsplit(address).scheme.lower() for address in (self.url, self.leads_to))
        return old == "https" and new == "http"

    def note(self, answer: "Answer", *, on: date) -> None:
        """Write down what was answered on this day. Where nothing was learned, earlier days still count."""
        self.state, self.answer, self.leads_to = answer.state, answer.words[:200], answer.leads_to
        if self.state == LinkState.DEAD and self.dead_on != on:
            self.dead_days, self.dead_on = self.dead_days + 1, on
        elif self.state in {LinkState.OK, LinkState.REDIRECT}:
            self.dead_days, self.dead_on = 0, None
        is_to_be_sure = self.state == LinkState.DEAD and not self.is_dead_for_sure
        self.checked_at, self.held_until = Now(), None
        self.due_at = Now() + (A_DAY if is_to_be_sure else A_WEEK)
        self.save()
