"""What the page says of the cause: the mistakes found, and where the first difference is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from hil.network.location import Location
from hil.report.changes import place
from hil.report.page.charts import bar
from hil.report.page.heat import difference_grid, location_grid

if TYPE_CHECKING:
    from hil.diagnose import Diagnosis
    from hil.facts.evidence import DivergenceRecord
    from hil.judge.judged import JudgedImage, JudgedRun

_MOST_CHANNELS = 6


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel that differs. `bar`: its share of all that can differ in it."""

    number: int
    differing: int
    max_lsb: int
    bar: Markup


@dataclass(frozen=True, slots=True)
class FirstDifference:
    """Where one image first differs.

    Attributes:
        key: of the image in the page; empty if it is not there.
        what: the operator or tensor in a few words.
        facts: (name, value).
        grid: where in the picture, as SVG; empty without places.
        caption: how to read it.
        kind: "difference", "location" or empty.
        top: the largest difference of the grid in words.
        channels: the worst ones.
    """

    image: str
    key: str
    what: str
    detail: str
    facts: tuple[tuple[str, str], ...]
    grid: Markup
    caption: str
    kind: str
    top: str
    channels: tuple[Channel, ...]


def first_differences(judged: JudgedRun, diagnosis: Diagnosis) -> tuple[FirstDifference, ...]:
    """One for each image that was looked into, the one that says most first."""
    from hil.diagnose.show import worth_showing

    best = worth_showing(diagnosis)
    if best is None:
        return ()
    others = (record for record in diagnosis.divergences if record is not best)
    images = {image.record.name: image for image in judged.images}
    return tuple(_difference(record, images.get(record.image)) for record in (best, *others))


def _difference(record: DivergenceRecord, image: JudgedImage | None) -> FirstDifference:
    grid, caption, kind, top = _grid(record, image)
    return FirstDifference(
        image=record.image,
        key="" if image is None else image.key,
        what=record.name if record.op is None else f"operator {record.op}, {record.name}",
        detail=record.detail,
        facts=_facts(record) + _places(record, image),
        grid=grid,
        caption=caption,
        kind=kind,
        top=top,
        channels=_channels(record),
    )


def _facts(record: DivergenceRecord) -> tuple[tuple[str, str], ...]:
    facts = []
    if record.op is not None:
        facts.append(("operator", f"{record.op}, {record.name}"))
    else:
        facts.append(("first to differ", record.name))
    if record.shape:
        facts.append(("shape", " x ".join(map(str, record.shape))))
    if record.differing and record.elements > 1:
        share = record.differing / record.elements
        facts.append(
            ("elements that differ", f"{record.differing:,} of {record.elements:,} ({share:.1%})")
        )
    if record.max_lsb:
        unit = "units" if record.name == "map" else "LSB"
        facts.append(("largest, mean", f"{record.max_lsb:,}, {record.mean_lsb:,.3g} {unit}"))
    inputs = {True: "right", False: "wrong", None: "not known"}[record.inputs_equal]
    facts.append(("its inputs", inputs))
    found = {"trace": "a trace of every operator"}.get(record.how, "what can be read back")
    facts.append(("found by", found))
    return tuple(facts)


def _places(record: DivergenceRecord, image: JudgedImage | None) -> tuple[tuple[str, str], ...]:
    if record.name != "location" or image is None:
        return ()
    facts = image.record.facts
    return (("board", place(facts.device)), ("oracle", place(facts.reference)))


def _grid(record: DivergenceRecord, image: JudgedImage | None) -> tuple[Markup, str, str, str]:
    """(grid, caption, kind, largest value in words)."""
    if any(map(any, record.map)):
        unit = "units" if record.name == "map" else "LSB"
        top = max(map(max, record.map))
        rows, columns = len(record.map), len(record.map[0])
        label = (
            f"Largest difference in each of {rows} by {columns} places of the output: "
            f"at most {top:,} {unit}, none in "
            f"{sum(value == 0 for row in record.map for value in row)} places"
        )
        caption = f"largest difference by place, over all channels, in {unit}"
        if record.name == "map":
            caption = "difference of the map, in units"
        grid = difference_grid(record.map, label=label, unit=unit)
        return grid, caption, "difference", f"{top:,} {unit}"
    if image is None:
        return Markup(""), "", "", ""
    facts = image.record.facts
    board, oracle, cam = facts.device.location, facts.reference.location, facts.device.cam
    if record.name != "location" or cam is None:
        return Markup(""), "", "", ""
    if not (isinstance(board, Location) and isinstance(oracle, Location)):
        return Markup(""), "", "", ""
    label = (
        f"The board's map; the board's location is ({board.x}, {board.y}), "
        f"the oracle's ({oracle.x}, {oracle.y})"
    )
    caption = "the board's own map, and the two locations"
    return location_grid(cam, facts.input_size, board, oracle, label=label), caption, "location", ""


def _channels(record: DivergenceRecord) -> tuple[Channel, ...]:
    if len(record.shape) < 3:
        return ()
    each = record.elements / record.shape[-1]
    return tuple(
        Channel(number, differing, largest, bar(differing / each))
        for number, differing, largest in record.channels[:_MOST_CHANNELS]
    )
