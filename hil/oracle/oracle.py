"""The oracle: what the board should answer for an image, exactly."""

from __future__ import annotations

import functools
import hashlib
import threading
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hil.base.deadline import Deadline
from hil.errors import UsageError
from hil.network.cam_graph import INPUT_SHAPE, CamGraph
from hil.network.location import Location, NoLocation, locate
from hil.network.model_check import check_model
from hil.network.score import passes
from hil.oracle.cam import FloatCam, float_cam, integer_cam
from hil.oracle.interpreter import open_reference
from hil.oracle.selfcheck import SelfCheck, self_check

_KEPT_ANSWERS = 1024  # about 6 kB each
_KEPT_TRACES = 8  # about 300 kB each
_SELF_CHECK_SECONDS = 120.0


@dataclass(frozen=True, eq=False)
class OracleAnswer:
    """The exact answer for one image. The arrays are read-only.

    Attributes:
        image_crc: CRC-32 of the image's int8 bytes.
        scores: int8 [classes].
        features: int8 [rows, columns, C].
        cam: int32 [rows, columns] of the positive class.
        threshold: in percent; the one that was applied.
        location: the winning cell, or why there is none.
        op_outputs: every operator's output in execution order, if asked for.
    """

    image_crc: int
    scores: NDArray[np.int8]
    features: NDArray[np.int8]
    cam: NDArray[np.int32]
    threshold: int
    location: Location | NoLocation
    op_outputs: tuple[NDArray[Any], ...] | None = None

    def op_crcs(self) -> tuple[int, ...]:
        """CRC-32 of each operator's output bytes, as the board's trace gives them."""
        if self.op_outputs is None:
            raise UsageError("no operator outputs were kept", hint="run the oracle with ops=True")
        return tuple(zlib.crc32(output.tobytes()) for output in self.op_outputs)


class Oracle:
    """Runs a model with reference kernels and an integer CAM. Thread-safe."""

    def __init__(
        self,
        model: bytes,
        positive_class: int,
        threshold: int,
        *,
        where: str = "model",
        input_shape: tuple[int, ...] | None = INPUT_SHAPE,
    ) -> None:
        """
        Args:
            model: the .tflite file's bytes.
            positive_class: index of the score that threshold, map and location are for.
            threshold: in percent, 0 to 100.
            where: what errors name as the place, such as the model's path.
            input_shape: what the model's input must be; None takes any [1, H, W, 1].

        Raises:
            UsageError: the model cannot be read or judged (`hil.network.model_check`), is refused
                by the interpreters, or class or threshold are out of range.
        """
        self.model: CamGraph = check_model(model, where=where, input_shape=input_shape)
        if not 0 <= positive_class < self.model.classes:
            raise UsageError(
                f"positive_class {positive_class} does not exist: the model has "
                f"{self.model.classes} classes",
                where=where,
                hint=f"give 0 to {self.model.classes - 1}",
            )
        if not 0 <= threshold <= 100:
            raise UsageError(
                f"threshold {threshold} is no percentage", where=where, hint="give 0 to 100"
            )
        self.positive_class = positive_class
        self.threshold = threshold
        self._bytes = bytes(model)
        self._lock = threading.Lock()
        self._interpreter = open_reference(self._bytes, self.model.graph, where=where)
        self._answer = functools.lru_cache(_KEPT_ANSWERS)(self._compute)
        self._traced = functools.lru_cache(_KEPT_TRACES)(functools.partial(self._compute, ops=True))

    @property
    def model_sha256(self) -> bytes:
        """SHA-256 of the model's bytes, as a board reports it: 32 bytes."""
        return hashlib.sha256(self._bytes).digest()

    @property
    def resolver(self) -> str:
        """Which interpreter and kernels give the answers, with their version."""
        return self._interpreter.resolver

    def run(
        self, image: NDArray[np.int8], *, ops: bool = False, threshold: int | None = None
    ) -> OracleAnswer:
        """The answer for one image; kept, so that asking again is free.

        Args:
            image: int8 [height, width] (or the input's whole shape).
            ops: keep every operator's output too.
            threshold: in percent, instead of the oracle's own.

        Raises:
            UsageError: the image is of another size or type.
        """
        data = self._image_bytes(image)
        with self._lock:
            answer = self._traced(data) if ops else self._answer(data)
        if threshold is None:
            return answer
        location = self._locate(answer.scores, answer.cam, threshold)
        return replace(answer, threshold=threshold, location=location)

    def float_cam(self, answer: OracleAnswer) -> FloatCam:
        """The map of an answer computed in floating point, as a cross-check."""
        model, index = self.model, self.positive_class
        return float_cam(
            answer.features,
            model.class_weights(index),
            feature_zero_point=model.features.zero_point(),
            feature_scale=model.features.scale(),
            weight_zero_point=model.weights.zero_point(index),
            weight_scale=model.weights.scale(index),
            size=model.input_size,
        )

    def self_check(
        self, images: Sequence[NDArray[np.int8]], deadline: Deadline | None = None
    ) -> SelfCheck:
        """Compares LiteRT's reference kernels with tflite-micro on these images.

        The result is kept on disk: see `hil.oracle.selfcheck`.
        """
        shape = self.model.input.shape
        for image in images:
            self._image_bytes(image)
        shaped = [image.reshape(shape) for image in images]
        limit = Deadline.after(_SELF_CHECK_SECONDS) if deadline is None else deadline
        return self_check(self._bytes, self.model.graph, shaped, limit)

    def _image_bytes(self, image: NDArray[np.int8]) -> bytes:
        size = self.model.input_size
        if image.dtype != "int8" or image.shape not in (size, self.model.input.shape):
            raise UsageError(
                f"the image is {image.dtype} {list(image.shape)}, not int8 {list(size)}",
                hint="use hil.images.load and hil.images.to_tensor",
            )
        return image.tobytes()

    def _locate(
        self, scores: NDArray[np.int8], cam: NDArray[np.int32], threshold: int
    ) -> Location | NoLocation:
        passed = passes(int(scores[self.positive_class]), threshold)
        return locate(cam, self.model.input_size, passed=passed)

    def _compute(self, data: bytes, ops: bool = False) -> OracleAnswer:
        model, interpreter = self.model, self._interpreter
        interpreter.run(np.frombuffer(data, np.int8).reshape(model.input.shape))
        features = interpreter.tensor(model.features.index)[0]
        cam = integer_cam(
            features,
            model.class_weights(self.positive_class),
            feature_zero_point=model.features.zero_point(),
            weight_zero_point=model.weights.zero_point(self.positive_class),
        )
        scores = interpreter.tensor(model.score.index)[0]
        outputs = None
        if ops:
            outputs = tuple(interpreter.tensor(op.output) for op in model.graph.ops)
        for array in (scores, features, cam, *(outputs or ())):
            array.flags.writeable = False  # kept answers are shared
        location = self._locate(scores, cam, self.threshold)
        crc = zlib.crc32(data)
        return OracleAnswer(crc, scores, features, cam, self.threshold, location, outputs)
