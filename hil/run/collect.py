"""From what a bench holds to the records of a run file. No I/O, no verdicts."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hil.facts.evidence import HandshakeRecord, OddityRecord, TroubleRecord
from hil.facts.records import (
    AskedFacts,
    ConsoleFacts,
    FrameRecord,
    HeapFacts,
    ImageRecord,
    InferenceRecord,
    MemoryFacts,
    MemoryRecord,
    ModelRecord,
    OpinionFacts,
    SampleRecord,
    SecondOpinionRecord,
    Times,
    Truth,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.board import Board
    from hil.facts.board import Asked, Inference, MemoryStamp, Oddity, Stamp
    from hil.network.contract import Contract
    from hil.oracle import Oracle
    from hil.run.measurement import FrameMeasurement, Measurement, SampleMeasurement
    from hil.samples.fixture_set import FixturePhoto
    from hil.wire.replies import HeapState, Identity, MemoryReport


def model_record(contract: Contract, board: Board) -> ModelRecord:
    """The model that is tested, and the digests that the board has to report.

    Where nobody named the build, they are those that the board reported.
    """
    from hil.wire.network_header import pack_header

    app = board.build or board.identity
    return ModelRecord(
        tflite=base64.b64encode(contract.model).decode("ascii"),
        header=base64.b64encode(pack_header(contract.header)).decode("ascii"),
        sha256=contract.header.model_sha256.hex(),
        build_id=app.build_id.hex(),
        app_sha256=app.app_sha256.hex(),
    )


def inference_record(
    inference: Inference, stamp: Stamp, asked: Asked, history: int | None = 0
) -> InferenceRecord:
    """One result as it came, and what for. `history`: as of `AskedFacts`."""
    from hil.judge.compare import as_grid, output_facts

    return InferenceRecord(
        asked=AskedFacts(
            image_crc=zlib.crc32(asked.image),
            stage=asked.stage,
            threshold=asked.threshold,
            cam=asked.cam_always,
            count=asked.count,
            replayed=asked.replayed,
            history=history,
            traced=asked.traced,
            refused_before=asked.refused_before,
        ),
        image_crc=inference.image_crc,
        outputs=tuple(output_facts(o.data, o.crc, o.size) for o in inference.outputs),
        scores=inference.scores,
        threshold=inference.threshold,
        location=inference.location,
        cam=None if inference.cam is None else as_grid(inference.cam),
        times=times(inference),
        boot=stamp.boot,
        count=stamp.count,
        finished_us=stamp.finished_us,
        at_s=round(stamp.at_s, 6),
        synthetic=stamp.synthetic,
        requested_s=None if stamp.requested_s is None else round(stamp.requested_s, 6),
    )


def handshake_record(after: str, identity: Identity) -> HandshakeRecord:
    """What the board said of itself."""
    return HandshakeRecord(
        after=after,
        build_id=identity.build_id.hex(),
        app_sha256=identity.app_sha256.hex(),
        model_sha256=identity.model_sha256.hex(),
        model_state=identity.model_state.name,
        contract_crc=identity.contract_crc,
        image_source=identity.image_source.name.lower(),
        reset_reason=identity.reset_reason,
        boot_count=identity.boot_count,
    )


def oddity_record(oddity: Oddity) -> OddityRecord:
    """An answer that no right board gives."""
    sent, got = (base64.b64encode(data).decode("ascii") for data in (oddity.sent, oddity.got))
    return OddityRecord(oddity.what, oddity.detail, sent, got)


def trouble_record(test: str, error: Exception) -> TroubleRecord:
    """An error as a fact: its class, and what the console told."""
    event = getattr(error, "event", None)
    return TroubleRecord(
        test=test,
        error=type(error).__name__,
        event="" if event is None else event.kind.value,
        message=str(error),
        line=getattr(error, "line", None),
    )


def image_record(measurement: Measurement, entry: FixturePhoto | None) -> ImageRecord:
    """One measured image. `entry`: what the manifest says of it, for a photograph."""
    return ImageRecord(
        name=measurement.facts.image,
        source="synthetic" if measurement.photo.path is None else "photo",
        facts=measurement.facts,
        times=times(measurement.inference),
        memory=memory_facts(measurement.memory),
        truth=truth(entry),
        png=png_text(measurement.photo.pixels),
    )


def sample_record(measurement: SampleMeasurement) -> SampleRecord:
    """One measured sample; with its bytes where something of it differs."""
    from hil.facts.packing import pack_bytes

    facts, sample = measurement.facts, measurement.sample
    wrong = any(not output.same for output in facts.outputs)
    wrong = wrong or any(op.differs for op in facts.ops or ())
    return SampleRecord(
        name=sample.name,
        made=sample.kind,
        facts=facts,
        times=times(measurement.inference),
        memory=memory_facts(measurement.memory),
        sample=pack_bytes(sample.data) if wrong else "",
    )


def opinion_record(oracle: Oracle, samples: Sequence[bytes]) -> SecondOpinionRecord:
    """What another interpreter says to the oracle on these samples."""
    found = oracle.second_opinion(samples)
    ops = tuple(
        OpinionFacts(
            op.op,
            op.name,
            op.output,
            op.differing,
            op.values,
            None if op.not_compared else op.worst,
            op.not_compared,
        )
        for op in found.ops
    )
    return SecondOpinionRecord(found.reference, found.other, found.samples, ops, found.trouble)


def frame_record(measurement: FrameMeasurement) -> FrameRecord:
    """One measured frame."""
    from hil.facts.packing import pack_bytes

    right = measurement.preprocessing.differing == 0
    return FrameRecord(
        name=measurement.frame.name,
        source="synthetic" if measurement.frame.path is None else "photo",
        facts=measurement.facts,
        preprocessing=measurement.preprocessing,
        times=times(measurement.inference),
        png=png_text(measurement.frame.pixels),
        input="" if right else pack_bytes(measurement.got.tobytes()),
    )


def times(inference: Inference) -> Times:
    board = inference.times
    return Times(
        upload_us=board.upload_us,
        preprocess_us=board.preprocess_us,
        invoke_us=board.invoke_us,
        cam_us=board.cam_us,
        round_trip_us=round(inference.round_trip_s * 1e6),
        invoke_cycles=inference.invoke_cycles,
    )


def memory_record(stamp: MemoryStamp) -> MemoryRecord:
    """A memory report as it came."""
    return MemoryRecord(stamp.boot, stamp.count, memory_facts(stamp.report), stamp.synthetic)


def memory_facts(report: MemoryReport) -> MemoryFacts:
    return MemoryFacts(
        arena_bytes=report.arena_bytes,
        arena_used_bytes=report.arena_used_bytes,
        static_bytes=report.static_bytes,
        heap=_heap(report.heap),
        psram=_heap(report.psram),
        stacks=tuple((stack.task, stack.never_used_bytes) for stack in report.stacks),
    )


def truth(entry: FixturePhoto | None) -> Truth | None:
    """None where the manifest does not say whether a person is in the picture."""
    if entry is None or entry.person is None:
        return None
    return Truth(entry.person, entry.boxes)


def console_facts(board: Board) -> ConsoleFacts:
    """The console, with times from its first line on."""
    lines = board.console
    start = lines[0].at_s if lines else 0.0
    return ConsoleFacts(tuple((round(line.at_s - start, 6), line.text) for line in lines))


def png_text(pixels: NDArray[np.uint8]) -> str:
    """8-bit pixels, gray or [height, width, 3] of red, green, blue, as a PNG file in base64."""
    from hil.images import as_png

    return base64.b64encode(as_png(pixels)).decode("ascii")


def _heap(heap: HeapState | None) -> HeapFacts | None:
    if heap is None:
        return None
    return HeapFacts(heap.free_bytes, heap.minimum_free_bytes, heap.largest_block_bytes)
