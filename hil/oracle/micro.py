"""Runs tflite-micro in a process of its own: it aborts on models it dislikes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hil.base.deadline import Deadline
from hil.base.host_error import host_errors
from hil.network.tflite_graph import Graph, read_graph

_PROBE_SECONDS = 60.0
_WORKER = "hil.oracle.micro_worker"


@dataclass(frozen=True, eq=False)
class MicroRun:
    """What tflite-micro made of a model and some images.

    `op_outputs[i][n]` is operator n's output for image i. `trouble` says why there
    is none; `repeatable` tells a model's fault from one of this machine.
    """

    op_outputs: tuple[tuple[NDArray[Any], ...], ...] = ()
    trouble: str = ""
    repeatable: bool = True


@dataclass(frozen=True)
class Child:
    """What a child printed, or the `trouble` with it; `repeatable` as in `MicroRun`."""

    printed: str = ""
    trouble: str = ""
    repeatable: bool = True


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
    return Child(done.stdout)


def run_isolated(model: bytes, images: Sequence[NDArray[np.int8]], deadline: Deadline) -> MicroRun:
    """Runs the images, int8 of the input tensor's shape each, in a child process.

    The deadline is when it is killed.
    """
    with (
        host_errors("tflite-micro cannot be given its input"),
        tempfile.TemporaryDirectory(prefix="camhil-micro-") as name,
    ):
        directory = Path(name)
        (directory / "model.tflite").write_bytes(model)
        np.save(directory / "images.npy", np.stack(images))
        child = run_child(_WORKER, directory, deadline)
        if child.trouble:
            return MicroRun((), child.trouble, child.repeatable)
        with np.load(directory / "outputs.npz") as arrays:
            by_op = [arrays[f"op{index}"] for index in range(len(arrays.files))]
    return MicroRun(tuple(tuple(op[n] for op in by_op) for n in range(len(images))))


def probe(model: bytes) -> str:
    """Why tflite-micro cannot run the model; empty if it can (one black image)."""
    image = black_image(read_graph(model))
    return run_isolated(model, [image], Deadline.after(_PROBE_SECONDS)).trouble


def _last_words(status: int, stderr: str) -> str:
    """Why a child ended: the signal, and the last line that it printed."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    last = lines[-1] if lines else "no message"
    if status < 0:
        return f"it ended with {signal.Signals(-status).name}: {last}"
    return last


def black_image(graph: Graph) -> NDArray[np.int8]:
    """The darkest input: int8 of the input tensor's shape, all -128."""
    return np.full(graph.tensors[graph.inputs[0]].shape, -128, np.int8)
