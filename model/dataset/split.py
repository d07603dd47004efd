"""Which split a picture belongs to: train, val or test.

The hash depends on the picture's name alone, so that adding pictures moves none.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass

from hil.errors import UsageError

TRAIN, VAL, TEST = "train", "val", "test"
SPLITS = (TRAIN, VAL, TEST)
INPUT, HASH = "input", "hash"  # beside TRAIN, what a Splitter can be told

_TRAIN_END, _VAL_END = 0.8, 0.9


@dataclass(frozen=True, slots=True)
class Splitter:
    """Gives pictures their split.

    how: "input" keeps what the input says, "hash" does not look at it; "train" is for
        pictures that nothing may be measured on.
    group: pictures whose names have the same match (its first group, if it has one)
        stay together: frames of one video, photographs of one room.
    """

    how: str = INPUT
    group: re.Pattern[str] | None = None

    def split(self, name: str, said: str = "", *, of: Collection[str] = ()) -> str:
        """The split of a picture.

        Args:
            name: its path in the input.
            said: what the input says: train, val, test, or nothing.
            of: all that the input says of any picture. One split alone is none.
                Where it knows train and val only, its val is what results are
                reported on, so it becomes test, and a picture of train becomes val
                if the hash says so.
        """
        if self.how == TRAIN:
            return TRAIN
        hashed = hashed_split(self.key(name))
        if self.how == HASH or not said or len(set(of)) < 2:
            return hashed
        if TEST in of:
            return said
        if said == VAL:
            return TEST
        return VAL if said == TRAIN and hashed == VAL else said

    def key(self, name: str) -> str:
        """What is hashed: the file's name without folders, or the match of the group."""
        if self.group is not None and (match := self.group.search(name)):
            return match[1] if match.re.groups and match[1] is not None else match[0]
        return name.rsplit("/", 1)[-1]


def hashed_split(key: str) -> str:
    """80 % train, 10 % val, 10 % test, by the first 8 bytes of the key's SHA-256."""
    share = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") / 2**64
    return TRAIN if share < _TRAIN_END else VAL if share < _VAL_END else TEST


def compile_group(pattern: str) -> re.Pattern[str]:
    """A regular expression of the command line; UsageError if it is none."""
    try:
        return re.compile(pattern)
    except re.error as error:
        raise UsageError(
            f"not a regular expression: {error}",
            where=f"--group {pattern}",
            hint=r"for frames named walk-0001.jpg: --group '^(.*)-\d+'",
        ) from error
