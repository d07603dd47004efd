"""When a mistake with memory is made: what tells the answers in which it shows from the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from hil.diagnose.rules import Look
from hil.diagnose.timeline import BELOW, Step, kind_of

_LONGEST = 64

Occasion = Callable[[Look, int], bool]


def occasions(look: Look, made: Sequence[int]) -> Iterator[tuple[str, Occasion]]:
    """(in words, whether an answer is one), the simplest first. `made`: where it shows."""
    for text, asked in _ASKED.items():
        yield text, lambda look, n, asked=asked: asked(look.steps[n])  # type: ignore[misc]
    for text, before in _BEFORE.items():
        yield text, lambda look, n, before=before: _of_before(look, n, before)  # type: ignore[misc]
    counts = [look.steps[n].record.count for n in made]
    for length in range(2, _LONGEST + 1):
        rest = counts[0] % length
        if len(set(counts)) > 1 and all(count % length == rest for count in counts):
            first = rest or length
            text = f"in every {ordinal(length)} answer since the start"
            yield (
                f"{text} ({first}, {first + length}, ...)",
                lambda look, n, length=length, rest=rest: (  # type: ignore[misc]
                    look.steps[n].record.count % length == rest
                ),
            )
    yield (
        f"from answer {min(counts)} since the start on",
        lambda look, n: look.steps[n].record.count >= min(counts),
    )
    yield (
        f"up to answer {max(counts)} since the start",
        lambda look, n: look.steps[n].record.count <= max(counts),
    )


def separates(look: Look, occasion: Occasion, made: Sequence[int], not_made: Sequence[int]) -> bool:
    """Whether the mistake is made on this occasion, and on no other."""
    return all(occasion(look, n) for n in made) and not any(occasion(look, n) for n in not_made)


def ordinal(number: int) -> str:
    """ "7th"."""
    ends = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if 10 < number % 100 < 14 else ends.get(number % 10, 'th')}"


def _of_before(look: Look, number: int, holds: Callable[[Step, Step], bool]) -> bool:
    before = look.step_before(number)
    return before is not None and holds(look.steps[number], before)


_ASKED: dict[str, Callable[[Step], bool]] = {
    "where the request has a threshold": lambda now: now.record.asked.threshold is not None,
    "where the request has no threshold": lambda now: now.record.asked.threshold is None,
    "where the map is asked for": lambda now: now.record.asked.cam,
    "where the map is not asked for": lambda now: not now.record.asked.cam,
    "of tensors": lambda now: now.record.asked.stage == "tensor",
    "of raw frames": lambda now: now.record.asked.stage == "frame",
    "where there is a location": lambda now: kind_of(now) != BELOW,
    "where there is none": lambda now: kind_of(now) == BELOW,
    "after a refused request": lambda now: now.record.asked.refused_before,
    "where the operators are traced": lambda now: now.record.asked.traced,
    "where the operators are not traced": lambda now: not now.record.asked.traced,
    "after a pause": lambda now: now.record.after == "pause",
}

_BEFORE: dict[str, Callable[[Step, Step], bool]] = {
    "after another sample": lambda now, before: not same_sample(now, before),
    "after the same sample": lambda now, before: same_sample(now, before),
    "after an answer with a location": lambda now, before: kind_of(before) != BELOW,
    "after an answer without a location": lambda now, before: kind_of(before) == BELOW,
    "after a request with a threshold": lambda now, before: (
        before.record.asked.threshold is not None
    ),
    "after a request without a threshold": lambda now, before: (
        before.record.asked.threshold is None
    ),
    "after a traced inference": lambda now, before: before.record.asked.traced,
    "after a request for the map": lambda now, before: before.record.asked.cam,
    "after a request without the map": lambda now, before: not before.record.asked.cam,
}


def same_sample(now: Step, before: Step) -> bool:
    return now.record.asked.image_crc == before.record.asked.image_crc
