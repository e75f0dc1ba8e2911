"""The texts of the demo practice, and who has signed which of them: invented, and no legal advice."""

from datetime import datetime, timedelta

from django.utils import timezone

from clients.agreements import acts
from clients.models import Agreement, Client
from coaching.accounts.models import User

COACHING = """# What we do together

Coaching is a conversation in which you find out what you want and try the next step. You decide what we \
talk about, and what becomes of it.

- A session is 60 minutes, usually every two weeks.
- Coaching is not therapy, and not legal or medical advice. When something else would help more, we say so.
- Either of us can end the work at any time, without a reason. A last talk is welcome and never a duty.

# Moving a session

Please move or call off a session at least 24 hours before. Something came up that you could not know? \
Tell us, and it costs nothing.

# What it costs

The fee is what we agreed in person; it is noted in your record. Nobody has to leave because money got \
tight: speak with us first.
"""
CONFIDENTIALITY = """# What stays between us

What you say stays with your coach. Other coaches of the practice read nothing of it unless you have \
agreed, and the owner of the practice sees your name and when we meet, not what we talk about.

# Where it ends

There are limits, and you should know them before you say something.

- If somebody's life is in danger, we get help, and tell you first wherever we can.
- If a child is being harmed, we have to report it.
- If a court orders it, we may have to answer. We say as little as we can.

# Supervision

Your coach speaks with a supervisor about the work, without your name and without anything by which \
you could be known.
"""
DATA_PROTECTION = """# What stands here about you

Your name, how to reach you, when we met, and what you and your coach write down. You see all of it, and \
who has read it.

# How long

As long as we work together. You can take all of it with you, and have it erased, without asking anybody.

# Who else touches it

The people who run the computers for us. They cannot read what is private: it is encrypted.
"""
DATA_PROTECTION_BEFORE = """# What stands here about you

Your name, how to reach you, when we met, and what you and your coach write down. You see all of it.

# How long

As long as we work together, and two years more. You can take all of it with you, and have it erased, \
without asking anybody.

# Where it is kept

On our own computer in the office.
"""
WAITS_WITH = "client@trellis.example"
"""This client has signed the earlier version on data protection, and the new one waits."""


def seed_agreements(owner: User) -> None:
    """All three texts, in force since before the first client came; one of them in a second version."""
    practice = owner.coach.practice
    began = timezone.now() - timedelta(days=200)
    for kind, text in (
        (Agreement.Kind.COACHING, COACHING),
        (Agreement.Kind.CONFIDENTIALITY, CONFIDENTIALITY),
        (Agreement.Kind.DATA_PROTECTION, DATA_PROTECTION_BEFORE),
    ):
        acts.write_draft(by=owner, practice=practice, kind=kind, text=text.strip())
        acts.publish(practice=practice, kind=kind, at=began)


def sign_agreements(client: Client) -> None:
    """The client signs everything, as they did on their first day."""
    assert client.user is not None  # noqa: S101 - they have joined
    for agreement in Agreement.objects.in_force().filter(practice=client.practice_id).order_by("kind"):
        acts.sign(by=client.user, agreement=agreement, name=client.name, at=_first_day())


def seed_new_version(owner: User, clients: list[Client]) -> None:
    """The text on data protection was written anew; everybody but one client has signed that, too."""
    practice, kind = owner.coach.practice, Agreement.Kind.DATA_PROTECTION
    acts.write_draft(by=owner, practice=practice, kind=kind, text=DATA_PROTECTION.strip())
    agreement = acts.publish(practice=practice, kind=kind, at=timezone.now() - timedelta(days=3))
    for client in clients:
        if client.user and client.email != WAITS_WITH:
            acts.sign(
                by=client.user, agreement=agreement, name=client.name, at=timezone.now() - timedelta(days=2)
            )


def _first_day() -> datetime:
    return timezone.now() - timedelta(days=84)
