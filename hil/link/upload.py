"""Which chunks of a sample the board has, and which one to send next. Pure bookkeeping."""

from __future__ import annotations

import enum
from collections.abc import Iterator

from hil.wire.requests import MAX_CHUNKS, TOLD_CHUNKS


class _Chunk(enum.Enum):
    UNSENT = 0
    SENT = 1  # on its way or lost: its exchange decides
    ARRIVED = 2


class UploadWindow:
    """The chunks of one sample of `sample_bytes`, in pieces of `chunk_bytes`.

    The board tells (`first_missing`, `missing`): all chunks before the first have arrived, and bit
    i is set while chunk first_missing + i has not. What it does not tell it does not keep.
    """

    def __init__(self, sample_bytes: int, chunk_bytes: int) -> None:
        self.chunk_bytes = chunk_bytes
        self.count = -(-sample_bytes // chunk_bytes)
        if not 0 < self.count <= MAX_CHUNKS:
            raise ValueError(
                f"a sample of {sample_bytes} bytes takes {self.count} chunks of {chunk_bytes}; "
                f"an upload has 1 to {MAX_CHUNKS}"
            )
        self._chunks = [_Chunk.UNSENT] * self.count
        self._first = 0  # all before have arrived

    @property
    def arrived(self) -> int:
        """Chunks that the board has acknowledged."""
        return self._chunks.count(_Chunk.ARRIVED)

    @property
    def all_sent(self) -> bool:
        return _Chunk.UNSENT not in self._chunks

    def next_unsent(self) -> int | None:
        """The first chunk that is to be sent; None while the board would keep none."""
        kept = self._chunks[self._first : self._first + TOLD_CHUNKS]
        return self._first + kept.index(_Chunk.UNSENT) if _Chunk.UNSENT in kept else None

    def sent(self, index: int) -> None:
        self._chunks[index] = _Chunk.SENT

    def refused(self, index: int) -> None:
        """The board had no use for the chunk: it is to be sent again."""
        if self._chunks[index] is _Chunk.SENT:
            self._chunks[index] = _Chunk.UNSENT

    def update(self, first_missing: int, missing: int) -> list[int]:
        """Takes over what the board tells; returns the chunks that arrived meanwhile.

        A chunk that had arrived and is missing again was lost by the board and becomes unsent.
        """
        arrived = []
        for index, is_missing in self._told(first_missing, missing):
            if not is_missing:
                if self._chunks[index] is not _Chunk.ARRIVED:
                    self._chunks[index] = _Chunk.ARRIVED
                    arrived.append(index)
            elif self._chunks[index] is _Chunk.ARRIVED:
                self._chunks[index] = _Chunk.UNSENT
        self._first = min(first_missing, self.count)
        return arrived

    def takes_back(self, first_missing: int, missing: int) -> bool:
        """Whether the board misses a chunk that it has acknowledged."""
        return any(
            is_missing and self._chunks[index] is _Chunk.ARRIVED
            for index, is_missing in self._told(first_missing, missing)
        )

    def restart(self) -> None:
        """Every chunk is to be sent again."""
        self._chunks = [_Chunk.UNSENT] * self.count
        self._first = 0

    def _told(self, first_missing: int, missing: int) -> Iterator[tuple[int, bool]]:
        """The chunks of which something may have changed, and whether each is missing."""
        end = max(self._first, first_missing) + TOLD_CHUNKS  # none behind has been sent
        for index in range(min(self._first, first_missing), min(end, self.count)):
            bit = index - first_missing
            yield index, bit >= TOLD_CHUNKS or (bit >= 0 and bool(missing >> bit & 1))
