"""The stages of the board's work, each explained on top of what the one before really gave."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hil.diagnose import cam, decision, location, scores
from hil.diagnose.case import Case, Point, World, ints
from hil.diagnose.features_stage import explain_features
from hil.diagnose.hypothesis import CELL_BITS, DECISION_BITS, MAP_BITS, SCORE_BITS
from hil.diagnose.outcome import Outcome
from hil.diagnose.timeline import MAP_SENT
from hil.network.location import Location, cell_location, winning_cell


def explain_images(world: World, outcome: Outcome) -> None:
    """All findings that concern the answers to images."""
    features = outcome.guard("features", lambda: explain_features(world, outcome))
    known = _unharmed(world) if features is None else features
    outcome.guard("scores", lambda: _scores(world, outcome, known))
    outcome.guard("map", lambda: _cam(world, outcome, known))
    outcome.guard("decision", lambda: _decision(world, outcome))
    outcome.guard("location", lambda: _location(world, outcome))


def _unharmed(world: World) -> dict[Case, NDArray[np.int8]]:
    """What the later stages had, where the stage of the features is not explained."""
    return {case: case.expected.features for case in world.cases if not case.features_wrong}


def _scores(world: World, outcome: Outcome, had: dict[Case, NDArray[np.int8]]) -> None:
    """The score tensor from the features, then what is sent from the score tensor."""
    made, sent, unread = [], [], []
    for case in world.cases:
        features = had.get(case)
        if features is None or len(case.scores) != len(case.expected.scores):
            continue
        right = scores.tail_scores(world, features)
        if case.score_tensor == ints(case.expected.scores):
            right = case.score_tensor  # the features went wrong after they were used
        right = outcome.tails.get(case, right)
        failing = case.failing and case.score_tensor != right
        if failing and not case.read_back:
            unread.append(Point(case, world, features, right, case.scores, failing))
            continue
        made.append(Point(case, world, features, right, case.score_tensor, failing))
        failing = case.failing and case.scores != case.score_tensor
        sent.append(Point(case, world, features, case.score_tensor, case.scores, failing))
    # Where the tensor was not read, the mistake is taken to be where it is in the others.
    only_sent = any(p.failing for p in sent) and not any(p.failing for p in made)
    (sent if only_sent else made).extend(unread)
    tiers = (scores.hypotheses, scores.with_parameters, scores.pairs)
    traced = [p for p in made if p.failing and p.case.op_crcs is not None]
    behind = any((p.case.first_diverging or 0) > world.feature_op for p in traced)
    if behind and not outcome.tails:
        # An operator behind the features is wrong; whether it is named or not, it is told.
        outcome.attempt("scores", made, SCORE_BITS, tiers)
    else:
        outcome.explain("scores", "the scores are wrong", made, SCORE_BITS, tiers)
    outcome.explain("scores", "the scores sent are not those computed", sent, SCORE_BITS, tiers)


def _cam(world: World, outcome: Outcome, had: dict[Case, NDArray[np.int8]]) -> None:
    points = []
    for case in world.cases:
        features = had.get(case)
        if features is None or case.cam is None or case.cam.shape != case.expected.cam.shape:
            continue
        right = cam.right_map(world, features)
        failing = case.failing and not np.array_equal(right, case.cam)
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
        given = decision.Given(case.scores, facts.positive_class, grid, facts.threshold)
        kind = "location" if isinstance(case.location, Location) else case.location.value
        right, observed = decision.answer(given), (kind, facts.device.threshold)
        failing = case.failing and right != observed
        points.append(Point(case, world, given, right, observed, failing))
        if case.failing and case.cam is None and (facts.cam_requested or kind == "location"):
            missing.append(case)
    if missing and MAP_SENT not in outcome.settled | outcome.varying.keys():
        passed = all(isinstance(case.location, Location) for case in missing)
        below = all(not isinstance(case.location, Location) for case in missing)
        when = "with a location" if passed else "below the threshold" if below else "at all"
        evidence = f"explains {len(missing)} of {len(missing)} wrong images"
        outcome.add("decision.map-missing", "decision", evidence, missing, when=when)
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
