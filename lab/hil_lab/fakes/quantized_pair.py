"""A small float network and its int8 form, made without a converter: with what a test wants wrong.

FULLY_CONNECTED [8 -> 16] with RELU, FULLY_CONNECTED [16 -> 4], SOFTMAX. Weights are drawn from a
seed and quantized as TFLite's specification says; ranges are those of normal inputs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hil.testing.model_builder import ModelBuilder

INPUTS, HIDDEN, CLASSES = 8, 16, 4
INPUT_SCALE = 1 / 32
_CALIBRATING = 400


@dataclass(frozen=True)
class QuantizedPair:
    """What to make; the defaults are healthy.

    Attributes:
        wrong_channel: of the hidden layer, whose int8 weights have the wrong sign.
        hidden_range: part of the hidden layer's range that its scale covers.
        float_ends: the int8 network takes and gives float32, by QUANTIZE and DEQUANTIZE.
        common_names: whether tensors have the same names in both files.
        seed: of the weights.
    """

    wrong_channel: int | None = None
    hidden_range: float = 1.0
    float_ends: bool = False
    common_names: bool = True
    seed: int = 1

    def build(self) -> tuple[bytes, bytes]:
        """The float and the int8 .tflite file."""
        weights = self._weights()
        return self._float(weights), self._int8(weights)

    def _weights(self) -> tuple[Any, Any]:
        import numpy as np

        random = np.random.default_rng(self.seed)
        first = random.normal(0, 0.5, (HIDDEN, INPUTS)).astype(np.float32)
        second = random.normal(0, 0.5, (CLASSES, HIDDEN)).astype(np.float32)
        return first, second

    def _float(self, weights: tuple[Any, Any]) -> bytes:
        file = ModelBuilder()
        at = file.input("x", [1, INPUTS], "FLOAT32")
        for name, values, fused in zip(("hidden", "logits"), weights, (1, 0), strict=True):
            filter_ = file.tensor(f"{name}/w", values.shape, "FLOAT32", values=values)
            made = file.tensor(name, [1, len(values)], "FLOAT32")
            file.op("FULLY_CONNECTED", [at, filter_, -1], made, "FullyConnectedOptions",
                    fusedActivationFunction=fused)  # fmt: skip
            at = made
        score = file.tensor("score", [1, CLASSES], "FLOAT32")
        file.op("SOFTMAX", [at], score, "SoftmaxOptions", beta=1.0)
        return file.build([score])

    def _int8(self, weights: tuple[Any, Any]) -> bytes:
        import numpy as np

        file, mark = ModelBuilder(), "" if self.common_names else "int8_"
        if self.float_ends:
            given = file.input("x", [1, INPUTS], "FLOAT32")
            at = file.tensor("x_int8", [1, INPUTS], "INT8", INPUT_SCALE)
            file.op("QUANTIZE", [given], at)
        else:
            at = file.input("x", [1, INPUTS], "INT8", INPUT_SCALE)
        hidden, logits = self._ranges(weights)
        scales = hidden * self.hidden_range / 255, 2 * logits / 255
        for n, (name, values) in enumerate(zip(("hidden", "logits"), weights, strict=True)):
            scale = float(np.abs(values).max()) / 127
            steps = np.rint(values / scale).astype(np.int8)
            if n == 0 and self.wrong_channel is not None:
                steps[self.wrong_channel] *= -1
            filter_ = file.tensor(f"{name}/w", values.shape, "INT8", scale, values=steps)
            made = file.tensor(mark + name, [1, len(values)], "INT8", scales[n], (-128, 0)[n])
            file.op("FULLY_CONNECTED", [at, filter_, -1], made, "FullyConnectedOptions",
                    fusedActivationFunction=(1, 0)[n])  # fmt: skip
            at = made
        score = file.tensor(mark + "score", [1, CLASSES], "INT8", 1 / 256, -128)
        file.op("SOFTMAX", [at], score, "SoftmaxOptions", beta=1.0)
        if self.float_ends:
            out = file.tensor("out", [1, CLASSES], "FLOAT32")
            file.op("DEQUANTIZE", [score], out)
            score = out
        return file.build([score])

    def _ranges(self, weights: tuple[Any, Any]) -> tuple[float, float]:
        """The largest hidden value and logit for inputs of the whole range."""
        import numpy as np

        random = np.random.default_rng(self.seed)
        given = random.uniform(-128, 127, (_CALIBRATING, INPUTS)) * INPUT_SCALE
        hidden = np.maximum(given @ weights[0].T, 0)
        return float(hidden.max()), float(np.abs(hidden @ weights[1].T).max())
