"""TensorFlow Lite Micro, through the PyPI package `tflite-micro`.

The package aborts the process on some broken models; that is what the firmware would do
on a real board, and here it ends the process that plays the CPU.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable
from typing import IO, Any, TypeVar

import numpy as np
import tflite_micro
from numpy.typing import NDArray
from tflite_micro.python.tflite_micro import _runtime
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from hil.sim.engine import (
    EngineError,
    OnOp,
    Plan,
    ShapeAndType,
    read_plan,
    shape_and_type,
    size_of,
    split,
)
from hil.wire.enums import ErrorCode

T = TypeVar("T")

# More than any network for a chip with PSRAM needs: first the need is measured, then judged.
_PLENTY_BYTES = 32 * 1024 * 1024
_NO_DECOMPRESSION = 0
_STDERR = 2
# RecordingMicroAllocator::PrintAllocations of TFLM.
_ARENA_TOTAL = re.compile(r"Arena allocation total (\d+) bytes")
# MicroAllocator of TFLM, for an operator that its resolver lacks.
_LACKING = re.compile(r"Failed to get registration from op code (\w+)")


class TflmEngine:
    """Plain runs use the normal planned arena, traced runs an interpreter that keeps all.

    A network with variables has the second alone, so that both kinds of run share its state.
    """

    def __init__(self, log: IO[bytes] | None = None) -> None:
        """`log` holds what TFLM printed last, should it end the process."""
        self._log = log or tempfile.TemporaryFile()  # noqa: SIM115 - lives on
        self.kernels = "reference"
        self.name = f"tflite-micro {tflite_micro.__version__}"
        self._model = b""
        self._plan = Plan(0, 0, (), 0, stateful=False)
        self._plain: Any = None
        self._keeping: Any = None
        self._last: Any = None
        self._inputs: list[ShapeAndType] = []
        self._outputs: list[ShapeAndType] = []

    def load(self, model: bytes, arena_bytes: int) -> int:
        self._model = model
        self._plan = read_plan(model, schema)
        self._plain = self._interpreter(keep_all=False)
        _, text = self._with_stderr(self._plain.PrintAllocations)
        total = _ARENA_TOTAL.search(text)
        used = int(total.group(1)) if total else 0
        if used > arena_bytes:
            message = f"the network needs {used} bytes of arena, {arena_bytes} are there"
            raise EngineError(ErrorCode.ARENA_TOO_SMALL, message, used, arena_bytes)
        if self._plan.stateful:
            self._plain = self._keeping = self._interpreter(keep_all=True)
        get_input, get_output = (
            self._plain.GetInputTensorDetails,
            self._plain.GetOutputTensorDetails,
        )
        self._inputs = [shape_and_type(get_input(index)) for index in range(self._plan.inputs)]
        self._outputs = [shape_and_type(get_output(index)) for index in range(self._plan.outputs)]
        return used

    def output_bytes(self) -> list[int]:
        return [size_of(*each) for each in self._outputs]

    def reset_state(self) -> None:
        if self._plan.variables:
            # Reset leaves those of VAR_HANDLE without the values that CALL_ONCE gave them.
            self._plain = self._keeping = self._interpreter(keep_all=True)
        else:
            self._plain.Reset()

    def invoke(self, sample: NDArray[np.uint8], on_op: OnOp | None) -> None:
        if on_op is not None and self._keeping is None:
            self._keeping = self._interpreter(keep_all=True)
        interpreter = self._keeping if on_op is not None else self._plain
        try:
            for index, part in enumerate(split(sample, self._inputs)):
                interpreter.SetInputTensor(part, index)
            interpreter.Invoke()
        except (RuntimeError, ValueError) as error:
            raise EngineError(ErrorCode.ENGINE, str(error)) from error
        self._last = interpreter
        if on_op is not None:
            for each in self._plan.op_outputs:
                # For a tensor without bytes TFLM would end the process.
                data = np.empty(0, np.uint8)
                if each.tensor is not None:
                    data = interpreter.GetTensor(each.tensor, 0)["tensor_data"]
                on_op(each.op, each.output, data)

    def output(self, index: int) -> NDArray[np.generic]:
        tensor: NDArray[np.generic] = self._last.GetOutputTensor(index)
        return tensor

    def _interpreter(self, *, keep_all: bool) -> Any:
        kinds = _runtime.PythonInterpreterConfig
        kind = kinds.kPreserveAllTensors if keep_all else kinds.kAllocationRecording

        def create() -> Any:
            # Not the wrapper class of the package: it unpacks the whole model to count
            # resource variables, which takes longer than an inference.
            return _runtime.InterpreterWrapper(
                *(self._model, [], _PLENTY_BYTES, self._plan.variables, kind),
                _NO_DECOMPRESSION,
            )

        interpreter, text = self._with_stderr(create)
        if isinstance(interpreter, Exception):
            raise _refusal(interpreter, text)
        return interpreter

    def _with_stderr(self, call: Callable[[], T]) -> tuple[T | Exception, str]:
        """Runs `call`; returns its result, or its exception, and what C++ wrote to stderr.

        TFLM reports through the process's standard error alone.
        """
        self._log.seek(0)
        self._log.truncate()
        saved = os.dup(_STDERR)
        os.dup2(self._log.fileno(), _STDERR)
        result: T | Exception
        try:
            result = call()
        except (RuntimeError, ValueError) as error:
            result = error
        finally:
            os.dup2(saved, _STDERR)
            os.close(saved)
        self._log.seek(0)
        text = self._log.read().decode(errors="replace")
        self._log.truncate(0)
        return result, text


def _refusal(error: Exception, text: str) -> EngineError:
    lacking = _LACKING.search(text)
    if lacking is not None:
        name = lacking.group(1)
        code = vars(schema.BuiltinOperator).get(name, 0)
        return EngineError(ErrorCode.MODEL_OP, f"TensorFlow Lite Micro has no {name}", code)
    lines = text.split("\n")
    said = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return EngineError(ErrorCode.ENGINE, said or str(error))
