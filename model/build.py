"""The shipped model, made again from its float network, with nothing but this repository."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from model.calibration import calibration_images
from model.export import checked, convert_network
from model.representative import CALIBRATION_SEED

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from model.card import Card


def build(network: Path, photographs: NDArray[np.uint8], card: Card) -> tuple[bytes, Card]:
    """A .tflite file and its card; needs TensorFlow and Keras.

    Args:
        network: .keras file.
        photographs: uint8 [n, 96, 96]: the quantization's ranges come from these.
        card: of the model before; labels, class and threshold stay.

    Raises:
        UsageError: TensorFlow is missing, another network, the photographs cannot
            calibrate, or the firmware could not run the result.
    """
    images = calibration_images(photographs, seed=CALIBRATION_SEED)
    model, versions = convert_network(network, images)
    made = {**card.made, **versions, "calibration": calibrated_with(len(images))}
    return model, dataclasses.replace(card, sha256=checked(model).sha256, made=made)


def calibrated_with(images: int) -> str:
    """What a card says of a calibration with photographs of this repository."""
    return f"{images} images made from fixtures/photos"
