"""Rows of a record, one of each kind, as the tests need them."""

from datetime import date, datetime

from clients.actions import (
    add_value,
    change_connection,
    choose_area,
    choose_measure,
    save_writing,
    say_check_in,
    say_what_to_look_for,
    write_circumstance,
)
from clients.agreements import acts
from clients.files.acts import add_file
from clients.models import (
    Agreement,
    CheckIn,
    Circumstance,
    Client,
    Connection,
    FileContent,
    JournalEntry,
    LifeArea,
    LookingFor,
    Measure,
    Message,
    Note,
    RecordFile,
    RosterImport,
    Value,
)
from coaching.accounts.models import User
from coaching.scheduling.actions import record_session
from coaching.scheduling.followup import send_summary
from coaching.scheduling.messages import send_message
from coaching.scheduling.models import CoachingSession, SessionSummary
from goals import actions as plans
from goals.models import Goal, Win


def an_agreement(owner: User, kind: str, text: str = "# Between us\n\nWhat you say stays here.") -> Agreement:
    """A version that is published in the owner's practice."""
    acts.write_draft(by=owner, practice=owner.coach.practice, kind=kind, text=text)
    return acts.publish(practice=owner.coach.practice, kind=kind)


def a_circumstance(client: Client, by: User, other_words: str | None = None, **fields) -> Circumstance:
    values = {"domain": "housing", "words": "The rent is half of what comes in.", **fields}
    circumstance = Circumstance(client=client, **values)
    write_circumstance(by=by, circumstance=circumstance)
    if other_words:  # as they lie in the column
        circumstance.other_words = other_words
        circumstance.save()
    return circumstance


def a_question_about(circumstance: Circumstance, coach: User, **fields) -> Circumstance:
    """The coach would say it otherwise, and the client has not answered."""
    row = Circumstance.objects.select_related("client").get(pk=circumstance.pk)
    for name, value in {"words": "The rent was less this month.", **fields}.items():
        setattr(row, name, value)
    write_circumstance(by=coach, circumstance=row)
    return row


def a_value(client: Client, by: User, words: str = "Being there for my people") -> Value:
    value = Value(client=client, words=words)
    add_value(by=by, value=value)
    return value


def a_note(client: Client, by: User, words: str = "We spoke about mornings.", draft="", **fields) -> Note:
    note = Note(client=client, author=by, **fields)
    save_writing(by=by, writing=note, text=words)
    if draft:
        note.keep_draft(draft)
    return note


def an_entry(client: Client, by: User, words: str = "I slept.", draft="", **fields) -> JournalEntry:
    entry = JournalEntry(client=client, **fields)
    save_writing(by=by, writing=entry, text=words)
    if draft:
        entry.keep_draft(draft)
    return entry


def an_area(client: Client, by: User, name: str = "Sleep") -> LifeArea:
    area = LifeArea(client=client, name=name)
    choose_area(by=by, area=area)
    return area


def a_measure(client: Client, by: User, name: str = "Walks", **fields) -> Measure:
    measure = Measure(client=client, name=name, **fields)
    choose_measure(by=by, measure=measure)
    return measure


def a_check_in(client: Client, by: User, words: str = "", on: date | None = None, **scores) -> CheckIn:
    """One more day each time, unless it says which; `scores` by the names of the areas."""
    on = on or date(2026, 11, 1 + CheckIn.objects.filter(client=client).count())
    of = {area: scores.get(area.name) for area in LifeArea.objects.filter(client=client)}
    return say_check_in(by=by, client=client, on=on, words=words, scores=of)


def a_session(client: Client) -> CoachingSession:
    """One that was held, on one more day each time."""
    coach = client.coach.user
    day = 1 + CoachingSession.objects.filter(client=client).count()
    return record_session(
        by=coach,
        client=client,
        local_start=datetime(2026, 9, day, 10),  # noqa: DTZ001 - on the wall
        timezone=coach.timezone,
        minutes=50,
    )


def a_summary(
    client: Client, by: User, words="Letters first.", draft="", session: CoachingSession | None = None
) -> SessionSummary:
    summary = SessionSummary(author=by, session=session or a_session(client))
    send_summary(by=by, writing=summary, text=words)
    if draft:
        summary.keep_draft(draft)
    return summary


def a_message(client: Client, by: User, words: str = "On Thursday, then.", draft: str = "") -> Message:
    """Sent by one of the two to the other."""
    message = Message(client=client, author=by)
    send_message(by=by, writing=message, text=words)
    if draft:
        message.keep_draft(draft)
    return message


def a_win(client: Client, by: User, words: str = "Slept seven hours.", **fields) -> Win:
    """With the client's first goal, which is made where there is none."""
    goal = Goal.objects.filter(plan__client=client).agreed().first()
    if goal is None:
        plan = plans.start_plan(by=by, client=client, title="A plan")
        goal = plans.propose_goal(by=client.user, plan=plan, side="personal", title="Sleep")
    return plans.note_win(by=by, goal=goal, words=words, **fields)


def a_connection(client: Client, by: User, words: str = "Ask for Jo.", service=None, **fields) -> Connection:
    """A kept listing; of one that is gone again, unless it says which."""
    name = service.name if service else "Rent advice"
    row = Connection.objects.create(client=client, service=service, **{"name": name, **fields})
    row.words = words
    change_connection(by=by, connection=row, fields=["words"])
    return row


def a_wish(client: Client, by: User, near: str = "Harwick Bridge", **fields) -> LookingFor:
    """What the client looks for. Each has one, so a second one is another client's."""
    if LookingFor.objects.filter(client=client).exists():
        client = Client.objects.create(
            practice=client.practice,
            coach=client.coach,
            name="Ina",
            email="ina@example.org",
            status=client.status,
        )
    looking_for = LookingFor(client=client, near=near, **fields)
    say_what_to_look_for(by=by, looking_for=looking_for)
    return looking_for


def a_file(client: Client, by: User, name: str = "letter.txt", content=b"Dear all", **fields) -> RecordFile:
    """Called whatever the test wants, whether people could call it so or not."""
    values = {"audience": "me", **fields}
    file = add_file(by=by, client=client, name="letter", content=content, **values)
    file.name = name
    file.save(update_fields=["name"])
    return file


def a_content(client: Client, by: User, content: str = "Dear all") -> FileContent:
    return a_file(client, by, content=content.encode()).stored


def a_list(client: Client, by: User, **fields) -> RosterImport:
    """A list that the client's coach has handed in; whoever stands on it is no client yet."""
    return RosterImport.objects.create(coach=client.coach, file_name="clients.csv", lines=1, **fields)


MAKERS = {
    CheckIn: a_check_in,
    Circumstance: a_circumstance,
    Connection: a_connection,
    FileContent: a_content,
    JournalEntry: an_entry,
    LifeArea: an_area,
    LookingFor: a_wish,
    Measure: a_measure,
    Message: a_message,
    Note: a_note,
    RecordFile: a_file,
    SessionSummary: a_summary,
    RosterImport: a_list,
    Value: a_value,
    Win: a_win,
}
"""One maker for each model with private text, called with (client, who writes, **fields)."""
