"""Which chunks of an image the board has, and which one to send next. Pure bookkeeping."""

from __future__ import annotations

import enum

from hil.wire.requests import MAX_CHUNKS


class _Chunk(enum.Enum):
    UNSENT = 0
    SENT = 1  # on its way or lost: its exchange decides
    ARRIVED = 2


class UploadWindow:
    """The chunks of one image of `image_bytes`, in pieces of `chunk_bytes`."""

    def __init__(self, image_bytes: int, chunk_bytes: int) -> None:
        self.chunk_bytes = chunk_bytes
        self.count = -(-image_bytes // chunk_bytes)
        if not 0 < self.count <= MAX_CHUNKS:
            raise ValueError(
                f"an image of {image_bytes} bytes takes {self.count} chunks of {chunk_bytes}; "
                f"an upload has 1 to {MAX_CHUNKS}"
            )
        self._chunks = [_Chunk.UNSENT] * self.count

    @property
    def arrived(self) -> int:
        """Chunks that the board has acknowledged."""
        return self._chunks.count(_Chunk.ARRIVED)

    @property
    def all_sent(self) -> bool:
        return _Chunk.UNSENT not in self._chunks

    def next_unsent(self) -> int | None:
        """The first chunk that is to be sent; None when all are on their way."""
        return self._chunks.index(_Chunk.UNSENT) if not self.all_sent else None

    def sent(self, index: int) -> None:
        self._chunks[index] = _Chunk.SENT

    def refused(self, index: int) -> None:
        """The board had no use for the chunk: it is to be sent again."""
        if self._chunks[index] is _Chunk.SENT:
            self._chunks[index] = _Chunk.UNSENT

    def update(self, missing: int) -> list[int]:
        """Takes over the board's bitmap of missing chunks; returns those that arrived meanwhile.

        A chunk that had arrived and is missing again was lost by the board and becomes unsent.
        """
        arrived = []
        for index, chunk in enumerate(self._chunks):
            if not missing >> index & 1:
                if chunk is not _Chunk.ARRIVED:
                    self._chunks[index] = _Chunk.ARRIVED
                    arrived.append(index)
            elif chunk is _Chunk.ARRIVED:
                self._chunks[index] = _Chunk.UNSENT
        return arrived

    def takes_back(self, missing: int) -> bool:
        """Whether the board misses a chunk that it has acknowledged."""
        return any(
            chunk is _Chunk.ARRIVED and missing >> index & 1
            for index, chunk in enumerate(self._chunks)
        )

    def restart(self) -> None:
        """Every chunk is to be sent again."""
        self._chunks = [_Chunk.UNSENT] * self.count
