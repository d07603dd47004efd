"""The engine, operator by operator: the first that differs, what explains it, and the next."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from hil.diagnose.case import Case, Traced, World, ints
from hil.diagnose.hypothesis import CRC_BITS, Hypothesis, finding_of, same
from hil.diagnose.kernels import ROUNDINGS, Variation
from hil.diagnose.operators import OPTIMISED, At, label, mistakes
from hil.diagnose.outcome import Outcome, names
from hil.diagnose.patterns import patterns
from hil.diagnose.seen import shaped
from hil.diagnose.solutions import solutions
from hil.facts.packing import unpack_int8
from hil.oracle.interpreter import DIFFERING
from hil.oracle.submodel import Part

_MOST_FAULTS = 4

Tensors = dict[int, NDArray[Any]]
"""Tensors of one sample, by index."""

T = TypeVar("T", bound=Traced)


def explain_operators(
    world: World, outcome: Outcome, transform: Callable[[Case], Any] | None = None
) -> bool:
    """Looks for the first operator that differs, then for the next; whether there is one.

    `transform`: what the model saw of a case, where that is known to be something else.
    """
    traced = [case for case in world.cases if case.op_crcs is not None and None not in case.op_crcs]
    if not any(case.first_diverging is not None for case in traced):
        return False
    tensors = {case: right_tensors(world, _seen(case, transform).tobytes()) for case in traced}
    found = follow(world, tensors, outcome)
    if found.stuck:
        _puzzle(found.stuck, outcome)
    elif found.to_the_end:
        score = world.model.score.index
        outcome.tails = {case: ints(tensors[case][score]) for case in traced}
    return bool(found.stuck) or found.explained > 0


@dataclass(frozen=True)
class Followed:
    """How far the operators of a network are explained.

    Attributes:
        explained: how many wrong ones.
        stuck: the first that is not, of every sample; what follows it cannot be computed.
        to_the_end: every output behind them is right.
    """

    explained: int
    stuck: Sequence[At] = ()
    to_the_end: bool = False


def follow(world: World, tensors: Mapping[T, Tensors], outcome: Outcome) -> Followed:
    """Explains the first operator that differs, then the next, as findings.

    `tensors`: by traced sample, all that are right; wrong ones take their place.
    """
    captured = _captured(world)
    for explained in range(_MOST_FAULTS):
        op = _first_wrong(world, tensors)
        if op is None:
            return Followed(explained, to_the_end=True)
        ats = [_at(world, one, op, tensors[one], captured) for one in tensors]
        failing = [at for at in ats if at.failing]
        passing = [at for at in ats if not at.failing]
        fitting = _fitting(ats, failing, passing, outcome)
        if not fitting:
            return Followed(explained, stuck=ats)
        count = len(failing)
        evidence = f"explains {count} of {count} wrong outputs of this operator, exactly"
        evidence += f", and {len(passing)} right ones" if passing else ""
        evidence += f"; {_inputs(world, op)}"
        images = names(at.case for at in failing)
        outcome.findings.append(finding_of(fitting, "engine", evidence, images))
        output_of = fitting[0].transform
        assert output_of is not None
        if any(known.name in DIFFERING for known in world.graph.ops[op + 1 :]):
            return Followed(explained + 1)  # what follows is computed by other kernels
        try:
            for at, own in zip(ats, tensors.values(), strict=True):
                output = output_of(at)
                if output is not None:
                    _continue(world, op, output, own)
        except (RuntimeError, ValueError):  # LiteRT lacks an operator that the board has
            return Followed(explained + 1)
    return Followed(_MOST_FAULTS)


def right_tensors(world: World, sample: bytes) -> Tensors:
    """All tensors of a sample as the oracle has them."""
    answer, graph = world.oracle.run(sample, ops=True), world.graph
    assert answer.op_outputs is not None
    tensors = dict(zip(graph.inputs, world.oracle.contract.unpack(sample), strict=True))
    for op, outputs in zip(graph.ops, answer.op_outputs, strict=True):
        tensors |= dict(zip(op.outputs, outputs, strict=True))
    return tensors


def _seen(case: Case, transform: Callable[[Case], Any] | None) -> NDArray[np.int8]:
    """What the model saw of a case in its traced inference."""
    traced = dataclasses.replace(case, before=case.traced_before)
    changed = None if transform is None else transform(traced)
    return case.tensor if changed is None else shaped(changed, case)


def _captured(world: World) -> dict[tuple[str, int], NDArray[np.int8]]:
    """By image and operator, the outputs that were read back."""
    graph = world.graph
    return {
        (record.image, record.op): unpack_int8(
            record.output, graph.tensors[graph.ops[record.op].output].shape, where=record.image
        )
        for record in world.run.divergences
        if record.op is not None and record.output and not record.place
        if record.op < len(graph.ops)
    }


def _first_wrong(world: World, tensors: Mapping[T, Tensors]) -> int | None:
    for op in world.graph.ops:
        for case, right in tensors.items():
            assert case.op_crcs is not None
            crc = zlib.crc32(right[op.output].tobytes())
            if op.index < len(case.op_crcs) and crc != case.op_crcs[op.index]:
                return op.index
    return None


def _at(
    world: World,
    case: Traced,
    op: int,
    tensors: Tensors,
    captured: dict[tuple[str, int], NDArray[np.int8]],
) -> At:
    assert case.op_crcs is not None
    observed = case.op_crcs[op]
    assert observed is not None
    graph = world.graph
    before = [*graph.inputs, *(known.output for known in graph.ops[:op])]
    return At(
        case=case,
        world=world,
        op=op,
        inputs=tuple(tensors[t] for t in world.parts.variable_inputs(op)),
        right=tensors[graph.ops[op].output],
        observed=observed,
        captured=captured.get((case.name, op)),
        tensors={t: tensors[t] for t in before},
    )


def _continue(world: World, op: int, output: NDArray[Any], tensors: Tensors) -> None:
    """Puts a wrong output in its place, and computes what right operators make of it."""
    ops = world.graph.ops
    tensors[ops[op].output] = output
    if op + 1 == len(ops):
        return
    wanted = [known.output for known in ops[op + 1 :]]
    part = world.parts.part(op + 1, len(ops) - 1, outputs=wanted)
    for tensor, value in zip(wanted, part.run(*(tensors[t] for t in part.inputs)), strict=True):
        tensors[tensor] = value


def _fitting(
    ats: Sequence[At], failing: Sequence[At], passing: Sequence[At], outcome: Outcome
) -> list[Hypothesis[At]]:
    """The mistakes that give every traced output of the operator, right ones included."""
    # What was solved gives those that were read back: the others are asked first.
    order = sorted(failing, key=lambda at: at.captured is not None)
    for family in (mistakes, solutions):
        sure, _ = outcome.search(family(ats), order, passing, CRC_BITS, _information)
        fitting = [match.hypothesis for match in sure if not match.contradicted]
        if fitting:
            return fitting
    return []


def _information(hypothesis: Hypothesis[At], failing: Sequence[At]) -> float:
    """Bits by which wrong outputs speak for a prediction.

    What was read off an output is not confirmed by its CRC-32: then each element that differs
    counts as one bit, and only the other outputs count as a CRC-32 each.
    """
    return sum(
        CRC_BITS
        if at.captured is None or not hypothesis.freedom
        else float(np.count_nonzero(at.captured != at.right))
        for at in failing
    )


def _inputs(world: World, op: int) -> str:
    """What is known of an operator's inputs: of those that other operators made, by the trace."""
    if set(world.graph.inputs).isdisjoint(world.graph.ops[op].inputs):
        return "its inputs are right, by the trace of the operators before it"
    return "its input is the sample, and what it read of that is not traced"


def _puzzle(ats: Sequence[At], outcome: Outcome) -> None:
    """An operator whose outputs nothing explains: what is known of it."""
    world, op = ats[0].world, ats[0].op
    failing = [at for at in ats if at.failing]
    right, name = len(ats) - len(failing), label(world, op)
    first = not set(world.graph.inputs).isdisjoint(world.graph.ops[op].inputs)
    start = "the sample in its buffer" if first else "the outputs of the operators before it"
    read = [at for at in failing if at.captured is not None]
    facts = [
        f"operator {name} is the first that differs, in {len(failing)} of {len(ats)} traced images"
        + (f"; in {right} it is right" if right else ""),
        _inputs(world, op),
        f"the fault lies between {start} and the output of operator {name}",
        *patterns([(at.right, at.captured) for at in read if at.captured is not None]),
    ]
    likely = next((h for h in solutions(ats) if _gives(h, read)), None)
    if likely is not None:
        facts.append(
            f"'{likely.title}' would give the {len(read)} outputs that were read back; the other "
            "traced outputs do not confirm it"
        )
    what = "no known mistake gives these outputs"
    outcome.puzzle("engine", what, (at.case for at in failing), *facts)


def _gives(hypothesis: Hypothesis[At], read: Sequence[At]) -> bool:
    return all(same(hypothesis.predict(at), at.observed) for at in read)


def optimised_kernels(world: World, cases: Sequence[Case], outcome: Outcome) -> bool:
    """Are the features those of LiteRT's kernels for the host's CPU?"""
    model = world.model
    outcome.tested += 1
    part = Part(world.tflite, (model.input.index,), OPTIMISED)
    for case in cases:
        if not case.has_features(part.run(case.tensor)[model.features_output][0]):
            return False
    evidence = f"explains {len(cases)} of {len(cases)} wrong images, exactly"
    outcome.add("engine.optimised-kernels", "engine", evidence, cases, which="optimised")
    return True


def other_rounding(world: World, cases: Sequence[Case], outcome: Outcome) -> bool:
    """One other rule of rounding in every convolution of the network?"""
    graph = world.graph
    ops = graph.ops[: world.feature_op + 1]
    convs = [conv for op in ops if (conv := world.convolution(op.index)) is not None]
    if len(convs) < len(ops):
        return False

    def features(case: Case, how: Variation) -> Any:
        source = graph.inputs[0]
        tensors = {source: case.tensor.reshape(graph.tensors[source].shape)}
        for op, conv in zip(ops, convs, strict=True):
            tensors[op.output] = conv.run(tensors[op.inputs[0]], how)
        return tensors[ops[-1].output][0]

    for rounding, text in ROUNDINGS.items():
        outcome.tested += 1
        how = Variation(rounding=rounding)
        if all(case.has_features(features(case, how)) for case in cases):
            evidence = f"explains {len(cases)} of {len(cases)} wrong images, exactly"
            outcome.add("kernel.rounding-everywhere", "engine", evidence, cases, how=text)
            return True
    return False
