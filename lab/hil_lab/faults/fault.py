"""What a seeded fault is: a real change of the simulated board, and what is to come of it.

Nothing here runs anything. `hil_lab.faults.build` applies source patches, the simulated board
applies the rest (`hil_lab.faults.live`), `hil_lab.faults.proof` runs the suite.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hil.sim.board import Board
    from hil.sim.engine import Engine
    from hil.sim.loop import Loop


class Area(str, enum.Enum):
    """Where in a product such a mistake is made."""

    IMAGE = "image path"
    QUANTIZATION = "quantization"
    ENGINE = "engine and kernels"
    MEMORY = "memory"
    CAM = "CAM and location"
    LINK = "protocol and link"
    TIMING = "timing and units"
    IDENTITY = "identity and staleness"
    RESETS = "resets and hangs"


class Outcome(str, enum.Enum):
    """How the suite has to end: a wrong answer, trouble with the board itself, or neither.

    A finding is about the link: every test passes, and `hil.judge.measure.link_findings` names it.
    """

    FAILURE = "failure"
    INFRASTRUCTURE = "infrastructure"
    FINDING = "finding"


@dataclass(frozen=True)
class SourcePatch:
    """Replaces `old`, which occurs once in `file`, by `new`, in a copy of the firmware.

    `file`: relative to the folder `firmware`.
    """

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class EnginePatch:
    """Wraps the engine that the simulated CPU runs the model with."""

    wrap: Callable[[Engine], Engine]


@dataclass(frozen=True)
class LinkPatch:
    """Alters bytes on the UART. Each side gets a fresh filter: bytes in, bytes out.

    A filter sees pieces as they come, in any size. The boot loader's line stays as it is,
    since the board has to be flashed.
    """

    to_board: Callable[[], Callable[[bytes], bytes]] | None = None
    to_host: Callable[[], Callable[[bytes], bytes]] | None = None


@dataclass(frozen=True)
class BoardAction:
    """Does something to the board once, when the host has sent its `at_frame`-th frame.

    Frames count from the board's start, those to the boot loader not.
    """

    at_frame: int
    do: Callable[[Board, Loop], Any]


Change = SourcePatch | EnginePatch | LinkPatch | BoardAction


@dataclass(frozen=True)
class Expect:
    """What is right.

    Attributes:
        outcome: how the run ends.
        diagnosis: ids of `hil.diagnose` that name the fault; any of them is right.
        test: a part of the name of a test that has to fail: the one that is meant for this.
        says: regular expression that the first message, or the finding, matches; empty for any.
    """

    outcome: Outcome
    diagnosis: tuple[str, ...]
    test: str = ""
    says: str = ""


@dataclass(frozen=True)
class Fault:
    """One seeded fault.

    Attributes:
        id: unique, in kebab-case.
        title: the mistake, as its owner would put it.
        change: what is changed; several parts make one mistake.
        arguments: further options of the run, such as `--sim-arena`.
        network: name of the network of `hil.testing.zoo` that runs; empty for camhil's own.
        settings: that network's settings, as the text of a .toml file.
    """

    id: str
    area: Area
    title: str
    change: tuple[Change, ...]
    expect: Expect
    arguments: tuple[str, ...] = ()
    network: str = ""
    settings: str = ""

    def parts(self, kind: type[Any]) -> tuple[Any, ...]:
        """The parts of `change` of one kind."""
        return tuple(part for part in self.change if isinstance(part, kind))


def failure(*diagnosis: str, test: str = "", says: str = "") -> Expect:
    """The board's answer is wrong, and the suite says so."""
    return Expect(Outcome.FAILURE, diagnosis, test, says)


def infrastructure(*diagnosis: str, says: str) -> Expect:
    """The board is lost, and the first cause says why."""
    return Expect(Outcome.INFRASTRUCTURE, diagnosis, says=says)


def finding(*, says: str) -> Expect:
    """Every answer is right, and what the board does to the link is told."""
    return Expect(Outcome.FINDING, (), says=says)
