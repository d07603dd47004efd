"""The stages of the board's work, each explained on top of what the one before really gave."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hil.diagnose import cam, decision, inputs, location, scores, upload
from hil.diagnose.case import Case, World
from hil.diagnose.engine import Explained, explain_operators, optimised_kernels, other_rounding
from hil.diagnose.hypothesis import Hypothesis, Match, search
from hil.diagnose.operators import common_range
from hil.diagnose.point import Point
from hil.diagnose.result import Finding, Unexplained
from hil.diagnose.seen import Transform, shaped
from hil.location import Location, cell_location, winning_cell
from hil.oracle.cam import integer_cam

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Family = Callable[[Sequence[Point]], Iterator[Hypothesis[Point]]]

TENSOR_BITS = 512.0
CRC_BITS = 32.0
MAP_BITS = 128.0
SCORE_BITS = 6.0
CELL_BITS = 4.0
DECISION_BITS = 1.0


@dataclass
class Outcome:
    """What the stages gave so far."""

    findings: list[Finding] = field(default_factory=list)
    unexplained: list[Unexplained] = field(default_factory=list)
    tested: list[int] = field(default_factory=lambda: [0])
    tails: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """By case: the score tensor that follows from the operators' mistakes."""

    def explain(
        self, stage: str, what: str, points: Sequence[Point], bits: float, tiers: Iterable[Family]
    ) -> None:
        """As `attempt`; what is not explained is told with its facts."""
        hints: list[str] = []
        failing = [p for p in points if p.failing]
        if failing and self.attempt(stage, points, bits, tiers, hints) is None:
            unsteady = [p.case for p in failing if p.case.repeated is False]
            if unsteady:
                cases = [p.case for p in failing]
                self.findings.append(not_repeatable(stage, unsteady, cases))
                return
            facts = [_fact(point) for point in failing[:3]]
            self.unexplained.append(Unexplained(stage, what, _names(failing), (*facts, *hints)))

    def attempt(
        self,
        stage: str,
        points: Sequence[Point],
        bits: float,
        tiers: Iterable[Family],
        hints: list[str] | None = None,
    ) -> Hypothesis[Point] | None:
        """Tries the families in turn until one explains all failing points, and adds that.

        `hints` gets what would fit, but is not sure.
        """
        failing = sorted((p for p in points if p.failing), key=_variety, reverse=True)
        passing = [p for p in points if not p.failing]
        if not failing:
            return None
        noted = [] if hints is None else hints
        for family in tiers:
            sure, weak = search(
                family(points), failing, passing, _observed, bits=bits, tested=self.tested
            )
            if sure:
                found = _findings(stage, sure, _names(failing))
                if found:
                    self.findings.extend(found)
                    return sure[0].hypothesis
                noted.append(_ambiguous(sure))
            noted += [
                f"'{match.hypothesis.title}' would explain {match.failing} of {match.failing}, "
                "too few to tell it from chance"
                for match in weak[:3]
            ]
        return None

    def take(self, explained: Explained) -> bool:
        """Adds what the traces say; whether they say anything."""
        self.findings += explained.findings
        self.unexplained += explained.unexplained
        self.tails.update(explained.scores)
        return bool(explained.findings or explained.unexplained)


_INPUT_TIERS: tuple[Family, ...] = (
    inputs.hypotheses, inputs.other_images, inputs.constants, upload.single_bytes, inputs.pairs,
)  # fmt: skip


def explain_images(world: World) -> Outcome:
    """All findings that concern the answers to images."""
    outcome = Outcome()
    features_known = _input_and_engine(world, outcome)
    _scores(world, outcome, features_known)
    _cam(world, outcome, features_known)
    _decision(world, outcome)
    _location(world, outcome)
    return outcome


# ---- input and engine --------------------------------------------------------------


def _input_and_engine(world: World, outcome: Outcome) -> dict[int, NDArray[np.int8]]:
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
            made = _cam_of(world, case.features)
            from_read = scores.tail_scores(world, case.features)
            right = scores.tail_scores(world, case.expected.features)
            map_right = case.cam is None or _equal(case.cam, case.expected.cam)
            map_as_read = case.cam is None or _equal(case.cam, made)
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
        bits = {"features": TENSOR_BITS, "cam": MAP_BITS, "scores": SCORE_BITS}[kind]
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
        outcome.findings.append(_overwritten(found_range, "the features", wrong))
        return
    traced = sum(case.op_crcs is not None for case in wrong)
    facts = [f"{case.name}: {_difference(case)}" for case in wrong[:3]]
    if traced:
        facts.append(f"every operator of {traced} of these images is right when it is traced")
    else:
        facts.append("there is no trace: input and operators cannot be told apart")
    outcome.unexplained.append(
        Unexplained("input", "the features are wrong", _case_names(wrong), tuple(facts))
    )


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
        if not _equal(world.answer(shaped(changed, case)).features, case.features):
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
            "scores": (_ints(case.expected.scores), case.scores),
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
        if all(_equal(change(case), case.features) for case in wrong):
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
                f"explains {len(wrong)} of {len(wrong)} failures, exactly",
                wrong,
                output="the features",
                image=", ".join(sorted(set(names))[:3]),
            )
        )
        return
    found = common_range(_places(wrong), world.cases[0].expected.features.size)
    if found is not None:
        outcome.findings.append(_overwritten(found, "the features", wrong))
        return
    facts = [f"{case.name}: {_difference(case)}" for case in wrong[:3]]
    facts.append("the scores are those of right features: they changed after SOFTMAX ran")
    what = "the features are wrong, though the scores are right"
    outcome.unexplained.append(Unexplained("engine", what, _case_names(wrong), tuple(facts)))


# ---- scores, map, decision, location -----------------------------------------------


def _scores(world: World, outcome: Outcome, had: dict[int, NDArray[np.int8]]) -> None:
    """The score tensor from the features, then what is sent from the score tensor."""
    graph = world.oracle.model.graph
    last = graph.producer(world.oracle.model.features.index)
    made, sent = [], []
    for case in world.cases:
        features = had.get(id(case))
        if features is None or len(case.scores) != len(case.expected.scores):
            continue
        right = scores.tail_scores(world, features)
        if case.score_tensor == _ints(case.expected.scores):
            right = case.score_tensor  # the features went wrong after they were used
        right = outcome.tails.get(id(case), right)
        failing = case.failing and case.score_tensor != right
        made.append(Point(case, world, features, right, case.score_tensor, failing))
        failing = case.failing and case.scores != case.score_tensor
        sent.append(Point(case, world, features, case.score_tensor, case.scores, failing))
    tiers = (scores.hypotheses, scores.with_parameters, scores.pairs)
    traced = [p for p in made if p.failing and p.case.op_crcs is not None]
    assert last is not None
    behind = any((p.case.first_diverging or 0) > last.index for p in traced)
    if behind and not outcome.tails:
        # An operator behind the features is wrong; whether it is named or not, it is told.
        outcome.attempt("scores", made, SCORE_BITS, tiers)
    else:
        outcome.explain("scores", "the scores are wrong", made, SCORE_BITS, tiers)
    outcome.explain("scores", "the scores sent are not those computed", sent, SCORE_BITS, tiers)


def _cam(world: World, outcome: Outcome, had: dict[int, NDArray[np.int8]]) -> None:
    points = []
    for case in world.cases:
        features = had.get(id(case))
        if features is None or case.cam is None or case.cam.shape != case.expected.cam.shape:
            continue
        right = _cam_of(world, features)
        failing = case.failing and not _equal(right, case.cam)
        points.append(Point(case, world, features, right, case.cam, failing))
    tiers = (cam.hypotheses, cam.with_parameters, cam.pairs)
    outcome.explain("map", "the map is wrong", points, MAP_BITS, tiers)


def _decision(world: World, outcome: Outcome) -> None:
    points, missing = [], []
    for case in world.cases:
        facts = case.facts
        if facts.positive_class >= len(case.scores):
            continue
        grid = case.expected.cam if case.cam is None else case.cam
        given = decision.Given(case.scores, grid, facts.threshold)
        kind = "location" if isinstance(case.location, Location) else case.location.value
        point = Point(case, world, given, None, (kind, facts.device.threshold), False)
        right = decision.right(point)
        failing = case.failing and right != point.observed
        points.append(Point(case, world, given, right, point.observed, failing))
        if case.failing and case.cam is None and (facts.cam_requested or kind == "location"):
            missing.append(case)
    if missing:
        passed = all(isinstance(case.location, Location) for case in missing)
        below = all(not isinstance(case.location, Location) for case in missing)
        when = "with a location" if passed else "below the threshold" if below else "at all"
        outcome.findings.append(
            make_finding(
                "decision.map-missing",
                "decision",
                f"explains {len(missing)} of {len(missing)} failures",
                missing,
                when=when,
            )
        )
    tiers = (decision.hypotheses, decision.other)
    outcome.explain(
        "decision", "whether there is a location is wrong", points, DECISION_BITS, tiers
    )


def _location(world: World, outcome: Outcome) -> None:
    by_cell, by_pixel = [], []
    for case in world.cases:
        found = case.location
        if not isinstance(found, Location):
            continue
        grid = case.expected.cam if case.cam is None else case.cam
        shape = (grid.shape[0], grid.shape[1])
        cell, right_cell = (found.row, found.column), winning_cell(grid)
        if right_cell is not None:
            failing = case.failing and cell != right_cell
            by_cell.append(Point(case, world, grid, right_cell, cell, failing))
        if found.row < shape[0] and found.column < shape[1]:
            centre = cell_location(*cell, shape, case.facts.input_size)
            pixels, right = (found.x, found.y), (centre.x, centre.y)
            failing = case.failing and pixels != right
            by_pixel.append(Point(case, world, cell, right, pixels, failing))
    tiers = (location.cells, location.other_cells, location.pairs)
    outcome.explain("location", "the winning cell is wrong", by_cell, CELL_BITS, tiers)
    tiers = (location.pixels, location.other_pixels, location.pixel_pairs)
    outcome.explain("location", "the pixels are not its centre", by_pixel, CELL_BITS, tiers)


# ---- helpers -----------------------------------------------------------------------


def make_finding(
    name: str, stage: str, evidence: str, cases: Sequence[Case], **parameters: object
) -> Finding:
    """A finding of the catalogue, for these failing cases."""
    from hil.diagnose.catalogue import CATALOGUE

    entry = CATALOGUE[name]
    title = entry.title.format(**parameters)
    count = len(cases)
    return Finding(
        name, stage, title, evidence, entry.where_to_look, count, count, _case_names(cases)
    )


def _findings(stage: str, matches: Sequence[Match[Point]], names: tuple[str, ...]) -> list[Finding]:
    """One finding, or one for each of two mistakes; none if pairs of other ids fit too."""
    first = matches[0].hypothesis
    if first.together:
        if len({frozenset(h.id for h in m.hypothesis.together) for m in matches}) > 1:
            return []
        note = " (both together)"
        return [_finding(stage, part, matches[0], note, names) for part in first.together]
    finding = _finding(stage, first, matches[0], "", names)
    others = {m.hypothesis.id: m.hypothesis.title for m in matches[1:]}
    alternatives = tuple(
        (name, title) for name, title in others.items() if name not in (first.id, *_GENERAL)
    )
    return [dataclasses.replace(finding, alternatives=alternatives)]


_GENERAL = ("cam.offset", "cam.channels-cut", "location.offset", "location.next-cell")
"""Also true where something special is: no news then."""


def _finding(
    stage: str,
    hypothesis: Hypothesis[Point],
    match: Match[Point],
    note: str,
    names: tuple[str, ...],
) -> Finding:
    count = match.failing
    plural = "failure" if count == 1 else "failures"
    evidence = f"explains {count} of {count} {plural}, exactly{note}"
    if match.contradicted:
        evidence += f"; it happens at times: {match.contradicted} other images are right"
    elif match.passing:
        evidence += f", and {match.passing} right answer{'s' * (match.passing > 1)} too"
    return Finding(
        hypothesis.id,
        stage,
        hypothesis.title,
        evidence,
        hypothesis.where_to_look,
        count,
        count,
        names,
    )


def _ambiguous(matches: Sequence[Match[Point]]) -> str:
    pairs = dict.fromkeys(
        " with ".join(f"'{h.title}'" for h in m.hypothesis.together) for m in matches
    )
    return "two mistakes that cannot be told from others: " + "; or ".join(list(pairs)[:3])


def not_repeatable(stage: str, unsteady: Sequence[Case], wrong: Sequence[Case]) -> Finding:
    asked = sum(case.repeated is not None for case in wrong)
    evidence = f"{len(unsteady)} of {asked} images gave another answer when they were sent again"
    return make_finding("engine.not-repeatable", stage, evidence, wrong)


def _overwritten(found: tuple[int, int], what: str, wrong: Sequence[Case]) -> Finding:
    evidence = f"in {len(wrong)} of {len(wrong)} failures nothing else differs"
    return make_finding(
        "memory.overwritten", "engine", evidence, wrong, first=found[0], last=found[1], what=what
    )


def _places(wrong: Sequence[Case]) -> list[Any]:
    import numpy as np

    return [
        np.flatnonzero((case.features != case.expected.features).reshape(-1))
        for case in wrong
        if case.features is not None
    ]


def _turned_layout(case: Case) -> Any:
    features = case.expected.features
    import numpy as np

    return np.ascontiguousarray(np.moveaxis(features, 2, 0)).reshape(features.shape)


_READINGS: dict[str, Callable[[Case], Any]] = {
    "as uint8 with the offset of 128": lambda c: c.expected.features ^ -128,
    "as [channels, rows, columns]": _turned_layout,
    "with rows and columns swapped": lambda c: c.expected.features.swapaxes(0, 1),
    "one byte late": lambda c: _rolled(c, 1),
    "one byte early": lambda c: _rolled(c, -1),
}


def _rolled(case: Case, by: int) -> Any:
    import numpy as np

    return np.roll(case.expected.features.reshape(-1), by).reshape(case.expected.features.shape)


def _far_off(case: Case) -> bool:
    """Both scores and map are wrong: what they have in common is in front of them."""
    facts = case.facts
    return bool(
        facts.scores and facts.scores.differing and facts.cam is not None and facts.cam.differing
    )


def _ints(array: Any) -> tuple[int, ...]:
    return tuple(int(value) for value in array.reshape(-1))


def _cam_of(world: World, features: NDArray[np.int8]) -> NDArray[np.int32]:
    model, index = world.oracle.model, world.oracle.positive_class
    return integer_cam(
        features,
        model.class_weights(index),
        feature_zero_point=model.features.zero_point(),
        weight_zero_point=model.weights.zero_point(index),
    )


def _equal(a: Any, b: Any) -> bool:
    import numpy as np

    return bool(np.array_equal(a, b))


def _observed(point: Point) -> Any:
    return point.observed


def _variety(point: Point) -> int:
    """How many different bytes the image has: a black one tells nothing apart."""
    return len(set(point.case.tensor.tobytes()))


def _names(points: Sequence[Point]) -> tuple[str, ...]:
    return tuple(point.case.name for point in points)


def _case_names(cases: Sequence[Case]) -> tuple[str, ...]:
    return tuple(case.name for case in cases)


def _fact(point: Point) -> str:
    """One failure in numbers."""
    right, observed = point.right, point.observed
    if hasattr(right, "shape"):
        return f"{point.case.name}: {_arrays(right, observed)}"
    return f"{point.case.name}: {observed} instead of {right}"


def _arrays(right: Any, observed: Any) -> str:
    import numpy as np

    off = np.abs(observed.astype(np.int64) - right.astype(np.int64))
    count = int(np.count_nonzero(off))
    if count == 0:
        return "no difference"
    place = np.unravel_index(int(np.flatnonzero(off)[0]), off.shape)
    return (
        f"{count} of {off.size} elements differ, by {float(off[off > 0].mean()):.1f} on average "
        f"and {int(off.max())} at most; first at {tuple(int(n) for n in place)}: "
        f"{int(observed[place])} instead of {int(right[place])}"
    )


def _difference(case: Case) -> str:
    if case.features is None:
        found = case.facts.features or case.facts.cam
        return "unknown" if found is None else f"{found.differing} of {found.elements} differ"
    return _arrays(case.expected.features, case.features)
