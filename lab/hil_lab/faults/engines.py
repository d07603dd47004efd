"""Engines with a mistake in them: another model, one operator, or an output that is overwritten.

All of it runs in the process of the simulated CPU.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.oracle.submodel import Part
    from hil.sim.engine import Engine, OnOp
    from hil_lab.faults.kernels import Kernel, Place, Tensor


@dataclass(frozen=True)
class EditedModel:
    """Wraps an engine: it runs another model than the one it is given.

    `edit` changes a `ModelT` of LiteRT's generated schema in place. `any_network`: of every
    network, and not of model/person_cam.tflite alone.
    """

    edit: Callable[[Any], None]
    any_network: bool = False

    def __call__(self, engine: Engine) -> Engine:
        return _EditedModel(engine, self.edit, any_network=self.any_network)


@dataclass(frozen=True)
class WrongOp:
    """Wraps an engine: operator `op` gives what `kernel` says, and the rest goes on from there."""

    op: int
    kernel: Kernel

    def __call__(self, engine: Engine) -> Engine:
        return _WrongOp(engine, self.op, self.kernel)


@dataclass(frozen=True)
class OverwrittenOutput:
    """Wraps an engine: the first bytes of its largest output are lost after a plain run.

    A traced run keeps every tensor apart, as real engines do, and shows nothing.
    """

    count: int

    def __call__(self, engine: Engine) -> Engine:
        return _OverwrittenOutput(engine, self.count)


@dataclass(frozen=True)
class LackingOp:
    """Wraps an engine: it refuses networks with this operator, named as in TFLite's schema."""

    op: str

    def __call__(self, engine: Engine) -> Engine:
        return _LackingOp(engine, self.op)


@dataclass(frozen=True)
class OptimisedKernels:
    """Replaces the engine: LiteRT with the kernels that it uses on a PC."""

    def __call__(self, engine: Engine) -> Engine:
        from hil.sim.engine_litert import LitertEngine

        class Optimised(LitertEngine):
            resolver = "BUILTIN_WITHOUT_DEFAULT_DELEGATES"

        optimised = Optimised()
        optimised.name = engine.name
        return optimised


def _own(model: bytes) -> bool:
    """Whether a fault of an operator is meant for this network, and not for one that a test puts
    on the board beside it."""
    from hil.base.resources import find

    return model == (find("model") / "person_cam.tflite").read_bytes()


class _Wrapped:
    """Passes everything on."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.name = engine.name
        self.kernels = engine.kernels

    def load(self, model: bytes, arena_bytes: int) -> int:
        return self._engine.load(model, arena_bytes)

    def invoke(self, sample: NDArray[np.uint8], on_op: OnOp | None) -> None:
        self._engine.invoke(sample, on_op)

    def output(self, index: int) -> NDArray[np.generic]:
        return self._engine.output(index)

    def output_bytes(self) -> list[int]:
        return self._engine.output_bytes()

    def reset_state(self) -> None:
        self._engine.reset_state()


class _LackingOp(_Wrapped):
    def __init__(self, engine: Engine, op: str) -> None:
        super().__init__(engine)
        self._op = op

    def load(self, model: bytes, arena_bytes: int) -> int:
        from hil.network.tflite_graph import read_graph
        from hil.sim.engine import EngineError
        from hil.wire.enums import ErrorCode

        for op in read_graph(model).ops:
            if op.name == self._op:
                raise EngineError(ErrorCode.MODEL_OP, f"not registered: {op.name}", op.code)
        return self._engine.load(model, arena_bytes)


class _EditedModel(_Wrapped):
    def __init__(self, engine: Engine, edit: Callable[[Any], None], *, any_network: bool) -> None:
        super().__init__(engine)
        self._edit = edit
        self._any_network = any_network

    def load(self, model: bytes, arena_bytes: int) -> int:
        from hil.oracle.submodel import parts_of

        if self._any_network or _own(model):
            model = parts_of(model).edited(self._edit)
        return self._engine.load(model, arena_bytes)


class _WrongOp(_Wrapped):
    def __init__(self, engine: Engine, op: int, kernel: Kernel) -> None:
        super().__init__(engine)
        self._op = op
        self._kernel = kernel
        self._place: Place | None = None
        self._tail: Part | None = None
        self._tensors: dict[int, Tensor] = {}

    def load(self, model: bytes, arena_bytes: int) -> int:
        from hil.network.tflite_graph import read_graph
        from hil.oracle.submodel import parts_of
        from hil_lab.faults.kernels import Place

        self._place = None
        if not _own(model):
            return self._engine.load(model, arena_bytes)
        graph, parts = read_graph(model), parts_of(model)
        self._place = Place(graph, parts, graph.ops[self._op])
        following = [output for op in graph.ops[self._op + 1 :] for output in op.outputs]
        self._tail = parts.part(self._op + 1, len(graph.ops) - 1, outputs=following)
        return self._engine.load(model, arena_bytes)

    def invoke(self, sample: NDArray[np.uint8], on_op: OnOp | None) -> None:
        if self._place is None:
            self._engine.invoke(sample, on_op)
            return
        assert self._tail is not None
        graph, op = self._place.graph, self._place.op
        tensors: dict[int, Tensor] = {}

        def keep(at: int, output: int, tensor: Tensor) -> None:
            tensors[graph.ops[at].outputs[output]] = tensor.copy()

        self._engine.invoke(sample, keep)
        source = graph.tensors[op.inputs[0]]
        given = tensors.get(source.index, sample.view("int8")).reshape(source.shape)
        right = tensors[op.output]
        wrong = self._kernel(self._place, given, right).astype(right.dtype).reshape(right.shape)
        if not (wrong == right).all():
            tensors[op.output] = wrong
            behind = [output for later in graph.ops[op.index + 1 :] for output in later.outputs]
            tensors.update(zip(behind, self._tail.run(wrong), strict=True))
        self._tensors = tensors
        if on_op is not None:
            for each in graph.ops:
                for number, tensor in enumerate(each.outputs):
                    on_op(each.index, number, tensors[tensor])

    def output(self, index: int) -> NDArray[np.generic]:
        if self._place is None:
            return self._engine.output(index)
        return self._tensors[self._place.graph.outputs[index]]


class _OverwrittenOutput(_Wrapped):
    def __init__(self, engine: Engine, count: int) -> None:
        super().__init__(engine)
        self._count = count
        self._largest = -1
        self._traced = False

    def load(self, model: bytes, arena_bytes: int) -> int:
        from hil.network.tflite_graph import read_graph

        graph = read_graph(model)
        sizes = [graph.tensors[tensor].data_bytes for tensor in graph.outputs]
        self._largest = sizes.index(max(sizes))
        return self._engine.load(model, arena_bytes)

    def invoke(self, sample: NDArray[np.uint8], on_op: OnOp | None) -> None:
        self._traced = on_op is not None
        self._engine.invoke(sample, on_op)

    def output(self, index: int) -> NDArray[np.generic]:
        tensor = self._engine.output(index)
        if index == self._largest and not self._traced:
            tensor = tensor.copy()
            tensor.flat[: self._count] = 0
        return tensor
