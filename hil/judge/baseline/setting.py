"""What a run was measured on, and under which name its baseline is kept. Pure."""

from __future__ import annotations

import hashlib
import re
import statistics
from typing import TYPE_CHECKING

from hil.errors import UsageError
from hil.facts.stand_in import EMULATED, SIMULATED_TARGET
from hil.judge.baseline.model import Setting

if TYPE_CHECKING:
    from hil.facts.records import BoardFacts
    from hil.facts.run import Run


def setting_of(run: Run) -> Setting:
    """The setting of a run.

    Raises:
        UsageError: the run does not say which board answered.
    """
    board = run.board
    if board is None:
        raise UsageError(
            "the run does not say which board answered: it ended too early, or used none",
            where=run.header.started,
            hint="take a run that reached the end of its tests on a board",
        )
    return Setting(
        target=board.target,
        chip=board.chip,
        engine=board.engine,
        firmware_version=board.firmware_version,
        build_id=board.build_id,
        model_sha256=board.model_sha256,
        clock=_clock(run, board),
        baud=board.baud,
        arena_bytes=board.arena_bytes,
        capabilities=tuple(sorted(board.capabilities)),
        partitions=_partitions(board),
        images=_images(run),
        image_count=len(run.measured),
    )


def baseline_key(board: BoardFacts) -> str:
    """The name of a board's baseline: target, engine, and a digest of the configuration.

    The same for every version of engine, firmware and model, so that a new version
    meets the baseline of the one before. Letters, digits and dashes only.
    """
    parts = (board.chip, str(board.arena_bytes), *sorted(board.capabilities), *_partitions(board))
    target = board.target
    if board.time_base in EMULATED:
        target, parts = f"{target} emulated", (*parts, board.time_base)
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:8]
    return "-".join((_slug(target), _slug(engine_name(board.engine)), digest))


def engine_name(engine: str) -> str:
    """An engine without its version: "tflite-micro" of "tflite-micro 0.dev2026"."""
    return engine.partition(" ")[0]


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "unknown"


def _partitions(board: BoardFacts) -> tuple[str, ...]:
    """The layout, not what lies in it: files grow, partitions are configuration."""
    sizes = {p.partition: p.partition_bytes for p in board.partitions if p.partition}
    return tuple(f"{label} {size}" for label, size in sorted(sizes.items()))


def _images(run: Run) -> str:
    if not run.measured:
        return ""
    # By content: a renamed photograph is the same photograph.
    crcs = sorted(one.facts.image_crc for one in run.measured)
    return hashlib.sha256(b"".join(crc.to_bytes(4, "little") for crc in crcs)).hexdigest()


def _clock(run: Run, board: BoardFacts) -> str:
    rates = [
        image.times.invoke_cycles / image.times.invoke_us
        for image in run.measured
        if image.times.invoke_cycles is not None and image.times.invoke_us
    ]
    prefix = f"{board.time_base}, " if board.time_base in EMULATED else ""
    if rates:
        return f"{prefix}{round(statistics.median(rates))} MHz"
    if prefix:
        return board.time_base
    # The simulated board runs on the host's clock; which Python drives it plays no part.
    host = run.header.system.partition(", Python")[0]
    return host if board.target == SIMULATED_TARGET else ""
