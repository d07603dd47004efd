"""Wrong features: what the model saw, or the first operator that is wrong, or the reading."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hil.diagnose import inputs, scores, upload
from hil.diagnose.cam import right_map
from hil.diagnose.case import Case, Point, World, ints
from hil.diagnose.engine import explain_operators, optimised_kernels, other_rounding
from hil.diagnose.held import held
from hil.diagnose.hypothesis import (
    CRC_BITS,
    MAP_BITS,
    SCORE_BITS,
    SURE_BITS,
    TENSOR_BITS,
    same,
)
from hil.diagnose.outcome import Family, Outcome, difference_of
from hil.diagnose.patterns import patterns
from hil.diagnose.seen import Transform, shaped

_INPUT_TIERS: tuple[Family, ...] = (
    inputs.hypotheses, inputs.other_images, inputs.constants, upload.single_bytes, inputs.pairs,
)  # fmt: skip


def explain_features(world: World, outcome: Outcome) -> dict[Case, NDArray[np.int8]]:
    """Explains wrong features; returns, by case, the features that the later stages had."""
    had: dict[Case, NDArray[np.int8]] = {}
    if "engine" in outcome.settled:
        sound = (case for case in world.cases if not case.features_wrong)
        return {case: case.expected.features for case in sound}
    wrong: list[Case] = []
    read_wrong: list[Case] = []
    alone: list[Case] = []
    for case in world.cases:
        if not (case.failing and case.features_wrong):
            had[case] = case.expected.features
        elif case.features is None and _follows_from_right(case):
            had[case] = case.expected.features
            read_wrong.append(case)
        elif case.features is None:
            wrong.append(case)
        else:
            had[case] = case.features
            from_read = scores.tail_scores(world, case.features)
            right = scores.tail_scores(world, case.expected.features)
            map_right = case.cam is None or np.array_equal(case.cam, case.expected.cam)
            map_as_read = case.cam is None or np.array_equal(
                case.cam, right_map(world, case.features)
            )
            if case.scores == right and map_right and not (from_read == right and map_as_read):
                had[case] = case.expected.features
                read_wrong.append(case)
            elif case.scores == right and map_as_read and from_read != right:
                alone.append(case)
            else:
                wrong.append(case)
    if read_wrong:
        _read_back(outcome, read_wrong)
    if alone:
        _features_alone(world, outcome, alone)
    unread = [c for c in world.cases if c.failing and c.facts.features is None and _far_off(c)]
    wrong += unread
    for case in unread:
        had.pop(case, None)
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
        bits = {"features": TENSOR_BITS, "cam": MAP_BITS, "scores": SCORE_BITS}[kind]
        if outcome.attempt("input", points, bits, _INPUT_TIERS) is not None:
            return
    features_read = all(case.features is not None for case in wrong)
    everywhere = features_read and transform is None
    if everywhere and optimised_kernels(world, wrong, outcome):
        return
    if everywhere and other_rounding(world, wrong, outcome):
        return
    if explain_operators(world, outcome, transform):
        return
    if features_read and _overwritten(world, outcome, wrong):
        return
    traced = sum(case.op_crcs is not None for case in wrong)
    if traced:
        fact = f"every operator of {traced} of these images is right when it is traced"
    else:
        fact = "there is no trace: input and operators cannot be told apart"
    facts = (*_differences(wrong), *_patterns(wrong), fact)
    outcome.puzzle("input", "the features are wrong", wrong, *facts)


def _input_by_trace(world: World, outcome: Outcome, wrong: Sequence[Case]) -> Transform | None:
    """Looks for what the model saw in the output of its first operator."""
    points = []
    for case in world.cases:
        if case.op_crcs is not None and (case in wrong or case.first_diverging is None):
            traced = dataclasses.replace(case, before=case.traced_before)
            right, observed = case.op_right[0], case.op_crcs[0]
            points.append(Point(traced, world, "first operator", right, observed, case in wrong))
    found = outcome.attempt("input", points, CRC_BITS, _INPUT_TIERS)
    return None if found is None else found.transform or (lambda case: None)


def _gives_features(world: World, wrong: Sequence[Case], transform: Transform) -> bool:
    """Whether right operators make the features of what the model is thought to have seen."""
    for case in wrong:
        changed = transform(case)
        if changed is None or case.features is None:
            continue
        if not np.array_equal(world.answer(shaped(changed, case)).features, case.features):
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
    diverging = {case: case.first_diverging for case in world.cases}
    firsts = {case: first for case, first in diverging.items() if first is not None}
    if not firsts:
        return
    first = min(firsts.values())
    if any(case.facts.scores and case.facts.scores.differing for case in firsts):
        if first > world.feature_op:
            explain_operators(world, outcome)
        return
    count = len(firsts)
    evidence = f"{count} traces differ; features, scores and maps of the same images are right"
    outcome.add("trace.wrong", "engine", evidence, firsts, how=f"first in operator {first}")


def _follows_from_right(case: Case) -> bool:
    """Whether map and scores are those of right features, though others were read."""
    if case.cam is None or case.scores != ints(case.expected.scores):
        return False
    return np.array_equal(case.cam, case.expected.cam)


def _read_back(outcome: Outcome, wrong: Sequence[Case]) -> None:
    """The features were right, and were read back otherwise."""
    how = "differently for each image"
    for name, change in _READINGS.items():
        outcome.tested += 1
        known = [case for case in wrong if case.features is not None]
        if known and all(same(change(case.expected.features), case.features) for case in known):
            how = name
            break
    count = len(wrong)
    evidence = f"map and scores of {count} of {count} images follow from the right ones"
    outcome.add("output.wrong-tensor", "engine", evidence, wrong, how=how)


def _features_alone(world: World, outcome: Outcome, wrong: Sequence[Case]) -> None:
    """The features are wrong after the scores were computed from right ones."""
    known = {case.expected.features.tobytes(): case.name for case in world.cases}
    names = {known.get(case.features.tobytes(), "") for case in wrong if case.features is not None}
    if all(names):
        evidence = f"explains {len(wrong)} of {len(wrong)} wrong images, exactly"
        images = ", ".join(sorted(names)[:3])
        outcome.add(
            "engine.stale-output", "engine", evidence, wrong, output="the features", image=images
        )
    elif not _overwritten(world, outcome, wrong):
        what = "the features are wrong, though the scores are right"
        fact = "the scores are those of right features: they changed after SOFTMAX ran"
        outcome.puzzle("engine", what, wrong, *_differences(wrong), *_patterns(wrong), fact)


def _overwritten(world: World, outcome: Outcome, wrong: Sequence[Case]) -> bool:
    """Adds the range of the features that is the same for all images, if that explains them."""
    read = [(case.expected.features, case.features) for case in wrong if case.features is not None]
    found = held([right for right, _ in read], [got for _, got in read])
    right = [case.expected.features for case in world.cases if _features_right(case)]
    differing = sum(int(np.count_nonzero(expected != got)) for expected, got in read)
    for one in found:
        outcome.tested += 1
        told = all(np.array_equal(one.put_into(expected), got) for expected, got in read)
        refuted = any(not np.array_equal(one.put_into(features), features) for features in right)
        if told and not refuted and one.freedom + SURE_BITS <= differing:
            evidence = f"explains {len(read)} of {len(read)} features that were read back, exactly"
            outcome.add(
                "memory.overwritten", "engine", evidence, wrong,
                first=one.first, last=one.last, what="the features", how=one.how,
            )  # fmt: skip
            return True
    return False


def _features_right(case: Case) -> bool:
    """Whether the features were read back, and are right."""
    return case.facts.features is not None and not case.facts.features.differing


def _patterns(wrong: Sequence[Case]) -> list[str]:
    return patterns(
        [(case.expected.features, case.features) for case in wrong if case.features is not None]
    )


_READINGS: dict[str, Callable[[NDArray[np.int8]], Any]] = {
    "as uint8 with the offset of 128": lambda features: features ^ -128,
    "as [channels, rows, columns]": lambda f: np.moveaxis(f, 2, 0).reshape(f.shape),
    "with rows and columns swapped": lambda features: features.swapaxes(0, 1),
    "one byte late": lambda features: np.roll(features, 1),
    "one byte early": lambda features: np.roll(features, -1),
}


def _far_off(case: Case) -> bool:
    """Both scores and map are wrong: what they have in common is in front of them."""
    facts = case.facts
    return bool(
        facts.scores and facts.scores.differing and facts.cam is not None and facts.cam.differing
    )


def _differences(wrong: Sequence[Case]) -> list[str]:
    """How far off the features of the first few are."""
    facts = []
    for case in wrong[:3]:
        counted = case.facts.features or case.facts.cam
        if case.features is not None:
            text = difference_of(case.expected.features, case.features)
        elif counted is not None:
            text = f"{counted.differing} of {counted.elements} differ"
        else:
            text = "unknown"
        facts.append(f"{case.name}: {text}")
    return facts
