"""How an open board is asked: its console is watched meanwhile, and what fails is kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

from hil.base.closing import Closing
from hil.base.deadline import Deadline
from hil.base.run_time import check_time
from hil.board.artifacts import Expected
from hil.board.bring_up import RESTART_UNSEEN, find_silent_restart, rejoin
from hil.board.connection import Connection
from hil.board.console import BoardEvent, EventKind, classify_all, first_cause
from hil.board.errors import BoardResetError, BoardUnusableError, WrongIdentityError
from hil.board.identity import (
    check_contract,
    check_gives_frames,
    check_identity,
    contract_in,
    no_injection,
)
from hil.board.lock import PortLock
from hil.board.options import BoardOptions
from hil.board.results import Counting, frame_taken, oddities
from hil.board.telling_apart import flash_record, line_facts, tell_by_flash
from hil.board.watched_port import BoardAlarm
from hil.errors import FirmwareError, InfrastructureError, NotAskedError, NotRunError, UsageError
from hil.facts.board import (
    Asked,
    CameraFrame,
    FlashReport,
    Incident,
    Inference,
    MemoryStamp,
    Oddity,
    Stamp,
    TimeBase,
)
from hil.facts.evidence import FlashRecord
from hil.facts.stand_in import SIMULATED_TARGET
from hil.link.channel import Channel
from hil.link.console import ConsoleLine
from hil.link.errors import EchoError
from hil.link.jobs import Inference as LinkInference
from hil.link.lent_line import LentLine
from hil.link.recording import Recorder
from hil.link.sharing import add_other_users, other_users
from hil.link.stats import LinkStats
from hil.wire.network_header import NetworkHeader
from hil.wire.replies import FrameSize, Identity

if TYPE_CHECKING:
    from hil.sim.process import SimProcess

_T = TypeVar("_T")

_REJOIN_SHARE = 0.7  # of the board's patience: its clock, and what is under way, may differ


class AskedBoard(Closing):
    """The part of `hil.board.board.Board` that all its questions go through."""

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
        self.memories: list[MemoryStamp] = []
        self.handshakes: list[tuple[str, Identity]] = []
        self.oddities: list[Oddity] = []
        self.on_inference: Callable[[Inference, Stamp, Asked], None] | None = None
        self._starts = 0
        self._was_right = False  # at a handshake of this run
        self.first_cause: InfrastructureError | None = None
        self.flashed: FlashReport | None = None
        self._connection = connection
        self._expected = expected
        self._lock = lock
        self._identity: Identity | None = None
        self._contracts: dict[int, NetworkHeader] = {}  # by contract_crc
        self._answered_at: float | None = None
        self._last_crc: int | None = None
        self._counting = Counting()
        self._refused = False  # since the last answer to an inference
        self._closed = False
        self.until: Deadline | None = None
        """When the run's time is over: a board that is open is asked nothing any more."""

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
    def contract(self) -> NetworkHeader:
        """What the board knows of its network; read from it once.

        Raises FirmwareError for what is no contract, WrongIdentityError for another one than that
        of the build.
        """
        identity = self.identity
        if identity.contract_crc not in self._contracts:
            block = self._ask("reading its contract", lambda ch, limit: ch.contract(limit))
            header = contract_in(block, identity, self.where)
            if self._expected is not None:
                with self._failing():
                    check_contract(header, self._expected.model.header, self.where)
            self._contracts[identity.contract_crc] = header
        return self._contracts[identity.contract_crc]

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
    def can_reset(self) -> bool:
        """Whether it has a reset line, which brings it back whatever it does."""
        return self._connection.lines.can_reset

    @property
    def other_users(self) -> str:
        """Other processes that have the port open and take bytes from it; empty for none."""
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
        by_adapter = self._connection.adapter.time_base
        simulated = self._identity is not None and self._identity.target == SIMULATED_TARGET
        return "host" if simulated and by_adapter == "real" else by_adapter

    @property
    def replays(self) -> bool:
        """Whether a recording answers."""
        return self._connection.adapter.replays

    def needs_its_order(self) -> None:
        """For tests that ask as much as is missing after the tests before them.

        Raises NotAskedError for a recording that answers in another order than it was made in.
        """
        if not self._connection.adapter.in_order:
            raise NotAskedError(
                "how much it asks depends on the tests before it: others than in the recording",
                where=self.where,
                hint="replay all tests of the recording, in its order",
            )

    @property
    def recorder(self) -> Recorder | None:
        """What keeps the conversation; None where nobody asked for it."""
        return self._connection.recorder

    @property
    def frame(self) -> FrameSize | None:
        """The raw frame that the board takes: rows, columns and format; None if it takes none."""
        return frame_taken(self.identity)

    @property
    def simulated(self) -> SimProcess | None:
        """The switches of the simulated board of this run: its camera, its supply, what it reports
        of itself (`hil.sim.process.SimProcess`). None for any other board."""
        return self._connection.adapter.simulated

    def clock(self) -> float:
        """Seconds of the host's monotonic clock; in a replay those of the recording."""
        return self._connection.adapter.look()

    def note(self, test: str) -> None:
        """Tells which test begins: recordings keep it, and replays go there."""
        if self._connection.note(test):
            self._starts += 1

    def flash_record(self) -> FlashRecord:
        """What its flash holds. The board is in its loader afterwards: `recover` it."""
        return flash_record(self._connection, self._expected)

    # ---- its camera

    def camera_frame(self, deadline: Deadline | None = None) -> CameraFrame:
        """A new frame of the board's own camera, as the network would get it.

        Its bytes are on the board still, as a sample: see `hil.facts.board.CameraFrame`. Raises
        UsageError for a board that gives none, BoardError with ErrorCode.CAMERA where its camera
        fails.
        """
        self._check_usable()
        check_gives_frames(self.identity, self.where)
        limit = deadline or self._connection.within(self.options.image_s)
        doing = "giving a frame of its camera"
        answer = self._ask(doing, lambda ch, limit: ch.camera_frame(limit), limit)
        transfer_us = round(answer.transfer_s * 1e6)
        return CameraFrame(answer.data, answer.frame, answer.taken_us, transfer_us)

    # ---- how the board is asked

    def _accept(self, identity: Identity) -> None:
        """Raises for a board that must not be tested."""
        check_identity(identity, self._expected, self.where)

    def _channel(self) -> Channel:
        self._check_usable()
        check_time(self.until)
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
        problem = no_injection(self.identity, self._expected, self.where)
        if problem is not None:
            raise problem

    def _ask(
        self, doing: str, ask: Callable[[Channel, Deadline], _T], limit: Deadline | None = None
    ) -> _T:
        """Asks the board while its console is watched; by default within `request_s`."""
        with self._asking(doing, limit) as channel:
            return ask(channel, limit or self._connection.within(self.options.request_s))

    @contextmanager
    def line(self) -> Iterator[LentLine]:
        """The line itself, for tests of the protocol: any bytes out, replies as they come back.

        What is answered is no fact of the run. Raises NotAskedError for a recording.
        """
        if self._connection.adapter.replays:
            raise NotAskedError(
                "a recording answers nothing but what its run asked",
                where=self.where,
                hint="nothing to do: the run that was recorded has asked it",
            )
        with (
            self._asking("being asked on its line"),
            self._connection.lent() as line,
        ):
            yield line
        self._counting.interrupted()
        self._last_crc = None

    @contextmanager
    def _asking(self, doing: str, limit: Deadline | None = None) -> Iterator[Channel]:
        """Within, the board is asked: its console is watched, and what fails is kept."""
        channel, identity = self._channel(), self.identity

        def find_restart() -> BoardEvent | None:
            return find_silent_restart(self._connection, identity)

        with self._failing(), self._noting_oddities(channel):
            self._end_silence(limit)
            try:
                with self._connection.watched(find_restart):
                    yield channel
            except BoardAlarm as alarm:
                raise self._crash(doing, alarm) from None
            except BoardResetError:
                raise
            except InfrastructureError as error:
                event = None if isinstance(error, EchoError) else find_restart()
                if event is None:
                    raise
                text = self._connection.text_since_mark
                raise BoardResetError(doing, event, where=self.where, console=text) from error
            finally:
                self._answered_at = self._connection.clock()

    def _end_silence(self, limit: Deadline | None = None) -> None:
        """A board that was asked nothing for a while may be at the boot rate, on its camera."""
        connection, identity = self._connection, self.identity
        if self._answered_at is None or connection.adapter.replays:
            return
        silence_s = connection.clock() - self._answered_at
        idle_s = identity.idle_ms / 1000
        if idle_s and silence_s > _REJOIN_SHARE * idle_s:
            patience = connection.within(idle_s + self.options.request_s)
            rejoin(connection, identity, silence_s, limit or patience)

    def _check_boot(self, answer: LinkInference, doing: str) -> None:
        """Raises BoardResetError for the result of another start of the board."""
        before, after = self.identity.boot_id, answer.result.boot_id
        if after != before:
            event = BoardEvent(
                EventKind.RESET,
                f"the result is of boot {after:#010x}, the handshake was with {before:#010x}",
                RESTART_UNSEEN,
                "another boot id",
            )
            text = self._connection.text_since_mark
            raise BoardResetError(doing, event, where=self.where, console=text)

    def _crash(self, doing: str, alarm: BoardAlarm) -> InfrastructureError:
        if alarm.event.kind is not EventKind.RESET:
            with suppress(InfrastructureError):  # the port may have gone with the board
                self._connection.collect_crash_text()
        text = self._connection.text_since_mark
        event = first_cause(classify_all(text)) or alarm.event
        return BoardResetError(doing, event, where=self.where, console=text)

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """An InfrastructureError of the block becomes the board's first cause.

        A board that was the right one, and is another now, is the firmware's error where its flash
        holds what was written.
        """
        try:
            yield
        except InfrastructureError as error:
            if not isinstance(error, (BoardResetError, EchoError, WrongIdentityError)):
                add_other_users(error, self._connection.device)
            if self.first_cause is None:
                error.__dict__["line"] = line_facts(self._connection.channel.session)
                self.first_cause = error
                self.incidents.append(Incident(error, time.monotonic()))
            if isinstance(error, WrongIdentityError) and self._was_right:
                tell_by_flash(error, self.flash_record())
            raise

    @contextmanager
    def _noting_oddities(self, channel: Channel) -> Iterator[None]:
        """Answers that the link repairs by asking again are wrong all the same."""
        before = channel.stats
        try:
            yield
        except BaseException as error:
            self._refused = self._refused or isinstance(error, FirmwareError)
            self._counting.interrupted()
            raise
        finally:
            self.oddities += oddities(channel.stats.since(before))
