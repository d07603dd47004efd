"""The lifecycle on the simulated board: real esptool, real firmware, its own process."""

from __future__ import annotations

import dataclasses
import os
import shutil
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hil.base import resources
from hil.base.deadline import Deadline
from hil.board import Ask, Board, open_board
from hil.board.adapters import PortAdapter
from hil.board.artifacts import Expected, read_expected
from hil.board.console import EventKind
from hil.board.errors import (
    BoardResetError,
    BoardUnusableError,
    NoAnswerError,
    WrongIdentityError,
)
from hil.board.opening import open_adapter
from hil.board.options import BoardOptions
from hil.board.sim import SimAdapter
from hil.errors import FirmwareError, InfrastructureError
from hil.network.contract import read_network
from hil.sim import firmware
from hil.sim.process import SimOptions, SimProcess
from hil.wire.enums import ErrorCode, ResetReason

IMAGE = bytes(range(256)) * 36
OPTIONS = BoardOptions(handshake_s=60.0, image_s=60.0)  # what only a hang reaches


@pytest.fixture(scope="session")
def expected() -> Expected:
    return read_expected(firmware.build())


@pytest.fixture(scope="session")
def flashed(tmp_path_factory: pytest.TempPathFactory, expected: Expected) -> Path:
    """The content of a flash that holds the build."""
    path = tmp_path_factory.mktemp("flashed") / "flash.bin"
    open_adapter(SimAdapter(SimOptions(flash_file=path)), expected, OPTIONS).close()
    return path


@pytest.fixture
def erased(tmp_path: Path) -> SimOptions:
    """A board with an erased flash."""
    return SimOptions(flash_file=tmp_path / "erased.bin")


@pytest.fixture
def sim(tmp_path: Path, flashed: Path) -> SimOptions:
    """A board that holds the build."""
    return SimOptions(flash_file=Path(shutil.copy(flashed, tmp_path)))


Opener = Callable[..., tuple[Board, SimAdapter]]


@pytest.fixture
def opened(sim: SimOptions, expected: Expected) -> Iterator[Opener]:
    boards: list[Board] = []

    def start(
        build: Expected = expected, base: SimOptions = sim, **changes: Any
    ) -> tuple[Board, SimAdapter]:
        known = {field.name for field in dataclasses.fields(BoardOptions)}
        options = dataclasses.replace(
            OPTIONS, **{key: value for key, value in changes.items() if key in known}
        )
        of_sim = {key: value for key, value in changes.items() if key not in known}
        adapter = SimAdapter(dataclasses.replace(base, **of_sim))
        boards.append(open_adapter(adapter, build, options))
        return boards[-1], adapter

    yield start
    for board in boards:
        board.close()


@pytest.fixture(scope="module")
def shared(flashed: Path, expected: Expected) -> Iterator[Board]:
    """One healthy board for tests that leave it so."""
    with open_adapter(SimAdapter(SimOptions(flash_file=flashed)), expected, OPTIONS) as board:
        yield board


# ---- flashing and identity


def test_an_erased_board_is_flashed_once(opened: Opener, erased: SimOptions) -> None:
    board, _ = opened(base=erased)
    assert board.flashed is not None
    assert not board.flashed.skipped
    assert "invalid header: 0xffffffff" in board.flashed.reason
    assert all(file.written for file in board.flashed.files)
    assert board.identity.build_id == board.expected.build_id
    board.close()

    again, _ = opened(base=erased)
    assert again.flashed is not None
    assert again.flashed.skipped
    again.close()

    forced, _ = opened(base=erased, flash="always")
    assert forced.flashed is not None
    assert all(file.written for file in forced.flashed.files)


def test_only_the_model_is_written_when_only_the_model_changed(
    opened: Opener, expected: Expected, tmp_path: Path
) -> None:
    for file in (expected.source, *(file.path for file in expected.files)):
        shutil.copy(file, tmp_path)
    settings = tmp_path / "other.toml"
    settings.write_text("positive_class = 0\nthreshold_percent = 7\n", encoding="utf-8")
    other_model = read_network(resources.find("model/person_cam.tflite"), settings)
    (tmp_path / "model.bin").write_bytes(other_model.partition)
    other = read_expected(tmp_path)
    assert other.app_sha256 == expected.app_sha256
    board, _ = opened(other)
    assert board.flashed is not None
    assert [file.name for file in board.flashed.files if file.written] == ["model.bin"]
    assert board.flashed.reason == "the board runs another network"
    assert board.contract == other_model.header
    head = board.contract.head
    assert head is not None
    assert (head.positive_class, head.threshold) == (0, 7)


def test_a_board_that_waits_in_download_mode_is_flashed(opened: Opener, erased: SimOptions) -> None:
    board, _ = opened(base=erased, start="download")
    assert board.infer(IMAGE).count == 1


def test_what_runs_is_trusted_but_still_checked_without_flashing(
    opened: Opener, expected: Expected
) -> None:
    trusting, _ = opened(flash="never")
    assert trusting.flashed is None
    trusting.close()
    other = dataclasses.replace(expected, build_id=b"\xab" * 32)
    # The flash holds the files that are to be tested: what runs says otherwise by itself.
    with pytest.raises(FirmwareError, match="to be tested is build abababababab"):
        opened(other, flash="never")


def test_an_erased_board_without_flashing_says_what_is_missing(
    opened: Opener, erased: SimOptions
) -> None:
    with pytest.raises(NoAnswerError, match="no firmware that it can start"):
        opened(base=erased, flash="never")


def test_a_board_without_power_says_nothing(sim: SimOptions, expected: Expected) -> None:
    with SimProcess(dataclasses.replace(sim, start="off")) as process:
        adapter = PortAdapter(process.port, has_lines=True)
        options = dataclasses.replace(OPTIONS, handshake_s=0.5, flash="never")
        with pytest.raises(NoAnswerError, match="nothing received at all") as caught:
            open_adapter(adapter, expected, options)
        assert "power" in caught.value.hint


def test_a_model_that_needs_more_arena_than_there_is_is_the_firmwares_error(
    opened: Opener,
) -> None:
    with pytest.raises(FirmwareError, match="arena is too small"):
        opened(arena_bytes=4096)


# ---- use


def test_outputs_and_trace_belong_to_the_last_inference(shared: Board) -> None:
    inference = shared.infer(IMAGE, trace=True)
    trace = shared.trace()
    assert len(trace) == shared.contract.op_outputs
    features = shared.features(inference)
    assert inference.cam is not None
    assert features.shape[1:3] == inference.cam.shape
    head = shared.contract.head
    assert head is not None
    scores = shared.read_output(head.score_output)
    assert tuple(scores.reshape(-1).tolist()) == inference.scores
    assert shared.read_input().tobytes() == IMAGE
    for part, index in zip(inference.outputs, (0, 1), strict=True):
        data = shared.read_output(index).tobytes()
        assert (len(data), zlib.crc32(data)) == (part.size, part.crc)
        assert part.data in (None, data)
        assert part.crc in [entry.crc for entry in trace]
    shared.infer(IMAGE[::-1])
    with pytest.raises(FirmwareError, match="belongs to image"):
        shared.features(inference)


def test_an_operators_output_can_be_captured(shared: Board) -> None:
    op = shared.contract.ops - 1  # SOFTMAX: its output are the scores
    inference = shared.infer(IMAGE, capture=(op, 0))
    assert inference.captured is not None
    assert (inference.captured.op, inference.captured.output) == (op, 0)
    signed = tuple(value - 256 if value > 127 else value for value in inference.captured.data)
    assert signed == inference.scores


def test_many_images_are_answered_in_order(shared: Board) -> None:
    images = [bytes([value]) * 9216 for value in range(6)]
    single = [shared.infer(image) for image in images]
    batch = list(shared.infer_many(images))
    assert [i.image_crc for i in batch] == [i.image_crc for i in single]
    assert [i.scores for i in batch] == [i.scores for i in single]
    assert [i.count for i in batch] == list(range(batch[0].count, batch[0].count + 6))


def test_each_sample_of_many_has_options_of_its_own(shared: Board) -> None:
    op = shared.contract.ops - 1
    asks = [
        Ask(IMAGE, cam_always=False, threshold=100),
        Ask(IMAGE[::-1], cam_always=True, threshold=100),
        Ask(IMAGE, threshold=0, capture=(op, 0)),
        Ask(IMAGE[::-1], cam_always=False, threshold=100, reuse=True),
    ]
    answers = list(shared.infer_each(asks))
    assert [answer.threshold for answer in answers] == [100, 100, 0, 100]
    assert [answer.cam is not None for answer in answers] == [False, True, True, False]
    assert [answer.captured is not None for answer in answers] == [False, False, True, False]


def test_memory_and_echo_answer(shared: Board) -> None:
    memory = shared.memory()
    assert memory.arena_used_bytes is not None
    assert 0 < memory.arena_used_bytes <= memory.arena_bytes
    assert shared.echo(bytes(range(256))) == bytes(range(256))


def test_a_restart_by_command_and_one_by_reset_line_tell_their_reasons(shared: Board) -> None:
    boots = shared.identity.boot_count
    assert shared.reboot().reset_reason == ResetReason.SW
    assert shared.identity.boot_count == boots + 1
    assert shared.reset().reset_reason == ResetReason.POWERON
    assert shared.infer(IMAGE).count == 1


def test_its_times_are_the_hosts(shared: Board) -> None:
    assert shared.identity.target == "sim"
    assert shared.time_base == "host"


def test_the_rate_changes_and_changes_back(shared: Board) -> None:
    assert shared.baud == OPTIONS.baud
    report = shared.set_baud(115_200)
    assert (report.changed, shared.baud) == (True, 115_200)
    assert shared.echo(b"slow") == b"slow"
    assert shared.set_baud(OPTIONS.baud).changed
    assert shared.echo(b"fast") == b"fast"


# ---- failures


def test_a_crash_in_an_inference_is_reported_and_recovered(opened: Opener) -> None:
    board, adapter = opened()
    before = board.infer(IMAGE)
    adapter.process.crash("fault")
    with pytest.raises(BoardResetError, match="stopped while running an inference") as caught:
        board.infer(IMAGE)
    assert caught.value.event.kind is EventKind.PANIC
    assert any("Backtrace" in line for line in caught.value.console)
    with pytest.raises(BoardUnusableError, match="panic"):
        board.infer(IMAGE)
    recovery = board.recover()
    assert "panic" in recovery.cause
    assert board.infer(IMAGE).scores == before.scores
    assert len(board.incidents) == 1


def test_a_board_whose_firmware_is_damaged_in_flash_is_flashed_again(opened: Opener) -> None:
    board, adapter = opened()
    before = board.infer(IMAGE)
    with adapter.process.flash_file.open("r+b") as flash:
        flash.seek(0x14000)  # in the application
        flash.write(b"\xff" * 4096)
    with pytest.raises(NoAnswerError, match="no firmware that it can start"):
        board.reset()
    assert "no firmware" in board.recover().cause
    assert board.infer(IMAGE).scores == before.scores
    assert board.flashed is not None
    assert not board.flashed.skipped


def test_an_abort_is_told_from_a_fault(opened: Opener) -> None:
    board, adapter = opened(baud=115_200)
    adapter.process.crash("abort")
    with pytest.raises(BoardResetError) as caught:
        board.infer(IMAGE)
    assert caught.value.event.kind is EventKind.ABORT


def test_a_brownout_is_reported_as_the_reset_that_it_is(opened: Opener) -> None:
    board, adapter = opened(baud=115_200)
    adapter.process.brownout()
    # The text may arrive before the first request, which the next ones then do not survive.
    with pytest.raises(BoardResetError) as caught:
        list(board.infer_many([IMAGE] * 100))
    assert caught.value.event.kind in (EventKind.BROWNOUT, EventKind.RESET)


def test_a_restart_whose_text_is_garbled_at_the_links_rate_is_noticed_too(
    opened: Opener,
) -> None:
    board, adapter = opened(baud=921_600, image_s=60.0, stretch_invoke_us=200_000)
    results = board.infer_many([IMAGE] * 100)
    next(results)
    adapter.process.power(False)
    adapter.process.power(True)
    limit = Deadline.after(60.0)
    with pytest.raises(BoardResetError, match=r"reset \(reset reason poweron\)") as caught:
        list(results)
    assert limit.remaining() > 30.0
    assert caught.value.event.kind is EventKind.RESET
    board.recover()
    assert board.infer(IMAGE).count == 1


def test_a_hanging_inference_is_ended_by_the_watchdog(opened: Opener) -> None:
    board, adapter = opened(baud=115_200, watchdog_s=0.3)
    adapter.process.hang()
    with pytest.raises(BoardResetError) as caught:
        board.infer(IMAGE)
    assert any("task_wdt" in line for line in caught.value.console)
    board.recover()
    assert board.infer(IMAGE).count == 1


def test_an_unplugged_board_comes_back_at_its_new_port(opened: Opener) -> None:
    board, adapter = opened()
    adapter.process.unplug()
    with pytest.raises(InfrastructureError, match="port failed"):
        board.infer(IMAGE)
    with pytest.raises(InfrastructureError):
        board.recover(Deadline.after(0.3))
    assert board.first_cause is not None
    adapter.process.replug()
    board.recover()
    assert board.infer(IMAGE).count == 1


def test_a_noisy_line_still_gives_the_same_answers(opened: Opener, shared: Board) -> None:
    board, _ = opened(bit_error_rate=2e-5, drop_rate=0.02, duplicate_rate=0.02, seed=7)
    clean = shared.infer(IMAGE)
    assert [i.scores for i in board.infer_many([IMAGE] * 5)] == [clean.scores] * 5


# ---- over the network


# pyserial's rfc2217 uses names of threading that are deprecated.
@pytest.mark.filterwarnings("ignore:set:DeprecationWarning:serial.rfc2217")
def test_flashing_and_resets_work_over_rfc2217(erased: SimOptions, expected: Expected) -> None:
    with SimProcess(erased, rfc2217=0) as process:
        adapter = PortAdapter(process.port, has_lines=True)
        with open_adapter(adapter, expected, OPTIONS) as board:
            assert board.flashed is not None
            assert not board.flashed.skipped
            first = board.infer(IMAGE)
            assert board.reset().reset_reason == ResetReason.POWERON
            assert board.infer(IMAGE).scores == first.scores


def test_a_tcp_stream_needs_no_reset_lines(sim: SimOptions, expected: Expected) -> None:
    with SimProcess(sim, tcp=0) as process:
        options = dataclasses.replace(OPTIONS, flash="never")
        adapter = PortAdapter(process.port, has_lines=False)
        with open_adapter(adapter, expected, options) as board:
            board.infer(IMAGE)
            assert board.reset().reset_reason == ResetReason.SW
            assert board.infer(IMAGE).count == 1


# ---- bootloader and partition table in flash

HASH_OF_BOOTLOADER = -1  # its last byte: the ROM does not look at it, so the board boots


@pytest.fixture
def other_bootloader(sim: SimOptions, expected: Expected) -> SimOptions:
    """A board whose flash holds another bootloader, and else the build."""
    file = expected.boot_files[0]
    assert sim.flash_file is not None
    with sim.flash_file.open("r+b") as flash:
        flash.seek(file.end + HASH_OF_BOOTLOADER)
        flash.write(bytes([file.data[HASH_OF_BOOTLOADER] ^ 1]))
    return sim


def test_a_bootloader_that_is_not_the_builds_is_written(
    opened: Opener, other_bootloader: SimOptions
) -> None:
    board, _ = opened(base=other_bootloader)
    assert board.flashed is not None
    assert [file.name for file in board.flashed.files if file.written] == ["bootloader.bin"]
    assert board.flashed.reason == "the flash holds another bootloader.bin"
    assert board.infer(IMAGE).count == 1


def test_a_bootloader_that_is_not_the_builds_is_refused_where_nothing_may_be_flashed(
    opened: Opener, other_bootloader: SimOptions
) -> None:
    with pytest.raises(
        WrongIdentityError, match=r"bootloader\.bin in flash is not as in the build"
    ):
        opened(base=other_bootloader, flash="never")


class ClosedFlash(SimAdapter):
    """A simulated board whose flash only its ROM loader can look at, as on a chip."""

    def read_flash(self, offset: int, size: int) -> bytes:
        return b""


def test_the_rom_loader_tells_whether_the_bootloader_is_the_builds(
    other_bootloader: SimOptions, sim: SimOptions, expected: Expected
) -> None:
    never = dataclasses.replace(OPTIONS, flash="never")
    with pytest.raises(WrongIdentityError, match=r"bootloader\.bin in flash"):
        open_adapter(ClosedFlash(other_bootloader), expected, never)
    with open_adapter(ClosedFlash(other_bootloader), expected, OPTIONS) as board:
        assert board.flashed is not None
        written = [file.name for file in board.flashed.files if file.written]
        assert written == ["bootloader.bin"]
    with open_adapter(ClosedFlash(sim), expected, OPTIONS) as board:
        assert board.flashed is not None
        assert board.flashed.reason == "the board runs this build already"
        assert board.infer(IMAGE).count == 1
        assert board.check_boot_files() == ""
        assert board.infer(IMAGE).count == 1


def test_a_port_without_reset_lines_says_that_they_are_not_compared(
    sim: SimOptions, expected: Expected
) -> None:
    said: list[str] = []
    with SimProcess(sim, tcp=0) as process:
        adapter = PortAdapter(process.port, has_lines=False)
        with open_adapter(adapter, expected, OPTIONS, progress=said.append):
            assert "bootloader and partition table not compared" in said[-1]


# ---- two runs


def test_a_port_that_another_run_uses_is_refused_with_its_holder(
    sim: SimOptions, expected: Expected
) -> None:
    with SimProcess(sim) as process:
        options = dataclasses.replace(OPTIONS, flash="never")
        with (
            open_adapter(PortAdapter(process.port, has_lines=True), expected, options),
            pytest.raises(InfrastructureError, match=f"in use by process {os.getpid()}"),
        ):
            open_adapter(PortAdapter(process.port, has_lines=True), expected, options)
        # and afterwards it is free
        with open_adapter(PortAdapter(process.port, has_lines=True), expected, options) as board:
            assert board.infer(IMAGE).image_crc


RUN = """
import signal
import sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
from hil.board import open_board
from hil.board.options import BoardOptions
board = open_board(sys.argv[1], firmware=Path(sys.argv[2]), options=BoardOptions(flash="never"))
print("ready", flush=True)
for result in board.infer_many(bytes([i % 256]) * 9216 for i in range(10**9)):
    print(result.count, flush=True)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_the_next_run_works_after_one_that_was_stopped_in_the_middle(
    sim: SimOptions, expected: Expected, how: signal.Signals
) -> None:
    build = expected.source.parent
    with SimProcess(sim) as process:
        command = [sys.executable, "-c", RUN, process.port, str(build)]
        run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert run.stdout is not None
        assert run.stderr is not None
        assert run.stdout.readline() == "ready\n", run.stderr.read()
        assert run.stdout.readline().strip().isdigit()
        run.send_signal(how)
        _, said = run.communicate()
        assert how is signal.SIGKILL or "KeyboardInterrupt" in said
        options = dataclasses.replace(OPTIONS, flash="never")
        with open_board(process.port, firmware=build, options=options) as board:
            assert board.infer(IMAGE).image_crc
            assert board.identity.model_state is ErrorCode.OK


LEAVES = """
import sys
from pathlib import Path
from hil.board import open_board
from hil.board.options import BoardOptions
options = BoardOptions(flash="never", baud=460_800)
board = open_board(sys.argv[1], firmware=Path(sys.argv[2]), options=options)
print(board.baud, flush=True)
sys.stdin.read()
"""


def test_a_board_that_a_killed_run_left_at_another_rate_is_found_without_reset_lines(
    sim: SimOptions, expected: Expected
) -> None:
    with SimProcess(sim) as process:
        command = [sys.executable, "-c", LEAVES, process.port, str(expected.source.parent)]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as run:
            assert run.stdout is not None
            assert run.stdout.readline() == "460800\n"
            run.kill()
        assert process.status()["baud"] == 460_800
        adapter = PortAdapter(process.port, has_lines=False)
        options = dataclasses.replace(OPTIONS, flash="never", baud=921_600)
        with open_adapter(adapter, expected, options) as board:
            assert board.baud == 921_600
            assert board.infer(IMAGE).image_crc


def test_a_board_that_was_left_alone_is_met_again(opened: Opener) -> None:
    board, adapter = opened()
    before = board.infer(IMAGE)
    limit = Deadline.after(60.0)
    while adapter.process.status()["baud"] == OPTIONS.baud and not limit.expired():
        time.sleep(0.2)
    assert adapter.process.status()["baud"] == OPTIONS.boot_baud
    after = board.infer(IMAGE)
    assert (after.scores, after.count, after.boot_id) == (before.scores, 2, before.boot_id)
    assert adapter.process.status()["baud"] == board.baud == OPTIONS.baud
    assert len(board.handshakes) == 1
    assert board.oddities == []
