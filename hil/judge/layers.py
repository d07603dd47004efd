"""Where accuracy was lost: in quantization, on the host or on the board. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from hil.errors import ExitCode
from hil.facts.layers import LayerFacts, LayersFacts, LsbFacts
from hil.judge.figures import count_text, share_text

if TYPE_CHECKING:
    from hil.judge.gates.model import GatesVerdict

LOW_SQNR_DB = 20.0
"""Below, an error is more than a tenth of what it is of. Healthy operators of 8 bits have 30 to
45."""

LOW_CHANNEL_DB = 6.0
"""Of one channel: an error of half of what it is of. Noise that is even over the channels cannot
come to that in a tensor of 26 dB, since a channel counts from a hundredth of the mean on."""

Tone = Literal["good", "bad", "open"]


@dataclass(frozen=True, slots=True)
class LayerLimits:
    """What was asked for; None asks for nothing.

    `min_sqnr_db`: of each output of the network, float against int8. `max_flips`: share of the
    samples (0 to 1) that the int8 network decides otherwise than the float one.
    """

    min_sqnr_db: float | None = None
    max_flips: float | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What one of the suspects did: "quantization", "host" or "board"."""

    suspect: str
    text: str
    tone: Tone


@dataclass(frozen=True)
class LayersVerdict:
    """The suspects in order, the limits in words that are unmet or not proven, and remarks.

    `losing`: the operators that lose, the worst first. `said`: the first of all lines, and its
    tone. `code`: how the command ends.
    """

    parts: tuple[Part, ...]
    losing: tuple[LayerFacts, ...]
    unmet: tuple[str, ...]
    unproven: tuple[str, ...]
    met: tuple[str, ...]
    remarks: tuple[str, ...]
    said: tuple[str, Tone]
    code: ExitCode


def judge_layers(
    facts: LayersFacts,
    limits: LayerLimits | None = None,
    *,
    second_opinion_lsb: int = 1,
    board: GatesVerdict | None = None,
) -> LayersVerdict:
    """What the facts come to.

    `second_opinion_lsb`: how far LiteRT may be from the host (`hil.judge.tolerance`). `board`: on
    all answers of a board that took part.
    """
    limits = limits or LayerLimits()
    losing = tuple(sorted(filter(loses, facts.layers), key=_badness))
    host = _host(facts, second_opinion_lsb)
    failures = () if board is None else board.failures
    parts = (_quantization(facts, losing), host, *_board(facts, failures))
    unmet, unproven, met = _limits(facts, limits)
    # A wrong board or kernel comes first, then a board that could not be asked, then limits.
    said: tuple[str, Tone] = ("PASSED", "good")
    code = ExitCode.PASSED
    if failures or host.tone == "bad":
        said, code = ("FAILED", "bad"), ExitCode.TEST_FAILED
    elif board is not None and board.trouble:
        said, code = ("NOT MEASURED", "open"), ExitCode.INFRASTRUCTURE
    elif unmet:
        said, code = ("LIMIT NOT MET", "bad"), ExitCode.GATE_FAILED
    elif unproven or (board is not None and board.unproven):
        said, code = ("NOT PROVEN", "open"), ExitCode.NOT_PROVEN
    elif not met and any(part.tone == "bad" for part in parts):
        said = ("LOST IN QUANTIZATION", "open")  # nobody said how much is too much
    remarks = tuple(_remarks(facts))
    return LayersVerdict(parts, losing, unmet, unproven, met, remarks, said, code)


def loses(layer: LayerFacts) -> bool:
    """Whether quantization loses much in this operator itself."""
    return layer.own is not None and _margin(layer) < 0


def _margin(layer: LayerFacts) -> float:
    """How far above the limits an operator's own error is, in dB."""
    assert layer.own is not None
    channel = layer.own.channel_sqnr_db
    least = math.inf if channel is None else channel - LOW_CHANNEL_DB
    return min(layer.own.sqnr_db - LOW_SQNR_DB, least)


def _badness(layer: LayerFacts) -> tuple[float, float]:
    """Whole tensors that lose come before those of which one channel does."""
    assert layer.own is not None
    return min(layer.own.sqnr_db, LOW_SQNR_DB), _margin(layer)


def of_other_weights(layers: Sequence[LayerFacts]) -> bool:
    """Whether no operator's weights are near those of the float network: it is another's then."""
    known = [layer.weights for layer in layers if layer.weights is not None]
    return bool(known) and all(error.sqnr_db < LOW_CHANNEL_DB for error in known)


def db_text(value: float) -> str:
    """An SQNR for people: "31.8 dB"; "exact" without any error."""
    if math.isinf(value):
        return "exact" if value > 0 else "no signal"
    return f"{value:.1f} dB"


def lsb_text(found: LsbFacts | None) -> str:
    """Empty where there is nothing to say."""
    if found is None:
        return ""
    return "differs" if found.worst is None else str(found.worst)


def own_text(layer: LayerFacts) -> str:
    """An operator with its own error: "operator 7 CONV_2D, own SQNR 11.2 dB (worst channel 5:
    3.0 dB)"."""
    assert layer.own is not None
    own = layer.own
    details = []
    if own.channel is not None and own.channel_sqnr_db is not None:
        details.append(f"worst channel {own.channel}: {db_text(own.channel_sqnr_db)}")
    if layer.weights is not None and layer.weights.sqnr_db < LOW_SQNR_DB:
        details.append(f"its weights {db_text(layer.weights.sqnr_db)}")
    if own.cut:
        details.append(f"{share_text(own.cut, own.values)} of its values cut off")
    more = f" ({'; '.join(details)})" if details else ""
    return f"operator {layer.place}, own SQNR {db_text(own.sqnr_db)}{more}"


def _quantization(facts: LayersFacts, losing: tuple[LayerFacts, ...]) -> Part:
    came, lost = _what_came(facts), _lost(facts)
    more = f", and {count_text(len(losing) - 1, 'more operator')}" if len(losing) > 1 else ""
    if lost and losing:
        text = f"{lost} in quantization: {own_text(losing[0])}{more}; {came}"
        return Part("quantization", text, "bad")
    owns = [layer for layer in facts.layers if layer.own is not None]
    if lost and owns:
        worst = own_text(min(owns, key=_margin))
        text = f"{lost} in quantization, by no operator alone: the worst is {worst}; {came}"
        return Part("quantization", text, "bad")
    if lost:
        return Part("quantization", f"{lost} in quantization: {came}", "bad")
    if all(end.error is None for end in facts.outputs):
        return Part("quantization", f"no output could be compared: {came}", "open")
    if losing:
        where = f"{own_text(losing[0])}{more}"
        text = f"what is lost in quantization hardly comes through: {where}; {came}"
        return Part("quantization", text, "open")
    return Part("quantization", f"nothing is lost in quantization: {came}", "good")


def _lost(facts: LayersFacts) -> str:
    """What becomes of the outputs, in words; empty where they are as good as before."""
    errors = [end.error for end in facts.outputs if end.error is not None]
    decisions = facts.decisions
    found = None if decisions is None else decisions.quantized
    worse = found is not None and found.right_after < found.right_before
    if worse or any(error.sqnr_db < LOW_SQNR_DB for error in errors):
        return "accuracy is lost"
    return "decisions change" if found is not None and found.flips else ""


def _what_came(facts: LayersFacts) -> str:
    """Errors of the outputs, and flips."""
    several = len(facts.outputs) > 1
    said = []
    for end in facts.outputs:
        name = f"of output {end.name!r}" if several else "of the output"
        value = end.untold if end.error is None else db_text(end.error.sqnr_db)
        said.append(f"SQNR {name} {value}")
    if facts.decisions is not None:
        said.append(flips_text(facts))
    return ", ".join(said)


def flips_text(facts: LayersFacts) -> str:
    """Decisions of float against int8: "2 of 16 decisions differ"."""
    decisions = facts.decisions
    if decisions is None:
        return facts.no_decisions
    found = decisions.quantized
    differ = "differs" if found.flips == 1 else "differ"
    text = f"{found.flips:,} of {count_text(found.samples, 'decision')} {differ}"
    if decisions.ties:
        text += f" ({decisions.ties:,} by a tie of int8 scores)"
    if decisions.labelled:
        text += f", right before {_of(found.right_before, decisions.labelled)}, after "
        text += _of(found.right_after, decisions.labelled)
    return text


def _of(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,}"


def _host(facts: LayersFacts, allowed: int) -> Part:
    known = [layer for layer in facts.layers if layer.host is not None]
    if not known:
        why = facts.no_host or "no operator could be compared"
        return Part("host", f"the host's kernels were held against no others: {why}", "open")
    worst = max(known, key=lambda layer: layer.host.worst or 0 if layer.host else 0)
    assert worst.host is not None
    lsb = worst.host.worst or 0
    if lsb == 0:
        return Part("host", "the host's kernels add nothing: 0 LSB beside LiteRT", "good")
    where = f"up to {lsb} LSB beside LiteRT, in operator {worst.index} {worst.name}"
    if lsb > allowed:
        return Part("host", f"what runs on a chip is not what was converted: {where}", "bad")
    return Part("host", f"the host's kernels round: {where}, as is allowed", "good")


def _board(facts: LayersFacts, failures: Sequence[str]) -> Iterator[Part]:
    if not facts.target:
        return
    traced = [layer for layer in facts.layers if layer.board is not None]
    ends = [(f"output {end.name!r}", end.board) for end in facts.outputs if end.board is not None]
    places = [(f"operator {layer.place}", layer.board) for layer in traced if layer.board] + ends
    off = [(place, lsb) for place, lsb in places if lsb.differing]
    decisions = facts.decisions
    flips = ""
    if decisions is not None and decisions.board is not None and (off or decisions.board.flips):
        found = decisions.board
        flips = f"; {found.flips:,} of {count_text(found.samples, 'decision')} differ"
    if not off and failures:
        yield Part("board", f"the board's answers are wrong: {failures[0]}", "bad")
        return
    if not off:
        where = "in every operator" if traced else "in every output; this board does not trace"
        yield Part("board", f"the board adds nothing: 0 LSB {where}{flips}", "good")
        return
    place, lsb = off[0]
    far = "" if lsb.worst is None else f" by {lsb.worst} LSB"
    more = f", and in {count_text(len(off) - 1, 'more place')}" if len(off) > 1 else ""
    yield Part("board", f"the board differs from the host in {place}{far}{more}{flips}", "bad")


def _limits(
    facts: LayersFacts, limits: LayerLimits
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """In words: unmet, not proven, met."""
    unmet: list[str] = []
    unproven: list[str] = []
    met: list[str] = []
    if limits.min_sqnr_db is not None:
        for end in facts.outputs:
            what = f"SQNR of output {end.name!r}"
            asked = f"at least {limits.min_sqnr_db:g} dB"
            if end.error is None:
                unproven.append(f"{what}: {end.untold}")
            else:
                fits = end.error.sqnr_db >= limits.min_sqnr_db
                text = f"{what} is {db_text(end.error.sqnr_db)}, {asked}"
                (met if fits else unmet).append(text)
    if limits.max_flips is not None:
        decisions, most = facts.decisions, f"at most {100 * limits.max_flips:g} %"
        if decisions is None:
            unproven.append(f"decisions that differ: {facts.no_decisions}")
        else:
            found = decisions.quantized
            text = f"decisions that differ: {_of(found.flips, found.samples)}, {most}"
            if found.flips > limits.max_flips * found.samples:
                unmet.append(text)
            elif decisions.seen < 2:
                unproven.append(f"{text}: every sample got the same, equal answers prove nothing")
            else:
                met.append(text)
    return tuple(unmet), tuple(unproven), tuple(met)


def _remarks(facts: LayersFacts) -> Iterator[str]:
    if facts.traced < facts.samples:
        yield f"operators were compared on the first {facts.traced:,} samples, outputs on all"
    missing = [layer for layer in facts.layers if layer.total is None]
    if missing:
        yield f"{len(missing)} of {count_text(len(facts.layers), 'operator output')} of the int8 " \
            "network not compared with the float one"  # fmt: skip
    alone = [layer for layer in facts.compared if layer.own is None]
    if alone:
        many = count_text(len(alone), "operator output")
        yield f"own error unknown in {many}: {alone[0].untold}"
    if facts.left_out:
        many = count_text(len(facts.left_out), "operator")
        yield f"{many} of the float network without a partner"
    for end in facts.inputs:
        if end.error is not None and end.error.cut:
            share = share_text(end.error.cut, end.error.values)
            yield f"{share} of the values of input {end.name!r} do not fit the int8 network's range"
    decisions = facts.decisions
    if decisions is not None and decisions.seen < 2:
        yield "every sample got the same decision of the float network: flips show little"
    if facts.noise:
        yield "the samples are noise: what is lost on your data --data tells"
