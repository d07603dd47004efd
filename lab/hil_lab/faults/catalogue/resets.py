"""The board goes away in the middle of a run, or never comes up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hil_lab.faults.fault import Area, BoardAction, Fault, SourcePatch, infrastructure

if TYPE_CHECKING:
    from hil.sim.board import Board
    from hil.sim.loop import Loop

_MIDDLE = 500
"""A frame in the middle of the photographs."""
_AWAY_S = 0.5
_LOADING = "  network_.Load(model_partition, flash_status, memory_, engine_);\n"
_RUNNING = "  const Status status = Invoke(result);\n"


def _unplug(board: Board, loop: Loop) -> None:
    board.unplug()

    def back() -> None:
        board.plug()
        board.power(True)

    loop.later(_AWAY_S, back)


def _crash(board: Board, _: Loop) -> None:
    from hil.sim.chip import HOOK_FAULT

    board.fail_next_inference(HOOK_FAULT)


def _abort(board: Board, _: Loop) -> None:
    from hil.sim.chip import HOOK_ABORT

    board.fail_next_inference(HOOK_ABORT)


def _hang(board: Board, _: Loop) -> None:
    from hil.sim.chip import HOOK_HANG

    board.fail_next_inference(HOOK_HANG)


def _once(statement: str, at: int = 30) -> str:
    """Runs `statement` in inference number `at`."""
    return f"  static int runs = 0;\n  if (++runs == {at}) {{ {statement} }}\n{_RUNNING}"


FAULTS = (
    Fault(
        "unplugged",
        Area.RESETS,
        "the cable is pulled, and put back half a second later",
        (BoardAction(_MIDDLE, _unplug),),
        infrastructure("board.unplugged", says="unplugged|port"),
    ),
    Fault(
        "unplugged-for-good",
        Area.RESETS,
        "the cable is pulled",
        (BoardAction(_MIDDLE, lambda board, _: board.unplug()),),
        infrastructure("board.unplugged", says="unplugged|port"),
    ),
    Fault(
        "power-lost",
        Area.RESETS,
        "the supply fails, the port stays",
        (BoardAction(_MIDDLE, lambda board, _: board.power(False)),),
        infrastructure("board.silent", says="no answer"),
    ),
    Fault(
        "crash",
        Area.RESETS,
        "an inference reads from a null pointer",
        (BoardAction(_MIDDLE, _crash),),
        infrastructure("board.crashed", says="Guru Meditation|LoadProhibited|panic"),
    ),
    Fault(
        "abort",
        Area.RESETS,
        "an inference runs into an assertion",
        (BoardAction(_MIDDLE, _abort),),
        infrastructure("board.crashed", says="abort"),
    ),
    Fault(
        "watchdog",
        Area.RESETS,
        "an inference never ends, and the task watchdog resets the board",
        (BoardAction(_MIDDLE, _hang),),
        infrastructure("board.watchdog", says="watchdog"),
        arguments=("--board-image-s", "9"),
    ),
    Fault(
        "deadlock",
        Area.RESETS,
        "an inference never ends, and no watchdog is configured",
        (
            SourcePatch(
                "core/inference.cpp",
                _RUNNING,
                _once("while (machine_.Wait(Event::kWork, kWatchdogMs)) {}"),
            ),
        ),
        infrastructure("board.silent", says="no answer|no result"),
    ),
    Fault(
        "brownout",
        Area.RESETS,
        "the supply dips",
        (BoardAction(_MIDDLE, lambda board, _: board.brownout()),),
        infrastructure("board.brownout", says="[Bb]rownout"),
    ),
    Fault(
        "reset",
        Area.RESETS,
        "somebody presses EN",
        (BoardAction(_MIDDLE, lambda board, _: board.reset()),),
        infrastructure("board.restarted", says="restart|reset"),
    ),
    Fault(
        "boot-loop",
        Area.RESETS,
        "the firmware crashes while it starts",
        (SourcePatch("core/app.cpp", _LOADING, f"{_LOADING}  __builtin_trap();\n"),),
        infrastructure("board.crashed", says="crashes before it answers"),
    ),
    Fault(
        "other-firmware",
        Area.RESETS,
        "the firmware prints text and knows nothing of the protocol",
        (
            SourcePatch(
                "core/app.cpp",
                "    if (!decoder_.Push(bytes.data[i])) continue;\n",
                "    if (!decoder_.Push(bytes.data[i])) continue;\n"
                '    console_.Info("command not found");\n'
                "    continue;\n",
            ),
        ),
        infrastructure("link.mute", says="does not speak this protocol"),
    ),
    Fault(
        "flash-damaged",
        Area.RESETS,
        "the application's flash is damaged while the board runs; it shows at the next reset",
        (BoardAction(_MIDDLE, lambda board, _: board.erase_flash(0x14000, 1)),),
        infrastructure("board.no-firmware", says="no firmware that it can start|cannot start"),
    ),
)
