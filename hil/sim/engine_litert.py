"""LiteRT with its reference kernels, for machines without a tflite-micro package.

`BUILTIN_REF` gives the same tensors as TFLM, operator by operator; the default resolver
does not. It knows nothing of an arena.
"""

from __future__ import annotations

from importlib import metadata
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from numpy.typing import NDArray

from hil.errors import UsageError
from hil.facts.stand_in import LITERT_ENGINE
from hil.network.tflite_graph import read_graph
from hil.sim.engine import EngineError, OnOp, check_registered
from hil.wire.enums import ErrorCode


class LitertEngine:
    """Plain runs and traced runs use an interpreter each, as in the TFLM engine."""

    resolver = "BUILTIN_REF"

    def __init__(self) -> None:
        self.name = f"{LITERT_ENGINE} {metadata.version('ai-edge-litert')}"
        self._model = b""
        self._plain: Any = None
        self._keeping: Any = None
        self._last: Any = None
        self._op_outputs: list[int] = []

    def load(self, model: bytes, arena_bytes: int) -> int:
        del arena_bytes  # LiteRT allocates from the heap
        self._model = model
        self._op_outputs = _checked_op_outputs(model)
        self._plain = self._interpreter(keep_all=False)
        return 0

    def invoke(self, image: NDArray[np.int8], on_op: OnOp | None) -> None:
        if on_op is not None and self._keeping is None:
            self._keeping = self._interpreter(keep_all=True)
        interpreter = self._keeping if on_op is not None else self._plain
        tensor = interpreter.get_input_details()[0]
        try:
            interpreter.set_tensor(tensor["index"], image.reshape(tensor["shape"]))
            interpreter.invoke()
        except (RuntimeError, ValueError) as error:
            raise EngineError(ErrorCode.ENGINE, str(error)) from error
        self._last = interpreter
        if on_op is not None:
            for index, number in enumerate(self._op_outputs):
                on_op(index, interpreter.get_tensor(number))

    def output(self, index: int) -> NDArray[np.generic]:
        number = self._last.get_output_details()[index]["index"]
        tensor: NDArray[np.generic] = self._last.get_tensor(number)
        return tensor

    def _interpreter(self, *, keep_all: bool) -> Any:
        try:
            interpreter = Interpreter(
                model_content=self._model,
                experimental_op_resolver_type=OpResolverType[self.resolver],
                experimental_preserve_all_tensors=keep_all,
                num_threads=1,
            )
            interpreter.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            raise EngineError(ErrorCode.ENGINE, str(error)) from error
        return interpreter


def _checked_op_outputs(model: bytes) -> list[int]:
    """The output tensor of every operator; refuses what the firmware cannot run."""
    try:
        graph = read_graph(model)
    except UsageError as error:
        raise EngineError(ErrorCode.MODEL_FORMAT, error.message) from error
    check_registered((op.code for op in graph.ops), schema)
    return [op.output for op in graph.ops]
