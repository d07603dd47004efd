"""What is wrong with segments that arrived damaged: is it the line, or who made the frames? Pure.

A line that loses or flips bits damages text as well, and each time otherwise. Who makes frames
wrongly damages frames alone, and the same answer always alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from enum import Enum

from hil.wire.errors import WireError
from hil.wire.frames import decode_segment
from hil.wire.messages import decode_reply


class Damage(str, Enum):
    """How frames of a board were damaged; each in words."""

    NONE = ""
    CHECK = "whole messages with another CRC-32 than theirs"
    SEVEN_BITS = "the top bit of every byte is 0"
    CARRIAGE_RETURNS = "CR comes before every LF"
    ALIKE = "the same answer is damaged in the same way each time"
    TEXT_TOO = "text arrives damaged, too"
    FRAMES_ALONE = "frames alone are damaged, each otherwise"

    @property
    def of_the_line(self) -> bool:
        """Whether a line or an adapter does this, and no maker of frames."""
        return self in (Damage.SEVEN_BITS, Damage.CARRIAGE_RETURNS, Damage.TEXT_TOO)


_CRC_BYTES = 4
_TELLING_BYTES = 64  # as many with their top bit 0 are no chance
_FEWEST = 4
_PRINTABLE = frozenset(range(0x20, 0x7F)) | {0x09, 0x0A, 0x0D, 0x1B}
_TEXT_BYTES, _TEXT_SHARE = 16, 0.9


def kind_of_damage(segments: Sequence[bytes], whole: int) -> Damage:
    """What the segments have in common; the surest first. `whole`: frames that came undamaged.

    A message that noise has changed may still be one. That all of them are, and none comes whole,
    is no noise.
    """
    found = [segment for segment in segments if segment]
    if not found:
        return Damage.NONE
    data = b"".join(found)
    tests: tuple[tuple[Damage, Callable[[], bool]], ...] = (
        (Damage.CARRIAGE_RETURNS, lambda: _half(_whole_without_cr(one) for one in found)),
        (Damage.SEVEN_BITS, lambda: len(data) >= _TELLING_BYTES and max(data) < 0x80),
        (Damage.TEXT_TOO, lambda: any(_is_like_text(one) for one in found)),
        (
            Damage.CHECK,
            lambda: (
                not whole
                and len(found) >= _FEWEST
                and all(_whole_but_for_its_check(one) for one in found)
            ),
        ),
        (Damage.ALIKE, lambda: len(found) > 1 and _half(_seen_twice(found))),
    )
    return next((damage for damage, holds in tests if holds()), Damage.FRAMES_ALONE)


def _half(each: Iterable[bool]) -> bool:
    flags = list(each)
    return 2 * sum(flags) >= len(flags)


def _seen_twice(segments: Sequence[bytes]) -> list[bool]:
    counts = Counter(segments)
    return [counts[segment] > 1 for segment in segments]


def _whole_without_cr(segment: bytes) -> bool:
    return b"\r\n" in segment and decode_segment(segment.replace(b"\r\n", b"\n")) is not None


def _whole_but_for_its_check(segment: bytes) -> bool:
    from cobs import cobs

    try:
        decode_reply(cobs.decode(segment)[:-_CRC_BYTES])
    except (cobs.DecodeError, WireError):
        return False
    return True


def _is_like_text(segment: bytes) -> bool:
    printable = sum(byte in _PRINTABLE for byte in segment)
    return len(segment) >= _TEXT_BYTES and printable >= _TEXT_SHARE * len(segment)
