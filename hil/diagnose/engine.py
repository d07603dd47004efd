"""The engine, operator by operator: the first that differs, what explains it, and the next."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hil.diagnose.case import Case, World, ints
from hil.diagnose.catalogue import finding
from hil.diagnose.hypothesis import CRC_BITS, Hypothesis, finding_of, same
from hil.diagnose.kernels import ROUNDINGS, Variation
from hil.diagnose.operators import OPTIMISED, At, label, mistakes, only_channel, only_range
from hil.diagnose.outcome import Outcome, names
from hil.diagnose.seen import shaped
from hil.diagnose.weights import damages
from hil.facts.diagnosis import Finding
from hil.facts.packing import unpack_int8
from hil.oracle.submodel import Part

_MOST_FAULTS = 4
_ROUNDING_SHARE = 0.5

Tensors = dict[int, NDArray[Any]]
"""Tensors of one case, by index."""


def explain_operators(
    world: World, outcome: Outcome, transform: Callable[[Case], Any] | None = None
) -> bool:
    """Looks for the first operator that differs, then for the next; whether there is one.

    `transform`: what the model saw of a case, where that is known to be something else.
    """
    traced = [case for case in world.cases if case.op_crcs is not None and None not in case.op_crcs]
    if not any(case.first_diverging is not None for case in traced):
        return False
    tensors = {case: _right_tensors(world, case, transform) for case in traced}
    captured = _captured(world)
    for explained in range(_MOST_FAULTS):
        op = _first_wrong(world, tensors)
        if op is None:
            score = world.model.score.index
            outcome.tails = {case: ints(tensors[case][score]) for case in traced}
            return explained > 0
        ats = [_at(world, case, op, tensors[case], captured) for case in traced]
        failing = [at for at in ats if at.failing]
        passing = [at for at in ats if not at.failing]
        fitting = _fitting(ats, failing, passing, outcome)
        if not fitting:
            pattern = _pattern(world, op, failing)
            if pattern is not None:  # what follows cannot be computed
                outcome.findings.append(pattern)
            else:
                _puzzle(world, op, failing, passing, outcome)
            return True
        count = len(failing)
        evidence = f"explains {count} of {count} wrong outputs of this operator, exactly"
        evidence += f", and {len(passing)} right ones" if passing else ""
        evidence += "; its inputs are right"
        images = names(at.case for at in failing)
        outcome.findings.append(finding_of(fitting, "engine", evidence, images))
        output_of = fitting[0].transform
        assert output_of is not None
        for at in ats:
            output = output_of(at)
            if output is not None:
                _continue(world, op, output, tensors[at.case])
    return True


def _right_tensors(world: World, case: Case, transform: Callable[[Case], Any] | None) -> Tensors:
    traced = dataclasses.replace(case, before=case.traced_before)
    changed = None if transform is None else transform(traced)
    tensor = case.tensor if changed is None else shaped(changed, case)
    answer = world.oracle.run(tensor.tobytes(), ops=True)
    assert answer.op_outputs is not None
    tensors: Tensors = {}
    for op, outputs in zip(world.graph.ops, answer.op_outputs, strict=True):
        tensors |= dict(zip(op.outputs, outputs, strict=True))
    source = world.graph.inputs[0]
    tensors[source] = tensor.reshape(world.graph.tensors[source].shape)
    return tensors


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


def _first_wrong(world: World, tensors: dict[Case, Tensors]) -> int | None:
    for op in world.graph.ops:
        for case, right in tensors.items():
            assert case.op_crcs is not None
            crc = zlib.crc32(right[op.output].tobytes())
            if op.index < len(case.op_crcs) and crc != case.op_crcs[op.index]:
                return op.index
    return None


def _at(
    world: World,
    case: Case,
    op: int,
    tensors: Tensors,
    captured: dict[tuple[str, int], NDArray[np.int8]],
) -> At:
    assert case.op_crcs is not None
    observed = case.op_crcs[op]
    assert observed is not None
    graph = world.graph
    before = [graph.inputs[0], *(known.output for known in graph.ops[:op])]
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
    for family in (mistakes, damages):
        sure, _ = outcome.search(family(ats), failing, passing, CRC_BITS)
        if sure:
            return [match.hypothesis for match in sure]
    return []


def _pattern(world: World, op: int, failing: Sequence[At]) -> Finding | None:
    """What the outputs that were read back have in common."""
    read = [at for at in failing if at.captured is not None]
    if not read:
        return None
    count = len(read)

    def found(name: str, evidence: str, **parameters: object) -> Finding:
        evidence = f"in {count} of {count} outputs that were read back{evidence}"
        evidence += "; its inputs are right"
        images = names(at.case for at in failing)
        made = finding(name, "engine", evidence, images, **parameters)
        return dataclasses.replace(made, explained=count)

    operator = label(world, op)
    channel = only_channel(failing)
    channels = read[0].right.shape[-1] if read[0].right.ndim == 4 else 1
    if channel is not None and channels > 1:
        evidence = ", no other channel differs"
        return found("kernel.channel", evidence, op=operator, channel=channel, how="")
    place = only_range(failing)
    if place is not None:
        (first, last), what = place, f"the output of operator {operator}"
        evidence = ", nothing else differs"
        return found("memory.overwritten", evidence, first=first, last=last, what=what)
    offs = [abs(at.captured.astype("i2") - at.right) for at in read if at.captured is not None]
    share = max(float((off > 0).mean()) for off in offs)
    if all(int(off.max()) == 1 for off in offs) and share <= _ROUNDING_SHARE:
        evidence = f" no element is further off than 1, and at most {100 * share:.1f} % are"
        return found("kernel.rounding", evidence, op=operator, how="+/-1 LSB")
    return None


def _puzzle(
    world: World, op: int, failing: Sequence[At], passing: Sequence[At], outcome: Outcome
) -> None:
    right = len(passing)
    facts = [
        f"operator {label(world, op)} is the first that differs, in {len(failing)} of "
        f"{len(failing) + right} traced images" + (f"; in {right} it is right" if right else ""),
        "its inputs are right" if op else "whether its input was right cannot be traced",
    ]
    at = next((at for at in failing if at.captured is not None), None)
    if at is not None and at.captured is not None:
        off = abs(at.captured.astype("i2") - at.right)
        wrong = off[off > 0]
        if wrong.size:
            facts.append(
                f"{at.case.name}: {wrong.size} of {off.size} elements differ, by "
                f"{float(wrong.mean()):.2f} LSB on average, {int(wrong.max())} at most"
            )
    what = "no known mistake gives these outputs"
    outcome.puzzle("engine", what, (at.case for at in failing), *facts)


def optimised_kernels(world: World, cases: Sequence[Case], outcome: Outcome) -> bool:
    """Are the features those of LiteRT's kernels for the host's CPU?"""
    model = world.model
    outcome.tested += 1
    part = Part(world.tflite, (model.input.index,), OPTIMISED)
    for case in cases:
        features = part.run(case.tensor)[model.features_output][0]
        if not same(features, case.features):
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
        if all(same(features(case, how), case.features) for case in cases):
            evidence = f"explains {len(cases)} of {len(cases)} wrong images, exactly"
            outcome.add("kernel.rounding-everywhere", "engine", evidence, cases, how=text)
            return True
    return False
