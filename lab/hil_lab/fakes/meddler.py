"""A line on which somebody changes what the board says, for tests of what notices it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hil.board import Board
from hil.link.transport import Transport
from hil.wire.frames import ConsoleText, Damaged, FrameDecoder, encode_frame
from hil.wire.messages import decode_reply, encode_reply
from hil.wire.replies import Reply

Change = Callable[[int, Reply], list[tuple[int, Reply]]]
"""What becomes of a reply and its number."""


class Meddler:
    """A transport that changes the replies of the one behind it."""

    def __init__(self, inner: Transport, change: Change) -> None:
        self.inner = inner
        self.change = change
        self._decoder = FrameDecoder()

    @property
    def name(self) -> str:
        return self.inner.name

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        changed = b""
        for event in self._decoder.feed(self.inner.read(max_bytes, timeout_s)):
            if isinstance(event, ConsoleText):
                changed += event.text.encode()
            elif isinstance(event, Damaged):
                changed += b"\x00" + event.data + b"\x00"
            else:
                replies = self.change(*decode_reply(event.message))
                changed += b"".join(encode_frame(encode_reply(*reply)) for reply in replies)
        return changed

    def write(self, data: bytes) -> None:
        self.inner.write(data)

    def set_baud(self, baud: int) -> None:
        self.inner.set_baud(baud)

    def close(self) -> None:
        self.inner.close()


@contextmanager
def meddled(board: Board, change: Change) -> Iterator[None]:
    """Within, the board's replies are changed."""
    port = board._connection.port
    inner = port.inner
    port.attach(Meddler(inner, change), port.baud)
    try:
        yield
    finally:
        port.attach(inner, port.baud)
