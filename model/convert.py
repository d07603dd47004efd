"""Keras model to int8 .tflite, reproducibly.

Full integer quantization as in TensorFlow's "Post-training integer quantization"
guide, int8 input and output. The same network and images give the same bytes on
one machine and one TensorFlow.
"""

from __future__ import annotations

import contextlib
import io
import os
import warnings
from typing import TYPE_CHECKING, Any

from model.calibration import check_calibration_images, to_input

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray


def prepare_tensorflow() -> None:
    """Makes TensorFlow deterministic. Call once, before anything imports it.

    Several threads, and kernels chosen by CPU, add floats in another order.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    import tensorflow as tf  # type: ignore[import-not-found,import-untyped,unused-ignore]

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()


def convert(
    network: Any, images: NDArray[np.uint8], progress: Callable[[int], None] | None = None
) -> bytes:
    """The .tflite file of `network` (batch size 1), quantized on `images`.

    Args:
        network: Keras model, input float32 [1, 96, 96, 1].
        images: uint8 [n, 96, 96].
        progress: called with 1 for each image.

    Raises:
        UsageError: the images cannot fix the ranges (`check_calibration_images`).
    """
    import tensorflow as tf  # type: ignore[import-not-found,import-untyped,unused-ignore]

    check_calibration_images(images)

    def representative() -> Iterator[list[NDArray[np.float32]]]:
        for image in to_input(images):
            yield [image[None]]
            if progress is not None:
                progress(1)

    converter = tf.lite.TFLiteConverter.from_keras_model(network)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = representative
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.int8
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        # The converter prints the signature, and warns that it finds ranges by itself.
        warnings.simplefilter("ignore")
        return bytes(converter.convert())
