"""The main job, as a new user would do it: a fresh copy, `bin/demo`, and a browser.

Web, worker, beat, PostgreSQL and the mail server are the demo's own, started by
the same script; the mails are read from that server. Each step is looked at by
axe, on a desk in the light and on a phone in the dark, and must not scroll sideways.
"""

import email
import email.policy
import re
import signal
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from email.message import EmailMessage
from pathlib import Path
from time import monotonic, sleep
from zoneinfo import ZoneInfo

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import SIZES, axe_problems, sideways
from tests.demo_site import Demo, fresh_copy
from tests.services import free_port

pytestmark = [pytest.mark.browser, pytest.mark.early]

PASSWORD = "trellis-demo"
MAIL_PATIENCE = 60
SCHEMES = {"desk": "light", "phone": "dark"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Iterator[Demo]:
    demo = Demo(fresh_copy(tmp_path_factory.mktemp("trellis")), free_port())
    yield demo
    demo.stop()


class Person:
    """Somebody with a browser of their own, at one size; every page they open is examined."""

    def __init__(self, chromium: Browser, demo: Demo, size: str) -> None:
        width, height = SIZES[size]
        self.context: BrowserContext = chromium.new_context(
            base_url=demo.address,
            viewport={"width": width, "height": height},
            color_scheme=SCHEMES[size],
            reduced_motion="reduce",
            timezone_id="America/New_York",
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)

    def opens(self, path: str) -> "Person":
        self.page.goto(path)
        return self

    def signs_in(self, address: str) -> "Person":
        self.opens("/accounts/login/").types(login=address, password=PASSWORD).presses("Sign in")
        expect(self.page.get_by_role("heading", level=1)).to_contain_text("Hello")
        return self

    def types(self, **fields: str) -> "Person":
        for name, value in fields.items():
            field = self.page.locator(f"main [name={name}]")
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        return self

    def presses(self, words: str, *, within: str = "main") -> "Person":
        self.page.locator(within).get_by_role("button", name=said(words)).first.click()
        return self

    def follows(self, words: str, *, within: str = "main") -> "Person":
        with self.page.expect_navigation():
            self.page.locator(within).get_by_role("link", name=said(words)).first.click()
        return self

    def sees(self, *words: str) -> "Person":
        for some in words:
            expect(self.page.locator("main")).to_contain_text(some)
        return self

    def finds_it_sound(self) -> "Person":
        """Nothing for axe, and no scrolling sideways."""
        self.page.wait_for_load_state()
        assert axe_problems(self.page) == []
        assert sideways(self.page) == 0, self.page.url
        return self


def said(words: str) -> re.Pattern[str]:
    """A name as a screen reader hears it: before hidden words there may be a space."""
    return re.compile(re.escape(words).replace(":", r"\s?:"))


def mails_to(demo: Demo, address: str) -> list[EmailMessage]:
    """What the demo's mail server was given for this address, oldest first."""
    files = sorted(
        (demo.copy / "var" / "mailbox" / "new").glob("*"), key=lambda path: path.stat().st_mtime_ns
    )
    mails = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files]
    return [mail for mail in mails if mail["To"] == address]


def wait_for_mail(demo: Demo, address: str, *, count: int = 1) -> EmailMessage:
    end = monotonic() + MAIL_PATIENCE
    while monotonic() < end:
        if len(mails := mails_to(demo, address)) >= count:
            return mails[count - 1]
        sleep(0.5)
    raise AssertionError(f"no mail to {address} within {MAIL_PATIENCE} s\n{demo.log()}")


def link_in(mail: EmailMessage) -> str:
    found = re.search(r"https?://\S+/invitations/\S+", mail.get_body(("plain",)).get_content())
    assert found is not None
    return found[0]


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_the_main_path(size: str, demo: Demo, chromium: Browser):
    def person() -> Person:
        return Person(chromium, demo, size)

    name, address = f"Robin {size.title()}", f"robin-{size}@clients.example"
    kitchen = f"Soup Kitchen {size}"

    coach = person().signs_in("coach@trellis.example").finds_it_sound()
    coach_adds_and_invites(coach, name, address)

    client = person()
    client_joins(client, demo, name, address)

    agree_on_a_plan(coach, client)

    curator_publishes(person().signs_in("curator@trellis.example"), kitchen)
    visitor_finds(person(), kitchen)

    client_attaches(client, kitchen)

    session_is_reminded_of(coach, client, demo, name, address)


def coach_adds_and_invites(coach: Person, name: str, address: str) -> None:
    coach.opens("/clients/new/").finds_it_sound()
    coach.types(name="", email="not an address").presses("Add client")
    coach.sees("There is a problem").finds_it_sound()
    assert coach.page.title().startswith("Error: ")
    coach.types(name=name, email=address, timezone="America/New_York").presses("Add client")
    coach.sees(f"{name} is on your list, and an invitation is on its way.").finds_it_sound()
    coach.opens("/clients/").sees(name).finds_it_sound()


def client_joins(client: Person, demo: Demo, name: str, address: str) -> None:
    invitation = wait_for_mail(demo, address)
    assert invitation.get_body(("html",)) is not None
    link = link_in(invitation)
    client.opens(link).sees(f"Welcome, {name}").finds_it_sound()
    client.types(password="short").presses("Accept and join").sees("There is a problem")
    client.types(password="four calm grey herons").presses("Accept and join")
    client.sees("Your next session", "None is booked").finds_it_sound()
    stranger = client.context.browser.new_page()
    assert stranger.goto(link).status == 404
    stranger.close()


def agree_on_a_plan(coach: Person, client: Person) -> None:
    client.follows("Begin a plan").finds_it_sound()
    client.types(title="A steadier year", vision="Mornings without a knot.").presses("Begin the plan")
    client.sees("Mornings without a knot.")
    plan = client.page.url
    client.follows("Add a goal: For me").finds_it_sound()
    client.types(title="Sleep before midnight").presses("Set this goal").sees("Sleep before midnight")

    coach.opens(plan).follows("Propose a goal: With and for others").finds_it_sound()
    coach.types(title="Cook for the street").presses("Propose it").sees("waits for Robin")
    add_step(coach, plan, "Cook for the street", "Ask who would come")

    client.opens("/home/").sees("Cook for the street").finds_it_sound()
    client.follows("Change the words").finds_it_sound()
    client.types(title="Cook soup with two neighbours").presses("This is my goal")
    client.opens(plan).sees("Cook soup with two neighbours")
    expect(client.page.locator("main")).not_to_contain_text("Waiting for your answer")
    add_step(client, plan, "Sleep before midnight", "Put the phone in the kitchen")
    client.opens(plan).finds_it_sound()
    client.page.get_by_role("button", name="Put the phone in the kitchen").click()
    client.sees("1 of 2 steps done").finds_it_sound()
    client.follows("Cook soup with two neighbours").finds_it_sound()
    client.follows("What happened").sees("Cook for the street").finds_it_sound()


def add_step(person: Person, plan: str, goal: str, step: str) -> None:
    person.opens(plan).follows(goal).types(title=step).presses("Add step").sees(step)


def curator_publishes(curator: Person, kitchen: str) -> None:
    curator.opens("/curate/").finds_it_sound().follows("New listing").finds_it_sound()
    curator.types(
        organization_name=f"Neighbours of {kitchen}",
        name=kitchen,
        kind="get_help",
        summary="A warm meal every Tuesday. Come as you are.",
        affiliation="none",
        phone="01632 960555",
    )
    curator.page.get_by_label("Food", exact=True).check()
    curator.presses("Save").sees(kitchen).finds_it_sound()
    curator.follows("Add a place").finds_it_sound()
    curator.types(
        name="Parish hall",
        address_1="3 Mill Lane",
        city="Harwick Bridge",
        postal_code="HB1 2AB",
        state_province="Wolds",
        country="GB",
    )
    curator.presses("Save").sees("Parish hall")
    curator.presses("Send to review").types(how="visit").presses("I checked it today: publish it")
    curator.sees("Published").finds_it_sound()


def visitor_finds(visitor: Person, kitchen: str) -> None:
    visitor.opens("/resources/").finds_it_sound().types(q=kitchen, category="food").presses("Search")
    visitor.sees(kitchen).finds_it_sound()
    visitor.follows(kitchen).sees("A warm meal every Tuesday", "01632 960555", "3 Mill Lane").finds_it_sound()


def client_attaches(client: Person, kitchen: str) -> None:
    client.opens("/home/").follows("Ask who would come").follows("Find a resource")
    client.types(q=kitchen).presses("Search").sees(kitchen).finds_it_sound()
    client.presses(f"Attach: {kitchen}").sees(kitchen).finds_it_sound()


def session_is_reminded_of(coach: Person, client: Person, demo: Demo, name: str, address: str) -> None:
    """Two hours ahead is too late for the reminder two days before; the one two hours before is made due."""
    day = date.today() + timedelta(days=9)  # noqa: DTZ011 - any day well ahead
    here, there = both_walls(day, 20)
    coach.opens("/sessions/new/").types(date=day.isoformat(), time=here)
    coach.page.locator("main [name=client]").select_option(label=name)
    coach.finds_it_sound().presses("Plan it")
    coach.sees(here, there).finds_it_sound()
    session = coach.page.url
    client.opens("/home/").sees(there, here).finds_it_sound()
    client.opens(session).sees(there).finds_it_sound()

    before = len(mails_to(demo, address))
    make_reminders_due(demo, address)
    reminder = wait_for_mail(demo, address, count=before + 1)
    text, html = (reminder.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert there in text
    assert there in html
    assert "New York" in text
    assert_recorded(demo, address, "250")
    coach.opens(session).finds_it_sound().follows("mails about this session").sees("250").finds_it_sound()

    later = day + timedelta(days=1)
    here, there = both_walls(later, 21)
    coach.opens(session).follows("Move")
    coach.types(date=later.isoformat(), time=here).finds_it_sound().presses("Move it")
    coach.sees(here, there)
    assert states(demo, address)[0] == "sent"
    assert states(demo, address).count("pending") == 3
    coach.follows("Call off").finds_it_sound().presses("Call it off").sees("Called off")
    assert states(demo, address).count("pending") == 0
    client.opens("/home/").sees("None is booked")
    coach.opens("/sessions/").finds_it_sound()


def both_walls(day: date, hour: int) -> tuple[str, str]:
    """The same moment on the coach's wall in London and on the client's in New York."""
    here = datetime.combine(day, time(hour), ZoneInfo("Europe/London"))
    return f"{here:%H:%M}", f"{here.astimezone(ZoneInfo('America/New_York')):%H:%M}"


def make_reminders_due(demo: Demo, address: str) -> None:
    """Time cannot be turned for a running demo, so the moment is: the row says it is due now."""
    demo.manage(
        "shell", "-v0", "-c",
        "from django.db.models.functions import Now\n"
        "from coaching.scheduling.models import Reminder\n"
        f"rows = Reminder.objects.filter(session__client__email='{address}', recipient='client')\n"
        "rows = rows.filter(kind='upcoming')\n"
        "rows.filter(pk=rows.earliest('due_at').pk).update(due_at=Now())",
    )  # fmt: skip


def rows(demo: Demo, address: str, field: str) -> list[str]:
    return demo.manage(
        "shell", "-v0", "-c",
        "from coaching.scheduling.models import Reminder\n"
        f"rows = Reminder.objects.filter(session__client__email='{address}', kind='upcoming')\n"
        f"print(*(row.{field} for row in rows.order_by('created_at', 'due_at')), sep='\\n')",
    ).split("\n")  # fmt: skip


def states(demo: Demo, address: str) -> list[str]:
    return rows(demo, address, "state")


def assert_recorded(demo: Demo, address: str, answer: str) -> None:
    end = monotonic() + MAIL_PATIENCE
    while monotonic() < end:
        if any(row.startswith(answer) for row in rows(demo, address, "server_answer")):
            return
        sleep(0.5)
    raise AssertionError(f"the row does not hold the server's answer\n{demo.log()}")


def processes_of(copy: Path) -> list[str]:
    """What still runs out of this copy, whoever started it."""
    found = []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        words = " ".join(process.info["cmdline"] or [])
        if str(copy) in words or str(copy) in (process.info["cwd"] or ""):
            found.append(words)
    return found


def test_demo_starts_again_with_its_data_and_leaves_nothing_running(demo: Demo):
    """After SIGTERM and after SIGINT alike."""
    ask = (
        "from clients.models import Client; clients = Client.objects.filter(email='client@trellis.example');"
    )
    demo.manage("shell", "-v0", "-c", f"{ask} clients.update(phone='kept')")

    for how in (signal.SIGTERM, signal.SIGINT):
        assert demo.stop(how) == 0
        assert processes_of(demo.copy) == []
        demo.start()

        kept = demo.manage("shell", "-v0", "-c", f"{ask} print(clients.get().phone)")
        assert kept.strip() == "kept"
        assert "Making the demo practice" not in demo.output
