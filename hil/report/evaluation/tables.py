"""An evaluation in the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hil.judge.evaluation.quality import ALIKE, Evaluation
from hil.report.evaluation.rows import LOCALIZATION, SCORES, Row, Value, rows

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_CURVE_STEP = 10  # percent
_BAR = 20


def show(found: Evaluation, console: Console) -> None:
    """Prints everything that was found."""
    for line in _heading(found):
        console.print(line)
    console.print()
    counts = found.counts
    scored = f"[bold]Scores[/] of {counts.persons + counts.empty:,} images"
    console.print(_metrics(found, SCORES, scored))
    if found.answering.chosen is not None:
        console.print(f"[dim]best threshold on the validation images: {_threshold(found)} %[/]")
    console.print()
    boxed = f"[bold]Localization[/] in {counts.boxed:,} images with boxes"
    if found.oracle.boxes and counts.held_out != counts.boxed:
        boxed += f"; MaxBoxAcc in the {counts.held_out:,} that were not used for choosing"
    console.print(_metrics(found, LOCALIZATION, boxed))
    if found.oracle.boxes:
        console.print(f"[dim]{_chosen(found)}[/]")
    console.print()
    console.print(_curve(found))
    console.print()
    console.print(_calibration(found))
    if found.sources:
        console.print()
        console.print(_sources(found))
    if found.agreement is not None:
        console.print()
        for line in agreement_lines(found):
            console.print(line)


def agreement_lines(found: Evaluation) -> Iterator[str]:
    """How far board and oracle agree, as rich markup."""
    from rich.markup import escape

    both = found.agreement
    if both is None:
        return
    colour = "green" if both.identical == both.images else "yellow"
    if both.failed:
        colour = "bold red"
    yield (
        f"[{colour}]Board and oracle: {both.identical:,} of {both.images:,} images identical in "
        f"scores, map and location[/]; largest difference of a score {both.score_lsb} LSB, "
        f"of a map's cell {both.cam_lsb:,} units"
    )
    if both.identical < both.images:
        yield (
            f"  differing: {both.scores_differing:,} scores, {both.cams_differing:,} maps, "
            f"{both.locations_differing:,} locations, {both.decisions_differing:,} decisions; "
            f"{both.failed:,} images beyond the tolerances"
        )
    for file, why in both.examples:
        yield f"  {escape(file)}: {escape(why)}"


def percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"


def _heading(found: Evaluation) -> Iterator[str]:
    from rich.markup import escape

    header, counts = found.header, found.counts
    who = f"board {header.target}" if found.device is not None else f"the {header.target} alone"
    yield (
        f"[bold]{counts.run:,} images on {who}[/]: {escape(header.engine)}, model "
        f"{header.model_sha256[:16]}, threshold {header.task.threshold:g} %"
    )
    if found.device is not None:
        yield f"oracle: {escape(header.resolver)}"
    yield escape(found.how)
    assert header.input_size is not None
    rows, columns = header.input_size
    fitted = "squashed whole" if header.fit == "squash" else "cut to their centre and resized"
    yield f"pictures of another size than {columns}x{rows} are {fitted}"
    line = (
        f"{counts.reported:,} reported: {counts.persons:,} with a person, {counts.empty:,} without"
    )
    if counts.undecided:
        line += f", {counts.undecided:,} with persons too small to count either way"
    if counts.lost:
        line += f" ({counts.lost:,} lost their person to the cut)"
    yield line
    if counts.one_class:
        yield f"[yellow]no ROC AUC, balanced accuracy or calibration: {counts.one_class}[/]"
    if found.alike:
        yield f"[yellow]{ALIKE}[/]"


def _threshold(found: Evaluation) -> str:
    chosen = found.answering.chosen
    return "" if chosen is None else f"{chosen.threshold:g}"


def _metrics(found: Evaluation, group: str, title: str) -> Table:
    table = _table(title)
    # Equal widths, so that the columns of both tables are in line.
    table.add_column("", min_width=_NAME_WIDTH, no_wrap=True)
    main = found.header.target if found.device is None else "board"
    table.add_column(main, justify="right", style="bold", min_width=6)
    table.add_column("95 % interval", justify="right", min_width=14, no_wrap=True)
    if found.device is not None:
        table.add_column("oracle", justify="right", min_width=6)
    table.add_column("baseline", justify="right")
    table.add_column("", overflow="fold", style="dim")
    for row in rows(found):
        if row.group == group:
            table.add_row(*_cells(row))
    if group == LOCALIZATION and not found.oracle.boxes:
        table.add_row("MaxBoxAcc", "-", "", *[""] * (found.device is not None), "", _NO_LEVEL)
    return table


_NAME_WIDTH = 20
_NO_LEVEL = "not measured: no validation image with a box"


def _chosen(found: Evaluation) -> str:
    levels = [f"{accuracy.parameter:g}" for accuracy in found.answering.boxes]
    sides = [f"{accuracy.parameter:g}" for accuracy in found.baselines.boxes]
    return (
        f"chosen on {found.counts.validation:,} validation images: map cut at {', '.join(levels)} "
        f"of its range, side of the centre box {', '.join(sides)}"
    )


def _cells(row: Row) -> Iterator[str]:
    main = row.oracle if row.device is None else row.device
    yield row.name
    yield _number(main, row)
    yield _interval(main, row)
    if row.device is not None:
        yield _number(row.oracle, row)
    yield "" if row.baseline is None else _number(row.baseline, row)
    yield row.baseline_name


def _number(value: Value, row: Row) -> str:
    if row.percent:
        return percent(value.value)
    return "-" if value.value is None else f"{value.value:.3f}"


def _interval(value: Value, row: Row) -> str:
    if value.interval is None:
        return ""
    low, high = value.interval
    if row.percent:
        unit = " %" if low >= 0 else ""  # a difference needs the room for its signs
        return f"{100 * low:.1f} to {100 * high:.1f}{unit}"
    return f"{low:.3f} to {high:.3f}"


def _curve(found: Evaluation) -> Table:
    table = _table("[bold]Threshold curve[/]")
    for name in ("threshold", "accuracy", "precision", "recall", "false alarms"):
        table.add_column(name, justify="right")
    own = found.header.task.threshold
    for point in found.answering.curve:
        if point.threshold % _CURVE_STEP and point.threshold != own:
            continue
        shares = (point.accuracy, point.precision, point.recall, point.false_alarms)
        table.add_row(
            f"{point.threshold:g} %",
            *(percent(share.rate) for share in shares),
            style="bold" if point.threshold == own else None,
        )
    return table


def _calibration(found: Evaluation) -> Table:
    table = _table("[bold]Calibration[/]: how often a score is right")
    for name in ("score", "images", "mean score", "persons"):
        table.add_column(name, justify="right")
    table.add_column("")
    for place in found.answering.calibration.bins:
        bar = "" if place.share is None else "█" * round(place.share / 100 * _BAR)
        table.add_row(
            f"{place.low:g} to {place.high:g} %",
            f"{place.images:,}",
            "-" if place.mean_score is None else f"{place.mean_score:.1f} %",
            "-" if place.share is None else f"{place.share:.1f} %",
            f"[dim]{bar}[/]",
        )
    return table


def _sources(found: Evaluation) -> Table:
    from rich.markup import escape

    table = _table("[bold]By source[/]", padding=1)
    table.add_column("source", overflow="fold")
    for name in ("persons", "empty", "recall", "alarms", "AUC", "location", "pointing", "centre"):
        table.add_column(name, justify="right", no_wrap=True)
    for source in found.sources:
        scores = source.scores
        shares = (source.answered, source.peak, source.centre)
        table.add_row(
            escape(source.source) or "(none)",
            f"{scores.positives:,}",
            f"{scores.negatives:,}",
            percent(scores.recall.rate),
            percent(scores.false_alarms.rate),
            "-" if scores.roc_auc is None else f"{scores.roc_auc:.3f}",
            *(percent(hits.rate) for hits in shares),
        )
    return table


def _table(title: str, padding: int = 2) -> Table:
    from rich.table import Table

    return Table(
        title=title, title_justify="left", title_style="", box=None, padding=(0, padding, 0, 0)
    )
