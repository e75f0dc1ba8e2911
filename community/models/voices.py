"""What people tell the curators: a problem with a listing, or a place that is missing."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coaching.accounts.models import User
from coaching.accounts.records import Record
from community.models.services import Service
from community.querysets import VoiceQuerySet
from community.records import WebField, one_of


class Problem(models.TextChoices):
    UNREACHABLE = "unreachable", _("I could not reach them")
    WRONG = "wrong", _("Something here is not right")
    ENDED = "ended", _("It does not exist any more")
    UNWELCOME = "unwelcome", _("I was not treated well there")


class Voice(Record):
    """Words for the curators. Closed when a curator has dealt with them."""

    closed_at = models.DateTimeField(null=True, editable=False)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, editable=False, related_name="+")

    objects = VoiceQuerySet.as_manager()

    class Meta:
        abstract = True


class ProblemReport(Voice):
    """Somebody says that something is wrong with a listing. It does not say who.

    `source` is a keyed hash that differs from listing to listing: it tells two
    people apart and leads to nobody. It is emptied when the report is closed.
    """

    Problem = Problem

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="problem_reports")
    problem = models.CharField(_("what is it?"), max_length=11, choices=Problem)
    words = models.TextField(_("in your words"), max_length=1000, blank=True)
    source = models.CharField(max_length=64, editable=False, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            one_of("problem", Problem, name="problem_report_known"),
            models.UniqueConstraint(
                fields=["service", "problem", "source"],
                condition=Q(closed_at=None),
                name="problem_report_once_each",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_problem_display())


class Suggestion(Voice):
    """Somebody knows a place that is missing."""

    name = models.CharField(_("what is it called?"), max_length=250)
    words = models.TextField(_("what happens there, and for whom?"), max_length=2000)
    link = WebField(_("web page, if it has one"), blank=True)
    reach = models.CharField(_("phone or address, if you know it"), max_length=250, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
