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

from hil.sim.engine import EngineError, OnOp, check_registered
from hil.wire.enums import ErrorCode

T = TypeVar("T")

# More than any model for a 4 MB board needs: first the need is measured, then judged.
_PLENTY_BYTES = 8 * 1024 * 1024
_NO_RESOURCE_VARIABLES = 0
_NO_DECOMPRESSION = 0
_STDERR = 2
# RecordingMicroAllocator::PrintAllocations of TFLM.
_ARENA_TOTAL = re.compile(r"Arena allocation total (\d+) bytes")


class TflmEngine:
    """Plain runs use the normal planned arena, traced runs an interpreter that keeps all."""

    def __init__(self, log: IO[bytes] | None = None) -> None:
        """`log` holds what TFLM printed last, should it end the process."""
        self._log = log or tempfile.TemporaryFile()  # noqa: SIM115 - lives on
        self.name = f"tflite-micro {tflite_micro.__version__}"
        self._model = b""
        self._plain: Any = None
        self._keeping: Any = None
        self._last: Any = None
        self._shape: tuple[int, ...] = ()
        self._op_outputs: list[int] = []

    def arena_needed(self, model: bytes) -> int:
        """The bytes of arena that a model takes, whatever the firmware; 0 if TFLM does not say.

        Raises EngineError if TFLM refuses the model.
        """
        self._model = model
        self._plain = self._interpreter(keep_all=False)
        _, text = self._with_stderr(self._plain.PrintAllocations)
        total = _ARENA_TOTAL.search(text)
        return int(total.group(1)) if total else 0

    def load(self, model: bytes, arena_bytes: int) -> int:
        graph = schema.Model.GetRootAs(model, 0)
        codes = [graph.OperatorCodes(index) for index in range(graph.OperatorCodesLength())]
        check_registered(
            (max(code.BuiltinCode(), code.DeprecatedBuiltinCode()) for code in codes), schema
        )
        operators = range(graph.Subgraphs(0).OperatorsLength())
        self._op_outputs = [graph.Subgraphs(0).Operators(index).Outputs(0) for index in operators]
        used = self.arena_needed(model)
        if used > arena_bytes:
            message = f"the model needs {used} bytes of arena, {arena_bytes} are there"
            raise EngineError(ErrorCode.ARENA_TOO_SMALL, message, used, arena_bytes)
        self._shape = tuple(int(size) for size in self._plain.GetInputTensorDetails(0)["shape"])
        return used

    def invoke(self, image: NDArray[np.int8], on_op: OnOp | None) -> None:
        if on_op is not None and self._keeping is None:
            self._keeping = self._interpreter(keep_all=True)
        interpreter = self._keeping if on_op is not None else self._plain
        try:
            interpreter.SetInputTensor(image.reshape(self._shape), 0)
            interpreter.Invoke()
        except (RuntimeError, ValueError) as error:
            raise EngineError(ErrorCode.ENGINE, str(error)) from error
        self._last = interpreter
        if on_op is not None:
            for index, tensor in enumerate(self._op_outputs):
                on_op(index, interpreter.GetTensor(tensor, 0)["tensor_data"])

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
                *(self._model, [], _PLENTY_BYTES, _NO_RESOURCE_VARIABLES, kind),
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
    lines = text.split("\n")
    said = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return EngineError(ErrorCode.ENGINE, said or str(error))
