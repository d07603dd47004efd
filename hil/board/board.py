"""A board from its open port to its results. See `hil.board.opening.open_board`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hil.base.deadline import Deadline
from hil.board.asking import AskedBoard
from hil.board.boot_files import compare_boot_files, other_boot_files
from hil.board.bring_up import change_baud, flash_build, leave_alone, leave_running, reboot
from hil.board.console import EventKind, classify_all
from hil.board.errors import NoAnswerError
from hil.board.flashing import OnFlash
from hil.board.handshake import shake_hands
from hil.board.options import BoardOptions
from hil.board.request import Ask, Stage, job_of, no_head
from hil.board.results import (
    asked,
    check_image,
    check_result,
    find_tensor,
    flaw_of,
    inference_facts,
    tensor_array,
)
from hil.errors import FirmwareError, HilError, NotAskedError
from hil.facts.board import (
    BaudReport,
    FlashReport,
    Inference,
    MemoryStamp,
    Oddity,
    Recovery,
    Stamp,
)
from hil.link.channel import Channel
from hil.link.jobs import Inference as LinkInference
from hil.wire.enums import ErrorCode, TensorSide
from hil.wire.network_header import NetworkHeader, Tensor
from hil.wire.replies import Identity, MemoryReport, TraceEntry

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.network.arrays import Sample


class Board(AskedBoard):
    """A board whose port is open; a context manager.

    Every method that talks to the board raises BoardResetError when it crashes or restarts
    meanwhile, InfrastructureError when it does not answer, `hil.link.errors.BoardError` when
    it answers with an error, and FirmwareError when its answer makes no sense. After an
    InfrastructureError the board is not asked again until `recover`: other calls raise
    BoardUnusableError, which names the first cause.
    """

    # ---- inferences

    def infer(
        self,
        sample: Sample,
        *,
        stage: Stage = "tensor",
        cam_always: bool = True,
        trace: bool = False,
        threshold: int | None = None,
        capture: tuple[int, int] | None = None,
        reset_state: bool | None = None,
        reuse: bool = False,
        claimed_crc: int | None = None,
        deadline: Deadline | None = None,
    ) -> Inference:
        """Runs the network on one sample: bytes, the array of its input, or one for each input.

        Arrays have type and shape as in `contract`; several are given in its order, or by name.
        `stage`: "frame" sends what a camera gives, bytes or uint8 pixels as `frame` says (gray
        [rows, columns], or [rows, columns, 3] of which RGB565 is made), and the board makes the
        input of them (`read_input` gives what came of it). `trace`: record the CRC-32 of
        every operator's outputs (see `trace`). `capture`: (operator, output) whose bytes are sent
        too. `reset_state`: the variables get their initial values first; None: where there are
        any. `reuse`: a sample that the board still holds is not sent again. `claimed_crc`:
        announce another CRC-32 than that of the sample, to see it refused.

        With a class activation map: `cam_always`: send the map even below the threshold;
        `threshold`: percent, instead of the network's own.
        """
        doing, header = "running an inference", self._header()
        ask = Ask(sample, stage, cam_always, trace, threshold, capture, reset_state, reuse)
        job = job_of(ask, header, self.frame, claimed_crc)
        limit = deadline or self._connection.within(self.options.image_s)
        flaw = flaw_of(self.identity, header, job.sample, claimed_crc, stage)
        try:
            answer = self._ask(
                doing, lambda ch, limit: self._checked(ch.infer(job, limit), doing), limit
            )
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
        samples: Iterable[Sample],
        *,
        stage: Stage = "tensor",
        cam_always: bool = True,
        trace: bool = False,
        threshold: int | None = None,
        reset_state: bool | None = None,
    ) -> Iterator[Inference]:
        """The results of many samples in their order; the next is uploaded while one runs.

        Options as for `infer`.
        """
        options = (stage, cam_always, trace, threshold, None, reset_state)
        yield from self.infer_each(Ask(sample, *options) for sample in samples)

    def infer_each(self, asks: Iterable[Ask]) -> Iterator[Inference]:
        """The same, each sample with options of its own."""
        doing, header = "running inferences", self._header()  # before anything is under way
        jobs = (job_of(ask, header, self.frame) for ask in asks)
        answers = self._channel().infer_many(jobs, self.options.image_s)

        def next_answer(_channel: Channel, _limit: Deadline) -> LinkInference | None:
            answer = next(answers, None)
            return None if answer is None else self._checked(answer, doing)

        while True:
            answer = self._ask(doing, next_answer)
            if answer is None:
                return
            try:
                yield self._finished(answer)
            except GeneratorExit:
                self._counting.interrupted()  # what is under way may still be run, unheard
                raise

    def read_output(self, index: int) -> NDArray[Any]:
        """An output as the last inference left it, in its type and shape."""
        tensor = find_tensor(self.contract.outputs, index, "output")
        return self._read(TensorSide.OUTPUT, index, tensor)

    def read_input(self, index: int = 0) -> NDArray[Any]:
        """An input that the last inference ran on, in its type and shape.

        Of a frame it is what the board made of it. Its sample must not have been replaced since.
        """
        tensor = find_tensor(self.contract.inputs, index, "input")
        return self._read(TensorSide.INPUT, index, tensor)

    def _read(self, side: TensorSide, index: int, tensor: Tensor) -> NDArray[Any]:
        what = f"{side.name.lower()} {index}"
        answer = self._ask(f"reading {what}", lambda ch, limit: ch.read_tensor(side, index, limit))
        check_image(answer.sample_crc, self._last_crc, what, self.where)
        return tensor_array(answer.data, tensor, what, self.where)

    def features(self, inference: Inference) -> NDArray[np.int8]:
        """The features [1, rows, columns, channels] of this inference, which must be the last.

        Raises UsageError for a network without a class activation map.
        """
        check_image(self._last_crc, inference.image_crc, "the last inference", self.where)
        head = self.contract.head
        if head is None:
            raise no_head("features", "Board.features")
        return self.read_output(head.features_output)

    def trace(self) -> tuple[TraceEntry, ...]:
        """All outputs of all operators, of the last inference that was run with `trace=True`."""
        answer = self._ask("reading the trace", lambda ch, limit: ch.trace(limit))
        check_image(answer.sample_crc, self._last_crc, "the trace", self.where)
        return answer.entries

    def memory(self) -> MemoryReport:
        """Arena, heap and stacks, in bytes."""
        report = self._ask("reporting its memory", lambda ch, limit: ch.memory(limit))
        last = self.stamps[-1] if self.stamps else None
        count = last.count if last is not None and last.boot == self._starts else 0
        self.memories.append(MemoryStamp(self._starts, count, report, self._synthetic))
        return report

    def echo(self, payload: bytes) -> bytes:
        """Sends up to 1536 bytes; what came back."""
        answer = self._ask("echoing", lambda ch, limit: ch.echo(payload, limit))
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
        self._check_usable()
        with self._failing():
            self._end_silence()
            limit = self._connection.within(self.options.handshake_s)
            self._settle(reboot(self._connection, self.identity, limit), "reboot")
        return self.identity

    def left_alone(
        self, seconds: float, *, restart: bool = True, until: Callable[[str], bool] | None = None
    ) -> list[str]:
        """Leaves the board to itself, as in the field, and says hello afterwards.

        Returns its console lines of so many seconds, from its restart on or (`restart` False) from
        now, at the rate at which it starts; `until` accepts the last one. A board that has a camera
        works on it meanwhile, without a restart after `idle_ms` of its identity.

        Raises NotAskedError for a recording, BoardResetError where the board crashes.
        """
        if self._connection.adapter.replays:
            raise NotAskedError("a recording cannot be left alone", hint="ask a board")
        self._check_usable()
        with self._failing():
            lines = leave_alone(
                self._connection, self.identity, seconds, restart=restart, until=until
            )
            limit = self._connection.within(self.options.handshake_s)
            self._settle(shake_hands(self._connection, limit), "left alone")
        return lines

    def set_baud(self, baud: int) -> BaudReport:
        """Changes the rate of both ends; where that does not work, both keep the old one."""
        self._check_usable()
        with self._failing():
            self._end_silence()
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
            port, emulated = self._connection.port, self._connection.adapter.emulated
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
        try:
            if self._connection.port.is_open and self._connection.port.lost is None:
                leave_running(self._connection, connected=self._identity is not None)
        finally:
            self._connection.close()
            self._connection.adapter.close()
            if self._lock is not None:
                self._lock.release()

    def _settle(self, identity: Identity, after: str) -> None:
        """After a handshake: is it the right board, and at which rate do we go on?"""
        self._identity = identity
        self.handshakes.append((after, identity))
        self._last_crc = None
        self._starts += 1
        if self.simulated is not None:
            self.simulated.started()
        self._answered_at = self._connection.clock()
        self._accept(identity)
        report = change_baud(self._connection, identity, self.options.baud)
        asked_for = self.options.baud != BoardOptions.baud
        if self._note_rate(report, expected=identity.capabilities.baud or asked_for):
            self._connection.channel.session.note_rate_missed()
        if identity.model_state is ErrorCode.OK:
            _ = self.contract  # which has to be that of the build
        self._was_right = True

    def _note_rate(self, report: BaudReport, *, expected: bool) -> bool:
        """Whether a rate was not reached that should have been."""
        missed = report.problem is not None and expected
        if missed:
            self.oddities.append(Oddity("baud", f"{report.requested} baud: {report.problem}"))
        return missed

    @property
    def _synthetic(self) -> bool:
        return self.simulated is not None and self.simulated.synthetic

    def _header(self) -> NetworkHeader:
        """The contract, of a board that takes samples."""
        self._check_usable()
        self._check_takes_images()
        return self.contract

    def _checked(self, answer: LinkInference, doing: str) -> LinkInference:
        """The answer, if it is one of this start of the board and of its network."""
        self._check_boot(answer, doing)
        check_result(answer.result, self.contract, self.where)
        return answer

    def _finished(self, answer: LinkInference) -> Inference:
        header = self.contract
        inference = inference_facts(answer, header)
        self._last_crc = inference.image_crc
        now_s = self._connection.adapter.arrived_s
        stamp = Stamp(
            self._starts,
            inference.count,
            inference.finished_us,
            now_s,
            self._synthetic,
            answer.requested_at,
        )
        self.stamps.append(stamp)
        count = self._counting.due(stamp, self.link_stats.disturbances)
        refused, self._refused = self._refused, False
        if self.on_inference is not None:
            replayed = self._connection.adapter.replays
            question = asked(answer.job, count, self.identity, header, replayed)
            self.on_inference(inference, stamp, replace(question, refused_before=refused))
        return inference


def _boots(before: Identity | None, after: Identity) -> int | None:
    if before is None or after.boot_count <= before.boot_count:
        return None
    return after.boot_count - before.boot_count
