"""An evaluation in the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hil.judge.evaluation.quality import (
    ALIKE,
    BinaryQuality,
    Evaluation,
    PlaceQuality,
    sides_text,
)
from hil.report.evaluation.confusion import class_table, confusion_table
from hil.report.evaluation.rows import (
    ANOMALIES,
    CLASSES,
    LOCALIZATION,
    NUMBERS,
    SCORES,
    Row,
    Value,
    rows,
)
from hil.report.evaluation.sources import source_table
from hil.report.evaluation.text import percent, table

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

_CURVE_STEP = 10  # percent
_BAR = 20


def show(found: Evaluation, console: Console) -> None:
    """Prints everything that was found."""
    for line in heading_lines(found):
        console.print(line)
    for part in parts(found):
        console.print()
        console.print(part)
    if found.agreement is not None:
        console.print()
        for line in agreement_lines(found):
            console.print(line)


def parts(found: Evaluation, *, drawn: bool = False) -> Iterator[RenderableType]:
    """The tables. `drawn`: without those that a page draws as charts."""
    from rich.console import Group

    quality, counts = found.answering, found.counts
    if quality.classes is not None:
        samples = f"{quality.classes.samples:,} samples"
        yield _metrics(found, CLASSES, f"[bold]Classes[/] of {samples}, by the largest score")
        yield class_table(quality.classes, found.task)
        confusions = None if drawn else confusion_table(quality.classes, found.task)
        if confusions is not None:
            yield confusions
    if quality.binary is not None:
        scored = f"[bold]Scores[/] of {counts.positives + counts.negatives:,} samples"
        yield Group(_metrics(found, SCORES, scored), *_best_threshold(quality.binary))
    if quality.places is not None:
        yield Group(_metrics(found, LOCALIZATION, _boxed(found)), *_chosen(found, quality.places))
    if quality.binary is not None:
        yield _curve(found, quality.binary)
        if not drawn:
            yield _calibration(quality.binary)
    if quality.anomalies is not None:
        areas = quality.anomalies.areas
        of = f"{areas.anomalies + areas.normals:,} recordings"
        yield Group(_metrics(found, ANOMALIES, f"[bold]Anomalies[/] in {of}"), *_errors(found))
    if quality.numbers is not None:
        of = f"{quality.numbers.samples:,} samples"
        yield _metrics(found, NUMBERS, f"[bold]Values[/] of {of}, in their own unit")
    if found.sources:
        yield source_table(found.sources)


def agreement_lines(found: Evaluation) -> Iterator[str]:
    """How far board and oracle agree, as rich markup."""
    from rich.markup import escape

    both = found.agreement
    if both is None:
        return
    colour = "green" if both.identical == both.samples else "yellow"
    if both.failed:
        colour = "bold red"
    line = f"[{colour}]Board and oracle: {both.identical:,} of {both.samples:,} samples identical"
    line += " in all outputs" + (", map and location[/]" if both.cam_lsb is not None else "[/]")
    if both.value_lsb is not None:
        what = "score" if found.task.classes else "value"
        line += f"; largest difference of a {what} {both.value_lsb:,} LSB"
    if both.cam_lsb is not None:
        line += f", of a map's cell {both.cam_lsb:,} units"
    if both.error_difference is not None:
        line += f"; largest difference of an error {both.error_difference:.4g}"
    yield line
    if both.identical < both.samples:
        differing = [f"{both.outputs_differing:,} outputs"]
        if both.cam_lsb is not None:
            differing.append(f"{both.cams_differing:,} maps")
            differing.append(f"{both.locations_differing:,} locations")
        if found.task.kind not in ("none", "regression"):
            differing.append(f"{both.decisions_differing:,} decisions")
        yield f"  differing: {', '.join(differing)}; {both.failed:,} samples beyond the tolerances"
    for file, why in both.examples:
        yield f"  {escape(file)}: {escape(why)}"


def heading_lines(found: Evaluation) -> Iterator[str]:
    """Who answered what, and what is to be known of the figures, as rich markup."""
    from rich.markup import escape

    header, counts, task = found.header, found.counts, found.task
    who = f"board {header.target}" if found.device is not None else f"the {header.target} alone"
    yield (
        f"[bold]{counts.run:,} samples on {who}[/]: {escape(header.engine)}, model "
        f"{header.model_sha256[:16]}"
    )
    if found.agreement is not None:
        yield f"oracle: {escape(header.resolver)}"
    yield f"task: {escape(_task(found))}"
    yield escape(found.how)
    if counts.pictures and header.input_size is not None:
        rows_, columns = header.input_size
        fitted = "squashed whole" if header.fit == "squash" else "cut to their centre and resized"
        yield f"pictures of another size than {columns}x{rows_} are {fitted}"
    line = f"{counts.reported:,} reported"
    if found.unjudged:
        yield line
        yield f"[yellow]compared, not judged: {escape(found.unjudged)}[/]"
    else:
        if counts.positives or counts.negatives:
            line += f": {escape(sides_text(found))}"
        unknown = counts.reported - counts.judged - counts.small
        if counts.small:
            line += f", {counts.small:,} with persons too small to count either way"
        if unknown:
            line += f", {unknown:,} of which nobody says what is right"
        if counts.lost:
            line += f" ({counts.lost:,} lost their person to the cut)"
        yield line
    if counts.clamped:
        yield f"[yellow]{counts.clamped:,} samples have values beyond the input's range, clamped[/]"
    if found.one_class:
        what = (
            "no AUC"
            if task.kind == "reconstruction"
            else ("no ROC AUC, balanced accuracy or calibration")
        )
        yield f"[yellow]{what}: {escape(found.one_class)}[/]"
    if found.alike:
        yield f"[yellow]{ALIKE}[/]"


def _task(found: Evaluation) -> str:
    """The task, how it was found out, and what decides."""
    task = found.task
    text: str = task.kind
    if task.kind in ("classification", "localization"):
        text += f" of {task.classes} classes"
    if task.why:
        text += f" ({task.why})"
    if task.positive_class is not None and task.threshold is not None:
        text += f"; positive: {task.name_of(task.positive_class)}, from {task.threshold:g} % on"
    elif task.threshold is not None:
        text += f"; anomalous from an error of {task.threshold:g} on"
    return text


def _best_threshold(binary: BinaryQuality) -> Iterator[str]:
    if binary.chosen is not None:
        best = f"{binary.chosen.threshold:g}"
        yield f"[dim]best threshold on the validation samples: {best} %[/]"


def _errors(found: Evaluation) -> Iterator[str]:
    quality = found.answering.anomalies
    if quality is not None and quality.chosen is not None:
        best = f"{quality.chosen.threshold:.6g}"
        yield f"[dim]best on the validation samples: anomalous from an error of {best} on[/]"


def _boxed(found: Evaluation) -> str:
    counts = found.counts
    text = f"[bold]Localization[/] in {counts.boxed:,} pictures with boxes"
    chosen = found.oracle.places is not None and found.oracle.places.boxes
    if chosen and counts.held_out != counts.boxed:
        text += f"; MaxBoxAcc in the {counts.held_out:,} that were not used for choosing"
    return text


def _metrics(found: Evaluation, group: str, title: str) -> Table:
    made = table(title)
    # Equal widths, so that the columns of all tables are in line.
    made.add_column("", min_width=_NAME_WIDTH, no_wrap=True)
    main = found.header.target if found.device is None else "board"
    made.add_column(main, justify="right", style="bold", min_width=6)
    made.add_column("95 % interval", justify="right", min_width=14, no_wrap=True)
    if found.device is not None:
        made.add_column("oracle", justify="right", min_width=6)
    made.add_column("baseline", justify="right")
    made.add_column("", overflow="fold", style="dim")
    listed = rows(found)
    for row in listed:
        if row.group == group:
            made.add_row(*_cells(row))
    if group == LOCALIZATION and not any(row.name.startswith("MaxBoxAcc") for row in listed):
        made.add_row("MaxBoxAcc", "-", "", *[""] * (found.device is not None), "", _NO_LEVEL)
    return made


_NAME_WIDTH = 20
_NO_LEVEL = "not measured: no validation picture with a box"


def _chosen(found: Evaluation, places: PlaceQuality) -> Iterator[str]:
    if not places.boxes or found.baselines is None:
        return
    levels = [f"{accuracy.parameter:g}" for accuracy in places.boxes]
    sides = [f"{accuracy.parameter:g}" for accuracy in found.baselines.boxes]
    yield (
        f"[dim]chosen on {found.counts.validation:,} validation pictures: map cut at "
        f"{', '.join(levels)} of its range, side of the centre box {', '.join(sides)}[/]"
    )


def _cells(row: Row) -> Iterator[str]:
    main = row.oracle if row.device is None else row.device
    yield row.name
    yield number_text(main, row)
    yield interval_text(main, row)
    if row.device is not None:
        yield number_text(row.oracle, row)
    yield "" if row.baseline is None else number_text(row.baseline, row)
    yield row.baseline_name


def number_text(value: Value, row: Row) -> str:
    """A value of a row as the tables show it."""
    if row.percent:
        return percent(value.value)
    if value.value is None:
        return "-"
    return f"{value.value:.4g}" if row.group == NUMBERS else f"{value.value:.3f}"


def interval_text(value: Value, row: Row) -> str:
    """Its interval; empty without one."""
    if value.interval is None:
        return ""
    low, high = value.interval
    if row.percent:
        unit = " %" if low >= 0 else ""  # a difference needs the room for its signs
        return f"{100 * low:.1f} to {100 * high:.1f}{unit}"
    form = ".4g" if row.group == NUMBERS else ".3f"
    return f"{low:{form}} to {high:{form}}"


def _curve(found: Evaluation, binary: BinaryQuality) -> Table:
    made = table("[bold]Threshold curve[/]")
    for name in ("threshold", "accuracy", "precision", "recall", "false alarms"):
        made.add_column(name, justify="right")
    own = found.task.threshold
    for point in binary.curve:
        if point.threshold % _CURVE_STEP and point.threshold != own:
            continue
        shares = (point.accuracy, point.precision, point.recall, point.false_alarms)
        made.add_row(
            f"{point.threshold:g} %",
            *(percent(share.rate) for share in shares),
            style="bold" if point.threshold == own else None,
        )
    return made


def _calibration(binary: BinaryQuality) -> Table:
    made = table("[bold]Calibration[/]: how often a score is right")
    for name in ("score", "samples", "mean score", "positive"):
        made.add_column(name, justify="right")
    made.add_column("")
    for place in binary.calibration.bins:
        bar = "" if place.share is None else "█" * round(place.share / 100 * _BAR)
        made.add_row(
            f"{place.low:g} to {place.high:g} %",
            f"{place.images:,}",
            "-" if place.mean_score is None else f"{place.mean_score:.1f} %",
            "-" if place.share is None else f"{place.share:.1f} %",
            f"[dim]{bar}[/]",
        )
    return made
