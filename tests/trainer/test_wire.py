import socket
from collections.abc import Iterator

import msgspec
import pytest

from trainer.protocol import Alive, Pause, Shutdown, Stop
from trainer.wire import Closed, Wire


@pytest.fixture
def ends() -> Iterator[tuple[Wire, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Wire(ours), theirs


def test_controls_arrive_in_order_however_they_are_cut(ends: tuple[Wire, socket.socket]) -> None:
    wire, bot = ends
    sent = [Pause(attempt="ä" * 90_000), Stop(attempt="b"), Shutdown()]
    stream = b"".join(msgspec.json.encode(control) + b"\n" for control in sent)
    got = []
    for start in range(0, len(stream), 50_000):
        bot.sendall(stream[start : start + 50_000])
        got += wire.controls(timeout_seconds=1)
    assert got == sent


def test_nothing_to_read_is_no_end(ends: tuple[Wire, socket.socket]) -> None:
    wire, _ = ends
    assert wire.controls(timeout_seconds=0) == []


def test_the_end_of_the_stream_is_told(ends: tuple[Wire, socket.socket]) -> None:
    wire, bot = ends
    bot.close()
    with pytest.raises(Closed):
        wire.controls(timeout_seconds=1)
    with pytest.raises(Closed):
        wire.tell(Alive(attempts=("a",)))


def test_what_is_told_is_one_line(ends: tuple[Wire, socket.socket]) -> None:
    wire, bot = ends
    wire.tell(Alive(attempts=("b",)))
    assert msgspec.json.decode(bot.recv(1000).removesuffix(b"\n"), type=Alive) == Alive(attempts=("b",))


def test_an_unknown_message_is_an_error(ends: tuple[Wire, socket.socket]) -> None:
    wire, bot = ends
    bot.sendall(b'{"type":"Explode"}\n')
    with pytest.raises(msgspec.ValidationError):
        wire.controls(timeout_seconds=1)
