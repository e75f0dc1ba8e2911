"""What the database went through, written down by the database itself: every change of every reminder."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

TABLE = """
CREATE TABLE faults_audit (
    n bigserial PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    reminder uuid, session uuid, kind text, recipient text, lead interval, version int,
    state text, is_ambiguous boolean, due_at timestamptz, useful_until timestamptz, answer text
);
CREATE FUNCTION faults_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO faults_audit (reminder, state) VALUES (OLD.id, 'deleted');
    ELSE
        INSERT INTO faults_audit (reminder, session, kind, recipient, lead, version, state, is_ambiguous,
                                  due_at, useful_until, answer)
        VALUES (NEW.id, NEW.session_id, NEW.kind, NEW.recipient, NEW.lead, NEW.schedule_version, NEW.state,
                NEW.is_ambiguous, NEW.due_at, NEW.useful_until, NEW.server_answer);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER faults_note AFTER INSERT OR UPDATE OR DELETE ON scheduling_reminder
    FOR EACH ROW EXECUTE FUNCTION faults_note();
"""

READ = """
SELECT reminder::text, session::text, kind, recipient, lead, version, state, is_ambiguous, due_at,
       useful_until, answer, extract(epoch FROM at)::float8
FROM faults_audit ORDER BY n
"""


@dataclass
class Step:
    at: float
    state: str
    is_ambiguous: bool
    answer: str


@dataclass
class Row:
    """One reminder, from when it was written to its end."""

    pk: str
    session: str
    kind: str
    recipient: str
    lead: timedelta | None
    version: int
    due_at: datetime
    useful_until: datetime
    steps: list[Step]

    @property
    def state(self) -> str:
        return self.steps[-1].state

    @property
    def last(self) -> Step:
        """How it was at the end, or just before it was deleted."""
        return next(step for step in reversed(self.steps) if step.state != "deleted")

    @property
    def submissions(self) -> list[float]:
        """When each try to hand it over was about to be committed."""
        found, before, was_flagged = [], "", False
        for step in self.steps:
            # A flag that is set on the way is a second submission of what was found in the middle.
            if step.state == "submitting" and (before != "submitting" or step.is_ambiguous != was_flagged):
                found.append(step.at)
            before, was_flagged = step.state, step.is_ambiguous
        return found

    @property
    def sent_at(self) -> float | None:
        return next((step.at for step in self.steps if step.state == "sent"), None)


def read_rows(cursor: Any) -> dict[str, Row]:
    cursor.execute(READ)
    steps: dict[str, list[Step]] = defaultdict(list)
    rows: dict[str, Row] = {}
    for pk, session, kind, recipient, lead, version, state, is_ambiguous, due, until, answer, at in cursor:
        steps[pk].append(Step(at, state, bool(is_ambiguous), answer or ""))
        if pk not in rows:
            rows[pk] = Row(pk, session, kind, recipient, lead, version, due, until, steps[pk])
    return rows
