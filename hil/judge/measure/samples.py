"""A run's facts by metric. Pure; whether they are good enough is for gates and comparisons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from hil.facts.image import ImageFacts
from hil.facts.outcomes import FLAKY
from hil.facts.stand_in import EMULATED
from hil.judge.answers import all_answer_facts
from hil.judge.measure.catalog import CATALOG, Metric, user_metric
from hil.judge.measure.energy import energy_samples
from hil.judge.measure.link_findings import OF_THE_BOARD
from hil.judge.measure.values import (
    Samples,
    decision_samples,
    gain_samples,
    rate_samples,
    value_samples,
)
from hil.judge.metrics.hits import paired_hits
from hil.judge.metrics.pointing import CENTRE, in_boxes, point_of, pointing_game
from hil.judge.metrics.scores import score_metrics
from hil.network.location import NoLocation
from hil.network.score import score_percent

if TYPE_CHECKING:
    from hil.facts.records import FrameRecord, ImageRecord, MemoryFacts
    from hil.facts.run import Run


_WITH_HOST = ("upload_us", "round_trip_us", "reply_us")
"""What waits for the host or is measured by its clock."""


def samples(run: Run, confidence: float = 0.95) -> Mapping[str, Samples]:
    """Everything that a run measured, by the name of the metric, in the catalogue's order.

    What was not measured is absent, and so is what means nothing in such a run
    (`hil.facts.stand_in`). Rates and scores are over the images with a truth,
    each image once. `confidence`: of the intervals of scores.
    """
    found = {
        entry.metric.name: entry
        for entry in _all(run, confidence)
        if not meaningless(entry.metric, run.time_base)
    }
    places = {name: place for place, name in enumerate(CATALOG)}
    # Stable: labels and users' own metrics keep the order of the run.
    ordered = sorted(found, key=lambda name: places.get(name.partition("[")[0], len(places)))
    return {name: found[name] for name in ordered}


def meaningless(metric: Metric, time_base: str) -> str:
    """Why values of this metric mean nothing in such a run; empty where they do."""
    if metric.kind != "latency" or time_base not in EMULATED:
        return ""
    if time_base != "virtual":
        return "the emulated board is as fast as its host: its times mean nothing"
    if metric.name in _WITH_HOST:
        return "it depends on the host's clock, and the emulated board's time is virtual"
    return ""


def without_limit(metric: Metric, time_base: str) -> str:
    """Why values of this metric cannot be held against a limit; empty where they can."""
    reason = meaningless(metric, time_base)
    if not reason and metric.kind == "latency" and time_base == "virtual":
        reason = (
            "virtual time counts instructions: it shows what changed (not_worse), not how long "
            "a chip takes"
        )
    return reason


def _all(run: Run, confidence: float) -> Iterator[Samples]:
    yield from _times(run)
    yield from _ops(run)
    yield from energy_samples(run, confidence)
    names = [one.name for one in run.measured]
    yield from memory_samples([one.memory for one in run.measured], names)
    yield from _flash(run)
    yield from _parity(run)
    yield from _truth(run.images, confidence)
    yield from _link(run)
    yield from _tests(run)
    yield from _users(run)


def _times(run: Run) -> Iterator[Samples]:
    names = [one.name for one in run.measured]
    times = [one.times for one in run.measured]
    for name in ("upload_us", "preprocess_us", "invoke_us", "cam_us", "round_trip_us"):
        yield from value_samples(CATALOG[name], [getattr(t, name) for t in times], names)
    cycles = [t.invoke_cycles for t in times]
    yield from value_samples(CATALOG["invoke_cycles"], cycles, names)
    stages = [t.upload_us + t.preprocess_us + t.invoke_us + t.cam_us for t in times]
    rest = [t.round_trip_us - stage for t, stage in zip(times, stages, strict=True)]
    yield from value_samples(CATALOG["reply_us"], rest, names)


def _ops(run: Run) -> Iterator[Samples]:
    by_op: dict[str, list[tuple[str, int | None, int | None]]] = {}
    for image, ops in run.traced:
        for op in ops:
            if op.output:
                continue  # the times are the operator's, and stand at its first output
            values = (image, op.device_us, op.device_cycles)
            by_op.setdefault(f"{op.index} {op.name}", []).append(values)
    for label, rows in by_op.items():
        names = [image for image, _, _ in rows]
        us, cycles = [us for _, us, _ in rows], [cycles for _, _, cycles in rows]
        yield from value_samples(CATALOG["op_us"].at(label), us, names)
        yield from value_samples(CATALOG["op_cycles"].at(label), cycles, names)


def memory_samples(reports: Sequence[MemoryFacts], names: Sequence[str] = ()) -> Iterator[Samples]:
    """What the board said of its memory. `names`: the image that each report was made after."""
    for name in ("arena_bytes", "arena_used_bytes", "static_bytes"):
        yield from value_samples(CATALOG[name], [getattr(r, name) for r in reports], names)
    for kind in ("heap", "psram"):
        heaps = [getattr(report, kind) for report in reports]
        for field in ("free_bytes", "minimum_free_bytes", "largest_block_bytes"):
            values = [None if heap is None else getattr(heap, field) for heap in heaps]
            yield from value_samples(CATALOG[f"{kind}_{field}"], values, names)
    for task in dict.fromkeys(task for report in reports for task, _ in report.stacks):
        metric = CATALOG["stack_unused_bytes"].at(task)
        yield from value_samples(metric, [dict(r.stacks).get(task) for r in reports], names)


def _flash(run: Run) -> Iterator[Samples]:
    if run.board is None:
        return
    for file in run.board.partitions:
        if file.role in ("app", "model"):
            yield from value_samples(CATALOG[f"{file.role}_bytes"], [file.file_bytes])
        if file.partition_bytes is not None:
            metric = CATALOG["partition_slack_bytes"].at(file.partition)
            yield from value_samples(metric, [file.partition_bytes - file.file_bytes])
    sections = run.board.sections
    in_ram = [section.size_bytes for section in sections if section.in_ram]
    if in_ram:
        yield from value_samples(CATALOG["static_ram_bytes"], [sum(in_ram)])
    for section in sections:
        yield from value_samples(CATALOG["section_bytes"].at(section.name), [section.size_bytes])


def _parity(run: Run) -> Iterator[Samples]:
    answers = list(all_answer_facts(run))
    apart = [sum(not output.same for output in found.outputs) for _, found in answers]
    if any(found.outputs for _, found in answers):
        yield from value_samples(CATALOG["outputs_differing"], apart, [name for name, _ in answers])
    if run.opinion is not None:
        opinions = [op.max_lsb for op in run.opinion.ops]
        yield from value_samples(CATALOG["second_opinion_lsb"], opinions)
    with_head = [(name, found) for name, found in answers if isinstance(found, ImageFacts)]
    names, facts = [name for name, _ in with_head], [found for _, found in with_head]
    measured: list[ImageRecord | FrameRecord] = [*run.images, *run.frames]
    read = [(r, r.facts) for r in measured if isinstance(r.facts, ImageFacts)]
    for name, labels, differences in (
        ("score_lsb", names, [f.scores for f in facts]),
        ("features_lsb", [r.name for r, _ in read], [found.features for _, found in read]),
        ("cam_lsb", names, [f.cam for f in facts]),
        ("input_lsb", [f.name for f in run.frames], [f.preprocessing for f in run.frames]),
    ):
        values = [None if d is None else d.max_lsb for d in differences]
        yield from value_samples(CATALOG[name], values, labels)
    apart = [int(f.device.location != f.reference.location) for f in facts]
    yield from value_samples(CATALOG["locations_differing"], apart, names)
    below = NoLocation.BELOW_THRESHOLD
    decided = [int((f.device.location is below) != (f.reference.location is below)) for f in facts]
    yield from value_samples(CATALOG["decisions_differing"], decided, names)
    traced = [sum(op.differs for op in ops) for _, ops in run.traced]
    images = [image for image, _ in run.traced]
    yield from value_samples(CATALOG["ops_differing"], traced, images)


def _tests(run: Run) -> Iterator[Samples]:
    if run.tests:
        flaky = {test.test for test in run.tests if test.outcome == FLAKY}
        yield from value_samples(CATALOG["flaky_tests"], [len(flaky)])
    if run.board is not None and run.board.thorough:
        yield from value_samples(CATALOG["thorough"], [1])


def _truth(images: Sequence[ImageRecord], confidence: float) -> Iterator[Samples]:
    """Rates and scores of the board's answers. Without any truth there is nothing.

    The threshold is the one that was asked for in the run; a run has only one. An
    image with a person counts as a hit of the pointing game when the board's
    location lies in a true box; without a location it is a miss.
    """
    known = [(image.facts, image.truth) for image in images if image.truth is not None]
    known = [
        (facts, truth) for facts, truth in known if len(facts.device.scores) > facts.positive_class
    ]
    if not known:
        return
    percents = [score_percent(facts.device.scores[facts.positive_class]) for facts, _ in known]
    persons = [truth.person for _, truth in known]
    metrics = score_metrics(percents, persons, known[0][0].threshold)
    yield from decision_samples(metrics, metrics.roc_auc, confidence)
    boxes = [truth.boxes for _, truth in known]
    places = [point_of(facts.device.location, facts.input_size) for facts, _ in known]
    yield from rate_samples("pointing_hit_rate", pointing_game(places, boxes))
    passed = [percent >= known[0][0].threshold for percent in percents]
    found = [place for place, passes in zip(places, passed, strict=True) if passes]
    truths = [truth for truth, passes in zip(boxes, passed, strict=True) if passes]
    pairs = paired_hits(in_boxes(found, truths), in_boxes([CENTRE] * len(found), truths))
    yield from rate_samples("pointing_found_rate", pairs.first)
    yield from gain_samples("pointing_found_gain", pairs, confidence)


def _link(run: Run) -> Iterator[Samples]:
    if run.link is None:
        return
    counts = {f"link_{name}": count for name, count in run.link.counts}
    counts["recoveries"] = run.link.recoveries
    for name, metric in CATALOG.items():
        if run.link.noise and name in OF_THE_BOARD:
            continue  # the line may have done it: it was asked to
        if metric.kind == "link":
            yield from value_samples(metric, [counts.get(name)])


def _users(run: Run) -> Iterator[Samples]:
    values: dict[str, list[float]] = {}
    for record in run.measurements:
        if isinstance(record.value, int | float):
            factor = 1_000 if record.name.endswith("_ms") else 1
            values.setdefault(record.name, []).append(record.value * factor)
    for name, numbers in values.items():
        yield from value_samples(user_metric(name), numbers)
