"""A mail server that keeps a log of its own and, at the moments of the plan, misbehaves."""

import asyncio
import email
import email.policy
import re
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.faults.plan import Fault
from tests.faults.services import Fleet, free_port

BETWEEN = 2
"""Mails that go through before the next fault strikes, so that a slow machine does not meet faults alone."""
HANG = 2.5
"""Seconds: longer than a worker waits for an answer."""
PAUSE = 10
"""Seconds: longer than the lease of a worker that stands still."""
PLACE = re.compile(r"Room (\d+)\.(\d+)\b")
"""Where each session takes place: its number, and the version of its time that the text speaks of."""


@dataclass
class Conversation:
    """One mail offered to the server, from MAIL to its end. Times are seconds since the epoch."""

    begun_at: float
    pid: int
    address: str = ""
    message_id: str = ""
    place: tuple[int, int] | None = None
    """The session's number and version, as the text has them."""
    fault: str = ""
    taken_at: float | None = None
    answer: str = ""
    """What the server said to the whole mail; empty where it said nothing."""


class FaultingServer:
    """`act(name, session number)` lets people do something about a session; it says whether they could."""

    def __init__(self, strikes: Iterable[Fault], *, act: Callable[[str, int], bool]) -> None:
        self.waiting: dict[str, deque[Fault]] = {
            moment: deque() for moment in ("greeting", "mail", "rcpt", "data", "answered")
        }
        for fault in strikes:
            self.waiting[fault.moment].append(fault)
        self.act = act
        self.fleet: Fleet | None = None
        self.log: list[Conversation] = []
        self.done: Counter[str] = Counter()
        self.started_at = float("inf")
        self.taken_since = BETWEEN
        """Mails that went through since the last fault."""
        self.again: dict[str, str] = {}
        """What the next copy of a mail meets, by Message-ID."""
        self.port = free_port()
        self._people = ThreadPoolExecutor(max_workers=4)
        self._controller = _Door(self, hostname="127.0.0.1", port=self.port)

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()
        self._people.shutdown()

    @property
    def has_plans(self) -> bool:
        """Whether a fault is still to strike."""
        return any(self.waiting.values())

    def _take(self, moment: str) -> Fault | None:
        """The fault whose time has come at this moment of a conversation, if any."""
        faults = self.waiting[moment]
        if not faults or not self._is_time_for(faults[0]):
            return None
        self._count(faults[0])
        return faults.popleft()

    def _is_time_for(self, fault: Fault) -> bool:
        return self.taken_since >= BETWEEN and fault.at <= time.time() - self.started_at

    def _count(self, fault: Fault) -> None:
        self.taken_since = 0
        self.done[fault.name] += 1

    async def meet(self, what: str, pid: int | None, conversation: "_SMTP") -> None:
        """Kill or stop the worker, or fall silent."""
        if what == "hang":
            await asyncio.sleep(HANG)
            conversation.transport.abort()
        elif what == "close":
            conversation.transport.close()
        elif pid is None:
            pass
        elif what == "kill":
            self.fleet.kill(pid)
        elif what == "kill group":
            self.fleet.kill_group_of(pid)
        elif what == "pause":
            self.fleet.stand_still(pid, PAUSE)
            asyncio.get_running_loop().call_later(PAUSE, self.fleet.go_on, pid)

    async def greet(self, conversation: "_SMTP") -> bool:
        """Before the greeting, while the worker holds rows and has said of none that it is being sent."""
        fault = self._take("greeting")
        if fault is None:
            return True
        if fault.what == "421":
            await conversation.push("421 4.3.2 not now")
            conversation.transport.close()
            return False
        port = conversation.transport.get_extra_info("peername")[1]
        await self.meet(fault.what, self.fleet.holder_of(port), conversation)
        return not conversation.transport.is_closing()

    async def handle_MAIL(
        self, server: "_SMTP", session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        pid = int(session.host_name.rpartition("-")[2])
        server.current = Conversation(begun_at=time.time(), pid=pid)
        self.log.append(server.current)
        if fault := self._take("mail"):
            server.current.fault = fault.name
            if fault.what == "421":
                asyncio.get_running_loop().call_soon(server.transport.close)
                return "421 4.3.2 going down"
            await self.meet(fault.what, pid, server)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: "_SMTP", session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        server.current.address = address
        if fault := self._take("rcpt"):
            server.current.fault = fault.name
            if fault.what == "451":
                return "451 4.3.0 try later"
            if fault.what == "550":
                server.current.answer = "550 5.1.1 nobody here by that name"
                return server.current.answer
            await self.meet(fault.what, server.current.pid, server)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: "_SMTP", session: Session, envelope: Envelope) -> str:
        here = server.current
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        here.message_id = str(mail["Message-ID"])
        here.place = _place_in(mail)
        what = self.again.pop(here.message_id, "")
        if not what and (fault := await self._data_fault(here)):
            what = fault.what.rpartition(" then ")[2]
            here.fault = fault.name
        if what.endswith(" twice"):
            what = what.removesuffix(" twice")
            self.again[here.message_id] = what
        if what[:1] in {"4", "5"}:
            here.answer = f"{what} as planned"
            return here.answer
        if not what.endswith("untaken"):
            here.taken_at = time.time()
        deed = what.rpartition(" ")[0]
        if deed:
            await self.meet(deed, here.pid, server)
        if deed in {"close", "hang"}:
            return "250 not heard"
        if not deed.startswith("kill"):
            here.answer = f"250 2.0.0 taken as {len(self.log)}"
            self.taken_since += not here.fault
        if here.answer and (fault := self._take("answered")):
            here.fault = fault.name
            deed, after = ("close", 0.0) if fault.what == "drop" else ("kill", len(self.log) % 5 / 1000)
            asyncio.get_running_loop().call_later(after, self._afterwards, deed, here.pid, server)
        return here.answer or "250 not heard"

    def _afterwards(self, deed: str, pid: int, server: "_SMTP") -> None:
        if deed == "kill":
            self.fleet.kill(pid)
        else:
            server.transport.close()

    async def _data_fault(self, here: Conversation) -> Fault | None:
        """The next fault for a whole mail; where people act, the first about whose session they can."""
        faults = self.waiting["data"]
        for fault in list(faults)[:20]:
            if not self._is_time_for(fault):
                return None
            if fault not in faults:
                continue  # another conversation took it while people acted in this one
            name, then, _answer = fault.what.partition(" then ")
            if then and not (here.place and await self._let_act(name, here.place[0], fault)):
                continue
            faults.remove(fault)
            self._count(fault)
            return fault
        return None

    async def _let_act(self, name: str, number: int, fault: Fault) -> bool:
        self.waiting["data"].remove(fault)  # nobody else is to do the same meanwhile
        try:
            return await asyncio.get_running_loop().run_in_executor(self._people, self.act, name, number)
        finally:
            # Also where the worker was tired of waiting, and this conversation has ended.
            self.waiting["data"].appendleft(fault)


def _place_in(mail: email.message.EmailMessage) -> tuple[int, int] | None:
    for part in mail.walk():
        if part.get_content_maintype() == "text" and (found := PLACE.search(part.get_content())):
            return int(found[1]), int(found[2])
    return None


class _SMTP(SMTP):
    current: Conversation

    async def _handle_client(self) -> None:
        if await self.event_handler.greet(self):
            await super()._handle_client()


class _Door(Controller):
    def factory(self) -> SMTP:
        return _SMTP(self.handler)
