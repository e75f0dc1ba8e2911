"""What changes several rows at once: adding clients, inviting people, accepting an invitation."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone as django_timezone
from django.utils.text import slugify

from clients.belongings import erase
from clients.models import (
    CheckIn,
    CheckInRhythm,
    Circumstance,
    Client,
    Connection,
    Erasure,
    JournalEntry,
    LifeArea,
    LookingFor,
    Measure,
    MeasureEntry,
    Note,
    Trace,
    Value,
)
from clients.models.client import NotOpenToWords
from clients.models.erasure import COOLING_OFF
from clients.outcomes import tell_directory
from clients.retention import may_be_erased
from coaching.accounts.actions import add_person
from coaching.accounts.models import Coach, Invitation, Practice, User
from community.models import Service

INVITATION_PAUSE = timedelta(minutes=2)
"""How long a second click on "Send an invitation" sends nothing new."""


class InvitationClosed(Exception):
    """The invitation has been used, taken back or has run out."""


class AlreadyJoined(Exception):
    """The client has joined, so there is nothing to invite them to."""


class CoachesElsewhere(Exception):
    """A person coaches at one practice, and this one does so already."""


@transaction.atomic
def add_client(*, by: User, name: str, email: str, invite: bool = False, **fields: Any) -> Client:
    """Put a person on the coach's roster; `invite` also writes the invitation's mail."""
    coach = by.coach
    client = Client.objects.create(
        coach=coach, practice=coach.practice, name=name, email=User.objects.normalize_email(email), **fields
    )
    if invite:
        invite_client(by=by, client=client)
    return client


@transaction.atomic
def invite_client(*, by: User, client: Client, now: datetime | None = None) -> Invitation:
    """Ask the client to join, by mail. An earlier invitation that is still open stops working.

    Asked again within `INVITATION_PAUSE`, nothing new is sent: the mail is on its way.
    Raises AlreadyJoined.
    """
    client.refresh_from_db(from_queryset=Client.objects.held_with_people())
    if client.has_joined:
        raise AlreadyJoined
    if client.invitation and _is_on_its_way(client.invitation, client.email):
        return client.invitation
    take_back_invitation(client=client)
    client.invitation = _invite(
        by=by,
        practice=client.practice,
        role=Invitation.Role.CLIENT,
        name=client.name,
        email=client.email,
        now=now,
    )
    client.save(update_fields=["invitation"])
    return client.invitation


@transaction.atomic
def invite_coach(*, by: User, practice: Practice, name: str, email: str) -> Invitation:
    """Ask a colleague to join the practice, by mail. The pause is the same as for clients."""
    email = User.objects.normalize_email(email)
    Practice.objects.select_for_update().get(pk=practice.pk)
    earlier = practice.invitations.open().filter(role=Invitation.Role.COACH, email=email)
    for invitation in earlier:
        if _is_on_its_way(invitation, email):
            return invitation
    earlier.update(revoked_at=django_timezone.now())
    return _invite(by=by, practice=practice, role=Invitation.Role.COACH, name=name, email=email)


@transaction.atomic
def change_details(*, by: User, client: Client, fields: Iterable[str]) -> None:
    """Save what was changed on `client`. An invitation to an address that was wrong stops working."""
    before = Client.objects.held_with_people().get(pk=client.pk)
    client.save(update_fields=fields)
    if before.email != client.email:
        take_back_invitation(client=before)
    Trace.objects.leave(client=client, by=by, act=Trace.Act.CHANGED, part=Trace.Part.RECORD)


def _is_on_its_way(invitation: Invitation, email: str) -> bool:
    age = django_timezone.now() - invitation.created_at
    return invitation.is_open and invitation.email == email and age < INVITATION_PAUSE


def take_back_invitation(*, client: Client) -> None:
    """Make the client's open invitation, if there is one, stop working."""
    if client.invitation and client.invitation.is_open:
        client.invitation.revoked_at = django_timezone.now()
        client.invitation.save(update_fields=["revoked_at"])


@transaction.atomic
def change_status(*, by: User, client: Client, status: str) -> None:
    """Pause, end or take up the work again. Nothing is deleted by it."""
    client.change_status(status)
    Trace.objects.leave(client=client, by=by, act=Trace.Act.CHANGED, part=Trace.Part.RECORD)


@transaction.atomic
def choose_log_consent(*, by: User, client: Client, given: bool) -> None:
    """Whether the client's name may stand in their coach's log of hours. Theirs to give and to take back."""
    client.log_consent_at = django_timezone.now() if given else None
    client.save(update_fields=["log_consent_at"])
    Trace.objects.leave(client=client, by=by, act=Trace.Act.CHANGED, part=Trace.Part.LOG)


@transaction.atomic
def accept_invitation(
    *,
    invitation: Invitation,
    user: User | None = None,
    name: str = "",
    password: str = "",
    timezone: ZoneInfo | str = "UTC",
) -> User:
    """Join, as the person who is signed in or as a new one, and return that person.

    Raises InvitationClosed when the invitation was used, taken back or ran out
    meanwhile, CoachesElsewhere when it asks a coach of another practice to
    coach here, and IntegrityError when somebody has just taken the address.
    The link came by mail, so the address counts as confirmed.
    """
    # The client first, as in `invite_client`: two who lock in one order never wait for each other.
    client = Client.objects.select_for_update(of=("self",)).filter(invitation=invitation).first()
    invitation = (
        Invitation.objects.select_for_update(of=("self",)).select_related("practice").get(pk=invitation.pk)
    )
    if not invitation.is_open:
        raise InvitationClosed
    is_to_coach = invitation.role == Invitation.Role.COACH
    if is_to_coach and user and user.coach_or_none:
        raise CoachesElsewhere
    if user is None:
        user = add_person(email=invitation.email, password=password, name=name, timezone=timezone)
    invitation.accepted_at = django_timezone.now()
    invitation.accepted_by = user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    if is_to_coach:
        Coach.objects.create(user=user, practice=invitation.practice, slug=_free_slug(user.name))
    elif client:
        client.user, client.timezone = user, user.timezone
        client.save(update_fields=["user", "timezone"])
    return user


def _invite(
    *, by: User, practice: Practice, role: str, name: str, email: str, now: datetime | None = None
) -> Invitation:
    now = now or django_timezone.now()
    invitation = Invitation(
        practice=practice,
        invited_by=by,
        role=role,
        name=name,
        email=email,
        due_at=now,
        expires_at=now + settings.INVITATION_LIFETIME,
        useful_until=now + settings.INVITATION_LIFETIME,
    )
    invitation.token_hash = Invitation.hash_of(invitation.token)
    invitation.save()
    return invitation


def _free_slug(name: str) -> str:
    """An address for a coach's booking page: the name, with a number where it is taken."""
    base = slugify(name) or "coach"
    taken = set(Coach.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(
        slug
        for slug in (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
        if slug not in taken
    )


# --- the record -------------------------------------------------------------


@transaction.atomic
def write_circumstance(*, by: User, circumstance: Circumstance, at: datetime | None = None) -> None:
    """Save a new or changed circumstance, and note who wrote it. Raises AgreementFirst."""
    circumstance.client.check_open_to_words()
    act = Trace.Act.ADDED if circumstance._state.adding else Trace.Act.CHANGED
    circumstance.write(by=by, at=at)
    Trace.objects.leave(client=circumstance.client, by=by, act=act, part=Trace.Part.CIRCUMSTANCES)


@transaction.atomic
def confirm_circumstance(*, by: User, circumstance: Circumstance, edition: str | None = None) -> None:
    """The client says yes to what their coach wrote down with them. Raises ChangedMeanwhile."""
    circumstance.refresh_from_db(from_queryset=_locked_circumstances())
    circumstance.confirm(by=by, edition=edition)
    Trace.objects.leave(
        client=circumstance.client, by=by, act=Trace.Act.CONFIRMED, part=Trace.Part.CIRCUMSTANCES
    )


@transaction.atomic
def keep_circumstance(*, by: User, circumstance: Circumstance, edition: str | None = None) -> None:
    """The client stays with what stands there, or the coach takes their question back.

    Raises ChangedMeanwhile.
    """
    circumstance.refresh_from_db(from_queryset=_locked_circumstances())
    circumstance.keep(edition=edition)
    Trace.objects.leave(
        client=circumstance.client, by=by, act=Trace.Act.CHANGED, part=Trace.Part.CIRCUMSTANCES
    )


def _locked_circumstances() -> models.QuerySet[Circumstance]:
    return Circumstance.objects.select_related("client", "asked_by").select_for_update(of=("self",))


@transaction.atomic
def remove_circumstance(*, by: User, circumstance: Circumstance) -> None:
    """Take it out of the record for good, with what the history knows of it."""
    events: Any = Circumstance.pgh_event_model  # type: ignore[attr-defined]
    pk = circumstance.pk
    circumstance.delete()
    events.objects.filter(pgh_obj_id=pk).delete()
    Trace.objects.leave(
        client=circumstance.client, by=by, act=Trace.Act.REMOVED, part=Trace.Part.CIRCUMSTANCES
    )


@transaction.atomic
def add_value(*, by: User, value: Value) -> None:
    """Put it at the end of what matters to the client. Raises AgreementFirst."""
    value.client.check_open_to_words()
    value.position = Value.objects.filter(client=value.client).count()
    value.save()
    Trace.objects.leave(client=value.client, by=by, act=Trace.Act.ADDED, part=Trace.Part.VALUES)


@transaction.atomic
def change_value(*, by: User, value: Value) -> None:
    """Word it anew. Raises AgreementFirst."""
    value.client.check_open_to_words()
    value.save(update_fields=["words"])
    Trace.objects.leave(client=value.client, by=by, act=Trace.Act.CHANGED, part=Trace.Part.VALUES)


@transaction.atomic
def move_value(*, by: User, value: Value, steps: int) -> None:
    """One up (-1) or one down (1) in the client's own order."""
    value.move(by=steps)
    Trace.objects.leave(client=value.client, by=by, act=Trace.Act.CHANGED, part=Trace.Part.VALUES)


@transaction.atomic
def remove_values(*, by: User, values: list[Value]) -> None:
    """Take these out for good: one, or all at once."""
    for client in {value.client for value in values}:
        Trace.objects.leave(client=client, by=by, act=Trace.Act.REMOVED, part=Trace.Part.VALUES)
    Value.objects.filter(pk__in=[value.pk for value in values]).delete()


@transaction.atomic
def save_writing(*, by: User, writing: Note | JournalEntry, text: str, at: datetime | None = None) -> None:
    """Save a note or a journal entry for its audience. What only the writer sees leaves no trace."""
    act = Trace.Act.CHANGED if writing.is_saved else Trace.Act.ADDED
    writing.publish(text, at=at)
    if isinstance(writing, JournalEntry):
        Trace.objects.leave(client=writing.client, by=by, act=act, part=Trace.Part.JOURNAL)
    elif writing.audience != Note.Audience.AUTHOR:
        Trace.objects.leave(client=writing.client, by=by, act=act, part=Trace.Part.NOTES)


@transaction.atomic
def remove_writing(*, by: User, writing: Note | JournalEntry) -> None:
    """Take it out for good, draft and all."""
    is_note = isinstance(writing, Note)
    is_silent = is_note and (not writing.is_saved or writing.audience == Note.Audience.AUTHOR)
    if not is_silent:
        part = Trace.Part.NOTES if is_note else Trace.Part.JOURNAL
        Trace.objects.leave(client=writing.client, by=by, act=Trace.Act.REMOVED, part=part)
    writing.delete()


# --- taking it out, and erasing it ------------------------------------------


@transaction.atomic
def request_erasure(*, by: User, client: Client) -> Erasure:
    """Ask that the record be erased. It happens after COOLING_OFF, unless the client thinks again.

    Where it is erased anyway because its time is over, it happens on the earlier day.
    """
    due_at = django_timezone.now() + COOLING_OFF
    erasure, _is_new = Erasure.objects.open().get_or_create(
        record=client.pk, defaults={"requested_by": by, "due_at": due_at}
    )
    if erasure.reason == Erasure.Reason.RETENTION:
        erasure.due_at = min(erasure.due_at, due_at)
        erasure.save(update_fields=["due_at"])
    return erasure


def erase_due() -> int:
    """Erase every record whose time has come, each in a transaction of its own; returns how many."""
    count = 0
    for erasure in Erasure.objects.due():
        with transaction.atomic():
            # Locked and asked again: the client may withdraw in this very moment.
            still = Erasure.objects.due().select_for_update(skip_locked=True).filter(pk=erasure.pk).first()
            locked = Client.objects.select_for_update(of=("self",))
            client = locked.filter(pk=erasure.record).first() if still else None
            if still and client and may_be_erased(still, client):
                erase(client)
                count += 1
            elif still and client is None:
                Erasure.objects.filter(pk=erasure.pk).update(done_at=django_timezone.now())
    return count


# --- check-ins --------------------------------------------------------------


@transaction.atomic
def choose_area(*, by: User, area: LifeArea) -> None:
    """The client wants to keep an eye on this part of life. Raises AgreementFirst."""
    area.client.check_open_to_words()
    area.save()
    Trace.objects.leave(client=area.client, by=by, act=Trace.Act.ADDED, part=Trace.Part.CHECK_INS)


@transaction.atomic
def put_area_away(*, by: User, area: LifeArea) -> None:
    """It is not asked about any more; one that was never spoken of is gone."""
    _put_away(area, is_used=area.scores.exists())
    Trace.objects.leave(client=area.client, by=by, act=Trace.Act.CHANGED, part=Trace.Part.CHECK_INS)


def _put_away(row: LifeArea | Measure, *, is_used: bool) -> None:
    if is_used:
        row.put_away_at = django_timezone.now()
        row.save(update_fields=["put_away_at"])
    else:
        row.delete()


@transaction.atomic
def choose_rhythm(*, by: User, client: Client, every: str, by_mail: bool = False) -> None:
    """How often the client wants to be asked for a check-in; empty for never. It counts from today.

    `by_mail`: whether the mail that asks may be answered by whoever holds it.
    """
    if every:
        since = django_timezone.localdate(timezone=client.own_timezone)
        CheckInRhythm.objects.update_or_create(
            client=client, defaults={"every": every, "since": since, "by_mail": by_mail}
        )
    else:
        CheckInRhythm.objects.filter(client=client).delete()
    Trace.objects.leave(client=client, by=by, act=Trace.Act.CHANGED, part=Trace.Part.CHECK_INS)


@transaction.atomic
def say_check_in(
    *,
    by: User,
    client: Client,
    on: date,
    scores: dict[LifeArea, int | None],
    words: str = "",
    figures: dict[Measure, Decimal | None] | None = None,
) -> CheckIn:
    """What the client says of a day; said again, it replaces what was said before. Raises AgreementFirst."""
    client.check_open_to_words()
    check_in = CheckIn.say(client=client, on=on, scores=scores, words=words)
    for measure, figure in (figures or {}).items():
        _write_figure(measure, on, figure)
    Trace.objects.leave(client=client, by=by, act=Trace.Act.ADDED, part=Trace.Part.CHECK_INS)
    return check_in


# --- what they find in the directory ------------------------------------------


@transaction.atomic
def say_what_to_look_for(*, by: User, looking_for: LookingFor) -> None:
    """What the client likes, does not want to see again, where they are, how old. Raises AgreementFirst."""
    looking_for.client.check_open_to_words()
    kept = _kept_for(looking_for)
    if kept and looking_for._state.adding:  # the first click of two has just written it
        looking_for.pk, looking_for._state.adding = kept.pk, False
    looking_for.save()
    _note_connections(looking_for.client, by, Trace.Act.CHANGED)


@transaction.atomic
def veto(*, by: User, looking_for: LookingFor, code: str) -> None:
    """Never suggest anything of this category again, until the client takes that back."""
    looking_for = _kept_for(looking_for) or looking_for
    if code not in looking_for.vetoed:
        looking_for.vetoed = [*looking_for.vetoed, code]
        say_what_to_look_for(by=by, looking_for=looking_for)


@transaction.atomic
def leave_out(*, by: User, looking_for: LookingFor, service: Service) -> None:
    """Never suggest this one listing again, until the client takes that back."""
    looking_for = _kept_for(looking_for) or looking_for
    if service.pk not in looking_for.unwanted:
        looking_for.unwanted = [*looking_for.unwanted, service.pk]
        say_what_to_look_for(by=by, looking_for=looking_for)


def _kept_for(looking_for: LookingFor) -> LookingFor | None:
    """What is written down for this client now; who says more waits until this is done."""
    Client.objects.select_for_update(of=("self",)).get(pk=looking_for.client_id)
    return LookingFor.objects.filter(client=looking_for.client_id).first()


@transaction.atomic
def keep_listing(*, by: User, client: Client, service: Service) -> Connection:
    """The client keeps a listing, for themselves alone. Kept already, it stays as it is."""
    connection, is_new = Connection.objects.get_or_create(
        client=client, service=service, defaults={"name": service.name}
    )
    if is_new:
        _note_connections(client, by, Trace.Act.ADDED)
    return connection


@transaction.atomic
def go_on(*, by: User, connection: Connection, to: str) -> None:
    """The client says how it went."""
    _changed(connection.go_on(to), by)


@transaction.atomic
def undo_connection(*, by: User, connection: Connection) -> None:
    """One step back: a slip, or it turned out otherwise."""
    _changed(connection.undo(), by)


@transaction.atomic
def change_connection(*, by: User, connection: Connection, fields: list[str]) -> None:
    """The client's words on it, or whether their coach may see it. Raises AgreementFirst for words."""
    if "words" in fields:
        connection.client.check_open_to_words()
    connection.save(update_fields=fields)
    _note_connections(connection.client, by, Trace.Act.CHANGED)


@transaction.atomic
def let_go(*, by: User, connection: Connection) -> None:
    """The client keeps it no longer; words and all are gone."""
    listings = _listings_of(connection)
    connection.delete()
    tell_directory(listings)
    _note_connections(connection.client, by, Trace.Act.REMOVED)


def _changed(connection: Connection, by: User) -> None:
    tell_directory(_listings_of(connection))
    _note_connections(connection.client, by, Trace.Act.CHANGED)


def _listings_of(connection: Connection) -> list[UUID]:
    """The one it speaks of now, if it is there; held, so that no merge moves it before it is counted."""
    rows = Connection.objects.filter(pk=connection.pk).exclude(service=None)
    return list(rows.select_for_update(of=("self",)).values_list("service", flat=True))


def _note_connections(client: Client, by: User, act: str) -> None:
    Trace.objects.leave(client=client, by=by, act=act, part=Trace.Part.CONNECTIONS)


@transaction.atomic
def choose_measure(*, by: User, measure: Measure) -> None:
    """The client begins to count this, or words it differently. Raises AgreementFirst."""
    measure.client.check_open_to_words()
    act = Trace.Act.ADDED if measure._state.adding else Trace.Act.CHANGED
    measure.save()
    Trace.objects.leave(client=measure.client, by=by, act=act, part=Trace.Part.MEASURES)


@transaction.atomic
def put_measure_away(*, by: User, measure: Measure) -> None:
    """It is not asked about any more; one without a figure is gone."""
    _put_away(measure, is_used=measure.entries.exists())
    Trace.objects.leave(client=measure.client, by=by, act=Trace.Act.CHANGED, part=Trace.Part.MEASURES)


@transaction.atomic
def note_figure(*, by: User, measure: Measure, on: date, figure: Decimal | None) -> None:
    """The figure of that day; None takes out what stood there. Raises AgreementFirst."""
    measure.client.check_open_to_words()
    _write_figure(measure, on, figure)
    Trace.objects.leave(client=measure.client, by=by, act=Trace.Act.ADDED, part=Trace.Part.MEASURES)


def _write_figure(measure: Measure, on: date, figure: Decimal | None) -> None:
    if figure is None:
        MeasureEntry.objects.filter(measure=measure, on=on).delete()
    else:
        MeasureEntry.objects.update_or_create(measure=measure, on=on, defaults={"figure": figure})


@transaction.atomic
def answer_from_mail(*, rhythm: CheckInRhythm, on: date, **said: Any) -> CheckIn | None:
    """The client's answer for this day from the mail's link; None where it opens nothing any more."""
    held = CheckInRhythm.objects.select_for_update(of=("self",)).filter(pk=rhythm.pk, by_mail=True).first()
    client = rhythm.client
    if held is None or client.user is None or CheckIn.objects.filter(client=client, on=on).exists():
        return None
    try:
        return say_check_in(by=client.user, client=client, on=on, **said)
    except NotOpenToWords:
        return None  # a page without a sign-in says nothing of agreements, or of the end
