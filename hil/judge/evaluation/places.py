"""How well maps and locations agree with true boxes."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.facts.evaluation import Answer
from hil.judge.evaluation.cases import Case, Cases, of_source
from hil.judge.evaluation.quality import Baselines, PlaceQuality, SourcePlaces
from hil.judge.metrics.boxes import BoxAccuracy, centre_box_accuracy, max_box_accuracy
from hil.judge.metrics.hits import PairedHits, paired_hits
from hil.judge.metrics.pointing import CENTRE, Point, in_boxes, point_of, pointing_game
from hil.network.location import cell_location, winning_cell
from hil.samples.labels import Box

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ROUNDING = 1e-9


@dataclass(frozen=True)
class Places:
    """The same pictures for board, oracle and baselines."""

    cases: Cases

    @functools.cached_property
    def boxed(self) -> list[Case]:
        return _with_boxes(self.cases.reported)

    @functools.cached_property
    def known(self) -> list[Case]:
        """What the map's level is chosen on."""
        return _with_boxes(self.cases.validation)

    @functools.cached_property
    def held_out(self) -> list[Case]:
        return _with_boxes(self.cases.unseen)

    def quality(self, device: bool) -> PlaceQuality:
        peaks = self.peaks(self.boxed, device)
        truths = [case.truth.boxes for case in self.boxed]
        boxes = self.map_boxes(device)
        return PlaceQuality(
            answered=pointing_game(self.locations(self.boxed, device), truths),
            found=self.found(device),
            peak=pointing_game(peaks, truths),
            near_peak=pointing_game(peaks, truths, tolerance=self.half_cell),
            boxes=boxes,
            box_gains=tuple(
                paired_hits(own.outcomes, centre.outcomes)
                for own, centre in zip(boxes, self.centre_boxes, strict=True)
            ),
        )

    def found(self, device: bool) -> PairedHits:
        """Locations of true positives, against the centre of the same pictures."""
        percents, _ = self.cases.scored(self.boxed, device)
        threshold = self.cases.header.threshold
        cases = [
            case for case, percent in zip(self.boxed, percents, strict=True) if percent >= threshold
        ]
        truths = [case.truth.boxes for case in cases]
        centre = in_boxes([CENTRE] * len(cases), truths)
        return paired_hits(in_boxes(self.locations(cases, device), truths), centre)

    def baselines(self) -> Baselines:
        truths = [case.truth.boxes for case in self.boxed]
        centres: list[Point | None] = [CENTRE] * len(truths)
        return Baselines(
            centre=pointing_game(centres, truths),
            near_centre=pointing_game(centres, truths, tolerance=self.half_cell),
            boxes=self.centre_boxes,
        )

    @functools.cached_property
    def centre_boxes(self) -> tuple[BoxAccuracy, ...]:
        if not self.known:
            return ()
        known = [case.truth.boxes for case in self.known]
        return centre_box_accuracy(known, [case.truth.boxes for case in self.held_out])

    def source(self, name: str, device: bool) -> SourcePlaces:
        boxed = of_source(self.boxed, name)
        truths = [case.truth.boxes for case in boxed]
        return SourcePlaces(
            answered=pointing_game(self.locations(boxed, device), truths),
            peak=pointing_game(self.peaks(boxed, device), truths),
            centre=pointing_game([CENTRE] * len(truths), truths),
        )

    @property
    def half_cell(self) -> float:
        """Half a cell of the map, as a fraction of the picture: what the grid cannot tell."""
        grids = {case.result.oracle.grid for case in self.cases.reported}
        # A box that ends with a cell lies exactly this far from the next cell's centre.
        return max((0.5 / min(grid) for grid in grids), default=0.0) + _ROUNDING

    def locations(self, cases: Sequence[Case], device: bool) -> list[Point | None]:
        size = self.cases.header.picture_size
        answers = [case.answer(device).location for case in cases]
        return [None if place is None else point_of(place, size) for place in answers]

    def peaks(self, cases: Sequence[Case], device: bool) -> list[Point | None]:
        return [self.peak(case.answer(device)) for case in cases]

    def peak(self, answer: Answer) -> Point | None:
        """The centre of the map's largest cell; None for no map or a flat one."""
        cell = None if answer.cam is None else winning_cell(answer.array())
        if cell is None:
            return None
        size = self.cases.header.picture_size
        return point_of(cell_location(*cell, answer.grid, size), size)

    def map_boxes(self, device: bool) -> tuple[BoxAccuracy, ...]:
        if not self.known:
            return ()

        def maps(cases: Sequence[Case]) -> list[tuple[NDArray[np.int32], tuple[Box, ...]]]:
            return [(_map(case.answer(device)), case.truth.boxes) for case in cases]

        size = self.cases.header.picture_size
        return max_box_accuracy(maps(self.known), maps(self.held_out), size=size)


def _with_boxes(cases: Sequence[Case]) -> list[Case]:
    return [case for case in cases if case.truth.positive is True and case.truth.boxes]


def _map(answer: Answer) -> NDArray[np.int32]:
    """The map; a flat one where none was sent, which has no box."""
    import numpy as np

    return np.zeros((1, 1), np.int32) if answer.cam is None else answer.array()
