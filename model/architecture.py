"""MobileNetV1 of width 0.25 for class activation maps on 96x96 gray images.

Howard et al., "MobileNets: Efficient Convolutional Neural Networks for Mobile
Vision Applications" (2017), table 1, cut after layer Conv2d_11_pointwise of the
reference code, so that the last map has 6x6 cells instead of 3x3. Then, as CAM
wants (Zhou et al., 2016): global average, one linear layer, softmax.
"""

from __future__ import annotations

from typing import Any

INPUT_SHAPE = (96, 96, 1)
"""Height, width, channels; float32, (pixel - 128) / 128, so -1 to 127/128."""

WIDTH_MULTIPLIER = 0.25
STEM_FILTERS = 32
BLOCKS = (
    (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2),
    (512, 1), (512, 1), (512, 1), (512, 1), (512, 1),
)  # fmt: skip
"""Filters at width 1.0 and stride of Conv2d_1 to Conv2d_11."""

CLASSIFIER = "classifier"
FEATURES = "features"
SCORE = "score"


def convolution_names() -> tuple[str, ...]:
    """The convolutions in front of the features, in execution order."""
    names = ["Conv2d_0"]
    for number in range(1, len(BLOCKS) + 1):
        names += [f"Conv2d_{number}_depthwise", f"Conv2d_{number}_pointwise"]
    return tuple(names)


def normalization_of(convolution: str) -> str:
    """The name of the batch normalization behind a convolution."""
    return f"{convolution}_norm"


def build_network(*, classes: int, batch: int | None = 1, momentum: float = 0.0) -> Any:
    """The Keras model with outputs score [batch, classes] and features [batch, 6, 6, 128].

    Args:
        classes: of the classifier.
        batch: for conversion it has to be fixed: with an open one (None) the converter
            turns the reshape in front of the softmax into SHAPE, STRIDED_SLICE and PACK.
        momentum: of batch normalization. With 0, statistics of one pass replace the
            old ones whole.
    """
    import keras  # type: ignore[import-not-found,import-untyped,unused-ignore]

    image = keras.Input(batch_shape=(batch, *INPUT_SHAPE), name="image")
    x = keras.layers.Conv2D(
        _scaled(STEM_FILTERS), 3, strides=2, padding="same", use_bias=False, name="Conv2d_0"
    )(image)
    x = _normalized(x, "Conv2d_0", momentum)
    for number, (filters, stride) in enumerate(BLOCKS, start=1):
        name = f"Conv2d_{number}_depthwise"
        x = keras.layers.DepthwiseConv2D(
            3, strides=stride, padding="same", use_bias=False, name=name
        )(x)
        x = _normalized(x, name, momentum)
        name = f"Conv2d_{number}_pointwise"
        last = number == len(BLOCKS)
        x = keras.layers.Conv2D(_scaled(filters), 1, use_bias=False, name=name)(x)
        x = _normalized(x, name, momentum, activation_name=FEATURES if last else None)
    features = x
    x = keras.layers.GlobalAveragePooling2D(keepdims=True, name="mean")(features)
    x = keras.layers.Conv2D(classes, 1, name=CLASSIFIER)(x)
    x = keras.layers.Reshape((classes,), name="logits")(x)
    score = keras.layers.Softmax(name=SCORE)(x)
    return keras.Model(image, [score, features], name="person_cam")


def _scaled(filters: int) -> int:
    return int(filters * WIDTH_MULTIPLIER)


def _normalized(x: Any, name: str, momentum: float, *, activation_name: str | None = None) -> Any:
    import keras  # type: ignore[import-not-found,import-untyped,unused-ignore]

    # Epsilon as in the reference code.
    x = keras.layers.BatchNormalization(
        epsilon=1e-3, momentum=momentum, name=normalization_of(name)
    )(x)
    return keras.layers.ReLU(max_value=6.0, name=activation_name or f"{name}_relu6")(x)
