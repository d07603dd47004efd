"""What the page says of time: a histogram per stage, where an image's time goes, operators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from hil.facts.stand_in import note
from hil.judge.figures import duration_text, durations, quantile, series, share_text
from hil.report.page.charts import Part, bar, histogram, stacked

if TYPE_CHECKING:
    from hil.facts.records import ImageRecord, SampleRecord, Times
    from hil.facts.run import Run

STAGES = (
    ("invoke_us", "inference", "by the board's clock"),
    ("round_trip_us", "round trip", "by the host's clock: upload, inference, CAM and reply"),
    ("upload_us", "upload", "by the board's clock"),
    ("preprocess_us", "preprocess", "by the board's clock"),
    ("cam_us", "CAM", "by the board's clock"),
    ("reply_us", "reply", "the round trip without the board's stages"),
)
_ON_THE_BOARD = ("upload_us", "preprocess_us", "invoke_us", "cam_us")


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage with its histogram; `before` are the median and p95 of the other run."""

    title: str
    clock: str
    chart: Markup
    count: int
    median: str
    p95: str
    least: str
    greatest: str
    before: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class OpRow:
    """One operator over all traced inferences; `median` is empty where the board gave no time."""

    index: int
    name: str
    identical: int
    traced: int
    median: str
    share: str
    bar: Markup

    @property
    def same(self) -> bool:
        """Its output was the oracle's in every trace."""
        return self.identical == self.traced


@dataclass(frozen=True, slots=True)
class Latency:
    """`silent`: stages that took no time in any image. `note`: what the times mean, if not that."""

    stages: tuple[Stage, ...]
    silent: tuple[str, ...]
    split: tuple[Part, ...]
    split_bar: Markup
    ops: tuple[OpRow, ...]
    ops_timed: bool
    note: str


def latency(run: Run, against: Run | None = None) -> Latency:
    """Everything about time in a run."""
    stages, silent = [], []
    for name, title, clock in STAGES:
        values = stage_values(run.measured, name)
        if not any(values):
            silent += [title] if values else []
            continue
        other = stage_values(against.measured, name) if against is not None else []
        stages.append(_stage(title, clock, values, other))
    split = _split(run.measured)
    ops = _op_rows(run)
    return Latency(
        stages=tuple(stages),
        silent=tuple(silent),
        split=split,
        split_bar=stacked(split),
        ops=ops,
        ops_timed=any(row.median for row in ops),
        note=note(run.time_base),
    )


def stage_values(images: Sequence[ImageRecord | SampleRecord], name: str) -> list[int]:
    """Microseconds of one of `STAGES` per image; empty where it cannot be told."""
    if name == "reply_us":
        rest = [_rest(image.times) for image in images]
        # Images that overlap have no reply of their own.
        return rest if min(rest, default=0) >= 0 else []
    return [getattr(image.times, name) for image in images]


def _rest(times: Times) -> int:
    on_the_board: int = sum(getattr(times, name) for name in _ON_THE_BOARD)
    return times.round_trip_us - on_the_board


def _stage(title: str, clock: str, values: list[int], other: list[int]) -> Stage:
    found, text = series(values), durations([*values, *other])
    before = None
    if any(other):
        earlier = series(other)
        before = (text(earlier.median), text(earlier.p95))
    return Stage(
        title=title,
        clock=clock,
        chart=histogram(title, values, text, other=other if before else ()),
        count=found.count,
        median=text(found.median),
        p95=text(found.p95),
        least=text(found.least),
        greatest=text(found.greatest),
        before=before,
    )


def _split(images: Sequence[ImageRecord | SampleRecord]) -> tuple[Part, ...]:
    """Where the round trip of the median image goes; empty where stages overlap."""
    if not images:
        return ()
    ordered = sorted(images, key=lambda image: image.times.round_trip_us)
    middle = ordered[len(ordered) // 2].times
    stages = [(name, getattr(middle, name)) for name in _ON_THE_BOARD]
    rest = _rest(middle)
    if rest < 0:
        return ()
    titles = {name: title for name, title, _ in STAGES}
    parts = [
        Part(titles[name], us, duration_text(us), kind)
        for (name, us), kind in zip(stages, "abcd", strict=True)
        if us
    ]
    return (*parts, Part("reply", rest, duration_text(rest), "free"))


def _op_rows(run: Run) -> tuple[OpRow, ...]:
    """Operators by their place in the model; times are medians over the traces."""
    names: dict[int, str] = {}
    matches: dict[int, list[bool]] = {}
    times: dict[int, list[int]] = {}
    for _, ops in run.traced:
        for op in ops:
            names[op.index] = op.name
            matches.setdefault(op.index, []).append(op.device_crc == op.expected_crc)
            if op.device_us is not None:
                times.setdefault(op.index, []).append(op.device_us)
    medians = {index: quantile(sorted(us), 0.5) for index, us in times.items()}
    whole, most = sum(medians.values()), max(medians.values(), default=0)
    rows = []
    for index in sorted(names):
        median = medians.get(index)
        rows.append(
            OpRow(
                index=index,
                name=names[index],
                identical=sum(matches[index]),
                traced=len(matches[index]),
                median="" if median is None else duration_text(median),
                share="" if median is None else share_text(median, whole),
                bar=bar((median or 0) / most if most else 0),
            )
        )
    return tuple(rows)
