"""An output of an operator, put together from the pieces in which the board sends it. Pure."""

from __future__ import annotations

from hil.wire.replies import OpData
from hil.wire.requests import OpOutput


class Capture:
    """The pieces of the output `at` so far."""

    def __init__(self, at: OpOutput) -> None:
        self.at = at
        self._pieces: dict[int, bytes] = {}
        self._total: int | None = None

    def clear(self) -> None:
        """The network runs anew: what came before is not of this run."""
        self._pieces.clear()
        self._total = None

    def add(self, piece: OpData) -> str:
        """Takes a piece, or says what no right board would send; empty for a good one."""
        start, end = piece.offset, piece.offset + len(piece.data)
        if piece.at != self.at:
            return f"{describe(piece.at)} instead of {describe(self.at)}"
        if self._total not in (None, piece.total):
            return f"{piece.total} bytes as the size of an output of {self._total} bytes"
        if end > piece.total:
            return f"bytes {start} to {end} of an output of {piece.total} bytes"
        for other, data in self._pieces.items():
            same = (other, data) == (start, piece.data)
            if not same and start < other + len(data) and other < end:
                return f"bytes {start} to {end} of an output, and {other} to {other + len(data)}"
        self._pieces[start] = piece.data
        self._total = piece.total
        return ""

    @property
    def is_complete(self) -> bool:
        """Whether every byte is there."""
        return self._total is not None and sum(map(len, self._pieces.values())) == self._total

    @property
    def data(self) -> bytes:
        return b"".join(self._pieces[offset] for offset in sorted(self._pieces))


def describe(at: OpOutput) -> str:
    """An operator's output in a message."""
    return f"output {at.output} of operator {at.op}"
