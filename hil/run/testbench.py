"""One run: the board, the oracle, what was measured of them, and what is wrong with it.

Everything is opened by the first use.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from hil.errors import HilError, UsageError
from hil.judge.answers import Wrong, wrong_oddities
from hil.run.answers import Answers
from hil.run.board_of_run import BoardOfRun
from hil.run.evidence import Evidence
from hil.run.options import RunOptions

if TYPE_CHECKING:
    from hil.facts.image import ImageFacts, RunFacts
    from hil.facts.records import VarietyFacts
    from hil.images import Photo
    from hil.judge.tolerance import Tolerances
    from hil.oracle import Oracle, SelfCheck
    from hil.run.measurement import FrameMeasurement, Measurement
    from hil.samples.fixture_set import FixturePhoto


class Bench(BoardOfRun):
    """What a test run works with: its board, the oracle, and all that was measured so far."""

    def __init__(self, options: RunOptions) -> None:
        self.answers = Answers()
        super().__init__(options, self.answers.add)
        self.measurements: dict[str, Measurement] = {}
        self.frames: dict[str, FrameMeasurement] = {}
        self.repeats: list[ImageFacts] = []
        self.traces: dict[str, ImageFacts] = {}
        self.evidence = Evidence(self)
        self._reviewed = 0

    @cached_property
    def oracle(self) -> Oracle:
        """The oracle for the model that the board was flashed with, or that the user names.

        Raises NotRunError where nobody knows which that is.
        """
        from hil.images import synthetic
        from hil.oracle import Oracle

        model = self.needed_model
        for photo in synthetic():
            self.answers.name(photo.tensor.tobytes(), photo.name)
        try:
            return Oracle(
                model.tflite,
                positive_class=model.positive_class,
                threshold=model.threshold,
                where=model.where,
            )
        except UsageError as error:
            self.note_refusal(error)
            raise

    @cached_property
    def photos(self) -> tuple[FixturePhoto, ...]:
        """The photographs of this run, with what is known of them."""
        from hil.samples.fixture_set import load_photos

        return load_photos(self.options.photos)

    @cached_property
    def self_check(self) -> SelfCheck:
        """The oracle against tflite-micro, on synthetic images. Cached on disk."""
        from hil.images import synthetic

        self.progress("checking the oracle against tflite-micro (cached) ...")
        return self.oracle.self_check([photo.tensor for photo in synthetic()])

    @cached_property
    def tolerances(self) -> Tolerances:
        from hil.judge.tolerance import load_tolerances

        return load_tolerances(self.options.tolerances)

    # ---- every answer -----------------------------------------------------------

    def review(self) -> tuple[Wrong, ...]:
        """What is wrong in the answers since the last review, whoever asked for them.

        Without an oracle they are not judged, which the run file shows.
        """
        if self._board is None:
            return ()
        start, self._reviewed = self._reviewed, len(self._board.oddities)
        wrong = wrong_oddities(self._board.oddities, start)
        try:
            return wrong + self.answers.review(self.oracle, self.tolerances)
        except HilError:
            return wrong  # whoever needs the oracle is told why there is none

    @property
    def variety(self) -> VarietyFacts:
        """Whether the network tells the images of the run and the synthetic ones apart."""
        from hil.images import synthetic
        from hil.oracle.variety import variety

        made = (self.oracle.run(photo.tensor) for photo in synthetic())
        return variety((*made, *self.answers.distinct))

    def run_facts(self) -> RunFacts:
        """The facts of the whole run, images included."""
        from hil.facts.image import RunFacts

        identity, oracle = self.ready_board().identity, self.oracle
        return RunFacts(
            target=identity.target,
            engine=identity.engine,
            firmware_version=identity.firmware_version,
            device_model_sha256=identity.model_sha256.hex(),
            oracle_model_sha256=oracle.model_sha256.hex(),
            resolver=oracle.resolver,
            self_check=self.self_check.outcome.value,
            self_check_detail=self.self_check.detail,
            images=tuple(m.facts for m in self.measurements.values()),
        )

    # ---- measuring --------------------------------------------------------------

    def measure(self, photo: Photo) -> Measurement:
        """One image through board and oracle; measured once, then remembered by name."""
        if photo.name not in self.measurements:
            self.measurements[photo.name] = self._measure(photo, None)
        return self.measurements[photo.name]

    def measure_now(self, photo: Photo, *, threshold: int | None = None) -> Measurement:
        """One image through board and oracle, measured anew; its facts are recorded too."""
        measurement = self._measure(photo, threshold)
        self.repeats.append(measurement.facts)
        return measurement

    def measure_frame(self, frame: Photo) -> FrameMeasurement:
        """One raw frame through board and oracle; measured once, then remembered by name."""
        from hil.run.measuring import measure_frame

        if frame.name not in self.frames:
            board, oracle = self.ready_board(), self.oracle
            found = measure_frame(board, oracle, self.answers, self.tolerances, frame)
            self.frames[frame.name] = found
        return self.frames[frame.name]

    def measure_ops(self, photo: Photo) -> ImageFacts:
        """One traced inference against every operator's output in the oracle."""
        from hil.run.measuring import trace

        facts = trace(self.ready_board(), self.oracle, self.answers, photo)
        self.traces[photo.name] = facts
        if any(op.device_crc not in (None, op.expected_crc) for op in facts.ops or ()):
            self.evidence.note_operator(self.oracle, photo)
        return facts

    def _measure(self, photo: Photo, threshold: int | None) -> Measurement:
        from hil.run.measuring import measure

        board, oracle = self.ready_board(), self.oracle
        measurement = measure(board, oracle, self.answers, self.tolerances, photo, threshold)
        self.evidence.look_at(oracle, measurement)
        return measurement
