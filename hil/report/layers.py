"""A float network beside its int8 form: as a table in the terminal, and as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hil.base.columns import aligned
from hil.facts.layers import EndFacts, ErrorFacts, LayerFacts, LayersFacts
from hil.judge.figures import count_text, share_text
from hil.judge.layers import LayersVerdict, db_text, flips_text, loses, lsb_text

if TYPE_CHECKING:
    from rich.console import Console

    from hil.run.layers import Measured

_HEADER = ("operator", "own dB", "channel", "total dB", "L1", "cut off", "host", "board")
_TONES = {"good": "green", "bad": "bold red", "open": "yellow"}


def show(found: Measured, verdict: LayersVerdict, console: Console) -> None:
    """Table, what it comes to, and remarks."""
    facts = found.facts
    many = count_text(facts.samples, "sample")
    console.print(f"\nfloat against int8, {many} ({facts.given}; {facts.data})", style="bold",
                  markup=False)  # fmt: skip
    rows = [_row(layer) for layer in facts.layers]
    rows += [_end_row("input", end) for end in facts.inputs]
    rows += [_end_row("output", end) for end in facts.outputs]
    kept = [n for n in range(len(_HEADER)) if n < 4 or any(row[n] for row in rows)]
    lines = aligned([[row[n] for n in kept] for row in (_HEADER, *rows)])
    whole: tuple[LayerFacts | EndFacts, ...] = (*facts.layers, *facts.inputs, *facts.outputs)
    for text in lines[0]:
        console.print(text, style="bold", markup=False)
    for texts, one in zip(lines[1:], whole, strict=True):
        bad = (isinstance(one, LayerFacts) and loses(one)) or _differs(one)
        for text in map(str.rstrip, texts):
            console.print(text, style="bold red" if bad else None, markup=False)
        if one.untold:
            console.print(f"    not compared: {one.untold}", style="dim", markup=False)
    for place, why in facts.left_out:
        console.print(f"float network's {place} not compared: {why}", style="dim", markup=False)
    for text in legend(facts):
        console.print(text, style="dim", markup=False)
    console.print(f"\ndecisions: {decisions_text(facts)}", markup=False)
    for remark in remarks(found, verdict):
        console.print(f"note: {remark}", markup=False)
    console.print()
    for part in verdict.parts:
        console.print(part.text, style=_TONES[part.tone], markup=False)
    for text in verdict.met:
        console.print(f"met: {text}", markup=False)
    for text in verdict.unproven:
        console.print(f"not proven: {text}", style="yellow", markup=False)
    for text in verdict.unmet:
        console.print(f"not met: {text}", style="bold red", markup=False)
    word, tone = verdict.said
    console.print(word, style=_TONES[tone], markup=False)


def legend(facts: LayersFacts) -> Iterator[str]:
    """What the columns mean."""
    yield "own: the float operator on the same inputs against the int8 one; total: both networks"
    yield "up to here; channel: the worst by own error; L1: own mean error by mean value; cut off:"
    lsb = "host: LSB beside LiteRT"
    if facts.target:
        lsb += "; board: LSB beside the host"
    yield f"values beyond the type's ends; {lsb}"


def decisions_text(facts: LayersFacts) -> str:
    """Flips of both steps, and on which samples."""
    decisions = facts.decisions
    if decisions is None:
        return facts.no_decisions
    text = f"{decisions.rule}: {flips_text(facts)}"
    if decisions.quantized.first:
        text += f" (first {', '.join(decisions.quantized.first)})"
    if decisions.board is not None:
        board = decisions.board
        text += f"; host against board: {board.flips:,} of {board.samples:,} differ"
        if decisions.labelled:
            text += f", right on the board {board.right_after:,} of {decisions.labelled:,}"
    return text


def remarks(found: Measured, verdict: LayersVerdict) -> Iterator[str]:
    """What the verdict says nothing of."""
    yield from verdict.remarks
    if found.validation is not None:
        from hil.judge.headline import headline

        head = headline(found.validation.judged, None, found.validation.diagnosis)
        yield f"{head.said}: {'; '.join(head.reasons)}"
        yield from head.remarks


def _differs(one: LayerFacts | EndFacts) -> bool:
    return one.board is not None and one.board.differing > 0


def _row(layer: LayerFacts) -> tuple[str, ...]:
    own, total = layer.own, layer.total
    return (
        layer.place,
        _db(own),
        "" if own is None else channel_text(own),
        _db(total),
        "" if own is None else l1_text(own),
        cut_text(own or total),
        lsb_text(layer.host),
        lsb_text(layer.board),
    )


def _end_row(what: str, end: EndFacts) -> tuple[str, ...]:
    cells = _db(end.error), "", cut_text(end.error), "", lsb_text(end.board)
    return (f"{what} {end.name!r}", "", "", *cells)


def _db(error: ErrorFacts | None) -> str:
    return "-" if error is None else db_text(error.sqnr_db).removesuffix(" dB")


def channel_text(error: ErrorFacts) -> str:
    """The worst channel: "5: 3.0"."""
    value = error.channel_sqnr_db
    if value is None or value == math.inf:
        return ""
    return f"{error.channel}: {db_text(value).removesuffix(' dB')}"


def l1_text(error: ErrorFacts) -> str:
    return "no signal" if math.isinf(error.l1_share) else share_text(error.l1_share, 1.0)


def cut_text(error: ErrorFacts | None) -> str:
    """Empty where nothing was cut off."""
    return share_text(error.cut, error.values) if error is not None and error.cut else ""


def as_json(found: Measured, verdict: LayersVerdict) -> dict[str, Any]:
    """All of it. Infinite figures are null; `exact` tells an error of nothing."""
    facts = found.facts
    decisions = facts.decisions
    return {
        "verdict": verdict.said[0],
        "exit_code": int(verdict.code),
        "said": [part.text for part in verdict.parts],
        "losing": [layer.place for layer in verdict.losing],
        "unmet": list(verdict.unmet),
        "unproven": list(verdict.unproven),
        "remarks": list(remarks(found, verdict)),
        "float_sha256": facts.float_sha256,
        "int8_sha256": facts.int8_sha256,
        "float_resolver": facts.float_resolver,
        "resolver": facts.resolver,
        "other": facts.other,
        "samples": facts.samples,
        "traced": facts.traced,
        "given": facts.given,
        "data": facts.data,
        "target": facts.target,
        "layers": [_layer_json(layer) for layer in facts.layers],
        "left_out": [{"place": place, "why": why} for place, why in facts.left_out],
        "inputs": [_end_json(end) for end in facts.inputs],
        "outputs": [_end_json(end) for end in facts.outputs],
        "decisions": None if decisions is None else _plain(decisions),
        "no_decisions": facts.no_decisions,
    }


def _layer_json(layer: LayerFacts) -> dict[str, Any]:
    return {
        "place": layer.place,
        "shape": list(layer.shape),
        "float_operator": layer.float_index,
        "own": _error_json(layer.own),
        "total": _error_json(layer.total),
        "weights": _error_json(layer.weights),
        "untold": layer.untold,
        "host": _plain(layer.host),
        "board": _plain(layer.board),
    }


def _end_json(end: EndFacts) -> dict[str, Any]:
    return {
        "name": end.name,
        "shape": list(end.shape),
        "error": _error_json(end.error),
        "untold": end.untold,
        "board": _plain(end.board),
    }


def _error_json(error: ErrorFacts | None) -> dict[str, Any] | None:
    if error is None:
        return None
    return {
        "sqnr_db": _finite(error.sqnr_db),
        "exact": error.noise == 0,
        "l1": error.l1,
        "l1_share": _finite(error.l1_share),
        "cut_share": error.cut_share,
        "worst_channel": error.channel,
        "worst_channel_sqnr_db": _finite(error.channel_sqnr_db),
        "sums": _plain(error),
    }


def _finite(value: float | None) -> float | None:
    return None if value is None or math.isinf(value) else value


def _plain(facts: Any) -> Any:
    from hil.facts.codec import to_json

    return None if facts is None else to_json(facts)
