"""From results and labels to metrics. Pure: a results file can be evaluated again."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hil.facts.evaluation import Answer, Answers, Header, Result
from hil.facts.sameness import all_equal
from hil.judge.evaluation.agreement import agreement
from hil.judge.evaluation.quality import Baselines, Counts, Evaluation, Quality, SourceQuality
from hil.judge.evaluation.selection import Selection
from hil.judge.evaluation.truth import ImageTruth, image_truth
from hil.judge.metrics.boxes import BoxAccuracy, centre_box_accuracy, max_box_accuracy
from hil.judge.metrics.calibration import Calibration, calibration, calibration_interval
from hil.judge.metrics.hits import PairedHits, paired_hits
from hil.judge.metrics.pointing import CENTRE, Point, in_boxes, point_of, pointing_game
from hil.judge.metrics.scores import Decisions, best_threshold, score_metrics, threshold_curve
from hil.judge.tolerance import Tolerances
from hil.network.location import Location, NoLocation, cell_location, winning_cell
from hil.samples.labels import Box, Entry

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class _Case:
    entry: Entry
    truth: ImageTruth
    result: Result


def evaluate(answers: Answers, selection: Selection, tolerances: Tolerances) -> Evaluation:
    """All metrics of all results."""
    header = answers.header
    cases = [_case(entry, answers.results[entry.file], header) for entry in selection.entries]
    reported = [case for case in cases if case.entry.file in selection.reported]
    boxed = [case for case in reported if _shows_boxes(case)]
    validation = [case for case in cases if case.entry.file in selection.validation]
    known = [case for case in validation if _shows_boxes(case)]
    unseen = [case for case in reported if case.entry.file not in selection.validation]
    held_out = [case for case in unseen if _shows_boxes(case)]
    sides = _Sides(header, reported, boxed, known, held_out, validation, unseen)
    persons = Counter(case.truth.person for case in reported)
    on_board = answers.header.build_id != ""
    found = agreement(answers.results.values(), header, tolerances) if on_board else None
    oracle = sides.quality(device=False)
    device = None
    if found is not None:
        same = found.identical == found.images
        device = oracle if same else sides.quality(device=True)
    return Evaluation(
        header=header,
        how=selection.how,
        counts=Counts(
            run=len(cases),
            reported=len(reported),
            persons=persons[True],
            empty=persons[False],
            undecided=persons[None],
            lost=sum(case.truth.changed for case in reported),
            boxed=len(boxed),
            validation=len(known),
            held_out=len(held_out),
        ),
        device=device,
        oracle=oracle,
        baselines=sides.baselines(),
        agreement=found,
        sources=sides.by_source(device=on_board),
        alike=_alike(cases, device=on_board),
    )


@dataclass(frozen=True)
class _Sides:
    """The same images for board, oracle and baselines.

    `validation`: to choose a threshold on, `known`: those of them to choose the map's level
    on. `unseen`: the reported ones that nothing was chosen on, `held_out`: likewise.
    """

    header: Header
    reported: Sequence[_Case]
    boxed: Sequence[_Case]
    known: Sequence[_Case]
    held_out: Sequence[_Case]
    validation: Sequence[_Case]
    unseen: Sequence[_Case]

    def quality(self, *, device: bool) -> Quality:
        percents, persons = self.scored(self.reported, device)
        peaks = self.peaks(self.boxed, device)
        truths = [case.truth.boxes for case in self.boxed]
        boxes = self.map_boxes(device)
        return Quality(
            scores=score_metrics(percents, persons, self.header.threshold),
            chosen=self.chosen(device),
            curve=threshold_curve(percents, persons),
            calibration=_calibration(percents, persons),
            calibration_interval=calibration_interval(percents, persons)
            if len(set(persons)) == 2
            else None,
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

    def chosen(self, device: bool) -> Decisions | None:
        """Decisions at the threshold that is best on the validation images."""
        best = best_threshold(threshold_curve(*self.scored(self.validation, device)))
        if best is None:
            return None
        return threshold_curve(*self.scored(self.unseen, device), [best.threshold])[0]

    def found(self, device: bool) -> PairedHits:
        """Locations of true positives, against the centre of the same images."""
        threshold = self.header.threshold
        cases = [case for case in self.boxed if self.percent(case, device) >= threshold]
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

    def by_source(self, *, device: bool) -> tuple[SourceQuality, ...]:
        names = sorted({case.entry.source for case in self.reported})
        if len(names) < 2:
            return ()
        return tuple(self.source(name, device) for name in names)

    def source(self, name: str, device: bool) -> SourceQuality:
        cases = [case for case in self.reported if case.entry.source == name]
        boxed = [case for case in self.boxed if case.entry.source == name]
        truths = [case.truth.boxes for case in boxed]
        return SourceQuality(
            source=name,
            scores=score_metrics(*self.scored(cases, device), self.header.threshold),
            answered=pointing_game(self.locations(boxed, device), truths),
            peak=pointing_game(self.peaks(boxed, device), truths),
            centre=pointing_game([CENTRE] * len(truths), truths),
        )

    @property
    def half_cell(self) -> float:
        """Half a cell of the map, as a fraction of the image: what the grid cannot tell."""
        grids = {case.result.oracle.grid for case in self.reported}
        # A box that ends with a cell lies exactly this far from the next cell's centre.
        return max((0.5 / min(grid) for grid in grids), default=0.0) + _ROUNDING

    def scored(self, cases: Sequence[_Case], device: bool) -> tuple[list[float], list[bool]]:
        """Percent, and whether there is a person, of the images with a truth."""
        with_truth = [case for case in cases if case.truth.person is not None]
        percents = [self.percent(case, device) for case in with_truth]
        return percents, [case.truth.person is True for case in with_truth]

    def percent(self, case: _Case, device: bool) -> float:
        """Of the positive class."""
        return self.header.positive_percent(_answer(case, device))

    def locations(self, cases: Sequence[_Case], device: bool) -> list[Point | None]:
        size = self.header.picture_size
        return [_point(_answer(case, device).location, size) for case in cases]

    def peaks(self, cases: Sequence[_Case], device: bool) -> list[Point | None]:
        return [self.peak(_answer(case, device)) for case in cases]

    def peak(self, answer: Answer) -> Point | None:
        """The centre of the map's largest cell; None for no map or a flat one."""
        cell = None if answer.cam is None else winning_cell(answer.array())
        if cell is None:
            return None
        size = self.header.picture_size
        return point_of(cell_location(*cell, answer.grid, size), size)

    def map_boxes(self, device: bool) -> tuple[BoxAccuracy, ...]:
        if not self.known:
            return ()

        def maps(cases: Sequence[_Case]) -> list[tuple[NDArray[np.int32], tuple[Box, ...]]]:
            return [(_map(_answer(case, device)), case.truth.boxes) for case in cases]

        return max_box_accuracy(
            maps(self.known), maps(self.held_out), size=self.header.picture_size
        )


def _case(entry: Entry, result: Result, header: Header) -> _Case:
    return _Case(entry, image_truth(entry, result.size, header.input_size, header.fit), result)


def _point(location: Location | NoLocation | None, size: tuple[int, int]) -> Point | None:
    return None if location is None else point_of(location, size)


def _shows_boxes(case: _Case) -> bool:
    return case.truth.person is True and bool(case.truth.boxes)


def _answer(case: _Case, device: bool) -> Answer:
    if device:
        assert case.result.device is not None
        return case.result.device
    return case.result.oracle


def _calibration(percents: Sequence[float], persons: Sequence[bool]) -> Calibration:
    found = calibration(percents, persons)
    # Who always answers "no" is never wrong on images without a person.
    return found if len(set(persons)) == 2 else replace(found, error=None, brier=None)


def _alike(cases: Sequence[_Case], *, device: bool) -> bool:
    """Whether all images get the same scores; copies of an image count once."""
    answers = {case.result.oracle.sample_crc: _answer(case, device) for case in cases}
    return all_equal(answer.values for answer in answers.values())


def _map(answer: Answer) -> NDArray[np.int32]:
    """The map; a flat one where none was sent, which has no box."""
    import numpy as np

    return np.zeros((1, 1), np.int32) if answer.cam is None else answer.array()
