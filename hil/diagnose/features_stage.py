"""Wrong features: what the model saw, or the first operator that is wrong, or the reading."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hil.diagnose import inputs, scores, upload
from hil.diagnose.case import Case, World
from hil.diagnose.engine import explain_operators, optimised_kernels, other_rounding
from hil.diagnose.operators import common_range
from hil.diagnose.outcome import (
    Family,
    Outcome,
    case_names,
    difference_of,
    make_finding,
    not_repeatable,
    overwritten,
)
from hil.diagnose.point import Point
from hil.diagnose.seen import Transform, shaped
from hil.diagnose.steps import cam_of, equal, ints
from hil.facts.diagnosis import Unexplained

_TENSOR_BITS = 512.0
_CRC_BITS = 32.0
_MAP_BITS = 128.0
_SCORE_BITS = 6.0

_INPUT_TIERS: tuple[Family, ...] = (
    inputs.hypotheses, inputs.other_images, inputs.constants, upload.single_bytes, inputs.pairs,
)  # fmt: skip


def explain_features(world: World, outcome: Outcome) -> dict[int, NDArray[np.int8]]:
    """Explains wrong features; returns, by case, the features that the later stages had."""
    had: dict[int, NDArray[np.int8]] = {}
    wrong: list[Case] = []
    read_wrong: list[Case] = []
    alone: list[Case] = []
    for case in world.cases:
        if not (case.failing and case.features_wrong):
            had[id(case)] = case.expected.features
        elif case.features is None:
            wrong.append(case)
        else:
            made = cam_of(world, case.features)
            from_read = scores.tail_scores(world, case.features)
            right = scores.tail_scores(world, case.expected.features)
            map_right = case.cam is None or equal(case.cam, case.expected.cam)
            map_as_read = case.cam is None or equal(case.cam, made)
            if case.scores == right and map_right and not (from_read == right and map_as_read):
                had[id(case)] = case.expected.features
                read_wrong.append(case)
            elif case.scores == right and map_as_read and from_read != right:
                had[id(case)] = case.features
                alone.append(case)
            else:
                had[id(case)] = case.features
                wrong.append(case)
    _read_back(world, outcome, read_wrong)
    _features_alone(world, outcome, alone)
    unread = [c for c in world.cases if c.failing and c.facts.features is None and _far_off(c)]
    wrong += unread
    for case in unread:
        had.pop(id(case), None)
    if wrong:
        _features(world, outcome, wrong)
    else:
        _operators_alone(world, outcome)
    return had


def _features(world: World, outcome: Outcome, wrong: Sequence[Case]) -> None:
    """Input or operators: features are wrong, and what follows from them is as wrong."""
    firsts = {case.first_diverging for case in wrong if case.op_crcs is not None}
    transform: Transform | None = None
    if firsts == {0}:
        transform = _input_by_trace(world, outcome, wrong)
        if transform is not None and _gives_features(world, wrong, transform):
            return
    elif not firsts or None in firsts or 0 in firsts:
        kind, points = _feature_points(world, wrong)
        bits = {"features": _TENSOR_BITS, "cam": _MAP_BITS, "scores": _SCORE_BITS}[kind]
        if outcome.attempt("input", points, bits, _INPUT_TIERS) is not None:
            return
    features_read = all(case.features is not None for case in wrong)
    if features_read and transform is None:
        found = optimised_kernels(world, wrong, outcome.tested)
        if found is None:
            found = other_rounding(world, wrong, outcome.tested)
        if found is not None:
            outcome.findings.append(found)
            return
    if outcome.take(explain_operators(world, outcome.tested, transform)):
        return
    unsteady = [case for case in wrong if case.repeated is False]
    if unsteady:
        outcome.findings.append(not_repeatable("engine", unsteady, wrong))
        return
    found_range = None
    if features_read:
        found_range = common_range(_places(wrong), world.cases[0].expected.features.size)
    if found_range is not None:
        outcome.findings.append(overwritten(found_range, "the features", wrong))
        return
    traced = sum(case.op_crcs is not None for case in wrong)
    facts = [f"{case.name}: {_difference(case)}" for case in wrong[:3]]
    if traced:
        facts.append(f"every operator of {traced} of these images is right when it is traced")
    else:
        facts.append("there is no trace: input and operators cannot be told apart")
    outcome.unexplained.append(
        Unexplained("input", "the features are wrong", case_names(wrong), tuple(facts))
    )


def _input_by_trace(world: World, outcome: Outcome, wrong: Sequence[Case]) -> Transform | None:
    """Looks for what the model saw in the output of its first operator."""
    points = []
    for case in world.cases:
        if case.op_crcs is not None and (case in wrong or case.first_diverging is None):
            traced = dataclasses.replace(case, before=case.traced_before)
            right, observed = case.op_right[0], case.op_crcs[0]
            points.append(Point(traced, world, "first operator", right, observed, case in wrong))
    found = outcome.attempt("input", points, _CRC_BITS, _INPUT_TIERS)
    return None if found is None else found.transform or (lambda case: None)


def _gives_features(world: World, wrong: Sequence[Case], transform: Transform) -> bool:
    """Whether right operators make the features of what the model is thought to have seen."""
    for case in wrong:
        changed = transform(case)
        if changed is None or case.features is None:
            continue
        if not equal(world.answer(shaped(changed, case)).features, case.features):
            return False
    return True


def _feature_points(world: World, wrong: Sequence[Case]) -> tuple[str, list[Point]]:
    """The points of the stage, by the features, or else by what was sent."""
    kind = "features"
    if any(case.features is None for case in wrong):
        kind = "cam" if all(case.cam is not None for case in wrong) else "scores"
    points = []
    for case in world.cases:
        right, observed = {
            "features": (case.expected.features, case.features),
            "cam": (case.expected.cam, case.cam),
            "scores": (ints(case.expected.scores), case.scores),
        }[kind]
        if observed is not None and (case in wrong or not case.failing):
            points.append(Point(case, world, kind, right, observed, case in wrong))
    return kind, points


def _operators_alone(world: World, outcome: Outcome) -> None:
    """Traces that differ while the features are right: behind the features, or the trace."""
    graph = world.oracle.model.graph
    last = graph.producer(world.oracle.model.features.index)
    assert last is not None
    diverging = [case for case in world.cases if case.first_diverging is not None]
    if not diverging:
        return
    behind = all((case.first_diverging or 0) > last.index for case in diverging)
    answers_wrong = any(case.facts.scores and case.facts.scores.differing for case in diverging)
    if behind and answers_wrong:
        outcome.take(explain_operators(world, outcome.tested))
        return
    if answers_wrong:
        return
    first = min(case.first_diverging or 0 for case in diverging)
    outcome.findings.append(
        make_finding(
            "trace.wrong",
            "engine",
            f"{len(diverging)} traces differ; features, scores and maps of the same images "
            "are right",
            diverging,
            how=f"first in operator {first}",
        )
    )


def _read_back(world: World, outcome: Outcome, wrong: Sequence[Case]) -> None:
    if not wrong:
        return
    how = None
    for name, change in _READINGS.items():
        outcome.tested[0] += 1
        if all(equal(change(case), case.features) for case in wrong):
            how = name
            break
    text = how or "differently for each image"
    evidence = f"map and scores of {len(wrong)} of {len(wrong)} images follow from the right ones"
    outcome.findings.append(
        make_finding("output.wrong-tensor", "engine", evidence, wrong, how=text)
    )


def _features_alone(world: World, outcome: Outcome, wrong: Sequence[Case]) -> None:
    """The features are wrong after the scores were computed from right ones."""
    if not wrong:
        return
    known = {case.expected.features.tobytes(): case.name for case in world.cases}
    names = [known.get(case.features.tobytes(), "") for case in wrong if case.features is not None]
    if all(names):
        outcome.findings.append(
            make_finding(
                "engine.stale-output",
                "engine",
                f"explains {len(wrong)} of {len(wrong)} wrong images, exactly",
                wrong,
                output="the features",
                image=", ".join(sorted(set(names))[:3]),
            )
        )
        return
    found = common_range(_places(wrong), world.cases[0].expected.features.size)
    if found is not None:
        outcome.findings.append(overwritten(found, "the features", wrong))
        return
    facts = [f"{case.name}: {_difference(case)}" for case in wrong[:3]]
    facts.append("the scores are those of right features: they changed after SOFTMAX ran")
    what = "the features are wrong, though the scores are right"
    outcome.unexplained.append(Unexplained("engine", what, case_names(wrong), tuple(facts)))


def _places(wrong: Sequence[Case]) -> list[Any]:
    return [
        np.flatnonzero((case.features != case.expected.features).reshape(-1))
        for case in wrong
        if case.features is not None
    ]


def _turned_layout(case: Case) -> Any:
    features = case.expected.features
    return np.ascontiguousarray(np.moveaxis(features, 2, 0)).reshape(features.shape)


_READINGS: dict[str, Callable[[Case], Any]] = {
    "as uint8 with the offset of 128": lambda c: c.expected.features ^ -128,
    "as [channels, rows, columns]": _turned_layout,
    "with rows and columns swapped": lambda c: c.expected.features.swapaxes(0, 1),
    "one byte late": lambda c: _rolled(c, 1),
    "one byte early": lambda c: _rolled(c, -1),
}


def _rolled(case: Case, by: int) -> Any:
    return np.roll(case.expected.features.reshape(-1), by).reshape(case.expected.features.shape)


def _far_off(case: Case) -> bool:
    """Both scores and map are wrong: what they have in common is in front of them."""
    facts = case.facts
    return bool(
        facts.scores and facts.scores.differing and facts.cam is not None and facts.cam.differing
    )


def _difference(case: Case) -> str:
    if case.features is None:
        found = case.facts.features or case.facts.cam
        return "unknown" if found is None else f"{found.differing} of {found.elements} differ"
    return difference_of(case.expected.features, case.features)
