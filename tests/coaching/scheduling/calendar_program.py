"""A calendar program after RFC 5546, which reads entries with a parser that is not ours."""

from dataclasses import dataclass, field

from ical.calendar import Calendar
from ical.calendar_stream import IcsCalendarStream
from ical.event import Event, EventStatus
from icalendar import Calendar as OtherCalendar


def read(content: bytes | str) -> Calendar:
    """What the second parser (`ical`, strict) reads, after making sure that the first one reads the same."""
    text = content.decode() if isinstance(content, bytes) else content
    calendar = IcsCalendarStream.calendar_from_ics(text)
    others = OtherCalendar.from_ical(text).walk("VEVENT")
    assert [_facts(event) for event in calendar.events] == [
        (
            str(event["uid"]),
            event["sequence"],
            event.decoded("dtstart"),
            event.decoded("dtend"),
            str(event["summary"]),
            str(event["status"]),
            str(event["location"]),
            str(event["url"]) if "url" in event else None,
        )
        for event in others
    ]
    return calendar


def _facts(event: Event) -> tuple:
    assert event.status is not None
    return (
        event.uid,
        event.sequence,
        event.dtstart,
        event.dtend,
        event.summary,
        event.status.value,
        event.location,
        str(event.url) if event.url else None,
    )


@dataclass
class ClientCalendar:
    """One person's calendar, filled by the mails they get. `shown` is what stands in it, by UID."""

    shown: dict[str, Event] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    """The highest SEQUENCE of each UID: older news that comes late is not news."""

    def take(self, content: bytes | str) -> None:
        calendar = read(content)
        for event in calendar.events:
            sequence = event.sequence or 0
            if event.uid in self.seen and sequence < self.seen[event.uid]:
                continue
            self.seen[event.uid] = sequence
            if calendar.method == "CANCEL" or event.status == EventStatus.CANCELLED:
                self.shown.pop(event.uid, None)
            else:
                assert calendar.method in {"REQUEST", "PUBLISH"}
                self.shown[event.uid] = event
