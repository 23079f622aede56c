"""Messages as lines of JSON on a socket of their own."""

import select
import socket

import msgspec

from trainer.protocol import Control, Told

_CHUNK = 1 << 16


class Closed(Exception):
    """The other side is gone."""


class Wire:
    """The trainer's end. Reading never blocks longer than it is told to; telling blocks while the bot is slow."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._decoder = msgspec.json.Decoder(Control)
        self._encoder = msgspec.json.Encoder()
        self._unread = bytearray()

    def controls(self, timeout_seconds: float) -> list[Control]:
        """What has arrived, waiting at most so long for the first. Raises Closed, msgspec.ValidationError."""
        readable, _, _ = select.select([self._connection], [], [], timeout_seconds)
        while readable:
            self._receive()
            readable, _, _ = select.select([self._connection], [], [], 0)
        *lines, rest = bytes(self._unread).split(b"\n")
        self._unread = bytearray(rest)
        return [self._decoder.decode(line) for line in lines]

    def tell(self, message: Told) -> None:
        """Send one message. Raises Closed."""
        try:
            self._connection.sendall(self._encoder.encode(message) + b"\n")
        except ConnectionError as error:
            raise Closed from error

    def _receive(self) -> None:
        try:
            chunk = self._connection.recv(_CHUNK)
        except ConnectionError as error:
            raise Closed from error
        if not chunk:
            raise Closed
        self._unread += chunk
