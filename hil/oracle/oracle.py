"""The oracle: what the board should answer for a sample, exactly."""

from __future__ import annotations

import threading
import zlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hil.errors import UsageError
from hil.network.cam_graph import CamGraph
from hil.network.contract import Contract, read_contract
from hil.network.location import Location, NoLocation, locate
from hil.network.score import passes
from hil.network.settings import NetworkSettings
from hil.network.tflite_graph import Graph
from hil.oracle.cam import FloatCam, float_cam, integer_cam
from hil.oracle.interpreter import DIFFERING, MicroReference, open_reference, shortened
from hil.oracle.second_opinion import SecondOpinion, second_opinion

if TYPE_CHECKING:
    from hil.network.arrays import Sample

_KEPT_ANSWERS = 1024  # about 6 kB each for person_cam
_KEPT_TRACES = 8  # about 300 kB each


@dataclass(frozen=True, eq=False)
class OracleAnswer:
    """The exact answer for one sample. The arrays are read-only.

    Attributes:
        image_crc: CRC-32 of the sample's bytes.
        outputs: the network's outputs, in their types and shapes.
        op_outputs: all outputs of every operator in execution order, if asked for.
        scores: int8 [classes]; like all below None without a head.
        features: int8 [rows, columns, C].
        cam: int32 [rows, columns] of the positive class.
        threshold: in percent; the one that was applied.
        location: the winning cell, or why there is none.
    """

    image_crc: int
    outputs: tuple[NDArray[Any], ...]
    op_outputs: tuple[tuple[NDArray[Any], ...], ...] | None = None
    scores: NDArray[np.int8] | None = None
    features: NDArray[np.int8] | None = None
    cam: NDArray[np.int32] | None = None
    threshold: int | None = None
    location: Location | NoLocation | None = None

    def output_crcs(self) -> tuple[int, ...]:
        """CRC-32 of each output's bytes, as a result gives them."""
        return tuple(zlib.crc32(output.tobytes()) for output in self.outputs)

    def op_crcs(self) -> tuple[int, ...]:
        """CRC-32 of the bytes of each output of each operator, in the order of the trace."""
        if self.op_outputs is None:
            raise UsageError("no operator outputs were kept", hint="run the oracle with ops=True")
        return tuple(zlib.crc32(output.tobytes()) for op in self.op_outputs for output in op)


class _Kept:
    """The answers that were used last, by sample and those before it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._answers: OrderedDict[tuple[bytes, tuple[bytes, ...]], OracleAnswer] = OrderedDict()

    def find(self, data: bytes, before: tuple[bytes, ...]) -> OracleAnswer | None:
        answer = self._answers.get((data, before))
        if answer is not None:
            self._answers.move_to_end((data, before))
        return answer

    def keep(self, data: bytes, before: tuple[bytes, ...], answer: OracleAnswer) -> None:
        self._answers[data, before] = answer
        while len(self._answers) > self._most:
            self._answers.popitem(last=False)


class Oracle:
    """Runs a network with reference kernels, and an integer CAM where it has a head. Thread-safe.

    A network with variables starts each sample from their initial values, unless the sample
    continues the ones before.
    """

    def __init__(self, contract: Contract, *, tried: bool = False) -> None:
        """Raises UsageError where the interpreter refuses the network.

        `tried`: it is known to run, so that no other process has to try it first.
        """
        self.contract = contract
        self._lock = threading.Lock()
        self._interpreter = open_reference(contract, tried=tried)
        self._before: tuple[bytes, ...] = ()
        """The samples since the variables were reset, as the caller knows them."""
        self._ran: tuple[bytes, ...] = ()
        """The same, as the interpreter knows them."""
        self._answers = _Kept(_KEPT_ANSWERS)
        self._traces = _Kept(_KEPT_TRACES)

    @classmethod
    def open(
        cls,
        model: bytes,
        positive_class: int | None = None,
        threshold: int | None = None,
        *,
        where: str = "model",
    ) -> Oracle:
        """The oracle for a .tflite file's bytes; class and threshold (percent) are of its head.

        Raises UsageError as `hil.network.contract.read_contract`.
        """
        settings = NetworkSettings(positive_class, threshold)
        return cls(read_contract(model, where=where, settings=settings))

    @property
    def graph(self) -> Graph:
        """The .tflite as it was read."""
        return self.contract.graph

    @property
    def cam(self) -> CamGraph | None:
        """Where the head's parts are in the graph; None without a head."""
        return self.contract.cam

    @property
    def model_sha256(self) -> bytes:
        """SHA-256 of the model's bytes, as a board reports it: 32 bytes."""
        return self.contract.header.model_sha256

    @property
    def resolver(self) -> str:
        """Which interpreter and kernels give the answers, with their version."""
        return self._interpreter.resolver

    @property
    def unsure(self) -> tuple[str, ...]:
        """Operators of the network in which this interpreter is known to differ from a chip's.

        None with TensorFlow Lite Micro, whose kernels those of a chip are.
        """
        if isinstance(self._interpreter, MicroReference):
            return ()
        return tuple(name for name in self.contract.operators if name in DIFFERING)

    def run(
        self,
        sample: Sample,
        *,
        ops: bool = False,
        threshold: int | None = None,
        continue_state: bool = False,
    ) -> OracleAnswer:
        """The answer for one sample; kept, so that asking again is free.

        Args:
            sample: bytes, arrays by position or name, or the array of the only input.
            ops: keep every operator's outputs too.
            threshold: in percent, instead of the head's own.
            continue_state: keep the network's variables as the sample before left them.

        Raises:
            UsageError: the sample does not fit the inputs, or a threshold without a head.
        """
        data = self.contract.pack(sample)
        if threshold is not None and self.contract.head is None:
            raise UsageError(
                "a threshold means nothing here: the network has no class activation map",
                hint="hil check says why; leave the threshold out",
            )
        with self._lock:
            keep = continue_state and self.contract.header.stateful
            before = self._before if keep else ()
            self._before = (*before, data) if self.contract.header.stateful else ()
            try:
                answer = self._answer(data, before, ops)
            except (RuntimeError, ValueError) as error:
                self._ran = ()
                raise UsageError(
                    f"{self.resolver} cannot run this sample: {shortened(error)}",
                    where=self.contract.where,
                    hint="give a sample that the network is defined for (no division by zero, "
                    "indexes in range)",
                ) from error
        if threshold is None or threshold == answer.threshold:
            return answer
        return replace(answer, threshold=threshold, location=self._located(answer, threshold))

    def float_cam(self, answer: OracleAnswer) -> FloatCam:
        """The map of an answer computed in floating point, as a cross-check.

        Raises UsageError without a head.
        """
        cam, head = self.contract.cam, self.contract.head
        if cam is None or head is None or answer.features is None:
            raise UsageError("the network has no class activation map", hint="hil check says why")
        return float_cam(
            answer.features,
            cam.class_weights(head.positive_class),
            feature_zero_point=head.feature_zero_point,
            feature_scale=cam.features.scale(),
            weight_zero_point=head.weight_zero_point,
            weight_scale=cam.weights.scale(head.positive_class),
            size=cam.input_size,
        )

    def second_opinion(
        self, samples: Sequence[Sample], *, cache: Path | None = None
    ) -> SecondOpinion:
        """How far LiteRT's kernels are from TensorFlow Lite Micro's, in each operator.

        The result is kept on disk: see `hil.oracle.second_opinion`.
        """
        packed = [self.contract.pack(sample) for sample in samples]
        return second_opinion(self.contract, packed, cache=cache)

    def _located(self, answer: OracleAnswer, threshold: int) -> Location | NoLocation:
        cam, head = self.contract.cam, self.contract.head
        assert cam is not None
        assert head is not None
        assert answer.scores is not None
        assert answer.cam is not None
        passed = passes(int(answer.scores[head.positive_class]), threshold)
        return locate(answer.cam, cam.input_size, passed=passed)

    def _answer(self, data: bytes, before: tuple[bytes, ...], ops: bool) -> OracleAnswer:
        """A kept answer, or else a computed one; what is traced is an answer too."""
        kept = (self._traces if ops else self._answers).find(data, before)
        if kept is not None:
            return kept
        answer = self._compute(data, before, ops)
        if ops:
            self._traces.keep(data, before, answer)
        self._answers.keep(data, before, replace(answer, op_outputs=None))
        return answer

    def _compute(self, data: bytes, before: tuple[bytes, ...], ops: bool) -> OracleAnswer:
        graph, interpreter = self.graph, self._interpreter
        if self.contract.header.stateful and (not before or self._ran != before):
            interpreter.reset()
            for earlier in before:
                interpreter.run(self.contract.unpack(earlier))
        interpreter.run(self.contract.unpack(data))
        self._ran = (*before, data) if self.contract.header.stateful else ()

        def frozen(index: int) -> NDArray[Any]:
            array = np.asarray(interpreter.tensor(index))  # a scalar is none yet
            array.flags.writeable = False  # kept answers are shared
            return array

        op_outputs = None
        if ops:
            op_outputs = tuple(tuple(map(frozen, op.outputs)) for op in graph.ops)
        outputs = tuple(map(frozen, graph.outputs))
        answer = OracleAnswer(zlib.crc32(data), outputs, op_outputs)
        cam, head = self.contract.cam, self.contract.head
        if cam is None or head is None:
            return answer
        scores = outputs[head.score_output][0]
        features = outputs[head.features_output][0]
        made = integer_cam(
            features,
            cam.class_weights(head.positive_class),
            feature_zero_point=head.feature_zero_point,
            weight_zero_point=head.weight_zero_point,
        )
        made.flags.writeable = False
        answer = replace(answer, scores=scores, features=features, cam=made)
        location = self._located(answer, head.threshold)
        return replace(answer, threshold=head.threshold, location=location)
