"""Tries networks in TensorFlow Lite Micro, in a process of its own: it aborts on some.

What came of it depends on nothing but the model and the wheel, so it is kept on disk, and the next
time costs nothing.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from hil.base.deadline import Deadline
from hil.base.host_error import host_errors
from hil.network.tflite_graph import Graph
from hil.oracle.cache import cached

_SECONDS = 60.0
_WORKER = "hil.oracle.micro_worker"
# RecordingMicroAllocator::PrintAllocations of TFLM.
_ARENA_TOTAL = re.compile(r"Arena allocation total (\d+) bytes")


@dataclass(frozen=True)
class Probe:
    """What TensorFlow Lite Micro makes of a network.

    `trouble`: why it cannot run; empty if it can. `repeatable` tells a model's fault from one of
    this machine. `arena`: bytes of tensor arena that it takes here, 0 if that is not known; a
    chip's pointers are half as wide, so it takes a few per cent less there.
    """

    trouble: str = ""
    repeatable: bool = True
    arena: int = 0


@dataclass(frozen=True)
class Child:
    """What a child `printed` and `said` on standard error, or the `trouble` with it;
    `repeatable` as in `Probe`."""

    printed: str = ""
    said: str = ""
    trouble: str = ""
    repeatable: bool = True


def probe(model: bytes, graph: Graph, *, cache: Path | None = None) -> Probe:
    """Runs a network once, all zeros, in a child process that may abort.

    `cache`: directory of kept results; the user's cache directory when None.
    """
    key = f"{metadata.version('tflite-micro')} {graph.sha256}"
    return cached(
        *("probe", key, lambda: _tried(model), lambda fields: Probe(**fields)),
        worth=lambda tried: tried.repeatable,
        directory=cache,
    )


def _tried(model: bytes) -> Probe:
    with (
        host_errors("tflite-micro cannot be given its model"),
        tempfile.TemporaryDirectory(prefix="camhil-micro-") as name,
    ):
        file = Path(name) / "model.tflite"
        file.write_bytes(model)
        child = run_child(_WORKER, file, Deadline.after(_SECONDS))
    total = _ARENA_TOTAL.search(child.said)
    return Probe(child.trouble, child.repeatable, int(total.group(1)) if total else 0)


def run_child(module: str, argument: Path, deadline: Deadline) -> Child:
    """Runs a module of this process in another one, which may abort without harm."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", module, str(argument)],
            capture_output=True,
            text=True,
            errors="replace",
            # It imports what this process does.
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            timeout=deadline.remaining(),
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Child(trouble=f"not finished within {deadline.seconds:g} s", repeatable=False)
    if done.returncode:
        return Child(trouble=_last_words(done.returncode, done.stderr))
    return Child(done.stdout, done.stderr)


def _last_words(status: int, stderr: str) -> str:
    """Why a child ended: the signal, and what TensorFlow Lite Micro said last.

    It says what is wrong on one line and where on the next; Python's traceback behind them says
    less.
    """
    before, _, _ = stderr.partition("Traceback (most recent call last)")
    lines = [line.strip() for line in (before.strip() or stderr).splitlines() if line.strip()]
    said = " ".join(lines[-2:] if before.strip() else lines[-1:]) or "no message"
    if status < 0:
        return f"it ended with {signal.Signals(-status).name}: {said}"
    return said
