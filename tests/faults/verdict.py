"""Compares the mail server's log with what people did and what the database says (terms: the package)."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from tests.faults.audit import Row
from tests.faults.mail_server import Conversation
from tests.faults.people import Act, Meeting

BROKEN = ["lost", "early", "after_cancel", "doubled_outside_window", "unsaid", "wrong"]
NAMED = ["sent", "not due", "called off", "refused", "unknown", "missed", "on hold", "doubled_inside_window"]
CLOCKS = 0.005
"""Seconds: PostgreSQL and the mail server read the same clock, a little apart."""
BARELY = 1.0
"""Seconds: whether a reminder due so soon after the act is still written is a matter of taste."""


@dataclass
class Verdict:
    counts: Counter[str] = field(default_factory=Counter)
    stories: list[str] = field(default_factory=list)
    latest_s: float = 0.0

    def add(self, name: str, story: str = "") -> None:
        self.counts[name] += 1
        if name in BROKEN:
            self.stories.append(f"{name}: {story}")

    @property
    def is_kept(self) -> bool:
        return not any(self.counts[name] for name in BROKEN)


@dataclass
class Evidence:
    rows: dict[str, Row]
    meetings: list[Meeting]
    log: list[Conversation]
    deaths: Iterable[tuple[int, float]]
    pauses: Iterable[tuple[int, float, float]]
    settling: float
    ended_at: float
    """Seconds, and seconds since the epoch."""

    def __post_init__(self) -> None:
        self.of_mail: dict[str, list[Conversation]] = defaultdict(list)
        for conversation in self.log:
            if conversation.message_id:
                self.of_mail[conversation.message_id.strip("<>").partition(".")[0]].append(conversation)
        self.meeting_of = {str(meeting.pk): meeting for meeting in self.meetings}
        self.deaths_of: dict[int, list[float]] = defaultdict(list)
        for pid, at in self.deaths:
            self.deaths_of[pid].append(at)
        self.pauses_of: dict[int, list[tuple[float, float]]] = defaultdict(list)
        for pid, begin, end in self.pauses:
            self.pauses_of[pid].append((begin, end))


def judge(evidence: Evidence) -> Verdict:
    verdict = Verdict()
    for row in evidence.rows.values():
        _judge_row(row, evidence, verdict)
    for meeting in evidence.meetings:
        for story in _unwritten(meeting, evidence):
            verdict.add("lost", story)
    _judge_strangers(evidence, verdict)
    return verdict


def _judge_row(row: Row, evidence: Evidence, verdict: Verdict) -> None:
    meeting = evidence.meeting_of[row.session]
    offers = evidence.of_mail[row.pk]
    copies = [offer for offer in offers if offer.taken_at is not None]
    due = _due(row, meeting, evidence.settling)
    end = _end_of_truth(row, meeting)
    story = _story(row, due, offers, meeting)
    if not copies:
        verdict.add(_why_not_sent(row, due, end, offers, evidence.ended_at), story)
        return
    verdict.add("sent")
    verdict.latest_s = max(verdict.latest_s, copies[0].taken_at - due)
    for copy in copies:
        submitted = max((at for at in row.submissions if at <= copy.begun_at + CLOCKS), default=copy.begun_at)
        if copy.begun_at < due - CLOCKS:
            verdict.add("early", story)
        if end and submitted > end.committed_at:
            verdict.add("after_cancel", story)
        if _is_wrong(copy, row, meeting, submitted):
            verdict.add("wrong", story)
    is_known = row.last.is_ambiguous or (len(copies) == 1 and row.last.state in {"sent", "submitting"})
    if not is_known:
        verdict.add("unsaid", story)
    for number, (first, second) in enumerate(pairwise(copies)):
        is_inside = number == 0 and _is_answer_lost(first, second, row, evidence)
        verdict.add("doubled_inside_window" if is_inside else "doubled_outside_window", story)


def _due(row: Row, meeting: Meeting, settling: float) -> float:
    """When it may leave, from what people did; the row's own `due_at` is not asked."""
    if row.kind == "upcoming":
        return (meeting.starts_at[row.version] - row.lead).timestamp()
    if row.kind == "cancelled":
        return next(act.began_at for act in meeting.acts if act.name == "cancel")
    act = next(act for act in meeting.acts if act.version == row.version)
    return act.began_at + settling


def _end_of_truth(row: Row, meeting: Meeting) -> Act | None:
    """The act after which this mail is not to be sent."""
    for act in meeting.acts:
        is_about_later = act.name == "move" and act.version > row.version
        if is_about_later or act.name == "erase" or (act.name == "cancel" and row.kind != "cancelled"):
            return act
    return None


def _why_not_sent(row: Row, due: float, end: Act | None, offers: list[Conversation], ended_at: float) -> str:
    """Where the server has no copy: the one good reason, or `lost`."""
    if end:
        return "called off"
    if due > ended_at:
        return "not due" if row.state == "pending" else "lost"
    is_refused = any(offer.answer.startswith("5") for offer in offers) or "nobody here" in row.last.answer
    if row.state == "failed" and is_refused:
        return "refused"
    if row.state == "failed" and row.last.is_ambiguous:
        return "unknown"
    if row.state == "missed" and row.useful_until.timestamp() <= ended_at:
        return "missed"
    return "on hold" if row.state == "on_hold" else "lost"


def _is_wrong(copy: Conversation, row: Row, meeting: Meeting, submitted: float) -> bool:
    old = {act.address for act in meeting.acts if act.name == "address" and act.committed_at < submitted}
    return copy.place != (meeting.number, row.version) or copy.address in old


def _is_answer_lost(first: Conversation, second: Conversation, row: Row, evidence: Evidence) -> bool:
    if row.sent_at and any(row.sent_at < at <= second.begun_at for at in row.submissions):
        return False  # it was known to have been sent, and was submitted again
    until = second.begun_at
    was_killed = any(first.begun_at <= at <= until for at in evidence.deaths_of[first.pid])
    stood_still = any(
        begin <= (copy.taken_at or copy.begun_at) + 1 and end >= copy.begun_at
        for copy in (first, second)
        for begin, end in evidence.pauses_of[copy.pid]
    )
    return not first.answer or was_killed or stood_still


def _unwritten(meeting: Meeting, evidence: Evidence) -> Iterable[str]:
    """Reminders that should have been written after an act and were not; and no word of a cancellation."""
    rows = [row for row in evidence.rows.values() if row.session == str(meeting.pk)]
    written = {(row.version, row.kind, row.recipient, row.lead) for row in rows}
    for act in meeting.acts:
        if act.name in {"book", "move"}:
            for lead in meeting.leads:
                due = (meeting.starts_at[act.version] - lead).timestamp()
                for recipient in ("client", "coach"):
                    if (
                        due > act.committed_at + BARELY
                        and (act.version, "upcoming", recipient, lead) not in written
                    ):
                        yield f"session {meeting.number}: no {lead} reminder to the {recipient} was written"
        if act.name == "cancel":
            has_heard = any(
                copy.taken_at and copy.taken_at < act.began_at
                for row in rows
                if row.recipient == "client"
                for copy in evidence.of_mail[row.pk]
            )
            if has_heard and not any(row.kind == "cancelled" and row.recipient == "client" for row in rows):
                yield f"session {meeting.number}: the client is not told that it is off"


def _judge_strangers(evidence: Evidence, verdict: Verdict) -> None:
    """Every copy carries the id of a row, and all copies of one row the same."""
    for pk, offers in evidence.of_mail.items():
        names = {offer.message_id for offer in offers if offer.taken_at is not None}
        if names and (pk not in evidence.rows or len(names) > 1):
            verdict.add("wrong", f"{' and '.join(sorted(names))}: no row's only id")


def _story(row: Row, due: float, offers: list[Conversation], meeting: Meeting) -> str:
    """One mail's life, in seconds from when it was due."""
    events = [
        (step.at, f"row {step.state}{' (flagged)' if step.is_ambiguous else ''} {step.answer[:40]}".strip())
        for step in row.steps
    ]
    for offer in offers:
        events.append((offer.begun_at, f"offered by {offer.pid} {offer.fault}".strip()))
        if offer.taken_at:
            events.append((offer.taken_at, f"taken; the answer {offer.answer or 'was never given'}"))
    events += [(act.committed_at, f"{act.name} committed") for act in meeting.acts]
    told = "; ".join(f"{at - due:+.3f} {what}" for at, what in sorted(events))
    return f"{row.kind} to the {row.recipient} of session {meeting.number}.{row.version}: {told}"
