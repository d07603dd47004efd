"""A board from its open port to its results. See `hil.board.opening.open_board`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from hil.base.deadline import Deadline
from hil.board.artifacts import Expected
from hil.board.bring_up import find_silent_restart
from hil.board.connection import Connection
from hil.board.console import BoardEvent, EventKind, classify_all, first_cause
from hil.board.errors import (
    BoardResetError,
    BoardUnusableError,
    NoAnswerError,
    WrongIdentityError,
)
from hil.board.handshake import shake_hands
from hil.board.identity import check_identity, no_injection
from hil.board.lock import PortLock
from hil.board.options import BoardOptions
from hil.board.results import (
    Counting,
    Stage,
    asked,
    check_image,
    find_output,
    find_tensor,
    flaw_of,
    frame_size,
    image_bytes,
    inference_facts,
    oddities,
    output_tensor,
    wire_stage,
)
from hil.board.watched_port import BoardAlarm
from hil.errors import FirmwareError, HilError, InfrastructureError, NotRunError, UsageError
from hil.facts.board import (
    Asked,
    BaudReport,
    FlashReport,
    Incident,
    Inference,
    Oddity,
    Recovery,
    Stamp,
    TimeBase,
)
from hil.facts.stand_in import SIMULATED_TARGET

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.board.flashing import OnFlash
    from hil.link.channel import Channel
    from hil.link.console import ConsoleLine
    from hil.link.jobs import Inference as LinkInference
    from hil.link.recording import Recorder
    from hil.link.stats import LinkStats
    from hil.wire.replies import Identity, MemoryReport, TraceEntry

    Image = bytes | NDArray[np.int8] | NDArray[np.uint8]

_T = TypeVar("_T")


class Board:
    """A board whose port is open; a context manager.

    Every method that talks to the board raises BoardResetError when it crashes or restarts
    meanwhile, InfrastructureError when it does not answer, `hil.link.errors.BoardError` when
    it answers with an error, and FirmwareError when its answer makes no sense. After an
    InfrastructureError the board is not asked again until `recover`: other calls raise
    BoardUnusableError, which names the first cause.
    """

    def __init__(
        self,
        connection: Connection,
        options: BoardOptions,
        expected: Expected | None,
        lock: PortLock | None = None,
    ) -> None:
        self.options = options
        self.incidents: list[Incident] = []
        self.recoveries = 0
        self.stamps: list[Stamp] = []
        self.handshakes: list[tuple[str, Identity]] = []
        self.oddities: list[Oddity] = []
        self.on_inference: Callable[[Inference, Stamp, Asked], None] | None = None
        self._starts = 0
        self.first_cause: InfrastructureError | None = None
        self.flashed: FlashReport | None = None
        self._connection = connection
        self._expected = expected
        self._lock = lock
        self._identity: Identity | None = None
        self._last_crc: int | None = None
        self._counting = Counting()
        self._closed = False

    # ---- facts about the board

    @property
    def where(self) -> str:
        """The board's name in messages."""
        return self._connection.where

    @property
    def identity(self) -> Identity:
        """What the board said of itself at the last handshake."""
        if self._identity is None:
            raise UsageError("not connected", where=self.where, hint="call Board.connect() first")
        return self._identity

    @property
    def build(self) -> Expected | None:
        """The build that is tested; None where the board runs what nobody named."""
        return self._expected

    @property
    def expected(self) -> Expected:
        """The build that is tested; raises NotRunError where there is none."""
        if self._expected is None:
            raise NotRunError(
                "no build to compare with", where=self.where, hint="give one with --firmware DIR"
            )
        return self._expected

    @property
    def baud(self) -> int:
        """The rate of the link now."""
        return self._connection.port.baud

    @property
    def other_users(self) -> str:
        """Other processes that have the port open and take bytes from it; empty for none."""
        from hil.link.sharing import other_users

        return other_users(self._connection.device)

    @property
    def console(self) -> list[ConsoleLine]:
        """Every console line since the port was opened, with its time of arrival."""
        return self._connection.channel.console

    @property
    def link_stats(self) -> LinkStats:
        """What happened on the link since the port was opened, counted."""
        return self._connection.channel.stats

    @property
    def round_trip_s(self) -> float | None:
        """Smoothed time from a request to its answer; None before the first."""
        return self._connection.channel.session.round_trip_s

    @property
    def time_base(self) -> TimeBase:
        """What its times mean; "real" unless the chip is emulated or simulated."""
        by_adapter = self._connection.time_base
        simulated = self._identity is not None and self._identity.target == SIMULATED_TARGET
        return "host" if simulated and by_adapter == "real" else by_adapter

    @property
    def recorder(self) -> Recorder | None:
        """What keeps the conversation; None where nobody asked for it."""
        return self._connection.recorder

    @property
    def frame_size(self) -> tuple[int, int] | None:
        """(rows, columns) of the raw frame that the board takes; None if it takes none."""
        return frame_size(self.identity)

    def clock(self) -> float:
        """Seconds of the host's monotonic clock; in a replay those of the recording."""
        return self._connection.look()

    def note(self, test: str) -> None:
        """Tells which test begins: recordings keep it, and replays go there."""
        if self._connection.note(test):
            self._starts += 1

    # ---- inferences

    def infer(
        self,
        image: Image,
        *,
        stage: Stage = "tensor",
        cam_always: bool = True,
        trace: bool = False,
        threshold: int | None = None,
        capture_op: int | None = None,
        reuse: bool = False,
        claimed_crc: int | None = None,
        deadline: Deadline | None = None,
    ) -> Inference:
        """Runs the model on one image: int8, as many bytes as the input tensor has.

        `stage`: "frame" sends uint8 pixels [rows, columns] of `frame_size`, as a camera gives
        them, and the board makes the input of them (`hil.oracle.preprocess` does the same;
        `read_input` gives what came of it). `reuse`: an image that the board still holds is not
        sent again. `cam_always`: send the map even below the threshold. `trace`: record every
        operator's output CRC-32 (see `trace`). `threshold`: percent, instead of the model's own.
        `capture_op`: also send the output of this operator. `claimed_crc`: announce another
        CRC-32 than that of the image, to see it refused.
        """
        from hil.link.jobs import Job

        job = Job(
            image_bytes(image, stage),
            cam_always,
            trace,
            threshold,
            capture_op,
            stage=wire_stage(stage),
            reuse=reuse,
            claimed_crc=claimed_crc,
        )
        self._check_takes_images()
        limit = deadline or self._connection.within(self.options.image_s)
        flaw = flaw_of(self.identity, job.image, claimed_crc, stage)
        try:
            answer = self._ask("running an inference", lambda ch: ch.infer(job, limit))
        except FirmwareError as error:
            code = getattr(error, "code", None)
            if flaw is not None and code is not flaw[1]:
                self.oddities.append(Oddity("accepted", f"{flaw[0]} (refused later, as {code!r})"))
            raise
        if flaw is not None:
            self.oddities.append(Oddity("accepted", flaw[0]))
        return self._finished(answer)

    def infer_many(
        self,
        images: Iterable[Image],
        *,
        stage: Stage = "tensor",
        cam_always: bool = True,
        trace: bool = False,
        threshold: int | None = None,
    ) -> Iterator[Inference]:
        """The results of many images in their order; the next is uploaded while one runs."""
        from hil.link.jobs import Job

        kind = wire_stage(stage)
        jobs = (
            Job(image_bytes(image, stage), cam_always, trace, threshold, stage=kind)
            for image in images
        )
        self._check_takes_images()
        answers = self._channel().infer_many(jobs, self.options.image_s)
        while True:
            answer = self._ask("running inferences", lambda _: next(answers, None))
            if answer is None:
                return
            try:
                yield self._finished(answer)
            except GeneratorExit:
                self._counting.interrupted()  # what is under way may still be run, unheard
                raise

    def read_output(self, output: int) -> NDArray[np.int8]:
        """Output tensor `output` as the last inference left it: int8, in its shape."""
        tensor = find_output(self.identity, output)
        answer = self._ask(
            f"reading output {output}", lambda ch: ch.read_output(output, self._request_limit())
        )
        check_image(answer.image_crc, self._last_crc, f"output {output}", self.where)
        return output_tensor(answer.data, tensor)

    def read_input(self) -> NDArray[np.int8]:
        """The input tensor that the last inference ran on: int8, in its shape.

        Of a frame it is what the board made of it. Its image must not have been replaced since.
        """
        from hil.wire.enums import TensorRole

        tensor = find_tensor(self.identity, TensorRole.INPUT)
        if tensor is None:
            raise FirmwareError(
                "the board reports no input tensor",
                where=self.where,
                hint="flash firmware built from the installed version of camhil",
            )
        answer = self._ask(
            "reading the input", lambda ch: ch.read_output(None, self._request_limit())
        )
        check_image(answer.image_crc, self._last_crc, "the input", self.where)
        return output_tensor(answer.data, tensor)

    def features(self, inference: Inference) -> NDArray[np.int8]:
        """The features [1, rows, columns, channels] of this inference, which must be the last."""
        from hil.wire.enums import TensorRole

        check_image(self._last_crc, inference.image_crc, "the last inference", self.where)
        for tensor in self.identity.tensors:
            if tensor.role is TensorRole.FEATURES and tensor.output is not None:
                return self.read_output(tensor.output)
        raise FirmwareError(
            "the board reports no features tensor",
            where=self.where,
            hint="the model needs the features in front of its classifier as an output",
        )

    def trace(self) -> tuple[TraceEntry, ...]:
        """Every operator of the last inference that was run with `trace=True`."""
        answer = self._ask("reading the trace", lambda ch: ch.trace(self._request_limit()))
        check_image(answer.image_crc, self._last_crc, "the trace", self.where)
        return answer.entries

    def ops(self) -> tuple[int, ...]:
        """TFLite BuiltinOperator codes of the model, in execution order."""
        return self._ask("listing the operators", lambda ch: ch.ops(self._request_limit()))

    def memory(self) -> MemoryReport:
        """Arena, heap and stacks, in bytes."""
        return self._ask("reporting its memory", lambda ch: ch.memory(self._request_limit()))

    def echo(self, payload: bytes) -> bytes:
        """Sends up to 1536 bytes; what came back."""
        answer = self._ask("echoing", lambda ch: ch.echo(payload, self._request_limit()))
        if answer != payload:
            self.oddities.append(Oddity("echo", "other bytes came back", payload, answer))
        return answer

    # ---- lifecycle

    def connect(self, deadline: Deadline | None = None) -> Identity:
        """Resets the board and says hello, checks who answers, and sets the rate of the link."""
        limit = deadline or self._connection.within(self.options.handshake_s)
        with self._failing():
            if self._connection.lines.can_reset:
                self._connection.reset()
            else:
                self._connection.to_boot_baud()
                self._connection.mark()
            self._settle(shake_hands(self._connection, limit), "reset")
        return self.identity

    def flash(self, *, force: bool = False, on_progress: OnFlash | None = None) -> FlashReport:
        """Puts the build on the board, unless it is there; `force` writes everything.

        A board that already runs the build is left connected; after writing call `connect`.
        """
        from hil.board.bring_up import flash_build

        with self._failing():
            report, identity = flash_build(
                self._connection, self.expected, force=force, on_progress=on_progress
            )
            self.flashed = report
            if identity is not None:
                self._settle(identity, "as found")
        return report

    def check_boot_files(self) -> str:
        """Whether bootloader and partition table in flash are those of the build.

        Returns why that cannot be told, empty where it can. Raises WrongIdentityError.
        """
        from hil.board.boot_files import compare_boot_files, other_boot_files

        self._check_usable()
        with self._failing():
            compared = compare_boot_files(self._connection, self.expected)
            if compared.in_loader:
                self.connect()
            if compared.differing:
                raise other_boot_files(compared.differing, self.where)
        return compared.problem

    def reset(self) -> Identity:
        """Restarts the board by its reset line (by command where it has none) and reconnects."""
        if not self._connection.lines.can_reset:
            return self.reboot()
        self._check_usable()
        return self.connect()

    def reboot(self) -> Identity:
        """Restarts the board by the protocol's command and reconnects."""
        from hil.board.bring_up import reboot

        self._check_usable()
        with self._failing():
            limit = self._connection.within(self.options.handshake_s)
            self._settle(reboot(self._connection, self.identity, limit), "reboot")
        return self.identity

    def set_baud(self, baud: int) -> BaudReport:
        """Changes the rate of both ends; where that does not work, both keep the old one."""
        from hil.board.bring_up import change_baud

        self._check_usable()
        with self._failing():
            report = change_baud(self._connection, self.identity, baud)
        self._note_rate(report, expected=self.identity.capabilities.baud)
        return report

    def recover(self, deadline: Deadline | None = None) -> Recovery:
        """Brings a lost board back: reopens the port if need be, resets, connects, checks.

        A board whose flash holds no firmware that starts is flashed again.
        Raises what keeps it from coming back; the first cause stays what it was.
        """
        known = len(self.incidents)
        limit = deadline or self._connection.within(2 * self.options.handshake_s)
        cause, before = self.first_cause, self._identity
        started = time.monotonic()
        self.first_cause = None
        try:
            port, emulated = self._connection.port, self._connection.emulated
            if port.lost is not None or not port.is_open or emulated:
                self._connection.reopen(limit)  # an emulator that hangs gives way to a new one
            identity = self._connect_or_flash(limit)
        except HilError:
            self.first_cause = cause or self.first_cause
            raise
        self.recoveries += 1
        del self.incidents[known:]  # what failed on the way back is none of its own
        return Recovery(
            cause=cause.message if cause else "",
            seconds=time.monotonic() - started,
            reset_reason=identity.reset_reason,
            boots=_boots(before, identity),
        )

    def _connect_or_flash(self, limit: Deadline) -> Identity:
        try:
            return self.connect(limit)
        except NoAnswerError as error:
            kinds = {event.kind for event in classify_all(error.console)}
            no_firmware = bool(kinds & {EventKind.NO_APP, EventKind.BOOTLOADER})
            if not no_firmware or self._expected is None or self.options.flash == "never":
                raise
        self.first_cause = None
        self.flash()
        return self.connect()

    def close(self) -> None:
        """Leaves the board running its firmware, and frees port and lock. May be repeated."""
        if self._closed:
            return
        self._closed = True
        from hil.board.bring_up import leave_running

        try:
            if self._connection.port.is_open and self._connection.port.lost is None:
                leave_running(self._connection, connected=self._identity is not None)
        finally:
            self._connection.close()
            self._connection.adapter.close()
            if self._lock is not None:
                self._lock.release()

    def __enter__(self) -> Board:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # ---- how the board is asked

    def _request_limit(self) -> Deadline:
        return self._connection.within(self.options.request_s)

    def _channel(self) -> Channel:
        self._check_usable()
        return self._connection.channel

    def _check_usable(self) -> None:
        if self.first_cause is not None:
            raise BoardUnusableError(self.first_cause, where=self.where)
        if self._closed or self._identity is None:
            raise UsageError(
                "the board is closed" if self._closed else "not connected",
                where=self.where,
                hint="open it with hil.board.open_board",
            )

    def _check_takes_images(self) -> None:
        problem = no_injection(self.identity, self.where)
        if problem is not None:
            raise problem

    def _ask(self, doing: str, ask: Callable[[Channel], _T]) -> _T:
        """Asks the board while its console is watched."""
        from hil.link.errors import EchoError

        channel, identity = self._channel(), self.identity

        def find_restart() -> BoardEvent | None:
            return find_silent_restart(self._connection, identity)

        with self._failing(), self._noting_oddities(channel):
            try:
                with self._connection.watched(find_restart):
                    return ask(channel)
            except BoardAlarm as alarm:
                raise self._crash(doing, alarm) from None
            except InfrastructureError as error:
                event = None if isinstance(error, EchoError) else find_restart()
                if event is None:
                    raise
                text = self._connection.text_since_mark
                raise BoardResetError(doing, event, where=self.where, console=text) from error

    def _crash(self, doing: str, alarm: BoardAlarm) -> InfrastructureError:
        if alarm.event.kind is not EventKind.RESET:
            with suppress(InfrastructureError):  # the port may have gone with the board
                self._connection.collect_crash_text()
        text = self._connection.text_since_mark
        event = first_cause(classify_all(text)) or alarm.event
        return BoardResetError(doing, event, where=self.where, console=text)

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """An InfrastructureError of the block becomes the board's first cause."""
        from hil.link.errors import EchoError
        from hil.link.sharing import add_other_users

        try:
            yield
        except InfrastructureError as error:
            if not isinstance(error, (BoardResetError, EchoError, WrongIdentityError)):
                add_other_users(error, self._connection.device)
            if self.first_cause is None:
                self.first_cause = error
                self.incidents.append(Incident(error, time.monotonic()))
            raise

    @contextmanager
    def _noting_oddities(self, channel: Channel) -> Iterator[None]:
        """Answers that the link repairs by asking again are wrong all the same."""
        before = channel.stats
        try:
            yield
        except BaseException:
            self._counting.interrupted()
            raise
        finally:
            self.oddities += oddities(channel.stats.since(before))

    def _settle(self, identity: Identity, after: str) -> None:
        """After a handshake: is it the right board, and at which rate do we go on?"""
        from hil.board.bring_up import change_baud

        self._identity = identity
        self.handshakes.append((after, identity))
        self._last_crc = None
        self._starts += 1
        check_identity(identity, self._expected, self.where)
        report = change_baud(self._connection, identity, self.options.baud)
        asked_for = self.options.baud != BoardOptions.baud
        if self._note_rate(report, expected=identity.capabilities.baud or asked_for):
            self._connection.channel.session.note_rate_missed()

    def _note_rate(self, report: BaudReport, *, expected: bool) -> bool:
        """Whether a rate was not reached that should have been."""
        missed = report.problem is not None and expected
        if missed:
            self.oddities.append(Oddity("baud", f"{report.requested} baud: {report.problem}"))
        return missed

    def _finished(self, answer: LinkInference) -> Inference:
        inference = inference_facts(answer)
        self._last_crc = inference.image_crc
        now_s = self._connection.arrived_s
        stamp = Stamp(self._starts, inference.count, inference.finished_us, now_s)
        self.stamps.append(stamp)
        count = self._counting.due(stamp, self.link_stats.disturbances)
        if self.on_inference is not None:
            self.on_inference(
                inference, stamp, asked(answer.job, count, self.identity, self._connection.replays)
            )
        return inference


def _boots(before: Identity | None, after: Identity) -> int | None:
    if before is None or after.boot_count <= before.boot_count:
        return None
    return after.boot_count - before.boot_count
