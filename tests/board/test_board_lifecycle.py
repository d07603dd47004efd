"""A board's life, with a scripted board on a pty."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from serial.tools.list_ports_common import ListPortInfo

from hil.base.deadline import Deadline
from hil.board import Board, open_board
from hil.board.artifacts import Expected
from hil.board.console import EventKind
from hil.board.errors import (
    BoardResetError,
    BoardUnusableError,
    FlashError,
    NoAnswerError,
    WrongIdentityError,
)
from hil.board.opening import open_adapter
from hil.board.options import BoardOptions
from hil.errors import FirmwareError, HilError, InfrastructureError, NotRunError, UsageError
from hil.link.errors import BoardError, EchoError
from hil.wire.enums import ErrorCode, ImageSource, RebootTarget
from hil.wire.replies import Accepted, Detail, ErrorReply, Identity, RebootAck
from hil.wire.requests import Hello, Infer, Reboot, SetBaud, Upload
from hil_lab.fakes.firmware_build import Build
from hil_lab.fakes.scripted_board import (
    BACKTRACE,
    PANIC,
    POWER_ON,
    SOFTWARE,
    ScriptedAdapter,
    ScriptedBoard,
)

IMAGE = bytes(range(256)) * 36
OPTIONS = BoardOptions(baud=115_200, handshake_s=5.0, image_s=5.0, request_s=2.0, flash="never")


@pytest.fixture
def opened(script: ScriptedBoard, expected: Expected) -> Iterator[Callable[..., Board]]:
    boards: list[Board] = []

    def start(*, can_reset: bool = True, **changes: Any) -> Board:
        options = dataclasses.replace(OPTIONS, **changes)
        adapter = ScriptedAdapter(script, can_reset=can_reset)
        boards.append(open_adapter(adapter, expected, options))
        return boards[-1]

    yield start
    for board in boards:
        board.close()


# ---- handshake


def test_a_board_is_reset_and_its_boot_text_kept(
    script: ScriptedBoard, opened: Callable[..., Board]
) -> None:
    board = opened()
    assert script.resets == 1
    assert POWER_ON in [line.text for line in board.console]
    assert board.identity == script.identity
    assert isinstance(script.requests[0], Hello)


def test_a_board_that_runs_the_build_already_is_not_flashed(
    script: ScriptedBoard, opened: Callable[..., Board]
) -> None:
    board = opened(flash="auto")
    assert board.flashed is not None
    assert board.flashed.skipped
    assert "already" in board.flashed.reason
    assert board.infer(IMAGE).scores == (0, -1)
    assert script.resets == 1


def test_a_build_without_injection_is_sent_no_image(
    script: ScriptedBoard, identity: Identity, opened: Callable[..., Board]
) -> None:
    unable = dataclasses.replace(identity.capabilities, injection=False, camera=True)
    script.identity = dataclasses.replace(
        identity, capabilities=unable, image_source=ImageSource.CAMERA
    )
    board = opened()  # who it is can be looked at
    with pytest.raises(UsageError, match="made without injection"):
        board.infer(IMAGE)
    with pytest.raises(UsageError, match="cannot be tested"):
        next(board.infer_many([IMAGE]))
    assert not [request for request in script.requests if isinstance(request, Upload)]


def test_a_board_that_starts_slowly_is_waited_for(
    script: ScriptedBoard, identity: Identity, opened: Callable[..., Board]
) -> None:
    asked: list[object] = []

    def late(request: object) -> list[Identity]:
        asked.append(request)
        return [identity] if len(asked) > 4 else []

    script.answers[Hello] = late
    assert opened().identity == identity


def test_other_firmware_is_recognised_by_its_text(
    script: ScriptedBoard, opened: Callable[..., Board]
) -> None:
    script.identity = None
    script.boot_text = [POWER_ON, "I (312) blink: LED on"]
    with pytest.raises(NoAnswerError, match="does not speak this protocol") as caught:
        opened(handshake_s=1.0)
    assert "| I (312) blink: LED on" in caught.value.message


def test_a_silent_board_is_reported(script: ScriptedBoard, opened: Callable[..., Board]) -> None:
    script.identity = None
    script.boot_text = []
    with pytest.raises(NoAnswerError, match="nothing received at all"):
        opened(handshake_s=0.5)


@pytest.mark.parametrize(
    ("boot_text", "message"),
    [
        ([POWER_ON, "invalid header: 0xffffffff"], "no firmware that it can start"),
        (["rst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT(UART0))", "waiting for download"],
         "ROM download mode"),
        ([POWER_ON, *[PANIC, SOFTWARE] * 3], "crashes before it answers"),
    ],
)  # fmt: skip
def test_waiting_ends_as_soon_as_no_answer_can_come(
    script: ScriptedBoard, opened: Callable[..., Board], boot_text: list[str], message: str
) -> None:
    script.identity = None
    script.boot_text = boot_text
    limit = Deadline.after(30.0)
    with pytest.raises(NoAnswerError, match=message):
        opened(handshake_s=30.0)
    assert limit.remaining() > 20.0


def test_another_protocol_version_names_both(
    script: ScriptedBoard, opened: Callable[..., Board]
) -> None:
    script.answers[Hello] = lambda _: [ErrorReply(ErrorCode.PROTOCOL_VERSION, Detail(7, 2), "")]
    with pytest.raises(WrongIdentityError, match="protocol 7, this harness 2"):
        opened()


def test_a_board_that_does_not_know_this_hello_speaks_protocol_1(
    script: ScriptedBoard, opened: Callable[..., Board]
) -> None:
    script.answers[Hello] = lambda _: [ErrorReply(ErrorCode.BAD_REQUEST, Detail(), "")]
    with pytest.raises(WrongIdentityError, match="protocol 1, this harness 2") as caught:
        opened()
    assert "flash" in caught.value.hint


def test_another_build_is_refused(
    script: ScriptedBoard, identity: Identity, opened: Callable[..., Board]
) -> None:
    script.identity = dataclasses.replace(identity, build_id=b"\xab" * 32)
    with pytest.raises(WrongIdentityError, match="runs build abababababab"):
        opened()


@pytest.mark.parametrize(("holds", "kind"), [(True, FirmwareError), (False, WrongIdentityError)])
def test_a_board_that_becomes_another_is_told_by_its_flash(
    script: ScriptedBoard,
    identity: Identity,
    expected: Expected,
    opened: Callable[..., Board],
    monkeypatch: pytest.MonkeyPatch,
    holds: bool,
    kind: type[HilError],
) -> None:
    board = opened()
    flash = {file.offset: file.data if holds else b"another app" for file in expected.files}
    monkeypatch.setattr(ScriptedAdapter, "read_flash", lambda _, at, size: flash[at], raising=False)
    script.identity = dataclasses.replace(identity, build_id=b"\xab" * 32)
    with pytest.raises(HilError, match="runs build abababababab") as caught:
        board.reset()
    assert type(caught.value) is kind
    assert ("the flash holds what was written" in caught.value.message) == holds
    with pytest.raises(BoardUnusableError, match="runs build abababababab"):
        board.infer(IMAGE)
    script.identity = identity
    board.recover()
    assert board.infer(IMAGE).scores == (0, -1)


def test_a_model_that_does_not_load_is_the_firmwares_error(
    script: ScriptedBoard, identity: Identity, opened: Callable[..., Board]
) -> None:
    script.identity = dataclasses.replace(
        identity, model_sha256=bytes(32), model_state=ErrorCode.ARENA_TOO_SMALL
    )
    with pytest.raises(FirmwareError, match="arena is too small"):
        opened()


def test_a_real_board_without_a_build_asks_for_one(script: ScriptedBoard) -> None:
    with pytest.raises(UsageError, match="which firmware") as caught:
        open_adapter(ScriptedAdapter(script), None, dataclasses.replace(OPTIONS, flash="auto"))
    assert "--firmware" in caught.value.hint
    with open_adapter(ScriptedAdapter(script), None, OPTIONS) as board:
        with pytest.raises(NotRunError, match="no build"):
            _ = board.expected
        assert board.echo(b"x") == b"x"


def test_a_board_that_needs_flashing_and_has_no_rom_loader_says_so(
    script: ScriptedBoard, identity: Identity, opened: Callable[..., Board]
) -> None:
    script.identity = dataclasses.replace(identity, model_sha256=b"\xab" * 32)
    with pytest.raises(FlashError, match="no ESP32 answered"):
        opened(flash="auto")
    assert script.resets >= 2  # to look who is there, and to leave it running


# ---- ports with something else than a board behind them


@pytest.fixture
def terminal() -> Iterator[Callable[[Callable[[bytes], bytes]], str]]:
    """Opens a pty whose far end answers what the host sends with what a function makes of it."""
    ends: list[int] = []

    def start(answer: Callable[[bytes], bytes]) -> str:
        far, near = os.openpty()
        tty.setraw(near)
        ends.extend((far, near))
        threading.Thread(target=serve, args=(far, answer), daemon=True).start()
        return os.ttyname(near)

    def serve(far: int, answer: Callable[[bytes], bytes]) -> None:
        with suppress(OSError):  # the test is over
            while True:
                os.write(far, answer(os.read(far, 4096)))

    yield start
    for end in ends:
        os.close(end)


@pytest.mark.parametrize("flash", ["auto", "never"])
def test_a_line_that_echoes_is_cabling_and_nothing_is_flashed(
    terminal: Callable[..., str], build: Build, flash: Any
) -> None:
    options = dataclasses.replace(OPTIONS, flash=flash)
    with pytest.raises(EchoError, match="the line echoes") as caught:
        open_board(terminal(lambda data: data), firmware=build.write(), options=options)
    assert caught.value.exit_code == 6


def test_a_console_that_echoes_is_no_firmware_to_be_flashed(
    terminal: Callable[..., str], build: Build
) -> None:
    def as_a_console_does(data: bytes) -> bytes:
        pieces = (b"^" + bytes([byte + 64]) if byte < 32 else bytes([byte]) for byte in data)
        return b"".join(pieces) + b"\r\n"

    options = dataclasses.replace(OPTIONS, handshake_s=0.5)
    with pytest.raises(NoAnswerError, match="echoes what is sent") as caught:
        open_board(terminal(as_a_console_does), firmware=build.write(), options=options)
    assert "right port" in caught.value.hint


def test_a_native_usb_port_that_stays_silent_is_told_so(
    terminal: Callable[..., str], build: Build
) -> None:
    port = terminal(lambda data: b"")
    info = ListPortInfo(port)
    info.vid, info.pid = 0x303A, 0x1001
    options = dataclasses.replace(OPTIONS, handshake_s=0.5)
    with pytest.raises(NoAnswerError, match="the chip's own USB port says nothing") as caught:
        open_board(port, firmware=build.write(), options=options, lister=lambda: [info])
    assert "UART0 only" in caught.value.hint
    assert "--board-flash" not in caught.value.hint


def test_who_else_has_the_port_open_is_named_when_no_answer_comes(
    terminal: Callable[..., str], build: Build
) -> None:
    port = terminal(lambda data: b"")
    code = "import os, sys; os.open(sys.argv[1], os.O_RDONLY); print(flush=True); input()"
    pipe = subprocess.PIPE
    options = dataclasses.replace(OPTIONS, handshake_s=0.5)
    with subprocess.Popen([sys.executable, "-c", code, port], stdin=pipe, stdout=pipe) as program:
        assert program.stdout is not None
        assert program.stdout.readline()
        said: list[str] = []
        with pytest.raises(NoAnswerError, match=f"process {program.pid} .* has the port open, too"):
            open_board(port, firmware=build.write(), options=options, progress=said.append)
        assert f"process {program.pid} (" in said[0]
        program.communicate(b"\n")


# ---- requests


def test_results_are_those_of_the_image_that_was_sent(opened: Callable[..., Board]) -> None:
    board = opened()
    facts = board.infer(IMAGE)
    many = list(board.infer_many([IMAGE, IMAGE[::-1]]))
    assert many[0].image_crc == facts.image_crc != many[1].image_crc


def test_an_error_of_the_board_is_no_reason_to_recover(
    script: ScriptedBoard, opened: Callable[..., Board]
) -> None:
    board = opened()
    with pytest.raises(BoardError):
        board.memory()
    assert board.first_cause is None
    assert board.echo(b"still here") == b"still here"


def test_a_panic_ends_the_wait_at_once_and_is_shown_with_its_backtrace(
    script: ScriptedBoard, opened: Callable[..., Board]
) -> None:
    board = opened(image_s=30.0)
    script.answers[Infer] = lambda request: [
        Accepted(request.sample_crc), PANIC, BACKTRACE, "Rebooting...", SOFTWARE,
    ]  # fmt: skip
    limit = Deadline.after(30.0)
    with pytest.raises(BoardResetError, match=r"stopped while running an inference") as caught:
        board.infer(IMAGE)
    assert limit.remaining() > 20.0
    assert caught.value.event.kind is EventKind.PANIC
    assert caught.value.event.detail == "LoadProhibited"
    assert f"| {BACKTRACE}" in caught.value.message
    assert "panic (LoadProhibited)" in caught.value.message


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (SOFTWARE, EventKind.RESET),
        ("Brownout detector was triggered", EventKind.BROWNOUT),
        (
            "Guru Meditation Error: Core  1 panic'ed (Interrupt wdt timeout on CPU1). ",
            EventKind.INTERRUPT_WATCHDOG,
        ),
    ],
)
def test_every_kind_of_restart_ends_a_batch(
    script: ScriptedBoard, opened: Callable[..., Board], line: str, kind: EventKind
) -> None:
    board = opened()
    script.answers[Infer] = lambda request: [Accepted(request.sample_crc), line, SOFTWARE]
    with pytest.raises(BoardResetError) as caught:
        list(board.infer_many([IMAGE, IMAGE]))
    assert caught.value.event.kind is kind


def test_a_task_watchdog_warning_is_shown_only_when_the_answer_fails_to_come(
    script: ScriptedBoard, opened: Callable[..., Board]
) -> None:
    warning = "E (10316) task_wdt: Task watchdog got triggered. The following tasks did not reset"
    board = opened(image_s=1.0)
    script.answers[Infer] = lambda request: [
        warning,
        Accepted(request.sample_crc),
        script.result(request.sample_crc),
    ]
    assert board.infer(IMAGE).scores == (0, -1)
    script.answers[Infer] = lambda request: [warning, Accepted(request.sample_crc)]
    with pytest.raises(InfrastructureError, match="task_wdt"):
        board.infer(IMAGE)


def test_after_a_failure_other_calls_name_the_first_cause_until_recovery(
    script: ScriptedBoard, identity: Identity, opened: Callable[..., Board]
) -> None:
    board = opened()
    script.answers[Infer] = lambda request: [PANIC, SOFTWARE]
    with pytest.raises(BoardResetError) as first:
        board.infer(IMAGE)
    for call in (lambda: board.infer(IMAGE), lambda: board.echo(b"x"), board.reset, board.reboot):
        with pytest.raises(BoardUnusableError, match=r"LoadProhibited") as later:
            call()
        assert later.value.first_cause is first.value
    assert board.first_cause is first.value

    del script.answers[Infer]
    script.identity = dataclasses.replace(identity, boot_id=3, boot_count=3, reset_reason=1)
    recovery = board.recover()
    assert recovery.cause == first.value.message
    assert (recovery.boots, recovery.reset_reason) == (2, 1)
    assert not board.first_cause
    assert board.infer(IMAGE).scores == (0, -1)
    assert [incident.message for incident in board.incidents] == [first.value.message]
    assert board.recoveries == 1


def test_a_board_that_does_not_come_back_keeps_its_first_cause(
    script: ScriptedBoard, opened: Callable[..., Board]
) -> None:
    board = opened(handshake_s=2.0)
    script.answers[Infer] = lambda request: [PANIC, SOFTWARE]
    with pytest.raises(BoardResetError) as first:
        board.infer(IMAGE)
    script.identity = None
    with pytest.raises(NoAnswerError):
        board.recover(Deadline.after(0.6))
    assert board.first_cause is first.value


def test_an_unplugged_board_is_reported_and_comes_back_when_plugged_in(
    script: ScriptedBoard, opened: Callable[..., Board]
) -> None:
    board = opened()

    def unplug(request: Infer) -> list[Accepted]:
        script.unplug()
        return []

    script.answers[Infer] = unplug
    with pytest.raises(InfrastructureError, match="port failed"):
        board.infer(IMAGE)
    del script.answers[Infer]
    assert board.recover().cause.startswith("the port failed")
    assert board.infer(IMAGE).scores == (0, -1)


# ---- restarts and rates


def test_a_reboot_waits_for_the_next_boot(
    script: ScriptedBoard, identity: Identity, opened: Callable[..., Board]
) -> None:
    board = opened()

    def restart(_: object) -> list[RebootAck | None]:
        script.identity = dataclasses.replace(identity, boot_id=2, boot_count=2, reset_reason=3)
        return [RebootAck(RebootTarget.APP), None]

    script.answers[Reboot] = restart
    assert board.reboot().reset_reason == 3
    assert board.identity.boot_count == 2


def test_a_reboot_whose_command_is_lost_is_asked_for_again(
    script: ScriptedBoard, identity: Identity, opened: Callable[..., Board]
) -> None:
    board = opened()
    commands = []

    def hear_the_second(command: Reboot) -> list[RebootAck | None]:
        commands.append(command)
        if len(commands) == 1:
            return []
        script.identity = dataclasses.replace(identity, boot_id=2, boot_count=2, reset_reason=3)
        return [RebootAck(RebootTarget.APP), None]

    script.answers[Reboot] = hear_the_second
    assert board.reboot().boot_count == 2
    assert len(commands) == 2


def test_a_reboot_that_does_not_happen_is_reported(
    script: ScriptedBoard, opened: Callable[..., Board]
) -> None:
    board = opened(handshake_s=1.0)
    script.answers[Reboot] = lambda _: [RebootAck(RebootTarget.APP)]
    with pytest.raises(NoAnswerError, match="has not restarted"):
        board.reboot()


def test_without_reset_lines_the_running_firmware_is_used_and_restarted_by_command(
    script: ScriptedBoard, identity: Identity, opened: Callable[..., Board]
) -> None:
    board = opened(can_reset=False)
    assert script.resets == 0

    def restart(_: object) -> list[RebootAck | None]:
        script.identity = dataclasses.replace(identity, boot_id=2, boot_count=2)
        return [RebootAck(RebootTarget.APP), None]

    script.answers[Reboot] = restart
    assert board.reset().boot_count == 2


def test_the_link_runs_at_the_wanted_rate_after_the_handshake(
    script: ScriptedBoard, opened: Callable[..., Board]
) -> None:
    board = opened(baud=921_600)
    assert board.baud == 921_600
    assert SetBaud(921_600) in script.requests
    assert board.set_baud(921_600).changed
    assert script.requests.count(SetBaud(921_600)) == 1


def test_a_rate_that_the_board_refuses_leaves_the_old_one(
    script: ScriptedBoard, opened: Callable[..., Board]
) -> None:
    script.answers[SetBaud] = lambda _: [ErrorReply(ErrorCode.OUT_OF_RANGE, Detail(), "")]
    board = opened(baud=3_000_000)
    assert board.baud == 115_200
    assert board.link_stats.rate_missed == 1  # by the handshake, which was asked for it
    report = board.set_baud(2_000_000)
    assert not report.changed
    assert report.problem is not None
    assert board.echo(b"ok") == b"ok"
    assert board.link_stats.rate_missed == 1


def test_a_board_that_cannot_change_its_rate_is_not_asked_to(
    script: ScriptedBoard, identity: Identity, opened: Callable[..., Board]
) -> None:
    fixed = dataclasses.replace(identity.capabilities, baud=False)
    script.identity = dataclasses.replace(identity, capabilities=fixed)
    board = opened(baud=921_600)
    assert board.baud == 115_200
    assert not any(isinstance(request, SetBaud) for request in script.requests)
    assert board.link_stats.rate_missed == 0


def test_a_rate_that_was_asked_for_is_missed_also_by_a_board_that_cannot_change_it(
    script: ScriptedBoard, identity: Identity, opened: Callable[..., Board]
) -> None:
    fixed = dataclasses.replace(identity.capabilities, baud=False)
    script.identity = dataclasses.replace(identity, capabilities=fixed)
    assert opened(baud=460_800).link_stats.rate_missed == 1


# ---- the end


def test_closing_restarts_the_board_and_may_be_repeated(
    script: ScriptedBoard, opened: Callable[..., Board]
) -> None:
    board = opened()
    before = script.resets
    board.close()
    board.close()
    assert script.resets == before + 1
    with pytest.raises(UsageError, match="closed"):
        board.infer(IMAGE)


def test_an_interrupted_run_leaves_the_board_usable_for_the_next(
    script: ScriptedBoard, opened: Callable[..., Board]
) -> None:
    board = opened()

    def interrupted() -> None:
        with board:
            for _ in board.infer_many([IMAGE] * 100):
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    again = opened()
    assert again.infer(IMAGE).scores == (0, -1)
    assert again.identity.image_source is ImageSource.INJECTED


def test_a_failed_opening_frees_port_and_lock(
    script: ScriptedBoard, identity: Identity, opened: Callable[..., Board]
) -> None:
    script.identity = None
    with pytest.raises(NoAnswerError):
        opened(handshake_s=0.5)
    script.identity = identity
    assert opened().identity == identity


# ---- ports that cannot be opened


@pytest.mark.parametrize("spec", ["/dev/ttyNoSuchBoard", "socket://127.0.0.1:1"])
def test_a_port_that_is_not_there_is_reported_and_leaves_no_lock(build: Build, spec: str) -> None:
    directory = build.write()
    for _ in range(2):
        with pytest.raises(InfrastructureError, match=r"no such port|refused") as caught:
            open_board(spec, firmware=directory, options=OPTIONS)
        assert spec in caught.value.where


def test_a_bad_build_is_reported_before_any_port_is_touched(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        open_board("/dev/ttyNoSuchBoard", firmware=tmp_path / "nothing")


def test_auto_without_a_board_says_so(build: Build) -> None:
    with pytest.raises(InfrastructureError, match="no serial port"):
        open_board("auto", firmware=build.write(), lister=lambda: [])


def test_a_refused_port_frees_the_lock_for_the_next_try(
    script: ScriptedBoard, expected: Expected
) -> None:
    adapter = ScriptedAdapter(script)
    adapter.lock_name = script.url

    def denied(url: str, baud: int) -> Any:
        raise InfrastructureError(
            "no permission to open the port", where=url, hint="Join its group"
        )

    with pytest.raises(InfrastructureError, match="no permission"):
        open_adapter(adapter, expected, OPTIONS, open_port=denied)
    with open_adapter(adapter, expected, OPTIONS) as board:
        assert board.echo(b"x") == b"x"
        with pytest.raises(InfrastructureError, match="in use by process"):
            open_adapter(adapter, expected, OPTIONS)


def test_a_board_that_answers_with_another_boot_id_has_restarted(
    script: ScriptedBoard, identity: Identity, opened: Callable[..., Board]
) -> None:
    # Power was lost, so the boot count is the same again.
    board = opened(image_s=0.5)

    def restart(_: Infer) -> list[str]:
        script.identity = dataclasses.replace(identity, boot_id=7, reset_reason=9)
        return []

    script.answers[Infer] = restart
    with pytest.raises(BoardResetError, match="reset reason brownout") as caught:
        board.infer(IMAGE)
    assert "boot 1 after boot 1" in caught.value.event.text


def test_a_result_of_another_start_of_the_board_is_none(
    script: ScriptedBoard, identity: Identity, opened: Callable[..., Board]
) -> None:
    board = opened()
    script.identity = dataclasses.replace(identity, boot_id=7)
    with pytest.raises(BoardResetError, match="another boot id") as caught:
        board.infer(IMAGE)
    assert "0x00000007" in caught.value.event.text
    assert board.first_cause is caught.value


def test_a_board_that_only_does_not_answer_has_not_restarted(
    script: ScriptedBoard, opened: Callable[..., Board]
) -> None:
    board = opened(image_s=0.5)
    script.answers[Infer] = lambda request: [Accepted(request.sample_crc)]
    with pytest.raises(InfrastructureError, match="no answer") as caught:
        board.infer(IMAGE)
    assert not isinstance(caught.value, BoardResetError)
