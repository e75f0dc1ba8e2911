"""What some of the demo's sessions left behind: agreed steps and summaries, through the pages' actions."""

from datetime import timedelta
from typing import TypedDict

from clients.models import Client
from coaching.accounts.models import User
from coaching.scheduling.followup import agree_step, do_before, send_summary
from coaching.scheduling.models import CoachingSession, SessionSummary
from goals.models import Goal, Step


class SessionOf(TypedDict, total=False):
    agreed: list[tuple[str, str, bool]]
    """Words of the goal, the step, and whether it is done by now."""
    summary: str


FOLLOW_UPS: dict[str, list[SessionOf]] = {
    "client@trellis.example": [
        {
            "agreed": [
                ("rent", "Ask Mrs. Osei which office helped her", False),
                ("rent", "Put the letters into one folder, by date", True),
            ],
            "summary": "We opened the last letters together. It is less than you feared. The office "
            "needs one pay slip, and you know where it is.",
        },
        {
            "agreed": [
                ("rent", "Ring the landlord on Thursday, with the list beside you", True),
                ("bus", "Read the letter of the bus works aloud to Dee", False),
                ("Sundays", "Ask the hall for two big pots", False),
            ],
            "summary": "Support came through, and you said what you want: the arrears in small parts.\n\n"
            "You have an interview. You wondered whether to say why the last work ended. You can, in one "
            "sentence: the warehouse closed.\n\nNext time we look at the landlord's answer first.",
        },
    ],
    "client2@trellis.example": [
        {"summary": "One thing today: two nights. You are not asking for too much."},
    ],
}
"""By client, for their last sessions, the latest at the end."""


def seed_follow_up(client: Client, coach: User) -> None:
    """What the client's last sessions left, and one step to do before the next."""
    kept = FOLLOW_UPS.get(client.email, [])
    past = client.sessions.filter(status=CoachingSession.Status.COMPLETED).order_by("-starts_at")
    for session, left in zip(reversed(past[: len(kept)]), kept, strict=True):
        after = session.ends_at + timedelta(minutes=10)
        for words, title, is_done in left.get("agreed", []):
            goal = Goal.objects.select_related("plan").get(plan__client=client, title__icontains=words)
            step = agree_step(by=coach, session=session, goal=goal, title=title, at=after)
            if is_done:
                step.tick(by=client.user or coach, at=after + timedelta(days=3))
        if "summary" in left:
            summary = SessionSummary(session=session, author=coach)
            send_summary(by=coach, writing=summary, text=left["summary"], at=after)
    coming = client.sessions.upcoming().order_by("starts_at").first()  # type: ignore[attr-defined]
    letter = Step.objects.filter(goal__plan__client=client, title__startswith="Read the letter")
    if coming and (to_do := letter.first()):
        do_before(by=coach, step=to_do, session=coming)
