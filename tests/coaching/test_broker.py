"""The files that stand for a broker, where several write and read at once."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from queue import Empty
from time import monotonic

import pytest
from kombu import Connection
from structlog.testing import capture_logs

from coaching.broker import Transport

EACH = 400
"""So many messages each of the writers sends. Of kombu's own transport every third run fails."""


def connect(folder: Path) -> Connection:
    return Connection(
        "filesystem://localhost",
        transport="coaching.broker:Transport",
        transport_options={
            "data_folder_in": str(folder / "messages"),
            "data_folder_out": str(folder / "messages"),
            "control_folder": str(folder / "control"),
        },
    )


def put(folder: Path, writer: int) -> int:
    with connect(folder) as broker:
        queue = broker.SimpleQueue("celery")
        for number in range(EACH):
            queue.put([writer, number])
    return EACH


def take(folder: Path, expected: int) -> list[list[int]]:
    taken, end = [], monotonic() + 60
    with connect(folder) as broker:
        queue = broker.SimpleQueue("celery")
        while len(taken) < expected and monotonic() < end:
            try:
                message = queue.get(block=False)
            except Empty:
                continue
            message.ack()
            taken.append(message.payload)
    return taken


@pytest.fixture
def folder(tmp_path) -> Path:
    Transport.global_state.clear()  # it remembers queues by their names, whatever the folder
    for name in ("messages", "control"):
        (tmp_path / name).mkdir()
    return tmp_path


def test_broker_loses_nothing_where_three_write_and_one_takes_at_once(folder):
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as processes:
        taking = processes.submit(take, folder, 3 * EACH)
        writing = [processes.submit(put, folder, writer) for writer in range(3)]
        taken = taking.result()

    assert [each.result() for each in writing] == [EACH] * 3
    assert sorted(taken) == [[writer, number] for writer in range(3) for number in range(EACH)]
    assert list((folder / "messages").iterdir()) == []


@pytest.mark.parametrize("content", [b"", b'{"body": "', b"\xff\xfe"])
def test_broker_drops_what_cannot_be_read_and_takes_the_next(folder, content):
    (folder / "messages" / "!before.celery.msg").write_bytes(content)

    put_one(folder)
    with capture_logs() as logs:
        taken = take(folder, 1)

    assert taken == ["wake up"]
    assert [log["event"] for log in logs] == ["message_not_readable"]
    assert list((folder / "messages").iterdir()) == []


def put_one(folder: Path) -> None:
    with connect(folder) as broker:
        broker.SimpleQueue("celery").put("wake up")


def test_broker_does_not_take_what_is_being_written(folder):
    (folder / "messages" / "!before.celery.msg.new").write_bytes(b'{"bo')

    put_one(folder)

    assert take(folder, 1) == ["wake up"]
