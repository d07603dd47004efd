"""`hil history`: runs over time, trends, and where they step."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hil.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from hil.store.series import Series
    from hil.store.steps import Step
    from hil.store.store import Store, StoredRun

# What the list of trends shows: the rest is a `hil history METRIC` away.
_OVERVIEW = (
    *("invoke_us", "round_trip_us", "arena_used_bytes", "app_bytes", "model_bytes"),
    *("accuracy", "roc_auc", "pointing_hit_rate"),
)
_SPARKLINE = 30


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("metric", nargs="?", metavar="METRIC", help="draw this one's trend")
    parser.add_argument(
        "--store", type=Path, metavar="FILE", help="the history (default: one per user)"
    )
    parser.add_argument(
        "--import",
        dest="runs",
        type=Path,
        nargs="+",
        action="extend",
        default=[],
        metavar="RUN",
        help="add run files, as `pytest --facts FILE` writes them",
    )
    parser.add_argument(
        "--merge",
        type=Path,
        nargs="+",
        action="extend",
        default=[],
        metavar="FILE",
        help="add the runs of other stores",
    )
    parser.add_argument(
        "--board", metavar="TEXT", default="", help="only boards whose name has this in it"
    )
    parser.add_argument(
        "--last", type=_count, default=20, metavar="N", help="how many runs to list (default 20)"
    )
    parser.add_argument("--png", type=Path, metavar="FILE", help="draw METRIC's newest trend")


def run(arguments: argparse.Namespace, console: Console) -> int:
    from hil.run.settings import read_settings
    from hil.store import default_store
    from hil.store.store import Store

    path = arguments.store or read_settings(Path.cwd()).get("store") or default_store()
    if arguments.png is not None and arguments.metric is None:
        raise UsageError(
            "--png draws one metric", hint="name it: `hil history invoke_us --png FILE`"
        )
    adding = bool(arguments.runs or arguments.merge)
    if arguments.store is not None and not path.exists() and not adding:
        raise UsageError(
            "there is no store",
            where=str(path),
            hint="make one with `hil history --store FILE --import RUN`",
        )
    with Store(path) as store:
        _take_in(store, arguments.runs, arguments.merge, console)
        runs = [run for run in store.runs() if arguments.board in run.board]
        if not runs:
            wanted = f" of a board {arguments.board!r}" if arguments.board else ""
            text = f"no runs{wanted} in {path}: add some with `hil history --import RUN`"
            console.print(text, markup=False)
        elif arguments.metric is not None:
            _one_metric(store, runs, arguments.metric, arguments.png, console)
        else:
            _overview(store, runs, arguments.last, console)
    return ExitCode.PASSED


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise ValueError
    return count


_count.__name__ = "positive number"  # what argparse calls it in its messages


def _take_in(store: Store, runs: Sequence[Path], others: Sequence[Path], console: Console) -> None:
    from hil.facts.reader import read_run
    from hil.facts.stand_in import no_run_of_its_own

    for path in runs:
        run = read_run(path)
        added = store.add_run(run, str(path))
        why = no_run_of_its_own(run.board)
        text = "added" if added else f"not added: {why}" if why else "there already"
        console.print(f"{path}: {text}", style="dim", markup=False)
    for path in others:
        taken, present = store.merge(path)
        console.print(f"{path}: {taken} added, {present} there already", style="dim", markup=False)


def _overview(store: Store, runs: Sequence[StoredRun], last: int, console: Console) -> None:
    shown = {run.digest for run in runs[-last:]}
    for board in dict.fromkeys(run.board for run in runs):
        of_board = [run for run in runs if run.board == board]
        console.print(f"[bold]{board}[/]{_stand_in(of_board[-1])}")
        _list([run for run in of_board if run.digest in shown], console)
        _trends(store, of_board, console)
    if len(runs) > last:
        console.print(f"{len(runs) - last} older runs: --last {len(runs)} lists all", style="dim")


def _stand_in(run: StoredRun) -> str:
    """What stood in for a chip, to put behind a board's name."""
    kind = run.setting.stand_in
    return f"  [yellow]{kind}: no times of a chip[/]" if kind else ""


def _list(runs: Sequence[StoredRun], console: Console) -> None:
    from rich.markup import escape

    from hil.cli.console import print_facts

    if not runs:
        return
    rows = [_bold("started (UTC)", "firmware", "model", "images", "ended")]
    for run in runs:
        setting = run.setting
        rows.append(
            (
                run.started[:16].replace("T", " "),
                escape(f"{setting.firmware_version} build {setting.build_id[:8]}"),
                setting.model_sha256[:8],
                str(setting.image_count),
                _ended(run.exit_code),
            )
        )
    print_facts(console, rows, right=(3,))
    console.print()


def _bold(*names: str) -> tuple[str, ...]:
    return tuple(f"[bold]{name}[/]" for name in names)


def _ended(code: int | None) -> str:
    if code is None:
        return "[yellow]interrupted[/]"
    try:
        text = ExitCode(code).name.lower().replace("_", " ")
    except ValueError:
        text = f"exit code {code}"
    return text if code == ExitCode.PASSED else f"[red]{text}[/]"


def _trends(store: Store, runs: Sequence[StoredRun], console: Console) -> None:
    from rich.markup import escape

    from hil.cli.console import print_facts
    from hil.judge.baseline.text import value_text
    from hil.store.chart import glyphs, sparkline
    from hil.store.series import series_of

    using = glyphs(console.encoding)
    rows = [_bold("metric", "trend", "runs", "now", "last step")]
    for metric in _OVERVIEW:
        found = series_of(metric, runs, store.figures(metric))
        if found:
            newest = found[-1]
            count, total = len(newest.values), sum(len(series.values) for series in found)
            last_step = "none"
            if newest.steps:
                step = newest.steps[-1]
                day = newest.runs[step.index].started[:10]
                last_step = f"{_size_text(newest, step)} on {day}"
            rows.append(
                (
                    escape(metric),
                    sparkline(newest.values, _SPARKLINE, using),
                    str(count) if count == total else f"{count} of {total}",
                    value_text(newest.values[-1], newest.metric),
                    last_step,
                )
            )
    print_facts(console, rows, right=(2, 3))
    console.print()


def _one_metric(
    store: Store, runs: Sequence[StoredRun], metric: str, png: Path | None, console: Console
) -> None:
    from rich.markup import escape

    from hil.store.chart import chart, glyphs
    from hil.store.series import series_of

    found = series_of(metric, runs, store.figures(metric))
    if not found:
        raise _no_such_metric(store, metric)
    for series in found:
        console.print(f"[bold]{escape(metric)}[/]  {series.board}{_stand_in(series.runs[-1])}")
        console.print(series.label, style="dim", markup=False)
        for line in chart(series, console.width, using=glyphs(console.encoding)):
            console.print(line, markup=False)
        for step in series.steps:
            console.print(f"step: {_step_text(series, step)}")
        console.print(f"runs: {len(series.values)}, steps: {len(series.steps)}", style="dim")
        console.print()
    if png is not None:
        _draw(found[-1], png)
        console.print(f"drawn: {png}", style="dim", markup=False)


def _size_text(series: Series, step: Step) -> str:
    """ "+1.9 %", points for rates, the unit where a percentage says nothing."""
    from hil.judge.baseline.text import signed_text

    change = step.after - step.before
    if series.unit == "fraction":
        return f"{100 * change:+.1f} points"
    if step.relative is None or not step.p:
        return signed_text(change, series.metric)
    return f"{100 * step.relative:+.2f} %"


def _step_text(series: Series, step: Step) -> str:
    """ "+1.9 % at 2026-01-02 03:04, firmware 0.1.0 build 1a2b3c4d (p 0.001)"."""
    run = series.runs[step.index]
    when = run.started[:16].replace("T", " ")
    chance = f" (p {step.p:.3f})" if step.p else ""
    build = f"{run.setting.firmware_version} build {run.setting.build_id[:8]}"
    return f"{_size_text(series, step)} at {when}, firmware {build}{chance}"


def _no_such_metric(store: Store, metric: str) -> UsageError:
    import difflib

    known = store.metrics()
    near = difflib.get_close_matches(metric, known, n=3) or known[:8]
    return UsageError(
        f"no run of these has the metric {metric!r}",
        where=str(store.path),
        hint=f"there are: {', '.join(near)}",
    )


def _draw(series: Series, path: Path) -> None:
    from hil.store.chart import trend_png

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(trend_png(series))
    except OSError as cause:
        raise UsageError(
            f"cannot write the picture: {cause.strerror}",
            where=str(path),
            hint="choose another place with --png",
        ) from cause
