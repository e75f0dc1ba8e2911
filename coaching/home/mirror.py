"""A client's record as the client sees it, for their coach to look at.

Each part is asked for as what both may see, and narrowed to what is shared:
nothing that is the client's alone, and nothing that is the coach's alone.
"""

from dataclasses import dataclass
from functools import cached_property

from clients.circumstances import with_changes
from clients.models import Circumstance, Client, JournalEntry, Note, Value
from coaching.accounts.models import User
from coaching.scheduling.models import CoachingSession, SessionSummary
from coaching.scheduling.walltimes import ZonedTime
from goals.models import GoalPlan

SHOWN = 10
"""The newest of what is written at length; the client pages through the rest."""


@dataclass
class Mirror:
    """What `client` sees of the shared record, read by `user`, who coaches them."""

    user: User
    client: Client

    @cached_property
    def circumstances(self) -> list[Circumstance]:
        rows = Circumstance.objects.visible_to(self.user).filter(client=self.client)
        return with_changes(rows.most_pressing_first().select_related("recorded_by", "asked_by", "client"))

    @cached_property
    def values(self) -> list[Value]:
        return list(Value.objects.visible_to(self.user).filter(client=self.client))

    @cached_property
    def notes(self) -> list[Note]:
        """Those shared with the client, as they were saved; never a draft."""
        notes = Note.objects.visible_to(self.user).shared_with_client().filter(client=self.client)
        return list(notes.select_related("author", "client").order_by("-created_at", "-pk")[:SHOWN])

    @cached_property
    def entries(self) -> list[JournalEntry]:
        """What the client lets their coach read. What they write for themselves is not asked for."""
        entries = JournalEntry.objects.visible_to(self.user).filter(client=self.client)
        return list(entries.order_by("-created_at", "-pk")[:SHOWN])

    @cached_property
    def summaries(self) -> list[SessionSummary]:
        summaries = SessionSummary.objects.visible_to(self.user).shared_with_client()
        summaries = summaries.filter(session__client=self.client).select_related("author", "session")
        return list(summaries.order_by("-saved_at", "-pk")[:SHOWN])

    @cached_property
    def sessions(self) -> list[ZonedTime]:
        """When they meet next, on the client's wall."""
        sessions = CoachingSession.objects.editable_by(self.user).filter(client=self.client)
        coming = sessions.upcoming().with_people().order_by("starts_at")
        return [session.times(is_client=True)[0] for session in coming]

    @cached_property
    def plans(self) -> list[GoalPlan]:
        return list(GoalPlan.objects.visible_to(self.user).filter(client=self.client))
