"""One run: the board, the oracle, what was measured, and the first cause of trouble.

Everything is opened by the first use. A board that got lost is recovered for the
next test where it can be; where it cannot, later uses say "not run" and name the
first cause, so that one loose cable is one report and not a hundred.
"""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from hil.errors import HilError, InfrastructureError, UnavailableError, UsageError
from hil.errors import NotRunError as NotRunError
from hil.facts.keys import answer_key, frame_key, image_key
from hil.judge.answers import Wrong, wrong_oddities
from hil.run.answers import Answers
from hil.run.options import RunOptions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.board import Board
    from hil.board.artifacts import ExpectedModel
    from hil.board.flashing import OnFlash
    from hil.board.options import BoardOptions
    from hil.facts.board import Incident, Inference
    from hil.facts.evidence import DivergenceRecord, EvidenceRecord
    from hil.facts.image import ImageFacts, RunFacts, TensorDifference
    from hil.facts.records import VarietyFacts
    from hil.images import Photo
    from hil.judge.tolerance import Tolerances
    from hil.judge.verdict import Verdict
    from hil.oracle import Oracle, OracleAnswer, SelfCheck
    from hil.samples.fixture_set import FixturePhoto
    from hil.wire import MemoryReport


RECOVERIES_IN_VAIN = 3
"""So often a board is recovered without a test that passes in between."""


@dataclass(frozen=True)
class FirstCause:
    """What went wrong first, and in which test."""

    error: InfrastructureError
    test: str


@dataclass(frozen=True, eq=False, kw_only=True)
class _Judged:
    """What is judged; `verdicts` are those of `hil.judge.verdict.judge_image`.

    `number`: of the inference in the run.
    """

    verdicts: tuple[Verdict, ...]
    number: int

    def verdict(self, check: str) -> Verdict:
        """The verdict of one check of `hil.judge.verdict.IMAGE_CHECKS`."""
        return next(verdict for verdict in self.verdicts if verdict.check == check)


@dataclass(frozen=True, eq=False)
class Measurement(_Judged):
    """One photograph on the board and on the host: facts, verdicts, and what they are from.

    `score_tensor` int8 [classes] and `features` int8 [rows, columns, C] are the
    output tensors as read back after the inference, `memory` the board's report then.
    """

    photo: Photo
    facts: ImageFacts
    inference: Inference
    answer: OracleAnswer
    score_tensor: NDArray[np.int8]
    features: NDArray[np.int8]
    memory: MemoryReport

    @property
    def keys(self) -> tuple[str, ...]:
        """Its keys in the run file."""
        return answer_key(self.number), image_key(self.facts.image)

    def properties(self) -> tuple[tuple[str, object], ...]:
        """Latency and memory by name, as for JUnit XML."""
        times = self.inference.times
        return (
            ("upload_us", times.upload_us),
            ("preprocess_us", times.preprocess_us),
            ("invoke_us", times.invoke_us),
            ("cam_us", times.cam_us),
            ("round_trip_us", round(self.inference.round_trip_s * 1e6)),
            ("arena_used_bytes", self.memory.arena_used_bytes),
        )


@dataclass(frozen=True, eq=False)
class FrameMeasurement(_Judged):
    """One raw frame: what the board made of it, and its answer.

    `frame` has the size that the board takes. `expected` and `got` are the model's input, int8
    [height, width], by `hil.oracle.preprocess` and as read back from the board. `facts` and
    `verdicts` are of the answer against the oracle's for `expected`.
    """

    frame: Photo
    expected: NDArray[np.int8]
    got: NDArray[np.int8]
    preprocessing: TensorDifference
    facts: ImageFacts
    inference: Inference

    @property
    def keys(self) -> tuple[str, ...]:
        """Its keys in the run file."""
        return answer_key(self.number), frame_key(self.facts.image)


class Bench:
    """What a test run works with.

    `progress` is told what takes time, `on_flash` how far flashing is. `refusal`: why board or
    oracle cannot be opened as it was asked for; no test can change that.
    """

    def __init__(self, options: RunOptions) -> None:
        self.options = options
        self._recovered_in_vain = 0
        self.progress: Callable[[str], None] = _say_nothing
        self.on_flash: OnFlash | None = None
        self.first_cause: FirstCause | None = None
        self.refusal: UsageError | None = None
        self.measurements: dict[str, Measurement] = {}
        self.frames: dict[str, FrameMeasurement] = {}
        self.repeats: list[ImageFacts] = []
        self.traces: dict[str, ImageFacts] = {}
        self.answers = Answers()
        self._reviewed = 0
        self.evidence: list[EvidenceRecord] = []
        self.divergences: list[DivergenceRecord] = []
        self._board: Board | None = None
        self._in_doubt: InfrastructureError | None = None
        self._incidents: list[Incident] = []
        self._told = 0
        self._lost = False
        self._unavailable: UnavailableError | None = None

    # ---- the board --------------------------------------------------------------

    def ready_board(self, test: str = "") -> Board:
        """The board, connected; recovered if the last use lost it.

        Raises:
            InfrastructureError: it cannot be opened (the first time).
            NotRunError: it could not be opened or recovered before.
            UnavailableError: this machine lacks what the board needs.
        """
        if self._unavailable is not None:
            known = self._unavailable  # raised again itself, its traceback would grow
            raise UnavailableError(known.message, where=known.where, hint=known.hint)
        if self._lost:
            raise self._not_run()
        try:
            if self._board is None:
                if self.first_cause is not None:  # opening it was interrupted
                    self._check_worth_recovering()
                self._board = self._open()
            elif self._in_doubt is not None:
                self._check_worth_recovering()
                self.progress("recovering the board ...")
                if test:
                    self._board.note(test)
                self._board.recover()
                self._in_doubt = None
        except UnavailableError as error:
            self._unavailable = error
            raise
        except InfrastructureError as error:
            self._lost = True
            if self.first_cause is not None:
                raise self._not_run() from error
            self.first_cause = FirstCause(error, test)
            raise
        except HilError as error:
            # The board answers and says why it cannot work (no model, ...): asking again
            # would give the same.
            self._lost = True
            self._note_refusal(error)
            raise
        if test:
            self._board.note(test)
        return self._board

    def testable_board(self, test: str = "") -> Board:
        """As `ready_board`, for tests: a board that takes images.

        Raises UsageError for a build without injection; later tests are not run.
        """
        from hil.board.identity import no_injection

        board = self.ready_board(test)
        problem = no_injection(board.identity, self.options.board)
        if problem is not None:
            self._lost = True
            self._note_refusal(problem)
            raise problem
        return board

    def _note_refusal(self, error: HilError) -> None:
        if isinstance(error, UsageError):
            self.refusal = error

    def note_failure(self, error: InfrastructureError, test: str) -> None:
        """Remembers the first cause, and that the board has to be recovered."""
        if isinstance(error, NotRunError):
            return
        if self.first_cause is None:
            self.first_cause = FirstCause(error, test)
        if self._board is not None:
            self._in_doubt = error

    def caught(self, error: BaseException | None, test: str) -> InfrastructureError | None:
        """How the board failed since this was asked the last time, though `test` ended otherwise.

        `error`: what the test ended with. Where the board did not come back since, it is
        recovered for the next test.
        """
        news, self._told = self._incidents[self._told :], len(self._incidents)
        if not news or isinstance(error, InfrastructureError):
            return None
        first = news[0].error
        if self.first_cause is None:
            self.first_cause = FirstCause(first, test)
        if self._board is not None and self._board.first_cause is not None:
            self._in_doubt = self._board.first_cause
        return first

    def note_success(self) -> None:
        """A test passed: recovering the board was of use."""
        self._recovered_in_vain = 0

    def _check_worth_recovering(self) -> None:
        """A board that is lost in every test is not recovered for all the rest."""
        self._recovered_in_vain += 1
        if self._recovered_in_vain > RECOVERIES_IN_VAIN:
            self._lost = True
            raise self._not_run()

    def require(self, *capabilities: str) -> None:
        """Raises NotRunError if the board's identity lacks one of the capabilities."""
        present = self.ready_board().identity.capabilities
        missing = [name for name in capabilities if not getattr(present, name)]
        if missing:
            raise NotRunError(
                f"the board lacks the capability {', '.join(missing)}",
                where=self.options.board,
                hint="deselect this test if the board is not meant to have it: "
                "-m 'not needs' or --deselect; it does not count as passed",
            )

    def close(self) -> None:
        """Closes the board, leaving it usable."""
        board, self._board = self._board, None
        if board is not None:
            board.close()

    def _open(self) -> Board:
        from hil.board import open_board

        board = open_board(
            self.options.board,
            firmware=self.options.firmware,
            options=board_options(self.options),
            progress=self.progress,
            on_flash=self.on_flash,
        )
        try:
            self._check_model(board)
        except HilError:
            board.close()
            raise
        board.on_inference = self.answers.add
        self._incidents, self._told = board.incidents, len(board.incidents)
        return board

    def _not_run(self) -> NotRunError:
        cause = self.first_cause
        if cause is None:
            return NotRunError("the board cannot be used", hint="see the first error of this run")
        first_line = cause.error.message.splitlines()[0]
        place = f" in {cause.test}" if cause.test else ""
        return NotRunError(f"the board was lost{place}: {first_line}", hint=cause.error.hint)

    # ---- the oracle and the judge -----------------------------------------------

    @property
    def model(self) -> ExpectedModel | None:
        """The model that the board has to run: of its build, or the one that the user names."""
        board = self._board or self.ready_board()
        return self._named_model if board.build is None else board.build.model

    def _check_model(self, board: Board) -> None:
        """Raises UsageError if build and user name two models, WrongIdentityError if the board
        has another."""
        from hil.board.identity import check_model

        if self._named_model is not None:
            check_model(board.identity, self._named_model, board.build, self.options.board)

    @property
    def needed_model(self) -> ExpectedModel:
        """As `model`; raises NotRunError where nobody knows which that is."""
        if self.model is None:
            raise NotRunError(
                "no model to compare with",
                where=self.options.board,
                hint="name the board's build with --firmware DIR, or the model that is on it with "
                "--board-model FILE.tflite",
            )
        return self.model

    @cached_property
    def _named_model(self) -> ExpectedModel | None:
        from hil.board.artifacts import read_model

        return None if self.options.model is None else read_model(self.options.model)

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
            self._note_refusal(error)
            raise

    @property
    def recoveries(self) -> int:
        """How often the board was lost and came back, whoever recovered it."""
        return 0 if self._board is None else self._board.recoveries

    @property
    def open_board(self) -> Board | None:
        """The board if it is open, in whatever state; None otherwise."""
        return self._board

    @property
    def recording_error(self) -> InfrastructureError | None:
        """Why the recording that was asked for is not complete."""
        recorder = None if self._board is None else self._board.recorder
        if recorder is None:
            return None
        recorder.flush()
        return recorder.error

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

    def _measure(self, photo: Photo, threshold: int | None) -> Measurement:
        from hil.judge.compare import compare_image
        from hil.judge.verdict import judge_image
        from hil.run.capture import investigate, wrong

        board, oracle = self.ready_board(), self.oracle
        self.answers.name(photo.tensor.tobytes(), photo.name)
        inference = board.infer(photo.tensor, cam_always=True, threshold=threshold)
        number = self.answers.last
        score_tensor = board.read_output(oracle.model.score_output)[0]
        features = board.read_output(oracle.model.features_output)[0]
        memory = board.memory()
        answer = oracle.run(photo.tensor, threshold=threshold)
        facts = compare_image(
            photo.name, inference, answer, oracle, cam_requested=True, features=features
        )
        measurement = Measurement(
            photo=photo,
            facts=facts,
            verdicts=judge_image(facts, self.tolerances),
            number=number,
            inference=inference,
            answer=answer,
            score_tensor=score_tensor,
            features=features,
            memory=memory,
        )
        if wrong(measurement):
            investigate(self, measurement)
        return measurement

    def measure_frame(self, frame: Photo) -> FrameMeasurement:
        """One raw frame through board and oracle; measured once, then remembered by name."""
        if frame.name not in self.frames:
            self.frames[frame.name] = self._measure_frame(frame)
        return self.frames[frame.name]

    def _measure_frame(self, frame: Photo) -> FrameMeasurement:
        from hil.judge.compare import compare_image, compare_tensors
        from hil.judge.verdict import judge_image
        from hil.oracle.preprocess import preprocess

        board, oracle = self.ready_board(), self.oracle
        self.answers.name(frame.pixels.tobytes(), frame.name)
        expected = preprocess(frame.pixels, oracle.model.input_size)
        inference = board.infer(frame.pixels, stage="frame", cam_always=True)
        number = self.answers.last
        got = board.read_input().reshape(oracle.model.input_size)
        features = board.read_output(oracle.model.features_output)[0]
        answer = oracle.run(expected)
        facts = compare_image(
            frame.name, inference, answer, oracle, cam_requested=True, features=features
        )
        # The answer names what was sent, and that is the frame.
        facts = dataclasses.replace(facts, image_crc=zlib.crc32(frame.pixels.tobytes()))
        return FrameMeasurement(
            frame=frame,
            expected=expected,
            got=got,
            preprocessing=compare_tensors(expected, got),
            facts=facts,
            verdicts=judge_image(facts, self.tolerances),
            number=number,
            inference=inference,
        )

    def measure_ops(self, photo: Photo) -> ImageFacts:
        """One traced inference against every operator's output in the oracle."""
        from hil.judge.compare import compare_image

        board, oracle = self.ready_board(), self.oracle
        self.answers.name(photo.tensor.tobytes(), photo.name)
        inference = board.infer(photo.tensor, cam_always=True, trace=True)
        trace = board.trace()
        answer = oracle.run(photo.tensor, ops=True)
        facts = compare_image(
            photo.name, inference, answer, oracle, cam_requested=True, trace=trace
        )
        self.traces[photo.name] = facts
        if any(op.device_crc not in (None, op.expected_crc) for op in facts.ops or ()):
            from hil.run.capture import note_operator

            note_operator(self, photo)
        return facts


def board_options(options: RunOptions) -> BoardOptions:
    """The part of a run's options that concerns the board."""
    from hil.board.options import BoardOptions
    from hil.sim.process import SimOptions

    return BoardOptions(
        baud=options.baud,
        flash=options.flash,
        handshake_s=options.handshake_s,
        image_s=options.image_s,
        record=options.record,
        sim=SimOptions(
            baud_pacing=options.sim_pacing,
            stretch_invoke_us=options.sim_invoke_us,
            bit_error_rate=options.sim_bit_errors,
            drop_rate=options.sim_drops,
            duplicate_rate=options.sim_duplicates,
            seed=options.sim_seed,
            engine=options.sim_engine,
            arena_bytes=options.sim_arena,
            flash_file=options.sim_flash_file,
            fault=options.sim_fault,
        ),
    )


def _say_nothing(_: str) -> None:
    """The default of `Bench.progress`."""
