"""EfficientNet-Lite0, a bigger network that leads the small one while it is trained.

Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks"
(2019), in the Lite variant of Google's reference code: no squeeze-and-excitation, ReLU6.
It never runs on a board. It looks at the same gray 96x96 pixels, enlarged to twice the
side, so that its last map has the 6x6 cells of the map it leads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from model.architecture import CLASSIFIER, INPUT_SHAPE, normalization_of

ENLARGED = 192
"""Height and width it looks at; its strides make 6x6 of them."""

STEM_FILTERS = 32
HEAD_FILTERS = 1280
FEATURES = "teacher_features"


@dataclass(frozen=True, slots=True)
class Stage:
    """Blocks of one width; the first has the stride and changes the number of channels."""

    blocks: int
    kernel: int
    stride: int
    expansion: int
    filters: int


STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


@dataclass(frozen=True, slots=True)
class Layer:
    """A convolution and its batch normalization, as the network and as the file of weights
    name them; `depthwise` weights are stored in another order."""

    name: str
    stored: str
    stored_norm: str
    depthwise: bool


def convolutions() -> Iterator[Layer]:
    """All convolutions in execution order."""
    yield Layer("stem", "_conv_stem", "_bn0", False)
    number = 0
    for stage in STAGES:
        for _ in range(stage.blocks):
            at = f"_blocks.{number}."
            if stage.expansion > 1:
                yield Layer(f"block_{number}_expand", f"{at}_expand_conv", f"{at}_bn0", False)
            yield Layer(f"block_{number}_depthwise", f"{at}_depthwise_conv", f"{at}_bn1", True)
            yield Layer(f"block_{number}_project", f"{at}_project_conv", f"{at}_bn2", False)
            number += 1
    yield Layer("head", "_conv_head", "_bn1", False)


def build_teacher(*, classes: int = 2) -> Any:
    """The Keras model from images [n, 96, 96, 1], scaled as `model.architecture` says, to
    cells [n, 6, 6, classes]: what the classifier says of each cell of the last map."""
    import keras  # type: ignore[import-not-found,import-untyped,unused-ignore]

    image = keras.Input(INPUT_SHAPE, name="image")
    x = keras.layers.Resizing(ENLARGED, ENLARGED, interpolation="bicubic")(image)
    x = keras.layers.Concatenate()([x, x, x])
    x = _convolution(x, "stem", STEM_FILTERS, stride=2, kernel=3)
    number = 0
    for stage in STAGES:
        for repeat in range(stage.blocks):
            x = _block(x, f"block_{number}", stage, stage.stride if repeat == 0 else 1)
            number += 1
    x = _convolution(x, "head", HEAD_FILTERS, name_of_activation=FEATURES)
    cells = keras.layers.Conv2D(classes, 1, name=CLASSIFIER, dtype="float32")(x)
    return keras.Model(image, cells, name="efficientnet_lite0")


def _block(x: Any, name: str, stage: Stage, stride: int) -> Any:
    """An inverted residual (Sandler et al. 2018)."""
    import keras  # type: ignore[import-not-found,import-untyped,unused-ignore]

    channels, y = x.shape[-1], x
    if stage.expansion > 1:
        y = _convolution(y, f"{name}_expand", channels * stage.expansion)
    y = keras.layers.DepthwiseConv2D(
        stage.kernel, strides=stride, padding="same", use_bias=False, name=f"{name}_depthwise"
    )(y)
    y = _normalized(y, f"{name}_depthwise")
    y = keras.layers.ReLU(max_value=6.0)(y)
    y = keras.layers.Conv2D(stage.filters, 1, use_bias=False, name=f"{name}_project")(y)
    y = _normalized(y, f"{name}_project")
    if stride == 1 and channels == stage.filters:
        y = keras.layers.Add()([x, y])
    return y


def _convolution(
    x: Any,
    name: str,
    filters: int,
    *,
    kernel: int = 1,
    stride: int = 1,
    name_of_activation: str | None = None,
) -> Any:
    import keras  # type: ignore[import-not-found,import-untyped,unused-ignore]

    x = keras.layers.Conv2D(
        filters, kernel, strides=stride, padding="same", use_bias=False, name=name
    )(x)
    x = _normalized(x, name)
    return keras.layers.ReLU(max_value=6.0, name=name_of_activation)(x)


def _normalized(x: Any, name: str) -> Any:
    import keras  # type: ignore[import-not-found,import-untyped,unused-ignore]

    return keras.layers.BatchNormalization(epsilon=1e-3, name=normalization_of(name))(x)
