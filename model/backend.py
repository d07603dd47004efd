"""Which backend Keras runs on, and how exactly it repeats itself.

Keras reads KERAS_BACKEND when it is first imported, so `prepare_backend` comes first.
"""

from __future__ import annotations

import importlib.util
import os
import sys

from hil.errors import UsageError

_PACKAGES = {"tensorflow": "tensorflow-cpu", "jax": "jax", "torch": "torch"}


def prepare_backend(name: str = "tensorflow", *, threads: int = 0) -> None:
    """Chooses the backend and makes it repeat itself to the bit on a CPU.

    Args:
        name: tensorflow, jax or torch.
        threads: that TensorFlow may use; 0: all cores.

    Raises:
        UsageError: Keras or the backend is not installed, or another one is in use.
    """
    for module, package in (("keras", "keras"), (name, _PACKAGES[name])):
        if importlib.util.find_spec(module) is None:
            raise UsageError(
                f"{module} is not installed",
                hint="in an environment of its own: pip install -e '.[model]'"
                if name == "tensorflow"
                else f"pip install {package} beside keras",
            )
    if "keras" in sys.modules:
        import keras  # type: ignore[import-not-found,import-untyped,unused-ignore]

        if keras.backend.backend() != name:
            raise UsageError(
                f"Keras already runs on {keras.backend.backend()}, not on {name}",
                hint="choose the backend before anything imports keras",
            )
    os.environ["KERAS_BACKEND"] = name
    if name == "tensorflow":
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        import tensorflow as tf  # type: ignore[import-not-found,import-untyped,unused-ignore]

        tf.config.experimental.enable_op_determinism()
        if threads:
            tf.config.threading.set_intra_op_parallelism_threads(threads)
            tf.config.threading.set_inter_op_parallelism_threads(1)
    elif name == "torch":
        import torch  # type: ignore[import-not-found,import-untyped,unused-ignore]

        torch.use_deterministic_algorithms(True, warn_only=True)
