"""Results that depend on nothing but their key, kept on disk."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from hil.base.whole_file import write_whole

_FORMAT = 4
_Result = TypeVar("_Result")


def cached(
    kind: str,
    key: str,
    compute: Callable[[], _Result],
    read: Callable[[Any], _Result],
    worth: Callable[[_Result], bool] = lambda _: True,
    directory: Path | None = None,
) -> _Result:
    """The kept result for a key, or else a computed one, which is kept.

    Args:
        kind: of result: a directory in the cache.
        key: all that the result depends on.
        compute: gives a dataclass instance.
        read: makes one of its JSON; raises TypeError, ValueError or KeyError if it is none.
        worth: whether the result would be the same another time.
        directory: of all kinds; the user's cache directory when None.
    """
    if directory is None:
        import platformdirs

        directory = platformdirs.user_cache_path("camhil")
    name = hashlib.sha256(f"{_FORMAT} {kind} {key}".encode()).hexdigest()
    file = directory / kind / f"{name}.json"
    try:
        return read(json.loads(file.read_text("utf-8")))
    except (OSError, ValueError, TypeError, KeyError):
        result = compute()
    if worth(result):
        # A cache that cannot be written costs time, nothing else.
        with contextlib.suppress(OSError):
            text = json.dumps(dataclasses.asdict(result))  # type: ignore[call-overload]
            write_whole(file, text.encode())
    return result
