"""Network with random weights, converted, checked, with its card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hil.errors import UsageError
from model.architecture import build_network
from model.calibration import calibration_images, check_calibration_images, to_input
from model.card import Card
from model.checks import deviations, measure, problems
from model.convert import convert, prepare_tensorflow
from model.random_weights import set_random_weights

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

LABELS = ("no person", "person")
POSITIVE_CLASS = 1
THRESHOLD_PERCENT = 60

SEED = 17
"""Of the weights. Of seeds 1 to 40 the one whose winning cells spread most over the map."""

CALIBRATION_SEED = 1


def build(photographs: NDArray[np.uint8], *, seed: int = SEED) -> tuple[bytes, Card]:
    """A .tflite file and its card; needs TensorFlow and Keras.

    Args:
        photographs: uint8 [n, 96, 96]: statistics, ranges and scores come from these.
        seed: of the weights.

    Raises:
        UsageError: TensorFlow is missing, or the photographs cannot calibrate.
        RuntimeError: the converter gave something other than the expected model.
    """
    images = calibration_images(photographs, seed=CALIBRATION_SEED)
    check_calibration_images(images)
    prepare_tensorflow()
    training = build_network(classes=len(LABELS), batch=len(photographs))
    set_random_weights(training, to_input(photographs), seed=seed, positive_class=POSITIVE_CLASS)
    network = build_network(classes=len(LABELS))
    network.set_weights(training.get_weights())
    model = convert(network, images)
    try:
        facts = measure(model)
    except UsageError as error:
        raise RuntimeError(f"the converted model has no CAM: {error}") from error
    found = problems(facts) + deviations(facts)
    if found:
        raise RuntimeError("the converted model is not as expected: " + "; ".join(found))
    return model, Card(LABELS, POSITIVE_CLASS, THRESHOLD_PERCENT, facts.sha256, _made(seed, images))


def _made(seed: int, images: NDArray[np.uint8]) -> dict[str, str | int]:
    import keras  # type: ignore[import-not-found,import-untyped,unused-ignore]
    import numpy as np
    import tensorflow as tf  # type: ignore[import-not-found,import-untyped,unused-ignore]

    return {
        "weights": "random, not trained: this model detects nothing. It exercises flash, link, "
        "arithmetic, map and location. Replace it with a trained one (docs/model.md).",
        "architecture": "MobileNetV1 0.25 to Conv2d_11_pointwise, mean, 1x1 convolution, softmax",
        "calibration": f"{len(images)} images made from fixtures/photos",
        "weights_seed": seed,
        "calibration_seed": CALIBRATION_SEED,
        "tensorflow": str(tf.__version__),
        "keras": str(keras.__version__),
        "numpy": str(np.__version__),
    }


def write(folder: Path, model: bytes, text: str) -> None:
    """Writes person_cam.tflite and person_cam.toml."""
    (folder / "person_cam.tflite").write_bytes(model)
    (folder / "person_cam.toml").write_text(text, encoding="utf-8")
