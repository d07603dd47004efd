"""The board of a run: opened by the first use, recovered while that is worth it.

A board that got lost is recovered for the next test where it can be; where it cannot, later
uses say "not run" and name the first cause, so that one loose cable is one report and not a
hundred.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from hil.base.deadline import Deadline
from hil.base.run_time import check_time
from hil.errors import HilError, InfrastructureError, NotRunError, UnavailableError, UsageError

if TYPE_CHECKING:
    from hil.board import Board
    from hil.board.artifacts import ExpectedModel
    from hil.board.flashing import OnFlash
    from hil.board.options import BoardOptions
    from hil.facts.board import Asked, Incident, Inference, Stamp
    from hil.facts.evidence import FlashRecord
    from hil.network.contract import Contract
    from hil.run.options import RunOptions


RECOVERIES_IN_VAIN = 3
"""So often a board is recovered without tests that pass in between."""
PASSED_FOR_A_RECOVERY = 4
"""So many tests have to pass to be worth one recovery more."""


@dataclass(frozen=True)
class FirstCause:
    """What went wrong first, and in which test."""

    error: InfrastructureError
    test: str


class BoardOfRun:
    """The board that a run asks for, and the first cause of trouble with it.

    `progress` is told what takes time, `on_flash` how far flashing is. `refusal`: why board or
    oracle cannot be opened as it was asked for; no test can change that.
    """

    def __init__(
        self, options: RunOptions, on_inference: Callable[[Inference, Stamp, Asked], None]
    ) -> None:
        self.options = options
        self.progress: Callable[[str], None] = _say_nothing
        self.on_flash: OnFlash | None = None
        self.first_cause: FirstCause | None = None
        self.refusal: UsageError | None = None
        self.until = None if options.run_s is None else Deadline.after(options.run_s)
        self._on_inference = on_inference
        self._board: Board | None = None
        self._in_doubt: InfrastructureError | None = None
        self._credit = RECOVERIES_IN_VAIN * PASSED_FOR_A_RECOVERY
        self._incidents: list[Incident] = []
        self._told = 0
        self._lost = False
        self._unavailable: UnavailableError | None = None

    def ready_board(self, test: str = "") -> Board:
        """The board, connected; recovered if the last use lost it.

        Raises:
            InfrastructureError: it cannot be opened (the first time).
            NotRunError: it could not be opened or recovered before, or the run's time is over.
            UnavailableError: this machine lacks what the board needs.
        """
        if self._unavailable is not None:
            known = self._unavailable  # raised again itself, its traceback would grow
            raise UnavailableError(known.message, where=known.where, hint=known.hint)
        if self._lost:
            raise self._not_run()
        check_time(self.until)
        try:
            if self._board is None:
                if self.first_cause is not None:  # opening it was interrupted
                    self._check_worth_recovering()
                self._board = self._open()
                self._board.until = self.until
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
            self.note_refusal(error)
            raise
        if test:
            self._board.note(test)
        return self._board

    def testable_board(self, test: str = "") -> Board:
        """As `ready_board`, for tests: a board that takes images.

        Raises UsageError for a build without injection, FirmwareError for one that falsely says
        that it is one; later tests are not run.
        """
        from hil.board.identity import no_injection

        board = self.ready_board(test)
        problem = no_injection(board.identity, board.build, self.options.board)
        if problem is not None:
            self._lost = True
            self.note_refusal(problem)
            raise problem
        return board

    def note_refusal(self, error: HilError) -> None:
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
        """A test passed: recovering the board was of some use."""
        self._credit = min(self._credit + 1, RECOVERIES_IN_VAIN * PASSED_FOR_A_RECOVERY)

    def _check_worth_recovering(self) -> None:
        """A board that is lost in every other test is not recovered for all the rest."""
        if self._credit < PASSED_FOR_A_RECOVERY:
            self._lost = True
            raise self._not_run()
        self._credit -= PASSED_FOR_A_RECOVERY

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
            firmware=self._firmware(),
            network=self._network_to_flash,
            options=board_options(self.options),
            progress=self.progress,
            on_flash=self.on_flash,
        )
        try:
            self._check_model(board)
        except HilError:
            board.close()
            raise
        board.on_inference = self._on_inference
        self._incidents, self._told = board.incidents, len(board.incidents)
        return board

    def _firmware(self) -> Path | None:
        """The build that was named; for the simulated board the one that a named network needs."""
        options = self.options
        if options.firmware is not None or options.network is None or options.board != "sim":
            return options.firmware
        if options.sim_fault is not None:
            from hil.sim.fault_lab import fault_lab

            return fault_lab().build(options.sim_fault, self.progress)
        from hil.sim.firmware import build

        return build(model=options.network, progress=self.progress)

    @property
    def _network_to_flash(self) -> ExpectedModel | None:
        """What takes the place of the build's network in the flash."""
        return None if self.options.flash == "never" else self._named_model

    def _not_run(self) -> NotRunError:
        cause = self.first_cause
        if cause is None:
            return NotRunError("the board cannot be used", hint="see the first error of this run")
        first_line = cause.error.message.splitlines()[0]
        place = f" in {cause.test}" if cause.test else ""
        return NotRunError(f"the board was lost{place}: {first_line}", hint=cause.error.hint)

    @property
    def recoveries(self) -> int:
        """How often the board was lost and came back, whoever recovered it."""
        return 0 if self._board is None else self._board.recoveries

    @property
    def open_board(self) -> Board | None:
        """The board if it is open, in whatever state; None otherwise."""
        return self._board

    def flash_record(self) -> FlashRecord | None:
        """What the flash holds, where that may be why the board was lost; its last use."""
        from hil.board.telling_apart import worth_reading

        cause = self.first_cause
        if self._board is None or cause is None or not worth_reading(cause.error):
            return None
        return self._board.flash_record()

    @property
    def recording_error(self) -> InfrastructureError | None:
        """Why the recording that was asked for is not complete."""
        recorder = None if self._board is None else self._board.recorder
        if recorder is None:
            return None
        recorder.flush()
        return recorder.error

    @property
    def model(self) -> ExpectedModel | None:
        """The model that the board has to run: of its build, or the one that the user names."""
        board = self._board or self.ready_board()
        return self._named_model if board.build is None else board.build.model

    @property
    def contract(self) -> Contract | None:
        """Of `model`; None where nobody knows which that is."""
        return None if self.model is None else self.model.contract

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
                "--network FILE.tflite",
            )
        return self.model

    @cached_property
    def _named_model(self) -> ExpectedModel | None:
        from hil.board.artifacts import read_model

        file = self.options.network
        return None if file is None else read_model(file, self.options.declared)


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
            camera=None if options.sim_camera is None else str(options.sim_camera),
            fault=options.sim_fault,
        ),
    )


def _say_nothing(_: str) -> None:
    """The default of `Bench.progress`."""
