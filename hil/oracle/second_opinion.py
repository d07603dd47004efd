"""The second opinion on an oracle: LiteRT's reference kernels, operator by operator.

TensorFlow Lite Micro is the truth for a chip. Whether it is still the network that was converted
says another implementation: each operator is run alone in LiteRT, on the very tensors that it had
in TensorFlow Lite Micro, so that a difference is the operator's own. Different rounding gives a
difference of 1; a defect gives more.

Operators with variables are compared as they begin: from their initial values. The result depends
on nothing but model, samples and versions, so it is kept on disk.

A kernel that gets what it does not expect may write past its memory and end the process that it
runs in. So the comparison is made in a process of its own (`hil.oracle.opinion_worker`).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hil.base.deadline import Deadline
from hil.base.host_error import host_errors
from hil.network.contract import Contract
from hil.network.tflite_graph import Graph, Op
from hil.oracle.cache import cached
from hil.oracle.interpreter import (
    MicroReference,
    litert_version,
    micro_installed,
    micro_version,
    shortened,
)
from hil.oracle.micro import probe, run_child
from hil.oracle.submodel import ModelParts, Part

FLOAT_TOLERANCE = 1e-5
"""One unit of difference in a float32 output: this part of its largest value. 24 bits hold 6e-8;
sums of some hundred products in another order lose two digits of them."""

_RESOLVERS = ("BUILTIN_REF", "BUILTIN_WITHOUT_DEFAULT_DELEGATES")
"""Some operators (CEIL, ELU, ROUND) are not among the reference kernels: there is one for all."""

_WRONG_REFERENCE = ("SUM",)
"""LiteRT's reference kernel adds up 8 bits in 8 bits (ai-edge-litert 2.3.0); its other one is
right."""

_SECONDS = 300.0
_WORKER = "hil.oracle.opinion_worker"
MODEL, SAMPLES, OPINION = "model.tflite", "samples", "opinion.json"
_ELSEWHERE = ("VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE", "CALL_ONCE")


@dataclass(frozen=True, slots=True)
class OpOpinion:
    """One operator in both implementations.

    Attributes:
        op: its index.
        name: of the operator.
        worst: the largest difference in any of its outputs: steps of the quantized value, or for
            float32 units of `FLOAT_TOLERANCE`, rounded up. 0: the same to the bit, or nearly.
        output: which output has it.
        differing: how many values differ, of `values`, over all samples.
        first: (sample, value's index in the output, in TFLM, in LiteRT) of the first difference.
        not_compared: why there is nothing to say; empty where it was compared.
    """

    op: int
    name: str
    worst: int = 0
    output: int = 0
    differing: int = 0
    values: int = 0
    first: tuple[int, int, float, float] | None = None
    not_compared: str = ""


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """`trouble`: why there is none at all; empty otherwise."""

    reference: str
    other: str
    samples: int
    ops: tuple[OpOpinion, ...]
    trouble: str = ""

    @property
    def worst(self) -> OpOpinion | None:
        """The compared operator with the largest difference; None if none was compared."""
        compared = [each for each in self.ops if not each.not_compared]
        return max(compared, key=lambda each: each.worst, default=None)


def second_opinion(
    contract: Contract, samples: Sequence[bytes], *, cache: Path | None = None
) -> SecondOpinion:
    """Compares each operator of a network on some samples.

    `cache`: directory of kept results; the user's cache directory when None.
    """
    other = f"litert {litert_version()} BUILTIN_REF"
    if not micro_installed():
        trouble = "tflite-micro is not installed (Linux x86-64: camhil[sim])"
        return SecondOpinion("", other, 0, (), trouble)
    reference = f"tflite-micro {micro_version()}"
    tried = probe(contract.model, contract.graph, cache=cache)
    if tried.trouble:
        trouble = f"TensorFlow Lite Micro gave no answer: {tried.trouble}"
        return SecondOpinion(reference, other, 0, (), trouble)
    names = "".join(hashlib.sha256(sample).hexdigest() for sample in samples)
    return cached(
        "second-opinion",
        f"{reference} {other} {contract.graph.sha256} {names}",
        lambda: _isolated(contract, samples, SecondOpinion(reference, other, len(samples), ())),
        _read,
        worth=lambda found: not found.trouble,
        directory=cache,
    )


def _isolated(
    contract: Contract, samples: Sequence[bytes], nothing: SecondOpinion
) -> SecondOpinion:
    """The comparison in a process of its own."""
    with (
        host_errors("the second opinion cannot be given its input"),
        tempfile.TemporaryDirectory(prefix="camhil-opinion-") as name,
    ):
        folder = Path(name)
        (folder / MODEL).write_bytes(contract.model)
        (folder / SAMPLES).write_bytes(b"".join(samples))
        child = run_child(_WORKER, folder, Deadline.after(_SECONDS))
        if child.trouble:
            trouble = f"LiteRT gave no answer: {child.trouble}"
            return dataclasses.replace(nothing, samples=0, trouble=trouble)
        ops = _read_ops(json.loads((folder / OPINION).read_text("utf-8")))
    return dataclasses.replace(nothing, ops=ops)


def _read(fields: Any) -> SecondOpinion:
    return SecondOpinion(**{**fields, "ops": _read_ops(fields["ops"])})


def _read_ops(ops: Any) -> tuple[OpOpinion, ...]:
    return tuple(
        OpOpinion(**{**each, "first": None if each["first"] is None else tuple(each["first"])})
        for each in ops
    )


def compared(contract: Contract, samples: Sequence[bytes]) -> tuple[OpOpinion, ...]:
    """The comparison itself, which may end the process."""
    graph = contract.graph
    parts = ModelParts(contract.model)
    judges = [_Judge(graph, op, parts) for op in graph.ops]
    interpreter = MicroReference(contract.model, graph)
    for sample in samples:
        if contract.header.stateful:
            interpreter.reset()
        interpreter.run(contract.unpack(sample))
        for judge in judges:
            judge.see(interpreter)
    return tuple(judge.opinion() for judge in judges)


def unfit(graph: Graph, op: Op) -> str:
    """Why LiteRT is not to be asked about an operator; empty where it may."""
    if op.name in _ELSEWHERE:
        return "its variable is other operators' too"
    inputs = [graph.tensors[index] for index in op.inputs if index >= 0]
    if any(tensor.type_name == "RESOURCE" for tensor in inputs):
        return "it reads a variable"
    if op.name == "SVDF" and any(t.variable and t.type_name == "INT8" for t in inputs):
        return "LiteRT keeps its state in 16 bits, and would write past these of 8"
    return ""


class _Judge:
    """Compares one operator, sample by sample."""

    def __init__(self, graph: Graph, op: Op, parts: ModelParts) -> None:
        self._op = op
        self._samples = 0
        self._worst, self._output, self._differing, self._values = 0, 0, 0, 0
        self._first: tuple[int, int, float, float] | None = None
        self._part: Part | None = None
        self._why_not = unfit(graph, op)
        if self._why_not:
            return
        for resolver in _RESOLVERS[op.name in _WRONG_REFERENCE :]:
            try:
                self._part = parts.part(op.index, op.index, resolver=resolver)
                break
            except (ValueError, RuntimeError) as error:
                self._why_not = f"LiteRT cannot run it alone: {shortened(error)}"

    def see(self, interpreter: MicroReference) -> None:
        """One sample, which `interpreter` has just run."""
        if self._part is None:
            return
        inputs = [interpreter.tensor(index) for index in self._part.inputs]
        try:
            answers = self._part.run(*inputs)
        except (ValueError, RuntimeError) as error:
            self._part, self._why_not = None, f"LiteRT cannot run it: {shortened(error)}"
            return
        for number, (index, theirs) in enumerate(zip(self._op.outputs, answers, strict=True)):
            ours = interpreter.tensor(index)
            if ours.size != theirs.size or ours.dtype != theirs.dtype:
                made = f"{theirs.dtype} {list(theirs.shape)}"
                self._part, self._why_not = None, f"LiteRT makes {made} of its inputs"
                return
            self._compare(number, ours.reshape(-1), theirs.reshape(-1))
        self._samples += 1

    def _compare(self, number: int, ours: NDArray[Any], theirs: NDArray[Any]) -> None:
        self._values += ours.size
        units = _units(ours, theirs)
        apart = np.flatnonzero(units)
        if not apart.size:
            return
        self._differing += int(apart.size)
        if self._first is None:
            at = int(apart[0])
            self._first = (self._samples, at, float(ours[at]), float(theirs[at]))
        worst = int(units.max())
        if worst > self._worst:
            self._worst, self._output = worst, number

    def opinion(self) -> OpOpinion:
        op = self._op
        if self._part is None:
            return OpOpinion(op.index, op.name, not_compared=self._why_not)
        return OpOpinion(
            *(op.index, op.name, self._worst, self._output, self._differing, self._values),
            first=self._first,
        )


def _units(ours: NDArray[Any], theirs: NDArray[Any]) -> NDArray[np.int64]:
    """How far apart each pair of values is, as `OpOpinion.worst` counts."""
    if ours.dtype.kind != "f":
        return np.abs(ours.astype(np.int64) - theirs.astype(np.int64))
    with np.errstate(invalid="ignore"):
        apart = np.abs(ours.astype(np.float64) - theirs.astype(np.float64))
    same = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
    largest = float(np.max(np.abs(ours), where=np.isfinite(ours), initial=0.0))
    unit = FLOAT_TOLERANCE * max(largest, float(np.finfo(np.float32).tiny))
    apart = np.where(same, 0.0, np.nan_to_num(apart / unit, nan=1e9, posinf=1e9))
    return np.where(apart <= 1.0, 0, np.ceil(apart)).astype(np.int64)
