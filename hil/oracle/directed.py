"""Directed samples: for each goal of a network one whose answer reaches it (`hil.oracle.goals`).

They are searched for once (`hil.oracle.climbing`), in a process of its own, since a kernel may end
it, and kept on disk. The effort is counted in steps, fewer for a larger network, so the same
network and seed give the same samples on one machine; a goal that was not reached is told.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import pickle
import tempfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hil.base.deadline import Deadline
from hil.base.host_error import host_errors
from hil.network.contract import Contract
from hil.network.op_costs import op_costs, total_macs
from hil.oracle.cache import cached
from hil.oracle.climbing import (
    FAST,
    NEAR,
    Climber,
    Inputs,
    Look,
    can_change,
    exact_look,
    quick_look,
)
from hil.oracle.goals import Goal, goals_of
from hil.oracle.interpreter import litert_version, micro_installed, micro_version, open_reference
from hil.oracle.micro import run_child

TASK, FOUND = "task.pickle", "found.json"

_WORKER = "hil.oracle.directed_worker"
_SECONDS = 300.0
_VERSION = 1  # of goals and search
_STEPS = (300, 300, 10)  # with the fast kernels, the nearly exact ones, and the oracle's
_USUAL_MACS = 8_000_000  # a network for which these take a few seconds in all
_THOROUGH = 5  # times as many steps
_FEWEST = 10  # steps of the largest networks, and starts


@dataclass(frozen=True)
class Reached:
    """A goal and its sample: one of those that were there (`start`, by name), or `made`, base64 of
    its compressed bytes."""

    kind: str
    goal: str
    start: str = ""
    made: str = ""

    @property
    def data(self) -> bytes:
        """The bytes of a sample that was made."""
        return zlib.decompress(base64.b64decode(self.made))


@dataclass(frozen=True)
class Directed:
    """What was found.

    `missed`: goals that no sample was found for, by kind and name. `trouble`: why the search broke
    off; empty if it did not. `repeatable`: it would do so again.
    """

    reached: tuple[Reached, ...] = ()
    missed: tuple[tuple[str, str], ...] = ()
    trouble: str = ""
    repeatable: bool = True


def directed(
    contract: Contract,
    starts: Mapping[str, bytes],
    *,
    seed: int,
    thorough: bool = False,
    cache: Path | None = None,
) -> Directed:
    """A sample for each goal of a network that can be reached.

    Args:
        contract: of the network.
        starts: samples by name, which may reach goals already, and from which others are searched.
        seed: of the search.
        thorough: more goals.
        cache: directory of kept results; the user's cache directory when None.
    """
    micro = f"tflite-micro {micro_version()} " if micro_installed() else ""
    header = f"{contract.graph.sha256} {contract.header}"
    names = "".join(f"{name}{zlib.crc32(data)}" for name, data in starts.items())
    key = f"{_VERSION} {micro}litert {litert_version()} {header} {names} {seed} {thorough}"
    return cached(
        "directed",
        hashlib.sha256(key.encode()).hexdigest(),
        lambda: _isolated(contract, starts, seed, thorough),
        _read,
        worth=lambda found: found.repeatable,
        directory=cache,
    )


def _isolated(
    contract: Contract, starts: Mapping[str, bytes], seed: int, thorough: bool
) -> Directed:
    """The search in a process of its own."""
    with (
        host_errors("the search for samples cannot be given its network"),
        tempfile.TemporaryDirectory(prefix="camhil-directed-") as name,
    ):
        folder = Path(name)
        (folder / TASK).write_bytes(pickle.dumps((contract, dict(starts), seed, thorough)))
        child = run_child(_WORKER, folder, Deadline.after(_SECONDS))
        if child.trouble:
            return Directed(trouble=child.trouble, repeatable=child.repeatable)
        return _read(json.loads((folder / FOUND).read_text("utf-8")))


def _read(fields: Any) -> Directed:
    reached = tuple(Reached(**each) for each in fields["reached"])
    missed = tuple((kind, goal) for kind, goal in fields["missed"])
    return dataclasses.replace(Directed(**fields), reached=reached, missed=missed)


def search(contract: Contract, starts: Mapping[str, bytes], seed: int, thorough: bool) -> Directed:
    """The search itself, which may end the process."""
    share = min(1.0, _USUAL_MACS / max(1, total_macs(op_costs(contract.graph))))
    kept = list(starts)[: max(_FEWEST, int(len(starts) * share))]
    exact = exact_look(contract, open_reference(contract))
    goals = goals_of(contract, thorough=thorough)
    pool = _Pool(exact, goals)
    for name in kept:
        pool.add(contract.unpack(starts[name]), name)
    climber = _climber(contract, exact, share * (_THOROUGH if thorough else 1))
    reached, missed = [], []
    for goal in goals:
        inputs, name, loss = pool.nearest(goal)
        if loss and climber is not None and can_change(inputs):
            found = climber.climb(goal, inputs, _chance(seed, goal))
            if found is not None:
                pool.add(found)
                inputs, name, loss = found, "", 0
        if loss:
            missed.append((goal.kind, goal.name))
        elif name:
            reached.append(Reached(goal.kind, goal.name, name))
        else:
            data = b"".join(array.tobytes() for array in inputs)
            text = base64.b64encode(zlib.compress(data)).decode("ascii")
            reached.append(Reached(goal.kind, goal.name, made=text))
    return Directed(tuple(reached), tuple(missed))


class _Pool:
    """Samples, and how far each is from every goal; those of one distance in their order."""

    def __init__(self, exact: Look, goals: Sequence[Goal]) -> None:
        self._exact, self._goals = exact, goals
        self._nearest: dict[Goal, tuple[Inputs, str, float]] = {}

    def add(self, inputs: Inputs, name: str = "") -> None:
        view = self._exact(inputs)
        for goal in self._goals:
            loss = goal.loss(view)
            if goal not in self._nearest or loss < self._nearest[goal][2]:
                self._nearest[goal] = inputs, name, loss

    def nearest(self, goal: Goal) -> tuple[Inputs, str, float]:
        """A sample, its name if it has one, and its distance."""
        return self._nearest[goal]


def _climber(contract: Contract, exact: Look, share: float) -> Climber | None:
    """None where what was run before would show."""
    if contract.header.stateful:
        return None
    looks = [quick_look(contract, resolver) for resolver in (FAST, NEAR)]
    steps = [max(_FEWEST, int(count * share)) for count in _STEPS]
    if None in looks:
        return Climber([exact], [steps[1]])
    return Climber([*(look for look in looks if look is not None), exact], steps)


def _chance(seed: int, goal: Goal) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(goal.name.encode())])
