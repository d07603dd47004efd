"""The interpreters that can be an int8 reference, and which one takes a model.

LiteRT runs with its reference kernels (`OpResolverType.BUILTIN_REF`). They give
the same bytes as TensorFlow Lite Micro in every operator; the default resolver
(XNNPACK) and the optimised kernels round differently, so that a comparison with
them blames the board for the host. See docs/oracle.md.
"""

from __future__ import annotations

import importlib.util
from importlib import metadata
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hil.errors import UsageError
from hil.network.tflite_graph import Graph
from hil.oracle.micro import black_image, probe

_LARGEST_ARENA = 256 * 1024 * 1024


class ReferenceInterpreter(Protocol):
    """Runs a model; every tensor can be read afterwards. Not thread-safe."""

    resolver: str
    """Which kernels run, for reports."""

    def run(self, image: NDArray[np.int8]) -> None:
        """One inference; `image` is int8 of the input tensor's shape."""

    def tensor(self, index: int) -> NDArray[Any]:
        """A copy of a tensor as the last run left it."""


class LiteRtReference:
    """LiteRT with the reference kernels."""

    def __init__(self, model: bytes, graph: Graph) -> None:
        """Raises ValueError or RuntimeError, as LiteRT does, if it refuses the model."""
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        self.resolver = f"litert {litert_version()} BUILTIN_REF"
        self._input = graph.inputs[0]
        self._interpreter = Interpreter(
            model_content=model,
            num_threads=1,
            experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
            experimental_preserve_all_tensors=True,
        )
        self._interpreter.allocate_tensors()

    def run(self, image: NDArray[np.int8]) -> None:
        self._interpreter.set_tensor(self._input, image)
        self._interpreter.invoke()

    def tensor(self, index: int) -> NDArray[Any]:
        tensor: NDArray[Any] = self._interpreter.get_tensor(index)
        return tensor


class TfliteMicroReference:
    """tflite-micro's Python interpreter.

    It aborts the process on some models: run a model in a process of its own
    first (`hil.oracle.micro.probe`).
    """

    def __init__(self, model: bytes, graph: Graph) -> None:
        """Raises RuntimeError, as tflite-micro does, if it refuses the model."""
        from tflite_micro.python.tflite_micro import runtime

        self.resolver = f"tflite-micro {micro_version()}"
        # All tensors stay alive side by side here, unlike on the board.
        needed = sum(tensor.data_bytes + 256 for tensor in graph.tensors)
        self._interpreter = runtime.Interpreter.from_bytes(
            model,
            arena_size=min(2 * needed + 256 * 1024, _LARGEST_ARENA),
            intrepreter_config=runtime.InterpreterConfig.kPreserveAllTensors,
        )

    def run(self, image: NDArray[np.int8]) -> None:
        self._interpreter.set_input(image, 0)
        self._interpreter.invoke()

    def tensor(self, index: int) -> NDArray[Any]:
        tensor: NDArray[Any] = self._interpreter.GetTensor(index, 0)["tensor_data"].copy()
        return tensor


def micro_installed() -> bool:
    """Whether the tflite-micro package is there (it exists for Linux on x86-64)."""
    return importlib.util.find_spec("tflite_micro") is not None


def micro_version() -> str:
    return metadata.version("tflite-micro")


def litert_version() -> str:
    return metadata.version("ai-edge-litert")


def open_reference(model: bytes, graph: Graph, *, where: str = "model") -> ReferenceInterpreter:
    """LiteRT's reference kernels, or tflite-micro for a model (.tflite bytes) that LiteRT refuses.

    Raises UsageError, with `where` as its place, where tflite-micro is not installed or refuses
    the model too.
    """
    try:
        interpreter = LiteRtReference(model, graph)
        interpreter.run(black_image(graph))
        return interpreter
    except (ValueError, RuntimeError) as error:
        cause = error
    refusal = f"LiteRT {litert_version()} refuses the model: {_shortened(cause)}"
    if not micro_installed():
        raise UsageError(
            refusal,
            where=where,
            hint="convert the model with a current converter, or install tflite-micro "
            "(camhil[sim]), which is then the reference",
        ) from cause
    trouble = probe(model)
    if trouble:
        raise UsageError(
            f"{refusal}; tflite-micro {micro_version()} does too: {trouble}",
            where=where,
            hint="convert the model with a current converter",
        ) from cause
    return TfliteMicroReference(model, graph)


def _shortened(error: Exception) -> str:
    """LiteRT repeats itself once per tensor: the first sentence of what it says."""
    text = " ".join(str(error).split())
    return text if len(text) <= 160 else f"{text[:157]}..."
