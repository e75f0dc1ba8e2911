"""What each kind of person finds on their first page. One person may have several desks."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import F
from django.utils import timezone

from clients.models import Agreement, Circumstance, Client, Erasure, Handover
from coaching.accounts.models import User
from coaching.home.roster import BESIDE_ANSWERS, with_reasons
from coaching.scheduling.bookings import records_that_may_book
from coaching.scheduling.lines import SessionLine, lines_for
from coaching.scheduling.models import CoachingSession, Reminder, SessionSummary
from community.models import LikePair, Listing, Service, TaxonomyTerm
from goals.board import Board, closed_plans_for, plans_for
from goals.models import Goal, GoalPlan

SHOWN = 5


@dataclass
class CoachDesk:
    """A coach's day: sessions to come, answers that are waited for, and who has nothing booked."""

    user: User

    @cached_property
    def sessions(self) -> list[SessionLine]:
        sessions = CoachingSession.objects.editable_by(self.user).one_line_each(self.user)
        sessions = sessions.upcoming().with_people()
        return lines_for(self.user, sessions.order_by("starts_at")[:SHOWN])

    @cached_property
    def waiting(self) -> list[Goal]:
        """Goals that wait for a client's yes, other words or no."""
        goals = Goal.objects.visible_to(self.user).waiting().with_plan()
        return list(goals.filter(plan__client__coach__user=self.user).order_by("proposed_at")[:SHOWN])

    @cached_property
    def mails_to_look_at(self) -> int:
        """How many mails about sessions reached nobody, or wait for a decision."""
        return Reminder.objects.visible_to(self.user).to_look_at().count()

    @cached_property
    def attention(self) -> list[Client]:
        """Clients who may need something of the coach now; where something is urgent, first.

        Who owes an answer only stands in `waiting`.
        """
        rows = with_reasons(Client.objects.coached_by(self.user)).filter(BESIDE_ANSWERS)
        return list(rows.order_by("-has_urgent_need", "name", "pk")[:SHOWN])

    @property
    def is_urgent(self) -> bool:
        """Whether something cannot wait for one of them: then they stand before the sessions."""
        return any(client.has_urgent_need for client in self.attention)  # type: ignore[attr-defined]

    @cached_property
    def handovers(self) -> list[Handover]:
        """What clients answered of late who were asked to go on with another coach."""
        return list(Handover.objects.news_for(self.user).with_people()[:SHOWN])

    @cached_property
    def has_clients(self) -> bool:
        return bool(self.sessions or self.attention) or Client.objects.coached_by(self.user).exists()


@dataclass
class ClientDesk:
    """A client's place: what cannot wait, the next session, what waits for their answer, the next step."""

    user: User

    @cached_property
    def circumstances(self) -> list[Circumstance]:
        rows = Circumstance.objects.belonging_to(self.user).for_home()
        return list(rows.most_pressing_first().select_related("recorded_by", "asked_by"))

    @cached_property
    def urgent(self) -> list[Circumstance]:
        """What is urgent in their life stands before everything else."""
        return [row for row in self.circumstances if row.is_urgent]

    @cached_property
    def to_confirm(self) -> list[Circumstance]:
        """What their coach wrote down of it, and they have not said yes or no to."""
        return [row for row in self.circumstances if row.has_question]

    @cached_property
    def next_session(self) -> SessionLine | None:
        sessions = CoachingSession.objects.filter(client__in=Client.objects.belonging_to(self.user))
        session = sessions.upcoming().with_people().order_by("starts_at").first()
        return SessionLine(session, self.user) if session else None

    @cached_property
    def summary(self) -> SessionSummary | None:
        """What their coach wrote down of a session within a week."""
        return SessionSummary.objects.belonging_to(self.user).new().select_related("session").first()

    @cached_property
    def bookable(self) -> list[Client]:
        """Their records with coaches with whom they may book by themselves."""
        return list(records_that_may_book(self.user))

    @cached_property
    def to_sign(self) -> list[Agreement]:
        """Texts of their practice that wait for their signature."""
        agreements = Agreement.objects.visible_to(self.user).for_signing_by(self.user)
        return list(agreements.select_related("practice"))

    @cached_property
    def erasures(self) -> list[Erasure]:
        """What they have asked to have erased, while it can be taken back."""
        asked = Erasure.objects.belonging_to(self.user).open()
        return list(asked.filter(reason=Erasure.Reason.ASKED).order_by("due_at"))

    @cached_property
    def questions(self) -> list[Handover]:
        """Whether they would like to go on with another coach."""
        return list(Handover.objects.belonging_to(self.user).open().with_people())

    @cached_property
    def boards(self) -> list[Board]:
        return plans_for(self.user)

    @cached_property
    def closed_plans(self) -> list[GoalPlan]:
        return closed_plans_for(self.user)

    @cached_property
    def may_plan(self) -> list[Client]:
        """Their records in which a plan may be begun."""
        records = Client.objects.belonging_to(self.user).exclude(status=Client.Status.ENDED)
        return list(records.select_related("coach__user"))

    @cached_property
    def waiting(self) -> list[Goal]:
        return [goal for board in self.boards for goal in board.waiting]


@dataclass
class CuratorDesk:
    """A curator's directory: what needs a look, and how much of it somebody has checked of late."""

    user: User

    @cached_property
    def to_look_at(self) -> int:
        """How many listings stand in the queue."""
        return Service.objects.editable_by(self.user).by_need(timezone.localdate()).count()

    @cached_property
    def alike(self) -> int:
        return LikePair.objects.editable_by(self.user).count()

    @cached_property
    def all(self) -> dict[str, int]:
        return Listing.objects.editable_by(self.user).freshness(timezone.localdate())

    @cached_property
    def categories(self) -> list[TaxonomyTerm]:
        """Each with its figures, the one with most that nobody has checked for half a year first."""
        found = TaxonomyTerm.objects.categories().freshness(timezone.localdate())
        return list(found.order_by(F("in_6") - F("published"), "name"))


def desks_of(user: User) -> dict[str, object]:
    """The desks this person has, by name, for the template of the first page."""
    desks: dict[str, object] = {}
    if Client.objects.belonging_to(user).exists():
        desks["client_desk"] = ClientDesk(user)
    if user.coach_or_none:
        desks["coach_desk"] = CoachDesk(user)
    if user.is_curator:
        desks["curator_desk"] = CuratorDesk(user)
    return desks
