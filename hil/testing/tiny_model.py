"""Builds small int8 .tflite models that have a class activation map.

The graph is CONV_2D -> MEAN -> CONV_2D 1x1 -> RESHAPE -> SOFTMAX, with the
features as second output. It runs in well under a millisecond and needs no
converter, so a test can have any grid, number of classes and quantization.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from hil.testing.model_builder import ModelBuilder, tflite_file

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FEATURE_SCALE = 8 / 255
_LOGIT_SCALE = 1 / 16


@dataclass(frozen=True, slots=True)
class TinyModel:
    """What to build; the defaults have the input of the firmware and its kinds of output.

    Attributes:
        input_size: (height, width) in pixels; multiples of `grid`.
        grid: (rows, columns) of the features.
        channels: channels of the features.
        classes: number of scores.
        feature_zero_point: of the features; -128 is what a ReLU gets.
        weight_zero_point: of the classifier. Interpreters accept 0 alone.
        per_channel: one classifier scale per class, or one for all.
        classifier: a 1x1 CONV_2D, or FULLY_CONNECTED behind one more RESHAPE.
        pool: what averages the features: MEAN, or AVERAGE_POOL_2D.
        outputs: order of the graph's outputs; leave one out to make a bad model.
        input_type: "INT8", or another TensorType for a bad model.
        input_scale, input_zero_point: (pixel - 128) / 128, or another scale of pixels.
        score_scale: 1/256, or another for a bad model.
        bias_dimension: `quantized_dimension` of the biases. 3 is what old
            converters wrote and LiteRT refuses.
        seed: of the random weights.
        classifier_weights: int8 [classes, channels] instead of random ones.
    """

    input_size: tuple[int, int] = (96, 96)
    grid: tuple[int, int] = (6, 6)
    channels: int = 8
    classes: int = 2
    feature_zero_point: int = -128
    weight_zero_point: int = 0
    per_channel: bool = True
    classifier: Literal["conv", "dense"] = "conv"
    pool: Literal["mean", "average_pool"] = "mean"
    outputs: Sequence[Literal["score", "features"]] = ("score", "features")
    input_type: str = "INT8"
    input_scale: float = 1 / 128
    input_zero_point: int = 0
    score_scale: float = 1 / 256
    bias_dimension: int = 0
    seed: int = 1
    classifier_weights: NDArray[np.int8] | None = field(default=None, compare=False)

    def build(self) -> bytes:
        """The .tflite file. The same description always gives the same bytes.

        Raises:
            ValueError: the grid does not divide the input.
        """
        return _Builder(self).build()


def tiny_model(**options: Any) -> bytes:
    """The .tflite bytes of `TinyModel(**options)`."""
    return TinyModel(**options).build()


def edit_model(model: bytes, change: Callable[[Any, Any], None]) -> bytes:
    """The .tflite bytes after `change(subgraph, model)`, both in the schema's object API."""
    from ai_edge_litert import schema_py_generated as schema

    edited = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model))
    change(edited.subgraphs[0], edited)
    return tflite_file(edited)


class _Builder:
    def __init__(self, wanted: TinyModel) -> None:
        import numpy as np

        self._wanted = wanted
        self._np = np
        self._file = ModelBuilder()
        self._schema = self._file.schema
        self._op = self._file.op
        self._ints = self._file.ints

    def build(self) -> bytes:
        wanted = self._wanted
        height, width = wanted.input_size
        rows, columns = wanted.grid
        if height % rows or width % columns:
            raise ValueError(f"grid {wanted.grid} does not divide the input {wanted.input_size}")
        pixels = wanted.input_scale, wanted.input_zero_point
        image = self._file.input("input", (1, height, width, 1), wanted.input_type, *pixels)
        features = self._features(image)
        logits = self._logits(features)
        flat = self._tensor("logits", (1, wanted.classes), "INT8", _LOGIT_SCALE, 0)
        self._op("RESHAPE", [logits, self._ints("logits/shape", [1, wanted.classes])], flat)
        score = self._tensor("score", (1, wanted.classes), "INT8", wanted.score_scale, -128)
        self._op("SOFTMAX", [flat], score, "SoftmaxOptions", beta=1.0)

        named = {"score": score, "features": features}
        outputs = [named[name] for name in wanted.outputs]
        return self._file.build(outputs, "camhil tiny model")

    def _features(self, image: int) -> int:
        np, wanted = self._np, self._wanted
        random = np.random.default_rng(wanted.seed)
        cell_height = wanted.input_size[0] // wanted.grid[0]
        cell_width = wanted.input_size[1] // wanted.grid[1]
        shape = (wanted.channels, cell_height, cell_width, 1)
        # Each filter leans to one side, so that channels tell bright cells from dark ones.
        lean = random.integers(-40, 41, (wanted.channels, 1, 1, 1))
        values = np.clip(random.integers(-60, 61, shape) + lean, -127, 127).astype(np.int8)
        # A uniformly bright or dark cell then nearly reaches the ends of the features' range.
        filter_scale = 4 / (40 * cell_height * cell_width)
        filter_ = self._tensor("features/filter", shape, "INT8", filter_scale, 0, values)
        # A black-and-white balance lies in the middle of the range: at 0, quantized.
        bias_scale = filter_scale * wanted.input_scale
        middle = round(-wanted.feature_zero_point * _FEATURE_SCALE / bias_scale)
        biases = np.full(wanted.channels, middle)
        bias = self._bias("features/bias", biases, bias_scale)
        features = self._tensor(
            "features",
            (1, *wanted.grid, wanted.channels),
            "INT8",
            _FEATURE_SCALE,
            wanted.feature_zero_point,
        )
        self._op(
            "CONV_2D",
            [image, filter_, bias],
            features,
            "Conv2DOptions",
            padding=self._schema.Padding.VALID,
            strideH=cell_height,
            strideW=cell_width,
        )
        return features

    def _logits(self, features: int) -> int:
        wanted, schema = self._wanted, self._schema
        rows, columns = wanted.grid
        mean = self._tensor(
            "mean", (1, 1, 1, wanted.channels), "INT8", _FEATURE_SCALE, wanted.feature_zero_point
        )
        if wanted.pool == "mean":
            axes = self._ints("mean/axes", [1, 2])
            self._op("MEAN", [features, axes], mean, "ReducerOptions", keepDims=True)
        else:
            self._op(
                "AVERAGE_POOL_2D",
                [features],
                mean,
                "Pool2DOptions",
                padding=schema.Padding.VALID,
                strideH=rows,
                strideW=columns,
                filterHeight=rows,
                filterWidth=columns,
            )
        filter_, bias = self._classifier()
        if wanted.classifier == "conv":
            logits = self._tensor("classifier", (1, 1, 1, wanted.classes), "INT8", _LOGIT_SCALE, 0)
            options = {"padding": schema.Padding.VALID, "strideH": 1, "strideW": 1}
            self._op("CONV_2D", [mean, filter_, bias], logits, "Conv2DOptions", **options)
            return logits
        flat = self._tensor(
            "mean/flat", (1, wanted.channels), "INT8", _FEATURE_SCALE, wanted.feature_zero_point
        )
        self._op("RESHAPE", [mean, self._ints("mean/shape", [1, wanted.channels])], flat)
        logits = self._tensor("classifier", (1, wanted.classes), "INT8", _LOGIT_SCALE, 0)
        self._op("FULLY_CONNECTED", [flat, filter_, bias], logits, "FullyConnectedOptions")
        return logits

    def _classifier(self) -> tuple[int, int]:
        np, wanted = self._np, self._wanted
        values = wanted.classifier_weights
        if values is None:
            random = np.random.default_rng(wanted.seed + 1)
            values = random.integers(-127, 128, (wanted.classes, wanted.channels)).astype(np.int8)
        shape: tuple[int, ...] = (wanted.classes, wanted.channels)
        if wanted.classifier == "conv":
            shape = (wanted.classes, 1, 1, wanted.channels)
        scales = [0.02 + 0.001 * n for n in range(wanted.classes)] if wanted.per_channel else [0.02]
        filter_ = self._tensor(
            "classifier/filter", shape, "INT8", scales, wanted.weight_zero_point, values
        )
        # Takes out what the middle of the features' range adds, so that scores differ by image.
        biases = wanted.feature_zero_point * values.astype(np.int32).sum(axis=1)
        bias = self._bias("classifier/bias", biases, [s * _FEATURE_SCALE for s in scales])
        return filter_, bias

    def _tensor(
        self,
        name: str,
        shape: Sequence[int],
        type_name: str,
        scale: float | Sequence[float] | None = None,
        zero_point: int = 0,
        values: NDArray[Any] | None = None,
    ) -> int:
        return self._file.tensor(name, shape, type_name, scale, zero_point, values=values)

    def _bias(self, name: str, values: NDArray[Any], scale: float | Sequence[float]) -> int:
        values, dimension = values.astype(self._np.int32), self._wanted.bias_dimension
        return self._file.tensor(
            name, values.shape, "INT32", scale, values=values, dimension=dimension
        )
