"""A board with a camera works by itself until a host says hello, and again when the host is gone.

The host gets the camera's frames when it asks for them, and the network runs on what it got.

The simulated board gets a camera for these tests, with pictures that the oracle knows.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from hil.link.errors import BoardError
from hil.suite.expect import answer_of, expect_refused, expect_right, not_asked
from hil.suite.scene import Scene, Stage, spots_in
from hil.wire.enums import ErrorCode, ImageSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hil.board import Board
    from hil.run.testbench import Bench
    from hil.sim.process import CameraFault

LONGEST_S = 10.0
"""Until a simulated camera has shown what a test waits for; it takes a fraction of that."""
REAL_S = 3.0
"""As long a real camera is watched: it starts within a second or two."""
A_MOMENT_S = 0.05
MANY = 1000
FEW = range(2, 11)

WORKS = "samples come from the camera until a host says hello"
FITS_NOT = "a frame of 160x120 cannot be made into the network's input"
FAILS = "camera: ESP_ERR_NOT_FOUND"
RETURNS = "the frames of the camera are answered again"


@pytest.fixture(scope="module")
def stage(bench: Bench) -> Iterator[Stage]:
    stage = Stage(bench)
    yield stage
    stage.clear()


@pytest.fixture
def scene(stage: Stage, board: Board) -> Scene:
    return stage.scene(board)


def watched(scene: Scene, *, restart: bool = True) -> list[str]:
    """The console of a board that is alone until all pictures were seen twice."""
    if scene.simulated is None or not scene.spots:
        seconds = REAL_S if scene.simulated is None else 10 * A_MOMENT_S
        return scene.board.left_alone(seconds, restart=restart)
    # Then the next frame has something in it too, which the host's hello is to keep unsaid.
    wanted, lines = 2 * len(scene.spots) + 2, list[str]()

    def enough(text: str) -> bool:
        lines.append(text)
        return len(spots_in(lines)) >= wanted

    return scene.board.left_alone(LONGEST_S, restart=restart, until=enough)


def errors(lines: list[str]) -> list[str]:
    """The board's own lines about something that failed, without their times."""
    return [
        text.split(": ", 1)[1] for text in lines if text.startswith("E (") and "camhil: " in text
    ]


def has(lines: list[str], text: str) -> int:
    """How many of the lines end with this."""
    return sum(line.endswith(text) for line in lines)


def expect_spots(scene: Scene, lines: list[str]) -> None:
    seen, spots = spots_in(lines), scene.spots
    if spots is None:
        return  # nobody knows what a real camera sees
    if spots:
        assert seen, "the board printed no location, though its camera sees something"
    assert scene.is_in_turn(seen), (
        f"the camera shows pictures with locations (x, y) {list(spots)} in turn, the board printed "
        f"{seen}"
    )


def test_a_board_without_a_host_works_on_its_camera(bench: Bench, scene: Scene) -> None:
    lines = watched(scene)
    if not scene.takes_frames:
        assert errors(lines) == [FITS_NOT], f"the board has to say {FITS_NOT!r} and nothing else"
        assert spots_in(lines) == []
        return
    assert has(lines, WORKS) == 1, f"the board did not print {WORKS!r} when it started: {lines}"
    assert errors(lines) == [], "the board reports errors"
    expect_spots(scene, lines)
    worked = scene.board.infer(bench.sample("uniform-0").data).count
    assert worked > 1, "the board ran no inference by itself before the host came"


def test_the_led_is_lit_while_the_camera_sees_something(bench: Bench, scene: Scene) -> None:
    scene.need_frames()
    simulated = scene.switches()
    if not scene.spots:
        not_asked("this network finds nothing in any picture")
    lit = set[int]()

    def enough(text: str) -> bool:
        if spots_in([text]):
            lit.add(simulated.status()["led"])
        return 1 in lit

    scene.board.left_alone(LONGEST_S, until=enough)
    assert 1 in lit, "the board prints locations, and never lights its LED"


def test_a_host_ends_the_turn_of_the_camera(bench: Bench, scene: Scene) -> None:
    scene.need_frames()
    board, sample = scene.board, bench.sample("uniform-0").data
    watched(scene)
    assert board.identity.capabilities.camera, "a board with a camera has to say so"
    assert board.identity.image_source is ImageSource.INJECTED, "hello has to end the camera's turn"
    before, seen = len(board.console), board.clock()
    first = board.infer(sample)
    while board.clock() < seen + A_MOMENT_S:
        board.echo(b"still here")
    second = board.infer(sample)
    assert second.count == first.count + 1, (
        f"{second.count - first.count - 1} inferences were run that no host asked for"
    )
    assert answer_of(second) == answer_of(first)
    since = [line.text for line in board.console[before:]]
    assert spots_in(since) == [], "the board goes on to print what its camera sees"
    if scene.simulated is not None:
        assert scene.simulated.status()["led"] == 0, "the LED shows a detection of the camera still"


def test_the_camera_is_back_after_the_silence_of_a_host(bench: Bench, scene: Scene) -> None:
    scene.need_frames()
    board, simulated = scene.board, scene.simulated
    if simulated is None:
        expect_return_in_real_time(bench, scene)
        return
    board.reset()
    before = simulated.status()["captures"]
    board.set_baud(board.options.boot_baud)
    simulated.skip(board.identity.idle_ms / 1000 - 1.0)
    board.echo(b"not yet silent for long enough")
    assert simulated.status()["captures"] <= before + 1, "the camera's turn came too early"
    simulated.skip(board.identity.idle_ms / 1000)
    lines = watched(scene, restart=False)
    expect_spots(scene, lines)
    assert simulated.status()["captures"] > before + 1, "the camera's turn did not come"
    assert board.identity.image_source is ImageSource.INJECTED


def expect_return_in_real_time(bench: Bench, scene: Scene) -> None:
    if not bench.options.thorough:
        not_asked("waits for the silence of a host: --thorough")
    board, sample = scene.board, bench.sample("uniform-0").data
    first = board.infer(sample)
    board.left_alone(board.identity.idle_ms / 1000 + REAL_S, restart=False)
    ran = board.infer(sample).count - first.count - 1
    assert ran > 0, "after the silence of a host the board runs no inference by itself"


def test_a_camera_that_fails_is_told_once_and_started_anew(bench: Bench, scene: Scene) -> None:
    scene.need_frames()
    simulated = scene.switches()
    simulated.fail_camera("absent", None)

    def back(text: str) -> bool:
        if text.endswith(FAILS):
            simulated.hurry(20.0)  # through the pauses after each failure
        elif text.endswith(RETURNS):
            simulated.hurry(1.0)
            return True
        return False

    lines = scene.board.left_alone(LONGEST_S, until=back)
    assert errors(lines) == [FAILS], "a camera that stays away is told once, and nothing else is"
    assert has(lines, RETURNS) == 1, "the camera was not started anew, or its return not told"
    assert spots_in(lines[: lines.index(next(x for x in lines if x.endswith(RETURNS)))]) == []
    found = simulated.status()
    assert found["failures"] in FEW, (
        f"the camera was started anew after {found['failures']} failures in a row, a few are due"
    )
    assert found["restarts"] == 1, (
        f"the camera was started anew {found['restarts']} times, not once"
    )


@pytest.mark.parametrize(
    ("how", "says"),
    [("late", "camera: no frame in time"), ("short", "camera frame of ")],
)
def test_a_board_with_a_failing_camera_waits_and_serves_its_host(
    bench: Bench, scene: Scene, how: CameraFault, says: str
) -> None:
    scene.need_frames()
    simulated, board = scene.switches(), scene.board
    simulated.fail_camera(how, MANY)

    def failed(text: str) -> bool:
        if says in text:
            time.sleep(A_MOMENT_S)  # for more of them
        return says in text

    started = board.clock()
    lines = board.left_alone(LONGEST_S, until=failed)
    found, took_s = simulated.status(), board.clock() - started
    assert [says in text for text in errors(lines)] == [True], f"{says!r} has to be said once"
    assert found["captures"] <= 1 + took_s, (
        f"the camera failed, and was asked for {found['captures']} frames in {took_s:.2f} s: the "
        "board does not pause"
    )
    count = board.infer(bench.sample("uniform-0").data).count
    assert count == 1, f"the first inference is number {count}: frames that failed were counted"


def test_a_host_gets_the_frames_of_the_camera(scene: Scene) -> None:
    board = scene.giving_frames()
    first, second = board.camera_frame(), board.camera_frame()
    assert second.taken_us > first.taken_us, "a second frame was taken no later than the first"
    assert first.size == second.size, "the frames have different sizes"
    assert first.size == (board.frame or first.size), (
        f"the frame is {first.size}, by its identity the board takes {board.frame}"
    )
    if scene.simulated is not None:
        due = scene.shown(first.size)
        seen = [due.index(one.data) if one.data in due else None for one in (first, second)]
        assert seen[0] is not None, "the frame is none that the camera shows"
        assert seen[1] == (seen[0] + 1) % len(due), (
            f"the camera shows frames 0 to {len(due) - 1} in turn, the board gives {seen}"
        )


def test_the_network_runs_on_the_frame_that_the_host_got(bench: Bench, scene: Scene) -> None:
    from hil.oracle import preprocess

    board = scene.giving_frames()
    if board.frame is None:
        not_asked("the board makes no frame into the input of this network")
    frame = board.camera_frame()
    inference = board.infer(frame.data, stage="frame", reuse=True)
    assert inference.times.upload_us == 0, "the frame was on the board, and had to be sent again"
    right = bench.oracle.run(preprocess(frame.pixels, bench.oracle.contract.header))
    expect_right(inference, right, "the frame that the board gave")


def test_a_camera_that_fails_is_told_to_the_host_that_asks_for_a_frame(scene: Scene) -> None:
    simulated, board = scene.switches(), scene.giving_frames()
    simulated.fail_camera("late", 1)
    with pytest.raises(BoardError) as refused:
        board.camera_frame()
    expect_refused(refused, ErrorCode.CAMERA, "a frame of a camera that fails")
    board.camera_frame()
