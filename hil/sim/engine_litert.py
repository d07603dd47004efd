"""LiteRT with its reference kernels, for machines without a tflite-micro package.

`BUILTIN_REF` gives the same tensors as TFLM, operator by operator; the default resolver
does not. It knows nothing of an arena.
"""

from __future__ import annotations

import re
from importlib import metadata
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from numpy.typing import NDArray

from hil.facts.stand_in import LITERT_ENGINE
from hil.sim.engine import (
    EngineError,
    OnOp,
    Plan,
    read_plan,
    shape_and_type,
    size_of,
    split,
)
from hil.wire.enums import ErrorCode

_CUSTOM = re.compile(r"unresolved custom op: (\S+?)\.?(?:See|\s|$)")


class LitertEngine:
    """Plain runs and traced runs use an interpreter each, as in the TFLM engine."""

    resolver = "BUILTIN_REF"

    def __init__(self) -> None:
        self.kernels = "reference"
        self.name = f"{LITERT_ENGINE} {metadata.version('ai-edge-litert')}"
        self._model = b""
        self._plan = Plan(0, 0, (), 0, stateful=False)
        self._plain: Any = None
        self._keeping: Any = None
        self._last: Any = None

    def load(self, model: bytes, arena_bytes: int) -> int:
        del arena_bytes  # LiteRT allocates from the heap
        self._model = model
        self._plan = read_plan(model, schema)
        self.reset_state()
        return 0

    def output_bytes(self) -> list[int]:
        return [size_of(*shape_and_type(each)) for each in self._plain.get_output_details()]

    def reset_state(self) -> None:
        # What a VAR_HANDLE names is not reset with the variables; a new interpreter has none.
        self._keeping = None
        self._plain = self._interpreter(keep_all=self._plan.stateful)
        if self._plan.stateful:
            self._keeping = self._plain  # of state there is one

    def invoke(self, sample: NDArray[np.uint8], on_op: OnOp | None) -> None:
        if on_op is not None and self._keeping is None:
            self._keeping = self._interpreter(keep_all=True)
        interpreter = self._keeping if on_op is not None else self._plain
        details = interpreter.get_input_details()
        parts = split(sample, map(shape_and_type, details))
        try:
            for each, part in zip(details, parts, strict=True):
                interpreter.set_tensor(each["index"], part)
            interpreter.invoke()
        except (RuntimeError, ValueError) as error:
            raise EngineError(ErrorCode.ENGINE, str(error)) from error
        self._last = interpreter
        if on_op is not None:
            for each in self._plan.op_outputs:
                has_bytes = each.tensor is not None
                data = interpreter.get_tensor(each.tensor) if has_bytes else np.empty(0, np.uint8)
                on_op(each.op, each.output, data)

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
            raise _refusal(str(error)) from error
        return interpreter


def _refusal(text: str) -> EngineError:
    custom = _CUSTOM.search(text)
    if custom is None:
        return EngineError(ErrorCode.ENGINE, text)
    code = schema.BuiltinOperator.CUSTOM
    return EngineError(ErrorCode.MODEL_OP, f"LiteRT has no operator {custom.group(1)}", code)
