"""`hil doctor`: what is installed, which ports there are, and what to do."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from hil.cli.findings import SIMULATED, Status, examine
from hil.errors import ExitCode

if TYPE_CHECKING:
    from rich.console import Console

_MARKS = {Status.OK: "[green]ok[/]", Status.NOTE: "[yellow]note[/]", Status.BAD: "[bold red]BAD[/]"}


def add(parser: argparse.ArgumentParser) -> None:
    """No options: it looks at everything."""


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Prints the findings. Infrastructure exit code when tests cannot run here."""
    from rich.markup import escape

    from hil.cli.console import print_facts

    findings = examine()
    rows = [(_MARKS[one.status], escape(one.subject), escape(one.detail)) for one in findings]
    hints = {
        number: f"[bold]hint:[/] {escape(finding.hint)}"
        for number, finding in enumerate(findings)
        if finding.hint
    }
    print_facts(console, rows, below=hints)
    bad = [finding.subject for finding in findings if finding.status is Status.BAD]
    if bad:
        console.print(f"\n[bold red]Tests cannot run yet:[/] {escape(', '.join(bad))}")
        return ExitCode.INFRASTRUCTURE
    # Where nothing is simulated, a project takes the board that is attached.
    board = " --board auto" if any(each.subject == SIMULATED for each in findings) else ""
    console.print(f"\nReady. Try: [bold]hil new my-board{board}[/]")
    return ExitCode.PASSED
