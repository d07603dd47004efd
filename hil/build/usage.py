"""What a linked build uses, and whether that keeps the budget: pure functions.

Sizes are bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from hil.build.budget import Budget
from hil.build.map_file import Piece


@dataclass(frozen=True)
class Share:
    """An archive's or an object's share. `ram_bytes` counts code in RAM too."""

    name: str
    app_bytes: int
    ram_bytes: int


@dataclass(frozen=True)
class Usage:
    """What one build uses. `arena_bytes`: as reserved, None if no part of the build tells.

    `arena_in_psram`: the arena takes no internal RAM. `buffer_bytes`: for samples, traces and maps
    of the networks. `objects` are our own.
    """

    app_bytes: int
    own_app_bytes: int
    static_ram_bytes: int
    arena_bytes: int | None
    arena_in_psram: bool
    buffer_bytes: int
    archives: tuple[Share, ...]
    objects: tuple[Share, ...]


@dataclass(frozen=True)
class Line:
    """One line of the budget. `used` is None where it could not be measured, `limit` where there
    is none.
    """

    name: str
    used_bytes: int | None
    limit_bytes: int | None

    @property
    def met(self) -> bool:
        if self.limit_bytes is None:
            return True
        return self.used_bytes is not None and self.used_bytes <= self.limit_bytes


def measure(
    pieces: Iterable[Piece],
    app_bytes: int,
    settings: Mapping[str, Any],
    budget: Budget,
    arena_bytes: int | None = None,
) -> Usage:
    """Adds up a map file.

    Args:
        pieces: of the map file.
        app_bytes: size of the app's .bin.
        settings: the project's configuration, without the prefix CONFIG_, as ESP-IDF
            writes it to `config/sdkconfig.json`.
        budget: names our own archives and the big buffers.
        arena_bytes: of an arena that the map does not show, because it is taken from the heap.

    Raises:
        ValueError: none of our own archives is in the map.
    """
    linked = [piece for piece in pieces if piece.in_app or piece.in_ram]
    own = [
        piece
        for piece in linked
        if piece.archive in budget.own and not _matches(piece.member, budget.foreign)
    ]
    if not own:
        raise ValueError(f"no part of {', '.join(budget.own)} was linked")
    data = [piece for piece in own if piece.in_ram and not piece.in_app]
    arena = _total(piece for piece in data if _matches(piece.section, budget.arena))
    buffers = _total(piece for piece in data if _matches(piece.section, budget.buffers))
    return Usage(
        app_bytes=app_bytes,
        own_app_bytes=_total(piece for piece in own if piece.in_app),
        static_ram_bytes=_total(piece for piece in own if piece.in_ram) - arena - buffers,
        arena_bytes=arena or arena_bytes,
        arena_in_psram=bool(settings.get("CAMHIL_ARENA_PSRAM")),
        buffer_bytes=buffers,
        archives=_shares((piece.archive or piece.member, piece) for piece in linked),
        objects=_shares((piece.member, piece) for piece in own),
    )


def judge(usage: Usage, budget: Budget, *, budgeted: bool = True) -> tuple[Line, ...]:
    """The lines of the budget that a build can be held against, in a fixed order.

    What depends on the networks (app, arena) has a limit where the budget was made for them.
    """
    arena_limit = budget.arena_bytes if budgeted and not usage.arena_in_psram else None
    return (
        Line("app", usage.app_bytes, budget.app_bytes if budgeted else None),
        Line("own part of the app", usage.own_app_bytes, budget.own_app_bytes),
        Line("own static RAM", usage.static_ram_bytes, budget.static_ram_bytes),
        Line("arena", usage.arena_bytes, arena_limit),
        Line("buffers", usage.buffer_bytes, None),
    )


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _total(pieces: Iterable[Piece]) -> int:
    return sum(piece.size_bytes for piece in pieces)


def _shares(named: Iterable[tuple[str, Piece]]) -> tuple[Share, ...]:
    """Sums by name, the largest first."""
    app: dict[str, int] = {}
    ram: dict[str, int] = {}
    for name, piece in named:
        app[name] = app.get(name, 0) + (piece.size_bytes if piece.in_app else 0)
        ram[name] = ram.get(name, 0) + (piece.size_bytes if piece.in_ram else 0)
    shares = [Share(name, app[name], ram[name]) for name in app]
    return tuple(sorted(shares, key=lambda s: (-s.app_bytes - s.ram_bytes, s.name)))
