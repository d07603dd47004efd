"""Draws docs/images/rooms.svg: the rooms of `hil`, and which room imports which.

python docs/generate_rooms.py           # draws it anew
python docs/generate_rooms.py --check   # exit status 1 when it is not up to date

The floors are those of the contract in pyproject.toml. The arrows are the imports of the code,
without those that follow from others.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from html import escape
from pathlib import Path

import grimp

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "images" / "rooms.svg"

# Where a room stands on its floor, and what is written below its name.
LEFT, MIDDLE, RIGHT = range(3)
PLACES = {
    "cli": (RIGHT, "the command hil"),
    "suite": (MIDDLE, "the acceptance tests"),
    "plugin": (MIDDLE, "options, fixtures, outcomes"),
    "testing": (LEFT, "small models for tests"),
    "live": (LEFT, "pages of this machine"),
    "report": (MIDDLE, "tables, pages, pictures"),
    "store": (RIGHT, "the history of runs"),
    "run": (MIDDLE, "board and oracle become facts"),
    "project": (RIGHT, "what hil new writes"),
    "diagnose": (MIDDLE, "which mistake explains it"),
    "board": (LEFT, "finds, flashes, asks a board"),
    "judge": (RIGHT, "verdicts, gates, baselines"),
    "sim": (LEFT, "the simulated board"),
    "build": (LEFT, "firmware for a chip"),
    "oracle": (MIDDLE, "the host's answer"),
    "facts": (MIDDLE, "what was measured"),
    "samples": (RIGHT, "fixtures, data sets"),
    "images": (RIGHT, "a picture as input"),
    "link": (LEFT, "window, retransmission"),
    "network": (MIDDLE, "what a .tflite means"),
    "wire": (LEFT, "messages and frames"),
    "base": (MIDDLE, "files, tables, deadlines"),
    "errors": (MIDDLE, "who has to act"),
}

COLUMNS, WIDTH, BOX_WIDTH = (146, 430, 714), 860, 232
TOP, PITCH, BOX_HEIGHT = 20, 74, 42
GAP = PITCH - BOX_HEIGHT
PORT = 40  # from the middle of a box to where an arrow comes from the side

STYLE = """
    .paper { fill: #ffffff } .box { fill: #f4f6f8; stroke: #57606a; stroke-width: 1.4 }
    .lab { fill: none; stroke: #8c959f; stroke-dasharray: 5 4 } text { fill: #1c242c }
    .name { font-weight: 600 } .job { font-size: 12px; fill: #4a5663 }
    .arrow { fill: none; stroke: #1f5fa8; stroke-width: 1.6; marker-end: url(#tip) }
    .tip { fill: #1f5fa8 }
    @media (prefers-color-scheme: dark) {
      .paper { fill: #0d1117 } .box { fill: #1b222b; stroke: #8b949e }
      .lab { stroke: #6e7681 } text { fill: #e6edf3 } .job { fill: #a9b3bd }
      .arrow { stroke: #79b8ff } .tip { fill: #79b8ff }
    }"""


@dataclass(frozen=True)
class Box:
    """A room in the picture."""

    name: str
    job: str
    floor: int
    column: int

    @property
    def x(self) -> int:
        return COLUMNS[self.column]

    @property
    def top(self) -> int:
        return TOP + self.floor * PITCH

    @property
    def bottom(self) -> int:
        return self.top + BOX_HEIGHT

    def port(self, other: Box) -> int:
        """Where an arrow from or to the other box ends: on its side."""
        return self.x + PORT * ((other.x > self.x) - (other.x < self.x))


LAB = Box("lab/hil_lab", "outside of the wheel", floor=0, column=LEFT)


def floors() -> list[list[str]]:
    """The rooms by floor, the top first, as the contract in pyproject.toml has them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    (rooms,) = (contract for contract in contracts if contract["id"] == "rooms")
    return [floor.split(" | ") for floor in rooms["layers"]]


def arrows() -> list[tuple[str, str]]:
    """Which room imports which, without what follows from other arrows; the top room first."""
    rooms = [room for floor in floors() for room in floor]
    graph = grimp.build_graph("hil", cache_dir=None)
    for room in rooms:
        graph.squash_module(f"hil.{room}")
    imported: dict[str, set[str]] = {}
    below: dict[str, set[str]] = {}
    for room in reversed(rooms):
        modules = graph.find_modules_directly_imported_by(f"hil.{room}")
        imported[room] = {module.removeprefix("hil.") for module in modules} & {*rooms} - {room}
        below[room] = imported[room].union(*(below[other] for other in imported[room]))
    return [
        (room, other)
        for room in rooms
        for other in rooms
        if other in imported[room] and not any(other in below[each] for each in imported[room])
    ]


def svg() -> str:
    """The picture."""
    boxes = {
        room: Box(room, job=PLACES[room][1], floor=floor, column=PLACES[room][0])
        for floor, rooms in enumerate(floors())
        for room in rooms
    }
    pairs = [(boxes[room], boxes[other]) for room, other in arrows()]
    height = TOP + len(floors()) * PITCH + 6
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="system-ui, sans-serif" font-size="15" role="img" aria-labelledby="t d">',
        '  <title id="t">The rooms of hil</title>',
        f'  <desc id="d">{escape(_in_words(pairs))}</desc>',
        f"  <style>{STYLE}\n  </style>",
        '  <defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>',
        f'  <rect class="paper" width="{WIDTH}" height="{height}" rx="8"/>',
        *(_arrow(*pair, list(boxes.values())) for pair in pairs),
        *(_drawn(box) for box in boxes.values()),
        _drawn(LAB, "lab"),
        *_legend(height),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _arrow(start: Box, end: Box, boxes: list[Box]) -> str:
    """Goes down one column and changes to the other on the way, where nothing is in between."""

    def free(column: int) -> bool:
        between = range(start.floor + 1, end.floor)
        return not any(box.floor in between and box.column == column for box in boxes)

    x1, x2 = start.port(end), end.port(start)
    if free(start.column):
        bend = end.top - GAP
    elif free(end.column):
        bend = start.bottom
    else:
        raise SystemExit(
            f"the arrow from {start.name} to {end.name} would run through another room: "
            "give one of them another column in PLACES"
        )
    middle, straight = bend + GAP // 2 - 3, bend + GAP - 8
    path = f"M{x1} {start.bottom}V{bend}C{x1} {middle} {x2} {middle} {x2} {straight}V{end.top}"
    return f'  <path class="arrow" d="{path}"/>'


def _drawn(box: Box, style: str = "box") -> str:
    left = box.x - BOX_WIDTH // 2
    return (
        f'  <rect class="{style}" x="{left}" y="{box.top}" '
        f'width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="6"/>\n'
        f'  <text class="name" x="{left + 12}" y="{box.top + 18}">{box.name}</text>'
        f'<text class="job" x="{left + 12}" y="{box.top + 34}">{escape(box.job)}</text>'
    )


def _legend(height: int) -> list[str]:
    right, middle = COLUMNS[RIGHT] + BOX_WIDTH // 2, height - 36
    return [
        f'  <path class="arrow" d="M{right - 206} {middle - 5}h30"/>',
        f'  <text class="job" x="{right - 168}" y="{middle}">imports it, and may import</text>',
        f'  <text class="job" x="{right - 168}" y="{middle + 16}">what that leads to</text>',
    ]


def _in_words(pairs: list[tuple[Box, Box]]) -> str:
    return " ".join(f"{start.name} imports {end.name}." for start, end in pairs)


def main(arguments: list[str]) -> int:
    fresh = svg()
    if arguments == ["--check"]:
        stale = PICTURE.read_text("utf-8") != fresh
        if stale:
            print(f"{PICTURE.name} is out of date: python docs/generate_rooms.py")
        return int(stale)
    PICTURE.write_text(fresh, "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
