"""The engine, operator by operator: the first that differs, what explains it, and the next."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hil.diagnose.case import Case, World
from hil.diagnose.catalogue import CATALOGUE
from hil.diagnose.hypothesis import Match, search
from hil.diagnose.operators import (
    OPTIMISED,
    At,
    Wrong,
    label,
    mistakes,
    only_channel,
    only_range,
)
from hil.diagnose.scores import parts
from hil.diagnose.seen import shaped
from hil.diagnose.weights import damages
from hil.facts.diagnosis import Finding, Unexplained
from hil.facts.packing import unpack_int8

_CRC_BITS = 32.0
_MOST_FAULTS = 4
_ROUNDING_SHARE = 0.5


@dataclass
class Explained:
    """What the traces of a run say.

    `complete`: the findings account for every traced output. `scores`: by case, what the
    score tensor is then.
    """

    findings: list[Finding] = field(default_factory=list)
    unexplained: list[Unexplained] = field(default_factory=list)
    complete: bool = False
    scores: dict[int, tuple[int, ...]] = field(default_factory=dict)


def explain_operators(
    world: World, tested: list[int], transform: Callable[[Case], Any] | None = None
) -> Explained:
    """Looks for the first operator that differs, then for the next.

    `transform`: what the model saw of a case, where that is known to be something else.
    """
    traced = [case for case in world.cases if case.op_crcs is not None and None not in case.op_crcs]
    result = Explained()
    if not any(case.first_diverging is not None for case in traced):
        return result
    tensors = {id(case): _right_tensors(world, case, transform) for case in traced}
    score = world.oracle.model.score.index
    captured = _captured(world)
    for _ in range(_MOST_FAULTS):
        op = _first_wrong(world, traced, tensors)
        if op is None:
            result.complete = True
            result.scores = {
                id(case): tuple(int(v) for v in tensors[id(case)][score].reshape(-1))
                for case in traced
            }
            return result
        ats = [_at(world, case, op, tensors[id(case)], captured) for case in traced]
        finding, wrong = _explain(world, op, ats, tested)
        if finding is None:
            result.unexplained.append(_unexplained(world, op, ats))
            return result
        result.findings.append(finding)
        if wrong is None:
            return result  # named by a pattern: what follows cannot be computed
        for at in ats:
            output = wrong.output(at)
            if output is not None:
                _continue(world, op, output, tensors[id(at.case)])
    return result


def _right_tensors(
    world: World, case: Case, transform: Callable[[Case], Any] | None
) -> dict[int, NDArray[Any]]:
    graph = world.oracle.model.graph
    traced = dataclasses.replace(case, before=case.traced_before)
    changed = None if transform is None else transform(traced)
    tensor = case.tensor if changed is None else shaped(changed, case)
    answer = world.oracle.run(tensor, ops=True)
    assert answer.op_outputs is not None
    tensors = {op.output: answer.op_outputs[op.index] for op in graph.ops}
    tensors[graph.inputs[0]] = tensor.reshape(graph.tensors[graph.inputs[0]].shape)
    return tensors


def _captured(world: World) -> dict[tuple[str, int], Any]:
    graph = world.oracle.model.graph
    return {
        (record.image, record.op): unpack_int8(
            record.output, graph.tensors[graph.ops[record.op].output].shape, where=record.image
        )
        for record in world.run.divergences
        if record.op is not None and record.output and record.op < len(graph.ops)
    }


def _first_wrong(
    world: World, traced: Sequence[Case], tensors: dict[int, dict[int, NDArray[Any]]]
) -> int | None:
    for op in world.oracle.model.graph.ops:
        for case in traced:
            assert case.op_crcs is not None
            output = tensors[id(case)][op.output]
            crc = zlib.crc32(output.tobytes())
            if op.index < len(case.op_crcs) and crc != case.op_crcs[op.index]:
                return op.index
    return None


def _at(
    world: World,
    case: Case,
    op: int,
    tensors: dict[int, NDArray[Any]],
    captured: dict[tuple[str, int], Any],
) -> At:
    assert case.op_crcs is not None
    observed = case.op_crcs[op]
    assert observed is not None
    graph = world.oracle.model.graph
    before = [graph.inputs[0], *(known.output for known in graph.ops[:op])]
    return At(
        case=case,
        world=world,
        op=op,
        inputs=tuple(tensors[t] for t in parts(world).variable_inputs(op)),
        right=tensors[graph.ops[op].output],
        observed=observed,
        captured=captured.get((case.name, op)),
        tensors={t: tensors[t] for t in before},
    )


def _continue(
    world: World, op: int, output: NDArray[Any], tensors: dict[int, NDArray[Any]]
) -> None:
    """Puts a wrong output in its place, and computes what right operators make of it."""
    ops = world.oracle.model.graph.ops
    tensors[ops[op].output] = output
    if op + 1 == len(ops):
        return
    wanted = [known.output for known in ops[op + 1 :]]
    part = world.kept(
        f"rest {op + 1}", lambda: parts(world).part(op + 1, len(ops) - 1, outputs=wanted)
    )
    for tensor, value in zip(wanted, part.run(*(tensors[t] for t in part.inputs)), strict=True):
        tensors[tensor] = value


def _explain(
    world: World, op: int, ats: Sequence[At], tested: list[int]
) -> tuple[Finding | None, Wrong | None]:
    failing = [at for at in ats if at.failing]
    passing = [at for at in ats if not at.failing]
    sure: list[Match[At]] = []
    known: dict[int, Wrong] = {}
    for family in (mistakes, damages):
        hypotheses = []
        for wrong in family(ats):
            hypotheses.append(wrong.hypothesis())
            known[id(hypotheses[-1])] = wrong
        sure, _ = search(
            hypotheses, failing, passing, lambda at: at.observed, bits=_CRC_BITS, tested=tested
        )
        if sure:
            break
    names = tuple(at.case.name for at in failing)
    if sure:
        best = sure[0].hypothesis
        others = {m.hypothesis.id: m.hypothesis.title for m in sure[1:]}
        others.pop(best.id, None)
        count = len(failing)
        finding = Finding(
            id=best.id,
            stage="engine",
            title=best.title,
            evidence=f"explains {count} of {count} wrong outputs of this operator, exactly"
            + (f", and {len(passing)} right ones" if passing else "")
            + "; its inputs are right",
            where_to_look=best.where_to_look,
            explained=count,
            failures=count,
            images=names,
            alternatives=tuple(others.items()),
        )
        return finding, known[id(best)]
    return _by_pattern(world, op, failing), None


def _by_pattern(world: World, op: int, failing: Sequence[At]) -> Finding | None:
    """What the outputs that were read back have in common."""
    read = [at for at in failing if at.captured is not None]
    if not read:
        return None
    count = len(read)

    def finding(name: str, evidence: str, **parameters: object) -> Finding:
        entry = CATALOGUE[name]
        return Finding(
            id=name,
            stage="engine",
            title=entry.title.format(**parameters),
            evidence=f"{evidence}; its inputs are right",
            where_to_look=entry.where_to_look,
            explained=count,
            failures=len(failing),
            images=tuple(at.case.name for at in failing),
        )

    channel = only_channel(failing)
    channels = read[0].right.shape[-1] if read[0].right.ndim == 4 else 1
    if channel is not None and channels > 1:
        evidence = f"in {count} of {count} outputs that were read back, no other channel differs"
        return finding("kernel.channel", evidence, op=label(world, op), channel=channel, how="")
    found = only_range(failing)
    if found is not None:
        evidence = f"in {count} of {count} outputs that were read back, nothing else differs"
        what = f"the output of operator {label(world, op)}"
        return finding("memory.overwritten", evidence, first=found[0], last=found[1], what=what)
    offs = [abs(at.captured.astype("i2") - at.right) for at in read if at.captured is not None]
    if all(int(off.max()) == 1 for off in offs):
        share = max(float((off > 0).mean()) for off in offs)
        if share <= _ROUNDING_SHARE:
            evidence = (
                f"in {count} of {count} outputs that were read back no element is further off "
                f"than 1, and at most {100 * share:.1f} % are"
            )
            how = "+/-1 LSB"
            return finding("kernel.rounding", evidence, op=label(world, op), how=how)
    return None


def _unexplained(world: World, op: int, ats: Sequence[At]) -> Unexplained:
    failing = [at for at in ats if at.failing]
    right = len(ats) - len(failing)
    facts = [
        f"operator {label(world, op)} is the first that differs, in {len(failing)} of "
        f"{len(ats)} traced images" + (f"; in {right} it is right" if right else ""),
        "its inputs are right" if op else "whether its input was right cannot be traced",
    ]
    for at in failing:
        if at.captured is not None:
            off = abs(at.captured.astype("i2") - at.right)
            wrong = off[off > 0]
            if wrong.size:
                facts.append(
                    f"{at.case.name}: {wrong.size} of {off.size} elements differ, by "
                    f"{float(wrong.mean()):.2f} LSB on average, {int(wrong.max())} at most"
                )
            break
    return Unexplained(
        "engine", "no known mistake gives these outputs", tuple(a.case.name for a in failing),
        tuple(facts),
    )  # fmt: skip


def optimised_kernels(world: World, cases: Sequence[Case], tested: list[int]) -> Finding | None:
    """Are the features those of LiteRT's kernels for the host's CPU?"""
    from hil.diagnose.submodel import Part

    model = world.oracle.model
    outputs = (model.features.index,)
    tested[0] += 1
    part = Part(world.model, (model.input.index,), outputs, OPTIMISED)
    place = model.features_output
    for case in cases:
        if case.features is None or not np.array_equal(
            part.run(case.tensor)[place][0], case.features
        ):
            return None
    entry = CATALOGUE["engine.optimised-kernels"]
    count = len(cases)
    return Finding(
        "engine.optimised-kernels",
        "engine",
        entry.title.format(which="optimised"),
        f"explains {count} of {count} wrong images, exactly",
        entry.where_to_look,
        count,
        count,
        tuple(case.name for case in cases),
    )


def other_rounding(world: World, cases: Sequence[Case], tested: list[int]) -> Finding | None:
    """One other rule of rounding in every convolution of the network."""
    from hil.diagnose.kernels import Variation, convolution

    graph = world.oracle.model.graph
    convs = [convolution(graph, parts(world).ops[op.index], op.index) for op in graph.ops]
    feature_op = graph.producer(world.oracle.model.features.index)
    if feature_op is None or any(c is None for c in convs[: feature_op.index + 1]):
        return None

    def features(case: Case, how: Variation) -> NDArray[Any]:
        tensors: dict[int, NDArray[Any]] = {
            graph.inputs[0]: case.tensor.reshape(graph.tensors[graph.inputs[0]].shape)
        }
        for op in graph.ops[: feature_op.index + 1]:
            conv = convs[op.index]
            assert conv is not None
            tensors[op.output] = conv.run(tensors[op.inputs[0]], how)
        found: NDArray[Any] = tensors[feature_op.output][0]
        return found

    for rounding, text in (("single", "once instead of twice"), ("cut", "toward zero"),
                           ("down", "down"), ("up", "up")):  # fmt: skip
        tested[0] += 1
        how = dataclasses.replace(Variation(), rounding=rounding)  # type: ignore[arg-type]
        if all(
            case.features is not None and np.array_equal(features(case, how), case.features)
            for case in cases
        ):
            entry = CATALOGUE["kernel.rounding-everywhere"]
            count = len(cases)
            return Finding(
                "kernel.rounding-everywhere",
                "engine",
                f"{entry.title}: every convolution rounds {text}",
                f"explains {count} of {count} wrong images, exactly",
                entry.where_to_look,
                count,
                count,
                tuple(case.name for case in cases),
            )
    return None
