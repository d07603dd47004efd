"""`--board replay:FILE`: a recorded board in place of the board."""

from __future__ import annotations

import dataclasses
import gzip
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hil.board import Board, open_board
from hil.board.artifacts import Expected
from hil.board.errors import BoardResetError, FlashError, NoAnswerError
from hil.board.opening import open_adapter
from hil.board.options import BoardOptions
from hil.board.recording import pack_build, unpack_build
from hil.errors import InfrastructureError, UsageError
from hil.link.recording import MAGIC, Kind, read_recording
from hil.run.options import RunOptions
from hil.wire.enums import ResetReason
from hil.wire.replies import Accepted, RebootAck
from hil.wire.requests import Infer, Reboot, SetBaud
from hil_lab.fakes.scripted_board import (
    BACKTRACE,
    PANIC,
    POWER_ON,
    Answer,
    ScriptedAdapter,
    ScriptedBoard,
)

IMAGE = bytes(range(256)) * 36
OTHER = bytes(36 * 256)
OPTIONS = BoardOptions(baud=115_200, handshake_s=5.0, image_s=5.0, request_s=2.0, flash="never")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.rec"


Recorded = Callable[..., Board]


@pytest.fixture
def recorded(script: ScriptedBoard, expected: Expected, path: Path) -> Recorded:
    """The scripted board, recorded."""

    def start(*, can_reset: bool = True, **changes: object) -> Board:
        options = dataclasses.replace(OPTIONS, record=path, **changes)  # type: ignore[arg-type]
        return open_adapter(ScriptedAdapter(script, can_reset=can_reset), expected, options)

    return start


def replay(path: Path, **changes: object) -> Board:
    options = dataclasses.replace(OPTIONS, **{"flash": "auto", **changes})  # type: ignore[arg-type]
    return open_board(f"replay:{path}", options=options)


def test_a_recording_answers_as_the_board_did_and_knows_its_build(
    recorded: Recorded, path: Path, expected: Expected
) -> None:
    with recorded() as board:
        live = board.infer(IMAGE), board.infer(OTHER), board.echo(b"hello")
        identity = board.identity
    with replay(path) as board:
        again = board.infer(IMAGE), board.infer(OTHER), board.echo(b"hello")
        assert board.identity == identity
        known = board.expected
    for a, b in zip(live[:2], again[:2], strict=True):
        assert (a.image_crc, a.scores, a.times) == (b.image_crc, b.scores, b.times)
    assert live[2] == again[2]
    assert (known.build_id, known.model) == (
        expected.build_id,
        dataclasses.replace(expected.model, where=str(path)),
    )


def test_a_recorded_build_is_the_build_without_its_code(expected: Expected, path: Path) -> None:
    again = unpack_build(pack_build(expected), path)
    assert [(f.name, f.offset, len(f.data)) for f in again.files] == [
        (f.name, f.offset, len(f.data)) for f in expected.files
    ]
    assert not any(any(file.data) for file in again.files)
    same = dataclasses.replace(
        again,
        files=expected.files,
        model=dataclasses.replace(again.model, where=expected.model.where),
    )
    assert same == expected


def test_a_recorded_build_that_cannot_be_read_says_so(path: Path) -> None:
    with pytest.raises(UsageError, match="the recorded build cannot be read"):
        unpack_build(b"nonsense", path)


def test_a_compressed_recording_is_replayed(recorded: Recorded, path: Path) -> None:
    with recorded() as board:
        board.echo(b"abc")
    packed = path.with_suffix(".rec.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    with replay(packed) as board:
        assert board.echo(b"abc") == b"abc"


def test_a_recording_of_a_run_that_was_killed_is_replayed(recorded: Recorded, path: Path) -> None:
    board = recorded()
    board.echo(b"abc")
    board.echo(b"def")
    assert board.recorder is not None
    board.recorder.flush()
    killed = path.with_name("killed.rec")
    killed.write_bytes(path.read_bytes()[:-3])
    board.close()
    with replay(killed) as again:
        assert again.echo(b"abc") == b"abc"


def test_a_request_that_is_not_recorded_fails_alone(recorded: Recorded, path: Path) -> None:
    with recorded() as board:
        board.infer(IMAGE)
    with replay(path) as board:
        with pytest.raises(InfrastructureError, match="does not hold Upload") as caught:
            board.infer(OTHER)
        assert "replay with the tests, photographs and options" in caught.value.hint
        board.recover()
        assert board.infer(IMAGE).scores == (0, -1)


def test_a_crash_is_a_crash_again(recorded: Recorded, path: Path, script: ScriptedBoard) -> None:
    with recorded() as board:
        script.answers[Infer] = lambda r: [Accepted(r.sample_crc), PANIC, BACKTRACE, None]
        with pytest.raises(BoardResetError) as live:
            board.infer(IMAGE)
        del script.answers[Infer]
        board.recover()
        board.infer(IMAGE)
    with replay(path) as board:
        with pytest.raises(BoardResetError) as again:
            board.infer(IMAGE)
        assert again.value.event == live.value.event
        assert again.value.console == live.value.console
        board.recover()
        assert board.infer(IMAGE).scores == (0, -1)


def test_an_unplugged_board_is_unplugged_again(
    recorded: Recorded, path: Path, script: ScriptedBoard
) -> None:
    with recorded() as board:

        def unplug(_: object) -> list[None]:
            script.unplug()
            return []

        script.answers[Infer] = unplug
        with pytest.raises(InfrastructureError, match="port failed"):
            board.infer(IMAGE)
        del script.answers[Infer]
        board.recover()
        board.infer(IMAGE)
    with replay(path) as board:
        with pytest.raises(InfrastructureError, match="port failed"):
            board.infer(IMAGE)
        assert board.recover().cause.startswith("the port failed")
        assert board.infer(IMAGE).scores == (0, -1)


def test_a_board_that_keeps_silent_does_so_again_but_not_as_long(
    recorded: Recorded, path: Path, script: ScriptedBoard
) -> None:
    script.identity = None
    with pytest.raises(NoAnswerError) as live:
        recorded(handshake_s=1.0)
    with pytest.raises(NoAnswerError) as again:
        replay(path, flash="never", handshake_s=1.0)
    assert again.value.message == live.value.message
    assert again.value.console == live.value.console


def test_without_reset_lines_there_are_none(recorded: Recorded, path: Path) -> None:
    with recorded(can_reset=False) as board:
        board.echo(b"abc")
    with replay(path, flash="never") as board:
        assert board.echo(b"abc") == b"abc"
        assert not board._connection.lines.can_reset


def test_a_refused_rate_is_refused_again(
    recorded: Recorded, path: Path, script: ScriptedBoard
) -> None:
    script.answers[SetBaud] = lambda _: []
    with recorded(baud=921_600) as board:
        assert board.baud == 115_200
    with replay(path, baud=921_600) as board:
        assert board.baud == 115_200


# ---- what cannot be


def test_a_recording_cannot_be_flashed(recorded: Recorded, path: Path) -> None:
    recorded().close()
    with pytest.raises(InfrastructureError, match="a recording cannot be flashed") as caught:
        replay(path, flash="always")
    assert "the recording knows its build" in caught.value.hint


@pytest.mark.parametrize(
    ("content", "problem"), [(b"kind: run", "not a recording"), (MAGIC + b"xxxx", "damaged")]
)
def test_a_file_that_is_no_recording_is_refused(path: Path, content: bytes, problem: str) -> None:
    path.write_bytes(content)
    with pytest.raises(UsageError, match=problem):
        replay(path)


def test_a_missing_recording_is_found_before_anything_is_opened(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no file"):
        RunOptions(board=f"replay:{tmp_path / 'none.rec'}").check()


def test_a_recording_is_not_written_while_it_is_replayed(path: Path) -> None:
    path.write_bytes(MAGIC)
    with pytest.raises(UsageError, match="cannot be written at the same time"):
        RunOptions(board=f"replay:{path}", record=path.parent / "." / path.name).check()


# ---- on the simulated board: flashing is part of the conversation


@pytest.fixture(scope="module")
def sim_recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from hil.sim.process import SimOptions

    folder = tmp_path_factory.mktemp("sim")
    path = folder / "sim.rec"
    options = BoardOptions(record=path, sim=SimOptions(flash_file=folder / "erased.bin"))
    with open_board("sim", options=options) as board:
        assert board.flashed is not None
        assert not board.flashed.skipped
        board.infer(IMAGE)
    return path


def test_flashing_is_recorded_too(sim_recording: Path) -> None:
    records = read_recording(sim_recording)
    sent = b"".join(r.data for r in records if r.kind is Kind.FLASH_SENT)
    assert b"\x07\x07\x12\x20" in sent  # esptool's sync
    assert any(r.kind is Kind.FLASH_RECEIVED for r in records)
    assert [r.facts for r in records if r.kind is Kind.FLASHED] == [{"error": None}]


def test_a_recording_that_begins_with_flashing_begins_behind_it(sim_recording: Path) -> None:
    with open_board(f"replay:{sim_recording}") as board:
        assert board.flashed is not None
        assert board.flashed.skipped
        assert board.baud == 921_600
        assert board.infer(IMAGE).count == 1


def test_flashing_that_failed_is_told(tmp_path: Path, sim_recording: Path) -> None:
    from hil.sim.process import SimOptions

    path = tmp_path / "failed.rec"
    sim = SimOptions(flash_file=tmp_path / "flash.bin")
    options = BoardOptions(record=path, sim=sim, flash_s=0.0, flash="always")
    with pytest.raises(FlashError, match="not done after 0 s"):
        open_board("sim", options=options)
    with pytest.raises(InfrastructureError, match="flashing failed when this was recorded"):
        open_board(f"replay:{path}", options=BoardOptions(flash="always"))


def test_a_copy_of_a_recording_is_a_recording(sim_recording: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(sim_recording, tmp_path / "attached.rec"))
    again = tmp_path / "again.rec"
    with open_board(f"replay:{copy}", options=BoardOptions(record=again)) as board:
        board.infer(IMAGE)
    with open_board(f"replay:{again}") as board:
        assert board.infer(IMAGE).count == 1


def test_the_text_of_the_start_is_in_the_recording(recorded: Recorded, path: Path) -> None:
    recorded().close()
    with replay(path) as board:
        assert POWER_ON in [line.text for line in board.console]


@pytest.mark.parametrize("acknowledged", [True, False], ids=["acknowledged", "not acknowledged"])
def test_a_restart_by_command_is_one_again_whatever_came_before(
    recorded: Recorded, path: Path, script: ScriptedBoard, acknowledged: bool
) -> None:
    def restart(request: Reboot) -> Answer:
        assert script.identity is not None
        count = script.identity.boot_count + 1
        script.identity = dataclasses.replace(
            script.identity, boot_id=count, boot_count=count, reset_reason=ResetReason.SW
        )
        return [RebootAck(request.target), None] if acknowledged else [None]

    script.answers[Reboot] = restart
    with recorded() as board:
        board.note("first")
        board.infer(IMAGE)
        live = board.reboot()
        board.infer(IMAGE)
        board.note("second")
        board.echo(b"abc")
    for order in (("first", "second"), ("second", "first")):
        with replay(path) as board:
            for name in order:
                board.note(name)
                if name == "second":
                    assert board.echo(b"abc") == b"abc"
                else:
                    board.infer(IMAGE)
                    assert board.reboot() == live
                    board.infer(IMAGE)
