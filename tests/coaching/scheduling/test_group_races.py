"""Somebody leaves a group just as its coach changes it: one waits for the other, and none is lost."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from coaching.scheduling import actions, groups
from coaching.scheduling.models import CoachingSession

pytestmark = pytest.mark.django_db(transaction=True)


def meanwhile(first: Callable[[], object], second: Callable[[], object]) -> list[str]:
    """`second` begins while `first` is done and not committed yet. How each of them ended."""
    is_done, ends = threading.Event(), {}

    def begin() -> None:
        try:
            with transaction.atomic():
                first()
                is_done.set()
                # Long enough for the other one to take what it can and to wait for the rest.
                other.join(timeout=1.5)
            ends["first"] = "done"
        except Exception as error:  # noqa: BLE001 - whatever it is, the test names it
            ends["first"] = repr(error)
        finally:
            connection.close()

    def follow() -> None:
        is_done.wait(timeout=30)
        try:
            second()
            ends["second"] = "done"
        except ValidationError as error:
            ends["second"] = error.code
        except Exception as error:  # noqa: BLE001
            ends["second"] = repr(error)
        finally:
            connection.close()

    other = threading.Thread(target=follow)
    one = threading.Thread(target=begin)
    for thread in (other, one):
        thread.start()
    for thread in (one, other):
        thread.join(timeout=60)
    return [ends["first"], ends["second"]]


@pytest.fixture
def group(alma, ben_client, book) -> CoachingSession:
    start = book().local_start + timedelta(days=1)
    return groups.schedule_group(
        by=alma, coach=alma.coach, clients=[ben_client], seats=4, local_start=start,
        timezone=alma.timezone, minutes=50, which=0,
    )  # fmt: skip


def leave(group: CoachingSession, ben) -> Callable[[], object]:
    own = group.members.get()
    return lambda: actions.cancel_session(by=ben, session=own)


def move(group: CoachingSession, alma) -> Callable[[], object]:
    later = group.local_start + timedelta(hours=2)
    return lambda: actions.reschedule_session(
        by=alma, session=group, local_start=later, timezone=alma.timezone, minutes=50, which=0
    )


def call_off(group: CoachingSession, alma) -> Callable[[], object]:
    return lambda: actions.cancel_session(by=alma, session=group)


@pytest.mark.parametrize("change", [move, call_off])
def test_client_leaves_while_the_coach_changes_the_group(group, alma, ben, change):
    ends = meanwhile(leave(group, ben), change(group, alma))

    own = group.members.get()
    assert ends == ["done", "done"]
    assert own.status == "cancelled_by_client"


@pytest.mark.parametrize(("change", "end"), [(move, "done"), (call_off, "closed")])
def test_coach_changes_the_group_while_a_client_leaves(group, alma, ben, change, end):
    ends = meanwhile(change(group, alma), leave(group, ben))

    assert ends == ["done", end]
    group.refresh_from_db()
    own = group.members.get()
    assert own.starts_at == group.starts_at
    assert not own.is_scheduled
