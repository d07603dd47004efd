"""Pictures ahead of the board: threads decode what it will need next."""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from hil.errors import UsageError
from hil.evaluate.labels import Entry

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_THREADS = 2
_AHEAD = 32  # pictures; 300 kB

_Item = TypeVar("_Item")
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A picture as it is sent. `problem`: why it cannot be, instead of a tensor.

    `tensor`: int8 [height, width]. `file_crc`: CRC-32 of the file. `size`: (width,
    height) of the upright picture.
    """

    entry: Entry
    tensor: NDArray[np.int8] | None = None
    file_crc: int = 0
    size: tuple[int, int] = (0, 0)
    problem: str = ""


def load_picture(pictures: Path, entry: Entry) -> Loaded:
    """Reads, cuts and shrinks one picture; never raises for a bad one."""
    from hil.images import load

    path = pictures / entry.file
    try:
        crc = file_crc(path)
        photo = load(path, resize=True)
    except OSError as error:
        return Loaded(entry, problem=f"{entry.file}: {error.strerror}")
    except UsageError as error:
        return Loaded(entry, problem=f"{entry.file}: {error.message}")
    if entry.size is not None and entry.size != photo.original_size:
        said, is_now = ("x".join(map(str, size)) for size in (entry.size, photo.original_size))
        return Loaded(entry, problem=f"{entry.file} is {is_now} pixels, the labels say {said}")
    return Loaded(entry, photo.tensor, crc, photo.original_size)


def file_crc(path: Path) -> int:
    """CRC-32 of a file's bytes."""
    return zlib.crc32(path.read_bytes())


def ahead(
    make: Callable[[_Item], _Made],
    items: Iterable[_Item],
    *,
    threads: int = _THREADS,
    depth: int = _AHEAD,
) -> Iterator[_Made]:
    """`map(make, items)` in threads, in order, at most `depth` results ahead of the caller."""
    source = iter(items)
    with ThreadPoolExecutor(threads, thread_name_prefix="pictures") as pool:
        waiting: deque[Future[_Made]] = deque()
        try:
            waiting.extend(pool.submit(make, item) for item in islice(source, depth))
            while waiting:
                made = waiting.popleft().result()
                waiting.extend(pool.submit(make, item) for item in islice(source, 1))
                yield made
        finally:
            for future in waiting:
                future.cancel()
