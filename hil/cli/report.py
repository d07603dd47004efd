"""`hil report`: a recorded run as one HTML file, as Markdown, or for other services."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from hil.errors import ExitCode

if TYPE_CHECKING:
    from rich.console import Console

    from hil.judge.baseline.model import Comparison
    from hil.judge.judged import JudgedRun


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", type=Path, help="run file of `pytest --facts`, or its directory")
    parser.add_argument(
        "--against", type=Path, metavar="RUN", help="an earlier run: show what changed"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="the HTML file (default: beside the run, unless another report is asked for)",
    )
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write Markdown")
    parser.add_argument(
        "--store",
        type=Path,
        metavar="FILE",
        help="history with earlier runs: the trend of each gate (default: the project's, if any)",
    )
    parser.add_argument(
        "--check-run", type=Path, metavar="FILE", help="write a check run for GitHub's API"
    )
    parser.add_argument(
        "--bencher", type=Path, metavar="FILE", help="write Bencher's metric format"
    )
    parser.add_argument(
        "--gates", type=Path, metavar="FILE", help="TOML file of limits (default: the project's)"
    )
    parser.add_argument(
        "--without-facts",
        action="store_true",
        help="leave the run file out of the page: it holds the network",
    )
    parser.add_argument(
        "--tolerances",
        type=Path,
        metavar="FILE",
        help="TOML file of tolerances (default: those that were in force in the run)",
    )


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Passed once the files are written, whatever the run's verdict: `hil judge` returns that."""
    from hil.diagnose import diagnose
    from hil.facts.reader import DEFAULT_NAME, read_run
    from hil.judge.gates.load import load_gates
    from hil.judge.gates.run import judge_judged
    from hil.judge.headline import headline
    from hil.judge.judged import judge_recorded
    from hil.judge.tolerance import load_tolerances
    from hil.report.files import check_outputs, write_report
    from hil.report.markdown import markdown
    from hil.report.page.download import download
    from hil.report.page.page import render
    from hil.report.page.trends import trends
    from hil.run.settings import read_settings

    file = arguments.run / DEFAULT_NAME if arguments.run.is_dir() else arguments.run
    page = arguments.output
    others = (arguments.markdown, arguments.check_run, arguments.bencher)
    if page is None and not any(others):
        page = Path(str(file).removesuffix(".gz")).with_suffix(".html")
    check_outputs((page, *others), inputs=(file, arguments.against))
    limits = None if arguments.tolerances is None else load_tolerances(arguments.tolerances)
    judged = judge_recorded(read_run(arguments.run), limits)
    diagnosis = diagnose(judged.run, tolerances=limits)
    verdict = against = comparison = None
    if arguments.against is not None:
        against = judge_recorded(read_run(arguments.against), limits)
        comparison = _comparison(judged, against, arguments.against)
    gates = arguments.gates or read_settings(Path.cwd()).get("gates")
    if gates is not None:
        verdict = judge_judged(judged, load_gates(gates), comparison)
    if page is not None:
        store = arguments.store or _own_store()
        write_report(
            page,
            render(
                judged,
                source=file.name,
                verdict=verdict,
                against=against,
                comparison=comparison,
                diagnosis=diagnosis,
                trends=None if store is None else trends(store, judged.run, verdict),
                facts=None if arguments.without_facts else download(file),
            ),
        )
        _say(console, page)
    if arguments.markdown is not None:
        text = markdown(
            judged, verdict, against=against, comparison=comparison, diagnosis=diagnosis
        )
        write_report(arguments.markdown, text)
        _say(console, arguments.markdown)
    if arguments.check_run is not None:
        from hil.report.check_run import of_run

        write_report(arguments.check_run, of_run(judged, verdict, diagnosis))
        _say(console, arguments.check_run)
    if arguments.bencher is not None:
        from hil.report.bencher import bencher_json

        write_report(arguments.bencher, bencher_json(judged.run))
        _say(console, arguments.bencher)
    head = headline(judged, verdict, diagnosis)
    style = {"good": "green", "bad": "bold red", "open": "yellow"}[head.outcome.tone]
    console.print(f"{head.said}: {'; '.join(head.reasons)}", style=style, markup=False)
    return ExitCode.PASSED


def _own_store() -> Path | None:
    """The history that the project's settings name, once there is one."""
    from hil.run.settings import read_settings

    found = read_settings(Path.cwd()).get("store")
    return found if isinstance(found, Path) and found.exists() else None


def _comparison(judged: JudgedRun, against: JudgedRun, source: Path) -> Comparison | None:
    """None where one of the two never reached a board: there is nothing to compare."""
    from hil.judge.baseline.compare import compare_runs

    if judged.run.board is None or against.run.board is None:
        return None
    return compare_runs(judged.run, against.run, source.name)


def _say(console: Console, path: Path) -> None:
    size = path.stat().st_size
    console.print(f"written: {path} ({size / 1e6:.1f} MB)", markup=False)
