"""A session as one of the two people reads it in a list."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from clients.models import Client
from coaching.accounts.models import Coach, User
from coaching.scheduling.models import CoachingSession
from coaching.scheduling.walltimes import ZonedTime


@dataclass(frozen=True)
class SessionLine:
    """One session (from `with_people()`) for one of its two people; it asks the database nothing."""

    session: CoachingSession
    reader: User

    @cached_property
    def other_person(self) -> Coach | Client | str:
        return self.session.other_person(self.reader)

    @cached_property
    def times(self) -> list[ZonedTime]:
        """The time on the reader's wall, then on the other person's where that shows another one."""
        return self.session.times_for(self.reader)

    @property
    def is_coach(self) -> bool:
        return self.session.is_coached_by(self.reader)


def lines_for(reader: User, sessions: Iterable[CoachingSession]) -> list[SessionLine]:
    return [SessionLine(session, reader) for session in sessions]
