"""The simulated board as a process: inference, line, options, control, persistence."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import serial

from hil.base.deadline import Deadline
from hil.errors import HilError, InfrastructureError, UsageError
from hil.sim import unix_socket
from hil.sim.options import SimOptions
from hil.sim.process import SimProcess
from hil.testing.tiny_model import edit_model, tiny_model
from hil.wire.enums import ErrorCode, ResetReason

from . import networks

if TYPE_CHECKING:
    from tests.sim.conftest import Chip, StartBench

WAIT_S = 20.0


def test_a_flashed_board_boots_and_says_who_it_is(bench: StartBench, chip: Chip) -> None:
    running = bench(chip())
    running.board.power(True)

    running.wait_for("rst:0x1 (POWERON_RESET)")
    running.wait_for("Loaded app from partition at offset 0x10000")
    identity = running.connect()

    assert identity.target == "sim"
    assert identity.model_state is ErrorCode.OK
    assert identity.reset_reason == ResetReason.POWERON
    assert running.board.status()["state"] == "running"


def test_the_board_reports_the_digests_of_what_is_flashed(
    bench: StartBench, chip: Chip, built: Path
) -> None:
    app = (built / "camhil.bin").read_bytes()
    running = bench(chip(), start="app")

    identity = running.connect()

    assert identity.app_sha256 == app[-32:]
    assert identity.build_id == app[0xB0:0xD0]


def test_an_image_is_inferred_over_the_pty(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app")
    running.connect()

    result = running.infer(trace=True).result

    assert [part.size for part in result.outputs] == [2, 288]
    trace = running.channel.trace(Deadline.after(WAIT_S))
    assert [(entry.op, entry.output) for entry in trace.entries] == [(op, 0) for op in range(5)]
    assert [trace.entries[op].crc for op in (4, 0)] == [part.crc for part in result.outputs]


def test_the_wrong_rate_garbles_and_the_right_one_does_not(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app")
    running.connect()
    running.channel.transport.set_baud(57_600)
    with pytest.raises(HilError):
        running.channel.echo(b"x", Deadline.after(0.3))

    running.channel.transport.set_baud(115_200)
    assert running.channel.echo(b"x", Deadline.after(WAIT_S)) == b"x"


def test_the_firmware_changes_the_rate_of_the_line(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app")
    running.connect()

    running.channel.set_baud(921_600, Deadline.after(WAIT_S))

    assert running.board.status()["baud"] == 921_600
    running.infer()


def test_a_noisy_line_still_delivers_the_right_result(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app")
    running.connect()
    quiet = running.infer().result

    running.board.request("line", bit_error_rate=2e-5, drop_rate=0.05, duplicate_rate=0.05, seed=5)
    noisy = [running.infer().result for _ in range(5)]

    assert [result.outputs for result in noisy] == [quiet.outputs] * 5
    assert running.channel.stats.retransmitted > 0


def test_a_paced_line_carries_images(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app", baud_pacing=2_000_000)
    running.connect()

    inference = running.infer()

    # 200,000 bytes a second, by the board's clock, which starts once the first of six chunks
    # is there: 5 * 1,536 bytes at least.
    assert inference.result.times.upload_us >= 7680 / 0.2


def test_an_inference_can_be_stretched(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app", stretch_invoke_us=50_000)
    running.connect()

    assert running.infer().result.times.invoke_us >= 50_000


def test_a_small_arena_is_reported_with_need_and_size(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app", arena_bytes=1000, engine="tflm")

    identity = running.connect()

    assert identity.model_state is ErrorCode.ARENA_TOO_SMALL
    assert "1000" in identity.model_message


def test_the_litert_engine_names_itself(bench: StartBench, chip: Chip) -> None:
    running = bench(chip(), start="app", engine="litert")

    assert running.connect().engine.startswith("litert-reference ")
    assert [part.size for part in running.infer().result.outputs] == [2, 288]


def test_every_start_has_another_boot_id_which_its_results_carry(
    bench: StartBench, chip: Chip
) -> None:
    running = bench(chip(), start="app")
    seen = set()
    for _ in range(3):
        identity = running.connect()
        assert running.infer().result.boot_id == identity.boot_id
        seen.add(identity.boot_id)
        running.board.reset()
    assert len(seen) == 3


def test_a_board_that_lacks_an_operator_says_which(bench: StartBench, chip: Chip) -> None:
    pytest.importorskip("tflite_micro")

    def change(_graph: Any, model: Any) -> None:
        model.operatorCodes[0].builtinCode = 80  # FAKE_QUANT of schema.fbs
        model.operatorCodes[0].deprecatedBuiltinCode = 80

    model = networks.partition(edit_model(tiny_model(), change), like=tiny_model())
    identity = bench(chip(model=model), start="app", engine="tflm").connect()
    assert identity.model_state is ErrorCode.MODEL_OP
    assert "FAKE_QUANT" in identity.model_message


def test_flash_survives_the_process(bench: StartBench, chip: Chip) -> None:
    flash = chip()
    first = bench(flash, start="app")
    identity = first.connect()
    os.killpg(first.board.pid, signal.SIGKILL)
    first.close()

    second = bench(flash, start="app")

    assert second.connect().app_sha256 == identity.app_sha256


def test_two_boards_cannot_use_one_flash_file(bench: StartBench, chip: Chip) -> None:
    flash = chip()
    bench(flash)

    with pytest.raises(InfrastructureError, match="another simulated board uses this"):
        SimProcess(SimOptions(flash_file=flash))


def test_impossible_options_are_refused_before_anything_starts() -> None:
    with pytest.raises(UsageError, match="bit_error_rate"):
        SimOptions(bit_error_rate=1.5)


def test_unknown_operations_are_refused_with_a_hint(bench: StartBench, tmp_path: Path) -> None:
    running = bench(tmp_path / "flash.bin")

    with pytest.raises(UsageError, match="not a request"):
        running.board.request("explode")
    with pytest.raises(UsageError, match="'sideways' is unknown") as caught:
        running.board.request("reset", boot="sideways")
    assert "app, download" in caught.value.hint


def test_a_stopped_board_leaves_no_process(chip: Chip) -> None:
    board = SimProcess(SimOptions(flash_file=chip()))
    session = board.pid

    board.stop()

    assert board.exit_code == 0
    assert processes_of(session) == []


def test_a_board_dies_with_its_parent(chip: Chip) -> None:
    script = (
        "import os, sys; from pathlib import Path; from hil.sim.process import *\n"
        "board = SimProcess(SimOptions(flash_file=Path(sys.argv[1])))\n"
        "print(board.pid, board.control, flush=True); sys.stdin.read(); os.kill(os.getpid(), 9)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(chip())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    session, control = parent.stdout.readline().split()
    parent.communicate("")
    assert parent.returncode == -signal.SIGKILL

    folder = Path(control).parent
    deadline = Deadline.after(WAIT_S)
    while (processes_of(int(session)) or folder.exists()) and not deadline.expired():
        os.sched_yield()
    assert processes_of(int(session)) == []
    assert not folder.exists()


def processes_of(session: int) -> list[int]:
    """Living processes of a session; zombies are dead."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, its_session = stat.read_text().rpartition(")")[2].split()[:4]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(its_session) == session and state != "Z":
            found.append(int(stat.parent.name))
    return found


def test_raw_tcp_serves_a_board(chip: Chip) -> None:
    with SimProcess(SimOptions(flash_file=chip()), tcp=0) as board:
        assert board.port.startswith("socket://")
        with serial.serial_for_url(board.port, timeout=WAIT_S) as port:
            board.reset()
            assert b"POWERON_RESET" in port.read_until(b"POWERON_RESET")


def test_a_folder_for_temporary_files_may_have_a_long_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chip: Chip
) -> None:
    folder = tmp_path / ("temporary-files-" * 8)
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    with SimProcess(SimOptions(flash_file=chip())) as board:
        assert board.status()["port"] == board.port
        assert Path(board.control).is_relative_to(folder)
    assert list(folder.iterdir()) == []


def test_a_folder_for_temporary_files_that_is_none_is_infrastructure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "file" / "below"))
    with pytest.raises(InfrastructureError, match="no folder for its files: Not a directory"):
        SimProcess()


def test_the_control_socket_speaks_json_lines(chip: Chip) -> None:
    import socket

    with (
        SimProcess(SimOptions(flash_file=chip())) as board,
        socket.socket(socket.AF_UNIX) as client,
        client.makefile("rw") as lines,
    ):
        with unix_socket.address(Path(board.control)) as short:
            client.connect(short)
        client.settimeout(WAIT_S)
        lines.write('not json\n{"op": "status"}\n')
        lines.flush()

        assert json.loads(lines.readline())["ok"] is False
        assert json.loads(lines.readline())["port"] == board.port
