"""Runs of a board with mistakes, computed from the oracle: for tests of the diagnosis.

A `FaultyDevice` is a board in a few lines of Python. Each stage can be replaced; what is
not replaced is right. `run_of` measures images with it, as a test run does, and gives the
run as it would be recorded.
"""

from __future__ import annotations

import base64
import dataclasses
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hil.diagnose import divergence
from hil.facts.board import Asked, Inference, OutputPart, Stamp
from hil.facts.evidence import DivergenceRecord, EvidenceRecord
from hil.facts.image import ImageFacts, OpFacts, OutputDifference
from hil.facts.packing import pack_int8
from hil.facts.records import ImageRecord, ModelRecord, Times, TraceRecord
from hil.facts.run import Run
from hil.judge.compare import compare_sample
from hil.judge.tolerance import load_tolerances
from hil.judge.verdict import Status, judge_image
from hil.network.cam_graph import CamGraph
from hil.network.location import Location, NoLocation, locate
from hil.network.score import passes
from hil.oracle.cam import integer_cam
from hil.oracle.submodel import ModelParts, parts_of
from hil.run.answers import Answers
from hil.run.collect import png_text
from hil.wire.network_header import CamHead, pack_header
from hil.wire.replies import StageTimes
from hil_lab.fakes.recorded_run import BOARD, MEMORY, recorded_run

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.images import Photo
    from hil.oracle import Oracle

Tensors = dict[int, Any]
Output = Callable[[Sequence[Any], Any], Any]
"""What an operator gives, of (inputs, right output)."""


@dataclass
class FaultyDevice:
    """A board with mistakes.

    Attributes:
        see: the tensor that the model gets, of (tensor, tensors before, newest first).
        operators: by index, the output of an operator, of (inputs, right output).
        scores: what is sent, of the score tensor's values.
        features: what the map is made of (and read-output gives), of the features.
        cam: the map, of (features, right map).
        decide: whether there is a location, of (scores, map, threshold): "location",
            "below threshold" or "flat map".
        cell: (row, column), of the map.
        pixels: (x, y), of the right Location of the cell.
        send_cam: whether the map is sent.
        traced: whether the board can trace.
    """

    oracle: Oracle
    model: bytes
    see: Callable[..., Any] | None = None
    operators: Mapping[int, Output] = field(default_factory=dict)
    scores: Callable[..., Any] | None = None
    features: Callable[..., Any] | None = None
    cam: Callable[..., Any] | None = None
    decide: Callable[..., str] | None = None
    cell: Callable[..., tuple[int, int]] | None = None
    pixels: Callable[..., tuple[int, int]] | None = None
    send_cam: Callable[[bool], bool] = lambda passed: True
    traced: bool = True
    _before: tuple[Any, ...] = ()
    _count: int = 0

    def __post_init__(self) -> None:
        self._parts = parts_of(self.model)

    def infer(self, tensor: NDArray[np.int8], threshold: int) -> tuple[Inference, Any, Tensors]:
        """(result, features as read back, tensors by index)."""
        import numpy as np

        seen = tensor
        if self.see is not None:
            seen = np.ascontiguousarray(self.see(tensor, self._before), np.int8)
            seen = seen.reshape(tensor.shape)
        self._before = (tensor, *self._before)[:4]
        self._count += 1
        tensors = tensors_of(self.oracle, self._parts, self.operators, seen.tobytes())
        model, head = self._cam, self._head
        features = tensors[model.features.index][0]
        if self.features is not None:
            features = self.features(features)
        index = head.positive_class
        cam: Any = integer_cam(
            features,
            model.class_weights(index),
            feature_zero_point=model.features.zero_point(),
            weight_zero_point=model.weights.zero_point(index),
        )
        if self.cam is not None:
            cam = np.asarray(self.cam(features, cam)).astype(np.int32)
        scores = tuple(int(s) for s in tensors[model.score.index].reshape(-1))
        if self.scores is not None:
            scores = tuple(int(s) for s in self.scores(scores))
        location = self._locate(scores, cam, threshold)
        sent = self.send_cam(isinstance(location, Location))
        outputs = {index: tensors[each] for index, each in enumerate(self.oracle.graph.outputs)}
        outputs[head.features_output] = features
        parts = (np.ascontiguousarray(outputs[n]).tobytes() for n in sorted(outputs))
        inference = Inference(
            image_crc=zlib.crc32(tensor.tobytes()),
            outputs=tuple(OutputPart(zlib.crc32(part), len(part), None) for part in parts),
            boot_id=1,
            scores=scores,
            threshold=threshold,
            location=location,
            cam=cam if sent else None,
            times=StageTimes(100_000, 0, 341_000, 200),
            invoke_cycles=None,
            finished_us=500_000 * self._count,
            count=self._count,
            round_trip_s=0.45,
            upload_s=0.1,
            uploads=1,
        )
        return inference, features, tensors

    @property
    def _cam(self) -> CamGraph:
        assert self.oracle.cam is not None
        return self.oracle.cam

    @property
    def _head(self) -> CamHead:
        assert self.oracle.contract.head is not None
        return self.oracle.contract.head

    def _locate(self, scores: tuple[int, ...], cam: Any, threshold: int) -> Location | NoLocation:
        size = self._cam.input_size
        right = locate(cam, size, passed=passes(scores[self._head.positive_class], threshold))
        if self.decide is not None:
            kind = self.decide(scores, cam, threshold)
            if kind != "location":
                return NoLocation(kind)
            right = locate(cam, size, passed=True)
            if not isinstance(right, Location):
                right = Location(8, 8, 0, 0)
        if not isinstance(right, Location):
            return right
        row, column = right.row, right.column
        if self.cell is not None:
            row, column = self.cell(cam)
        rows, columns = cam.shape
        x, y = (2 * column + 1) * size[1] // (2 * columns), (2 * row + 1) * size[0] // (2 * rows)
        if self.pixels is not None:
            x, y = self.pixels(Location(x, y, column, row))
        return Location(x, y, column, row)


def tensors_of(
    oracle: Oracle, parts: ModelParts, operators: Mapping[int, Output], sample: bytes
) -> Tensors:
    """All tensors of a sample on a board with these operators, by index.

    `parts`: of the oracle's model.
    """
    graph = oracle.graph
    right = oracle.run(sample, ops=True).op_outputs
    assert right is not None
    tensors: Tensors = dict(zip(graph.inputs, oracle.contract.unpack(sample), strict=True))
    first = min(operators, default=len(graph.ops))
    for op in graph.ops:
        outputs = right[op.index]
        if op.index >= first:
            part = parts.part(op.index, op.index)
            inputs = [tensors[t] for t in part.inputs]
            outputs = part.run(*inputs)
            if op.index in operators:
                outputs = (operators[op.index](inputs, outputs[0]), *outputs[1:])
        tensors |= dict(zip(op.outputs, outputs, strict=True))
    return tensors


def run_of(
    device: FaultyDevice,
    photos: Sequence[Photo],
    *,
    captures: int = 5,
    thresholds: Sequence[int] = (),
) -> Run:
    """The run of a test session with this device over these photos.

    Args:
        device: the board.
        photos: in this order.
        captures: for how many failing images the first diverging operator is read back.
        thresholds: also measured with each of these, as tests of the threshold do.
    """
    oracle, tolerances = device.oracle, load_tolerances()
    images: list[ImageRecord] = []
    traces: list[TraceRecord] = []
    evidence: list[EvidenceRecord] = []
    divergences: list[DivergenceRecord] = []
    for photo in photos:
        head = oracle.contract.head
        assert head is not None
        for threshold in (head.threshold, *thresholds):
            first = threshold == head.threshold and photo.name not in {i.name for i in images}
            inference, features, tensors = device.infer(photo.tensor, threshold)
            answer = oracle.run(photo.tensor, threshold=threshold)
            read = {head.features_output: features}
            facts = compare_sample(photo.name, inference, answer, oracle.contract, tensors=read)
            assert isinstance(facts, ImageFacts)
            failed = any(v.status is Status.FAILED for v in judge_image(facts, tolerances))
            if failed:
                evidence.append(
                    EvidenceRecord(
                        image=photo.name,
                        facts=facts,
                        score_tensor=inference.scores,
                        features=pack_int8(features),
                        repeated=True,
                    )
                )
            if not first:
                continue
            images.append(_image(photo, facts))
            if device.traced:
                traces.append(_trace(device, photo, tensors, facts.outputs))
                divergent = divergence.first_diverging(traces[-1].ops)
                if divergent is not None and len(divergences) < captures:
                    divergences.append(_divergence(device, photo, divergent, tensors))
    shell = recorded_run(1)
    return Run(
        header=shell.header,
        board=BOARD,
        images=tuple(images),
        traces=tuple(traces),
        measurements=(),
        tests=(),
        link=shell.link,
        console=None,
        end=shell.end,
        model=model_record(device.model, oracle),
        evidence=tuple(evidence),
        divergences=tuple(divergences),
    )


def model_record(model: bytes, oracle: Oracle) -> ModelRecord:
    """The model's line of a run file."""
    return ModelRecord(
        tflite=base64.b64encode(model).decode("ascii"),
        header=base64.b64encode(pack_header(oracle.contract.header)).decode("ascii"),
        sha256=BOARD.model_sha256,
        build_id=BOARD.build_id,
        app_sha256=BOARD.app_sha256,
    )


def _image(photo: Photo, facts: Any) -> ImageRecord:
    return ImageRecord(
        name=photo.name,
        source="synthetic" if photo.path is None else "photo",
        facts=facts,
        times=Times(100_000, 0, 341_000, 200, 450_000),
        memory=MEMORY,
        truth=None,
        png=png_text(photo.pixels),
    )


def _trace(
    device: FaultyDevice, photo: Photo, tensors: Tensors, outputs: tuple[OutputDifference, ...]
) -> TraceRecord:
    answer = device.oracle.run(photo.tensor, ops=True)
    ops = tuple(
        OpFacts(
            *(op.index, op.name, crc, zlib.crc32(tensors[op.output].tobytes())),
            device_us=12_000,
            device_cycles=12_000 * 240,
        )
        for op, crc in zip(device.oracle.graph.ops, answer.op_crcs(), strict=True)
    )
    return TraceRecord(photo.name, ops, 341_000, outputs)


def _divergence(
    device: FaultyDevice, photo: Photo, op: OpFacts, tensors: Tensors
) -> DivergenceRecord:
    answer = device.oracle.run(photo.tensor, ops=True)
    output = tensors[device.oracle.graph.ops[op.index].output]
    return divergence.by_operator(photo.name, device.oracle, answer, op, output)


def answered(run: Run, device: FaultyDevice, photos: Sequence[Photo], threshold: int) -> Run:
    """The run, and what another device answered beside it, with the oracle's answers."""
    answers = Answers()
    for number, photo in enumerate(photos, start=1):
        inference = device.infer(photo.tensor, threshold)[0]
        data = photo.tensor.tobytes()
        answers.name(data, photo.name)
        stamp = Stamp(1, number, inference.finished_us, 10.0 + number)
        answers.add(inference, stamp, Asked(data, "tensor", threshold, True, number, None, False))
    answers.review(device.oracle, load_tolerances())
    references = (*run.references, *answers.references)
    inferences = (*run.inferences, *answers.inferences)
    return dataclasses.replace(run, inferences=inferences, references=references)
