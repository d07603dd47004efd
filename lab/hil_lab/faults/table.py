"""The fault table: on the terminal, and as docs/faults.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hil_lab.block import block
from hil_lab.faults.fault import Area, BoardAction, EnginePatch, Fault, LinkPatch, SourcePatch
from hil_lab.faults.proof import Caught, Named, Proof

_KINDS = {
    SourcePatch: "firmware",
    EnginePatch: "engine",
    LinkPatch: "line",
    BoardAction: "board",
}
_STYLE = {
    Caught.CAUGHT: "green",
    Caught.MISSED: "red",
    Caught.WRONG_REASON: "red",
    Named.RIGHT: "green",
    Named.UNEXPLAINED: "yellow",
    Named.WRONG: "red",
}

_LOG_COLUMNS = 180


def changed(fault: Fault) -> str:
    """What is changed: firmware, engine, line, board; options of the run, and its network."""
    kinds = [text for kind, text in _KINDS.items() if fault.parts(kind)]
    options = f"`{' '.join(fault.arguments)}`" if fault.arguments else ""
    network = f"network `{fault.network}`" if fault.network else ""
    return ", ".join([*kinds, *filter(None, [options, network])])


def summary(proofs: Sequence[Proof]) -> str:
    """The figures of a table in one line."""
    caught = Counter(proof.caught for proof in proofs)
    named = Counter(proof.named for proof in proofs)
    return (
        f"{caught[Caught.CAUGHT]} of {len(proofs)} caught, {caught[Caught.MISSED]} missed, "
        f"{caught[Caught.WRONG_REASON]} for a wrong reason; diagnosis: {named[Named.RIGHT]} right, "
        f"{named[Named.UNEXPLAINED]} unexplained, {named[Named.WRONG]} wrong"
    )


def print_table(proofs: Sequence[Proof]) -> None:
    """The table on the terminal; in a log it takes the width that it needs."""
    from rich.markup import escape
    from rich.table import Table

    from hil.cli.console import make_console

    table = Table(title="seeded faults", caption=summary(proofs))
    for heading in ("area", "fault", "outcome", "diagnosis", "given", "note"):
        table.add_column(heading)
    table.add_column("seconds", justify="right")
    for proof in proofs:
        table.add_row(
            proof.fault.area.value,
            proof.fault.id,
            f"[{_STYLE[proof.caught]}]{proof.caught.value}[/]",
            f"[{_STYLE[proof.named]}]{proof.named.value}[/]",
            ", ".join(proof.given),
            escape(proof.note),
            f"{proof.seconds + proof.build_s:.1f}",
        )
    console = make_console()
    (console if console.is_terminal else make_console(width=_LOG_COLUMNS)).print(table)


MUTANTS = "mutants"
"""Name of the part of docs/faults.md that `make mutants` writes."""


def document(proofs: Sequence[Proof], unchosen: str = "") -> str:
    """docs/faults.md. `unchosen`: what `make mutants` has written there."""
    lines = [
        "<!-- Written by `make faults`. -->",
        "# Seeded faults",
        "",
        "Each row is a mistake that was built into the simulated board: a change of a copy of the",
        "firmware's sources, of the engine, of the line, or something that happens to the board",
        "during the run. The whole acceptance suite ran under each.",
        "",
        "- *caught*: the suite ended as it had to. A wrong answer is a failure; a lost board is",
        "  infrastructure, with the first cause, and no test fails because of it. What a board",
        "  does to the link alone is a finding about the link, and a gate can stop it.",
        "- *diagnosis*: *right* if what was said names the mistake and nothing else,",
        "  *unexplained* if nothing was said, *wrong* otherwise.",
        "",
        f"**{summary(proofs)}.**",
        "",
        "These were chosen, and tests were written with them in mind. How much is seen of what",
        "nobody chose, random mutants of the firmware ([mutants.md](mutants.md)):",
        "",
        block(MUTANTS, unchosen),
        "",
        "To see one of them: `pytest hil/suite --board sim --sim-fault ID`, with the options of",
        "column *in*, if there are any. A network that it names is one of `hil.testing.zoo`.",
    ]
    for area in Area:
        rows = [proof for proof in proofs if proof.fault.area is area]
        if rows:
            lines += ["", f"## {area.value[0].upper()}{area.value[1:]}", ""]
            lines += ["| fault | the mistake | in | outcome | diagnosis | given | s |"]
            lines += ["|---|---|---|---|---|---|---:|"]
            lines += [_row(proof) for proof in rows]
    lines += [
        "",
        "## A fault of your own",
        "",
        "The bug that bit you is a few lines; see `lab/hil_lab/faults/fault.py` for the kinds of "
        "change.",
        "",
        "```python",
        "from hil_lab.faults import Area, Fault, SourcePatch, failure",
        "",
        "FAULTS = [",
        "    Fault(",
        '        "our-bug-of-may",',
        "        Area.CAM,",
        '        "the map has the wrong sign",',
        '        (SourcePatch("core/cam.cpp", "cam[cell] = sum;", "cam[cell] = -sum;"),),',
        '        failure("cam.negated", test="test_cam"),',
        "    )",
        "]",
        "```",
        "",
        "```toml",
        '[project.entry-points."camhil.faults"]',
        'ours = "our_package.faults:FAULTS"',
        "```",
        "",
        "    python -m hil_lab.faults our-bug-of-may",
        "",
    ]
    return "\n".join(lines)


def _row(proof: Proof) -> str:
    cells = (
        f"`{proof.fault.id}`",
        proof.fault.title,
        changed(proof.fault),
        proof.caught.value,
        proof.named.value,
        ", ".join(f"`{text}`" for text in proof.given),
        f"{proof.seconds + proof.build_s:.1f}",
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
