"""A diagnosis as lines of text: the same in the terminal, in `hil diagnose` and in reports."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hil.facts.diagnosis import Diagnosis, Finding, Unexplained
from hil.facts.evidence import DivergenceRecord

WIDTH = 78
_NAMED_IMAGES = 4
_SHADES = " .:-=+*#%@"


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    strong: bool = False


def lines(diagnosis: Diagnosis) -> Iterator[Line]:
    """What was found, what was not, and where the first failing images differ."""
    for number, finding in enumerate(diagnosis.findings, start=1):
        yield from _finding(finding, number)
    for unexplained in diagnosis.unexplained:
        yield from _unexplained(unexplained)
    shown = worth_showing(diagnosis)
    if shown is not None:
        yield Line("")
        yield from divergence_lines(shown)


def divergence_lines(found: DivergenceRecord) -> Iterator[Line]:
    """The first difference of one image: numbers, a small map, the worst channels."""
    yield Line(f"first difference, {found.image}", strong=True)
    yield from _wrapped(found.detail)
    if found.shape:
        yield Line(f"  its shape: {'x'.join(map(str, found.shape))}")
    if found.channels and len(found.shape) > 2:
        worst = ", ".join(f"{k}: {count} (max {lsb})" for k, count, lsb in found.channels[:5])
        yield from _wrapped(f"worst channels, elements that differ: {worst}")
    yield from _map(found.map)


def _finding(finding: Finding, number: int) -> Iterator[Line]:
    yield Line(f"{number}. {finding.title}  [{finding.id}]", strong=True)
    yield from _wrapped(finding.evidence)
    for name, title in finding.alternatives:
        yield from _wrapped(f"these images cannot tell it from: {title} [{name}]")
    if finding.images:
        yield from _wrapped(f"images: {listed(finding.images)}")
    yield from _wrapped(f"look at: {finding.where_to_look}")


def _unexplained(found: Unexplained) -> Iterator[Line]:
    yield Line(f"unexplained ({found.stage}): {found.what}", strong=True)
    if found.images:
        yield from _wrapped(f"in {len(found.images)}: {listed(found.images)}")
    for fact in found.facts:
        # What a test or an error said, with paths and commands that people copy.
        for number, line in enumerate(fact.splitlines()):
            yield Line(f"{'  ' if number == 0 else '    '}{line.strip()}")


def worth_showing(diagnosis: Diagnosis) -> DivergenceRecord | None:
    """The first difference that says most: of an operator, else any."""
    by_operator = [d for d in diagnosis.divergences if d.op is not None]
    return next(iter(by_operator or diagnosis.divergences), None)


def _map(cells: tuple[tuple[int, ...], ...]) -> Iterator[Line]:
    """Shades by the largest difference in each place."""
    top = max((max(row) for row in cells), default=0)
    if top == 0:
        return
    yield Line(f"  largest difference by place, blank is none, {_SHADES[-1]} is {top} LSB:")
    for row in cells:
        shades = (_SHADES[-(-value * (len(_SHADES) - 1) // top)] * 2 for value in row)
        yield Line(f"  |{''.join(shades)}|")


def listed(names: Sequence[str]) -> str:
    """The first few names, each once, and how many more there are."""
    unique = list(dict.fromkeys(names))
    more = len(unique) - _NAMED_IMAGES
    text = ", ".join(unique[:_NAMED_IMAGES])
    return f"{text} and {more} more" if more > 0 else text


def _wrapped(text: str) -> Iterator[Line]:
    """Prose; a word that is too long, such as a path, is wider and stays whole."""
    for line in textwrap.wrap(
        text,
        WIDTH,
        initial_indent="  ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    ):
        yield Line(line)
