"""The interpreters that can be the reference, and which one a network gets.

TensorFlow Lite Micro's own kernels are what a chip claims to reproduce, so they come first where
their wheel is installed. Elsewhere LiteRT's reference kernels (`OpResolverType.BUILTIN_REF`) stand
in: they give the same bytes in nearly every operator, while LiteRT's default and optimised kernels
round differently, so that a comparison with them blames the board for the host.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from importlib import metadata
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hil.errors import InfrastructureError, UsageError
from hil.network.contract import Contract
from hil.network.tflite_graph import Graph
from hil.oracle.micro import Probe, probe

DIFFERING = ("FULLY_CONNECTED", "RELU6", "SUM", "UNIDIRECTIONAL_SEQUENCE_LSTM")
"""Operators in which LiteRT's reference kernels are known to differ from TensorFlow Lite Micro's:
by rounding, by what they do with another scale (RELU6), by a defect (SUM). See docs/oracle.md."""

_LARGEST_ARENA = 512 * 1024 * 1024
_NO_DECOMPRESSION = 0


class ReferenceInterpreter(Protocol):
    """Runs a network; every tensor can be read afterwards. Not thread-safe."""

    resolver: str
    """Which kernels run, for reports."""

    def run(self, inputs: Sequence[NDArray[Any]]) -> None:
        """One inference; arrays of the inputs' types and shapes."""

    def tensor(self, index: int) -> NDArray[Any]:
        """A copy of a tensor as the last run left it."""

    def reset(self) -> None:
        """Gives the network's variables their initial values."""


class LiteRtReference:
    """LiteRT with the reference kernels."""

    def __init__(self, model: bytes, graph: Graph) -> None:
        """Raises ValueError or RuntimeError, as LiteRT does, if it refuses the model."""
        self.resolver = f"litert {litert_version()} BUILTIN_REF"
        self._model = model
        self._graph = graph
        self._interpreter = self._opened()

    def _opened(self) -> Any:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        interpreter = Interpreter(
            model_content=self._model,
            num_threads=1,
            experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
            experimental_preserve_all_tensors=True,
        )
        interpreter.allocate_tensors()
        return interpreter

    def run(self, inputs: Sequence[NDArray[Any]]) -> None:
        for index, array in zip(self._graph.inputs, inputs, strict=True):
            self._interpreter.set_tensor(index, array)
        self._interpreter.invoke()

    def tensor(self, index: int) -> NDArray[Any]:
        handle = _handle(self._graph, index)
        if handle is not None:
            return handle
        tensor: NDArray[Any] = self._interpreter.get_tensor(index)
        return tensor

    def reset(self) -> None:
        if self._graph.variables:
            self._interpreter = self._opened()  # LiteRT resets those of VAR_HANDLE in no other way
        else:
            self._interpreter.reset_all_variables()


class MicroReference:
    """TensorFlow Lite Micro, of the wheel tflite-micro.

    It aborts the process on some models: run a model in a process of its own first
    (`hil.oracle.micro.probe`).
    """

    def __init__(self, model: bytes, graph: Graph) -> None:
        """Raises RuntimeError, as tflite-micro does, if it refuses the model."""
        self.resolver = f"tflite-micro {micro_version()}"
        self._model = model
        self._graph = graph
        self._interpreter = micro_interpreter(model, graph, preserve=True)

    def run(self, inputs: Sequence[NDArray[Any]]) -> None:
        for position, array in enumerate(inputs):
            self._interpreter.SetInputTensor(array, position)
        self._interpreter.Invoke()

    def tensor(self, index: int) -> NDArray[Any]:
        handle = _handle(self._graph, index)
        if handle is not None:
            return handle
        data: NDArray[Any]
        if index in self._graph.outputs:
            # GetTensor never frees what it returns.
            data = self._interpreter.GetOutputTensor(self._graph.outputs.index(index))
        else:
            data = self._interpreter.GetTensor(index, 0)["tensor_data"]
        shaped: NDArray[Any] = data.reshape(self._graph.tensors[index].shape).copy()
        return shaped

    def reset(self) -> None:
        if self._graph.variables:
            # Reset leaves those of VAR_HANDLE without the values that CALL_ONCE gave them.
            self._interpreter = micro_interpreter(self._model, self._graph, preserve=True)
        else:
            self._interpreter.Reset()


def micro_interpreter(model: bytes, graph: Graph, *, preserve: bool) -> Any:
    """An interpreter of the wheel, which keeps all tensors or else knows what its arena holds.

    Raises RuntimeError, or aborts the process, if it refuses the model.
    """
    # Not the wrapper class of the package: it unpacks the whole model to count variables.
    from tflite_micro.python.tflite_micro import _runtime

    kinds = _runtime.PythonInterpreterConfig
    kind = kinds.kPreserveAllTensors if preserve else kinds.kAllocationRecording
    # All tensors side by side, and what kernels need for themselves.
    needed = sum(tensor.data_bytes + 256 for tensor in graph.tensors)
    arena = min(8 * needed + 1024 * 1024, _LARGEST_ARENA)
    variables = len(graph.variables)
    return _runtime.InterpreterWrapper(model, [], arena, variables, kind, _NO_DECOMPRESSION)


def _handle(graph: Graph, index: int) -> NDArray[Any] | None:
    """No bytes, for a tensor that names a variable: boards tell none of it."""
    return np.empty(0, np.uint8) if graph.tensors[index].type_name == "RESOURCE" else None


def micro_installed() -> bool:
    """Whether the tflite-micro package is there (it exists for Linux on x86-64)."""
    return importlib.util.find_spec("tflite_micro") is not None


def micro_version() -> str:
    return metadata.version("tflite-micro")


def litert_version() -> str:
    return metadata.version("ai-edge-litert")


def open_reference(contract: Contract, *, tried: bool = False) -> ReferenceInterpreter:
    """TensorFlow Lite Micro where it is installed, else LiteRT's reference kernels.

    `tried`: the network is known not to end the process.

    Raises UsageError where the interpreter refuses the network, InfrastructureError where this
    machine could not try it.
    """
    if micro_installed():
        found = Probe() if tried else probe(contract.model, contract.graph)
        if not found.trouble:
            return MicroReference(contract.model, contract.graph)
        if not found.repeatable:
            raise InfrastructureError(
                f"TensorFlow Lite Micro could not be tried: {found.trouble}",
                where=contract.where,
                hint="try again on a machine that is less busy",
            )
        raise UsageError(
            f"TensorFlow Lite Micro refuses the model: {found.trouble}",
            where=contract.where,
            hint="a chip refuses it too: build or convert the network without what it names",
        )
    try:
        interpreter = LiteRtReference(contract.model, contract.graph)
        interpreter.run(contract.unpack(bytes(contract.header.sample_bytes)))
        interpreter.reset()
        return interpreter
    except (ValueError, RuntimeError) as error:
        raise UsageError(
            f"LiteRT {litert_version()} refuses the model: {shortened(error)}",
            where=contract.where,
            hint="convert the model with a current converter, or install tflite-micro "
            "(camhil[sim], Linux x86-64), which is the reference then",
        ) from error


def shortened(error: Exception) -> str:
    """LiteRT repeats itself once per tensor: the first sentence of what it says."""
    text = " ".join(str(error).split())
    return text if len(text) <= 160 else f"{text[:157]}..."
