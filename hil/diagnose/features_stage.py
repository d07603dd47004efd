"""Wrong features: what the model saw, or the first operator that is wrong, or the reading."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Callable, Iterator, Sequence
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

Reading = Callable[[NDArray[np.int8]], Any]
"""What is read back of features."""

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
    unread = [c for c in world.cases if c.failing and c.features_unknown and _far_off(c)]
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
        points = _feature_points(world, wrong)
        bits = min((_BITS[point.given] for point in points if point.failing), default=0.0)
        if outcome.attempt("input", points, bits, _INPUT_TIERS) is not None:
            return
    features_read = any(case.features is not None for case in wrong)
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


_BITS = {
    "features": TENSOR_BITS, "features' CRC-32": CRC_BITS, "cam": MAP_BITS, "scores": SCORE_BITS,
}  # fmt: skip


def _feature_points(world: World, wrong: Sequence[Case]) -> list[Point]:
    """The points of the stage, each by the features, or else by what was sent of them."""
    points = []
    right: Any
    observed: Any
    for case in world.cases:
        if case not in wrong and case.failing:
            continue
        if case.features is not None:
            kind, right, observed = "features", case.expected.features, case.features
        elif case.features_crc is not None:
            kind, right = "features' CRC-32", zlib.crc32(case.expected.features.tobytes())
            observed = case.features_crc
        elif case.cam is not None:
            kind, right, observed = "cam", case.expected.cam, case.cam
        else:
            kind, right, observed = "scores", ints(case.expected.scores), case.scores
        points.append(Point(case, world, kind, right, observed, case in wrong))
    return points


def _operators_alone(world: World, outcome: Outcome) -> None:
    """Traces that differ while the features are right: the trace, or what leaves no mark there."""
    firsts = [case for case in world.cases if case.first_diverging is not None]
    if not firsts:
        return
    # A trace is held against the outputs of its own inference.
    sound = all(case.traced_right for case in firsts)
    if sound and _trace_alone(world, outcome, firsts):
        return
    if explain_operators(world, outcome) and sound and outcome.unexplained:
        told = outcome.unexplained[-1]
        fact = "all outputs of the same inferences are right: it may be the trace that is wrong"
        outcome.unexplained[-1] = dataclasses.replace(told, facts=(*told.facts, fact))


def _trace_alone(world: World, outcome: Outcome, firsts: Sequence[Case]) -> bool:
    """Adds which entry of the trace stands for which operator, if that explains all of it."""
    traced = [case for case in world.cases if case.op_crcs is not None]
    for name, change in _TRACES.items():
        outcome.tested += 1
        if all(_traces(change, case) for case in traced):
            count = len(firsts)
            evidence = f"explains {count} of {count} traces that differ, exactly; all outputs of "
            evidence += "the same inferences are right"
            outcome.add("trace.wrong", "engine", evidence, firsts, how=name)
            return True
    return False


def _traces(change: Callable[[tuple[int, ...]], Sequence[int | None]], case: Case) -> bool:
    assert case.op_crcs is not None
    entries = zip(change(case.op_right), case.op_crcs, strict=True)
    return all(made is None or got == made for made, got in entries)


_TRACES: dict[str, Callable[[tuple[int, ...]], Sequence[int | None]]] = {
    "each entry is of the operator before": lambda crcs: (None, *crcs[:-1]),
    "each entry is of the operator behind": lambda crcs: (*crcs[1:], None),
    "in the opposite order": lambda crcs: crcs[::-1],
    "each entry is of the first operator": lambda crcs: (crcs[0],) * len(crcs),
    "each entry is of the last operator": lambda crcs: (crcs[-1],) * len(crcs),
    "each CRC-32 is not inverted at its end": lambda crcs: [crc ^ 0xFFFFFFFF for crc in crcs],
    "the bytes of each CRC-32 are in the opposite order": lambda crcs: [
        int.from_bytes(crc.to_bytes(4, "little"), "big") for crc in crcs
    ],
}
"""What a wrong trace makes of the right entries; None where that is not known."""


def _follows_from_right(case: Case) -> bool:
    """Whether map and scores are those of right features, though others were read."""
    if case.cam is None or case.scores != ints(case.expected.scores):
        return False
    return np.array_equal(case.cam, case.expected.cam)


def _read_back(outcome: Outcome, cases: Sequence[Case]) -> None:
    """The features were right, and were read back, or told by their CRC-32, otherwise."""
    told = [case for case in cases if case.facts.features is None]
    if told:
        what = "the CRC-32 of the features in an answer is another"
        fact = "map and scores of the same answers are those of right features"
        outcome.puzzle("engine", what, told, fact)
    wrong = [case for case in cases if case.facts.features is not None]
    known = [case for case in wrong if case.features is not None]
    for name, change in _readings(known):
        outcome.tested += 1
        if known and all(same(change(case.expected.features), case.features) for case in known):
            count = len(wrong)
            evidence = f"explains {len(known)} of {len(known)} features that were read back, "
            evidence += f"exactly; map and scores of {count} images follow from the right ones"
            outcome.add("output.wrong-tensor", "engine", evidence, wrong, how=name)
            return
    if wrong:
        what = "the features that were read back are not those that scores and map are made of"
        outcome.puzzle("engine", what, wrong, *_differences(wrong), *_patterns(wrong))


def _readings(known: Sequence[Case]) -> Iterator[tuple[str, Reading]]:
    yield from _READINGS.items()
    for late in (1, -1, 2, -2, 3, -3, 4, -4):
        starts = [_moved_from(case, late) for case in known]
        first, last = max((s[0] for s in starts), default=1), min((s[1] for s in starts), default=0)
        if 0 < first <= last:
            how = f"from byte {last} on {abs(late)} byte{'s' * (abs(late) > 1)} "
            how += "late" if late > 0 else "early"
            yield (
                how,
                lambda f, at=last, late=late: np.concatenate(  # type: ignore[misc]
                    [f.reshape(-1)[:at], _rolled(f, late)[at:]]
                ).reshape(f.shape),
            )


def _moved_from(case: Case, late: int) -> tuple[int, int]:
    """(first, last) place from which the bytes read are the right ones so many places off."""
    assert case.features is not None
    right, got = case.expected.features.reshape(-1), case.features.reshape(-1)
    same_before = np.flatnonzero(right != got)
    not_moved = np.flatnonzero(_rolled(case.expected.features, late) != got)
    first = int(not_moved[-1]) + 1 if not_moved.size else 0
    return first, int(same_before[0]) if same_before.size else right.size


def _rolled(features: NDArray[np.int8], late: int) -> NDArray[np.int8]:
    return np.roll(features.reshape(-1), late)


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


_READINGS: dict[str, Reading] = {
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
