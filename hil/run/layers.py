"""A float network beside its int8 form: on the host, and on a board where there is one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from hil.errors import UsageError
from hil.facts.layers import EndFacts, LayerFacts, LayersFacts, LsbFacts

if TYPE_CHECKING:
    from hil.network.contract import Contract
    from hil.oracle import SecondOpinion
    from hil.oracle.decisions import Decisions
    from hil.run.testbench import Bench
    from hil.run.validation import TensorSummary, Validation
    from hil.samples.pairs import PairedSamples

MOST_TRACED = 500
"""On how many samples operators are compared: the wheel tflite-micro never frees a tensor that was
read of it, so that each trace stays in memory (some 100 kB for networks of this size)."""


@dataclass(frozen=True)
class Measured:
    """`validation`: None without a board."""

    facts: LayersFacts
    validation: Validation | None


def check_pair(floats: Contract, ints: Contract) -> None:
    """Raises UsageError for what are not a float network and its quantized form."""
    quantized = [_has_quantized(contract) for contract in (floats, ints)]
    for contract, has, wanted in zip((floats, ints), quantized, (False, True), strict=True):
        if has != wanted:
            swapped = quantized == [True, False]
            raise UsageError(
                "the network is quantized, where the float one belongs"
                if has
                else "the network has no quantized operator, where the int8 one belongs",
                where=contract.where,
                hint="give the two files the other way round: the float one comes first"
                if swapped
                else "give the float .tflite first (converted without optimizations), then the "
                "int8 one of the same network",
            )
    for what, ours, theirs in (
        ("inputs", floats.header.inputs, ints.header.inputs),
        ("outputs", floats.header.outputs, ints.header.outputs),
    ):
        shapes = [[list(tensor.shape) for tensor in ends] for ends in (ours, theirs)]
        if shapes[0] != shapes[1]:
            raise UsageError(
                f"not two forms of one network: {what} {shapes[0]} and {shapes[1]}",
                where=f"{floats.where}, {ints.where}",
                hint="give the float .tflite that the int8 one was converted from",
            )


def _has_quantized(contract: Contract) -> bool:
    tensors = contract.graph.tensors
    made = (tensors[index] for op in contract.graph.ops for index in op.outputs)
    return any(tensor.scales and tensor.type_name != "FLOAT32" for tensor in made)


def measure_layers(
    floats: Contract,
    ints: Contract,
    samples: PairedSamples,
    bench: Bench | None = None,
    progress: Callable[[str], None] = lambda _text: None,
) -> Measured:
    """Runs both networks on all samples, then the int8 one on the board.

    Raises UsageError where an interpreter refuses a network, or no operator has a partner; what
    the board raises.
    """
    from hil.judge.layers import of_other_weights
    from hil.oracle import Oracle
    from hil.oracle.decisions import Decisions
    from hil.oracle.interpreter import shortened
    from hil.oracle.layer_errors import LayerErrors
    from hil.run.testbench import OPINION_SAMPLES

    oracle = Oracle(ints) if bench is None else bench.oracle
    try:
        errors = LayerErrors(floats, oracle)
    except (ValueError, RuntimeError) as error:
        raise UsageError(
            f"LiteRT refuses the float network: {shortened(error)}",
            where=floats.where,
            hint="convert it with a current converter, without optimizations",
        ) from error
    if not errors.pairing.pairs:
        raise UsageError(
            "no operator of the float network is one of the int8 network",
            where=f"{floats.where}, {ints.where}",
            hint="give the float .tflite that the int8 one was converted from",
        )
    if of_other_weights(errors.layers()):
        raise UsageError(
            "not two forms of one network: no operator has the float network's weights",
            where=f"{floats.where}, {ints.where}",
            hint="give the float .tflite that the int8 one was converted from: a network that was "
            "trained another time, or further, has other weights",
        )
    progress(f"{len(samples):,} samples through both networks ...")
    decisions = Decisions(floats, ints)
    for row, one in enumerate(samples):
        exact, answer = errors.see(one.sample.data, one.exact, ops=row < MOST_TRACED)
        decisions.see(one.sample.name, one.label, exact, answer.outputs)
    progress("hearing LiteRT on every operator of the int8 network ...")
    # As many as in a test run.
    opinion = oracle.second_opinion(
        [one.sample.data for one in islice(samples, len(OPINION_SAMPLES))],
    )
    facts = LayersFacts(
        float_sha256=floats.graph.sha256,
        int8_sha256=ints.graph.sha256,
        float_resolver=errors.resolver,
        resolver=oracle.resolver,
        other=opinion.other,
        no_host=opinion.trouble,
        samples=len(samples),
        traced=min(len(samples), MOST_TRACED),
        given=samples.given,
        data=samples.source,
        noise=samples.noise,
        layers=_with_host(errors.layers(), opinion),
        left_out=errors.left_out(),
        inputs=errors.inputs(),
        outputs=errors.outputs(),
        decisions=decisions.facts(),
        no_decisions=decisions.why_not,
    )
    if bench is None:
        return Measured(facts, None)
    return _on_board(bench, samples, decisions, facts)


def _with_host(layers: tuple[LayerFacts, ...], opinion: SecondOpinion) -> tuple[LayerFacts, ...]:
    heard = {each.op: each for each in opinion.ops if not each.not_compared}

    def host(layer: LayerFacts) -> LsbFacts | None:
        said = heard.get(layer.index)
        # It speaks of the worst output of an operator: the others are no worse.
        return None if said is None else LsbFacts(said.worst, said.differing, said.values)

    return tuple(dataclasses.replace(layer, host=host(layer)) for layer in layers)


def _on_board(
    bench: Bench, samples: PairedSamples, decisions: Decisions, facts: LayersFacts
) -> Measured:
    from hil.run.validation import validate

    found = validate(bench, (one.sample for one in samples))
    for one, measured in zip(samples, found.measured, strict=True):
        host = measured.answer.outputs
        decisions.see_board(one.sample.name, one.label, host, measured.tensors)
    by_place = {summary.place: _lsb(summary) for summary in found.operators}
    layers = tuple(
        dataclasses.replace(layer, board=by_place.get(layer.place)) for layer in facts.layers
    )
    outputs: list[EndFacts] = [
        dataclasses.replace(end, board=_lsb(summary))
        for end, summary in zip(facts.outputs, found.outputs, strict=True)
    ]
    board = found.run.board
    facts = dataclasses.replace(
        facts,
        layers=layers,
        outputs=tuple(outputs),
        decisions=decisions.facts(),
        no_decisions=decisions.why_not,
        target="" if board is None else board.target,
        time_base="" if board is None else board.time_base,
    )
    return Measured(facts, found)


def _lsb(summary: TensorSummary) -> LsbFacts:
    return LsbFacts(summary.max_lsb, summary.differing, summary.compared)
