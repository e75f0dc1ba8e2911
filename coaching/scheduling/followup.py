"""From one session to the next: what is urgent, what was agreed and what became of it, and the summary."""

from datetime import date, datetime
from functools import cached_property

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists
from django.utils.translation import gettext as _

from clients.models import Circumstance, Trace
from coaching.accounts.deliveries import wake_worker
from coaching.accounts.models import User
from coaching.scheduling.models import CoachingSession, SessionStep, SessionSummary, SummaryMail
from goals.actions import add_step
from goals.errors import NotPossible
from goals.models import Goal, Step
from goals.models.rhythm import Often

MOST_GOALS = 12
MOST_STEPS = 60
"""Those of the session itself come first."""


class FollowUp:
    """What the page of one session (from `with_people()`) shows of the work, for one of its two people."""

    def __init__(self, session: CoachingSession, reader: User) -> None:
        self.session, self.reader = session, reader

    @cached_property
    def urgent(self) -> list[Circumstance]:
        """What cannot wait, for those who may see it, if this is the client's next session.

        It stands there first, and on no later one's page. Never part of a mail or a calendar.
        """
        if not self.session.is_upcoming:
            return []
        sooner = CoachingSession.objects.filter(client=self.session.client_id).upcoming()
        rows = Circumstance.objects.visible_to(self.reader).filter(client=self.session.client_id)
        is_next = ~Exists(sooner.filter(starts_at__lt=self.session.starts_at))
        return list(rows.urgent().filter(is_next).most_pressing_first())

    @cached_property
    def goals(self) -> list[Goal]:
        """The client's goals that are going on."""
        goals = Goal.objects.visible_to(self.reader).filter(plan__client=self.session.client_id)
        return list(goals.in_open_plans().open().select_related("plan")[:MOST_GOALS])

    @cached_property
    def _links(self) -> list[SessionStep]:
        """Those of this session, then what comes along from earlier ones. Two queries."""
        links = SessionStep.objects.visible_to(self.reader).up_to(self.session)
        return list(links.with_steps()[:MOST_STEPS])

    def _own(self, role: str) -> list[Step]:
        links = (link for link in self._links if link.session_id == self.session.pk)
        return [link.step for link in links if link.role == role]

    @property
    def agreed(self) -> list[Step]:
        """What was agreed in this session."""
        return self._own(SessionStep.Role.AGREED)

    @property
    def before(self) -> list[Step]:
        """What is to be done before it."""
        return self._own(SessionStep.Role.BEFORE)

    @cached_property
    def _earlier(self) -> list[SessionStep]:
        """A step that is to be done before this session stands there, and not a second time here."""
        before = {step.pk for step in self.before}
        links = (link for link in self._links if link.session_id != self.session.pk)
        return [link for link in links if link.step_id not in before]

    @property
    def last_time(self) -> CoachingSession | None:
        """The latest session before this one in which something was agreed."""
        return max(
            (link.session for link in self._earlier), key=lambda session: session.starts_at, default=None
        )

    @property
    def agreed_last_time(self) -> list[Step]:
        """What was agreed then, whatever became of it."""
        last = self.last_time
        return [link.step for link in self._earlier if last and link.session_id == last.pk]

    @property
    def carried(self) -> list[Step]:
        """What was agreed before that and is still open: it comes along from session to session by itself."""
        last = self.last_time
        return [link.step for link in self._earlier if last and link.session_id != last.pk]

    @cached_property
    def summary(self) -> SessionSummary | None:
        """As its reader may see it: the client only what was sent."""
        rows = SessionSummary.objects.visible_to(self.reader).select_related("author", "mail")
        return rows.filter(session=self.session.pk).first()

    def leave_traces(self) -> None:
        """Note what of the client's record is read on this page; their own reading is not noted."""
        client, by = self.session.client, self.reader
        if self.urgent:
            Trace.objects.leave(client=client, by=by, act=Trace.Act.READ, part=Trace.Part.CIRCUMSTANCES)
        if self.summary and self.summary.is_saved:
            Trace.objects.leave(client=client, by=by, act=Trace.Act.READ, part=Trace.Part.SUMMARIES)


@transaction.atomic
def agree_step(
    *,
    by: User,
    session: CoachingSession,
    goal: Goal,
    title: str,
    due_on: date | None = None,
    rhythm: Often | None = None,
    at: datetime | None = None,
) -> Step:
    """What the two agreed in a session, as a step of a goal of this client's that they have said yes to.

    Raises NotPossible where the client has not agreed to the goal.
    """
    if goal.plan.client_id != session.client_id:
        raise PermissionDenied
    if not goal.is_open:
        raise NotPossible(_("This goal is not agreed yet, or is finished. Choose another one."))
    step = add_step(by=by, goal=goal, title=title, due_on=due_on, rhythm=rhythm, at=at)
    SessionStep.objects.create(session=session, step=step, role=SessionStep.Role.AGREED)
    return step


@transaction.atomic
def do_before(*, by: User, step: Step, session: CoachingSession | None) -> None:
    """The step is to be done before this session; None: before no session in particular.

    Raises NotPossible where the step has left the plan, or the plan is closed.
    """
    step.lock_for(by)
    if session and step.goal.plan.client_id != session.client_id:
        raise PermissionDenied
    links = SessionStep.objects.filter(step=step, role=SessionStep.Role.BEFORE)
    links.delete()
    if session:
        SessionStep.objects.create(step=step, session=session, role=SessionStep.Role.BEFORE)


@transaction.atomic
def send_summary(*, by: User, writing: SessionSummary, text: str, at: datetime | None = None) -> None:
    """Save the summary for both to read. The client is told by mail, the first time."""
    act = Trace.Act.CHANGED if writing.is_saved else Trace.Act.ADDED
    writing.publish(text, at=at)
    Trace.objects.leave(client=writing.client, by=by, act=act, part=Trace.Part.SUMMARIES)
    SummaryMail.write_for(writing)
    wake_worker()
