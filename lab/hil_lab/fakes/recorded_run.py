"""Builds runs as a run file holds them, without a board: seeded, of any size, with chosen faults.

The numbers are invented but of the right kind: latencies with the spread of a
board whose UART interrupts now and then, maps of 6x6, a model of 27 operators.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from hil.facts.image import Answer, ImageFacts, OpFacts
from hil.facts.network import HeadFacts, NetworkFacts, TensorFacts
from hil.facts.records import (
    RUN_VERSION,
    BoardFacts,
    ConsoleFacts,
    EndFacts,
    HeapFacts,
    ImageRecord,
    LinkFacts,
    MemoryFacts,
    PartitionFacts,
    RunHeader,
    TestRecord,
    Times,
    TraceRecord,
    Truth,
)
from hil.facts.run import Run
from hil.judge.compare import as_grid, compare_tensors
from hil.link.stats import LinkStats
from hil.network.location import Location, locate
from hil.network.score import passes
from hil.run.collect import png_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Fault = Literal["score", "location", "cam", "no map", "stale"]
"""What the board can get wrong: the score by 5 steps, x and y of the location swapped,
one cell of the map, the map left out, the answer to another image."""

FAULTS: tuple[Fault, ...] = get_args(Fault)
INPUT_SIZE = (96, 96)
OPS = ("CONV_2D", *("DEPTHWISE_CONV_2D", "CONV_2D") * 11, "MEAN", "CONV_2D", "RESHAPE", "SOFTMAX")

THRESHOLD, POSITIVE_CLASS = 60, 1
NETWORK = NetworkFacts(
    inputs=(TensorFacts("image", "int8", (1, *INPUT_SIZE, 1), 1 / 255, -128),),
    outputs=(
        TensorFacts("score", "int8", (1, 2), 1 / 256, -128),
        TensorFacts("features", "int8", (1, 6, 6, 128), 0.02, -128),
    ),
    ops=len(OPS),
    stateful=False,
    picture=(*INPUT_SIZE, 1),
    head=HeadFacts(0, 1, POSITIVE_CLASS, THRESHOLD),
)
BOARD = BoardFacts(
    spec="/dev/ttyUSB0",
    target="esp32",
    chip="esp32",
    firmware_version="0.1.0",
    idf_version="v5.5.1",
    build_id="cb17f7fcad848dc0" * 4,
    app_sha256="fe499120bcf54f1f" * 4,
    model_sha256="66a76cd04c4ca981" * 4,
    engine="tflite-micro",
    network=NETWORK,
    arena_bytes=131_072,
    baud=921_600,
    capabilities=("injection", "trace", "capture", "baud", "op_times", "cycles"),
    ops=OPS,
    partitions=(
        PartitionFacts("bootloader.bin", 26_768, "", None),
        PartitionFacts("partition-table.bin", 3_072, "", None),
        PartitionFacts("camhil.bin", 412_640, "factory", 1_572_864, "app"),
        PartitionFacts("model.bin", 181_432, "model", 2_097_152, "model"),
    ),
    resolver="litert BUILTIN_REF",
    tolerances=(
        ("score_lsb", "0"),
        ("features_lsb", "0"),
        ("cam_units", "0"),
        ("location_margin", "0"),
        ("output_lsb", "0"),
        ("second_opinion_lsb", "1"),
    ),
)

MEMORY = MemoryFacts(
    arena_bytes=131_072,
    arena_used_bytes=77_216,
    static_bytes=13_472,
    heap=HeapFacts(free_bytes=98_304, minimum_free_bytes=91_008, largest_block_bytes=65_536),
    psram=None,
    stacks=(("uart", 1_880), ("inference", 3_412)),
)

_LINK = LinkStats(bytes_out=9_437_184, bytes_in=462_422, frames_out=7_168, frames_in=8_200)
_CONSOLE = (
    (0.0, "rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)"),
    (0.031, "\x1b[0;32mI (31) boot: chip revision: v3.0\x1b[0m"),
    (0.12, "\x1b[0;33mW (120) camhil: no camera found\x1b[0m"),
)


def recorded_run(
    images: int = 3,
    *,
    faults: Mapping[int, Fault] | None = None,
    traced: bool = True,
    seed: int = 1,
    slower: float = 0.0,
    **changes: Any,
) -> Run:
    """A run of a board over `images` photographs.

    Args:
        images: how many.
        faults: what the board gets wrong, by the index of the image.
        traced: with a traced inference of every image.
        seed: of everything.
        slower: how much longer an inference takes, as a fraction.
        changes: fields of the `Run` to replace.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    wrong = dict(faults or {})
    records = [_image(n, rng, wrong.get(n), slower) for n in range(images)]
    run = Run(
        header=RunHeader(
            version=RUN_VERSION,
            camhil="0.1.0",
            started="2026-02-03T04:05:06+00:00",
            command=("pytest", "hil/suite", "--board", BOARD.spec),
            system="Linux x86_64, Python 3.12.1",
            packages=(("numpy", "2.4.0"),),
        ),
        board=BOARD,
        images=tuple(records),
        traces=tuple(_trace(record, rng) for record in records) if traced else (),
        measurements=(),
        tests=tuple(_test(record, n in wrong) for n, record in enumerate(records)),
        link=LinkFacts(tuple(dataclasses.asdict(_LINK).items()), recoveries=0),
        console=ConsoleFacts(_CONSOLE),
        end=EndFacts(
            exit_code=int(bool(wrong)),
            outcomes=tuple(
                (name, count)
                for name, count in (("failed", len(wrong)), ("passed", images - len(wrong)))
                if count
            ),
        ),
    )
    return dataclasses.replace(run, **changes)


def write_run(path: Path, run: Run) -> Path:
    """Writes a run as a run file; returns `path`."""
    from hil.facts.writer import RunFile

    file = RunFile(path)
    parts: Sequence[Any] = (run.header, *run.images, *run.traces, *run.measurements, *run.tests)
    parts = (*parts, run.model, *run.inferences, *run.handshakes, *run.oddities, *run.troubles)
    parts = (*parts, *run.evidence, *run.divergences, *run.samples, run.opinion)
    parts = (*parts, *run.energies, run.energy)
    for record in (*parts, run.board, run.link, run.console, run.end):
        if record is not None:
            file.write(record)
    file.close()
    if file.error is not None:
        raise file.error
    return path


def _image(
    number: int, rng: np.random.Generator, fault: Fault | None, slower: float
) -> ImageRecord:
    import numpy as np

    name = f"photo-{number:04}"
    score = int(rng.integers(-127, 128))
    if fault == "location":
        score = 100  # there is one only above the threshold
    cam = rng.integers(-50_000, 10_000, (6, 6)).astype(np.int32)
    if fault == "location":
        cam[0, 4] = 20_000  # off the diagonal, so that swapping is seen
    location = locate(cam, INPUT_SIZE, passed=passes(score, THRESHOLD))
    reference = Answer((-score, score), THRESHOLD, location, as_grid(cam))
    device = _spoilt(reference, fault)
    crc = int(rng.integers(2**32))
    features = np.zeros(4_608, np.int8)
    facts = ImageFacts(
        image=name,
        image_crc=crc,
        answered_crc=crc ^ (fault == "stale"),
        input_size=INPUT_SIZE,
        positive_class=POSITIVE_CLASS,
        threshold=THRESHOLD,
        cam_requested=True,
        device=device,
        reference=reference,
        scores=compare_tensors(np.array(reference.scores), np.array(device.scores)),
        cam=None if device.cam is None else compare_tensors(cam, np.array(device.cam)),
        features=compare_tensors(features, features),
        invoke_us=None,
    )
    times = _times(rng, slower)
    person = bool(rng.integers(2))
    box = (0.25, 0.125, 0.75, 0.9375)
    return ImageRecord(
        name=name,
        source="photo",
        facts=dataclasses.replace(facts, invoke_us=times.invoke_us),
        times=times,
        memory=MEMORY,
        truth=Truth(person, (box,) if person else ()),
        png=png_text(_picture(rng)),
    )


def _spoilt(answer: Answer, fault: Fault | None) -> Answer:
    if fault == "score":
        return dataclasses.replace(answer, scores=tuple(max(s - 5, -128) for s in answer.scores))
    if fault == "no map":
        return dataclasses.replace(answer, cam=None)
    if fault == "cam":
        assert answer.cam is not None
        first, *rest = answer.cam
        return dataclasses.replace(answer, cam=((first[0] - 777, *first[1:]), *rest))
    if fault == "location" and isinstance(answer.location, Location):
        right = answer.location
        swapped = Location(right.y, right.x, right.row, right.column)
        return dataclasses.replace(answer, location=swapped)
    return answer


def _times(rng: np.random.Generator, slower: float) -> Times:
    invoke_us = round(341_000 * (1 + slower) * (1 + 0.0003 * rng.standard_normal()))
    upload_us = round(104_000 + 400 * rng.random())
    return Times(
        upload_us=upload_us,
        preprocess_us=0,
        invoke_us=invoke_us,
        cam_us=round(210 + 4 * rng.random()),
        round_trip_us=upload_us + invoke_us + round(rng.gamma(4, 900)),
        invoke_cycles=invoke_us * 240,
    )


def _trace(record: ImageRecord, rng: np.random.Generator) -> TraceRecord:
    share = 1 / len(OPS)
    ops = []
    for index, name in enumerate(OPS):
        crc = int(rng.integers(2**32))
        us = round(record.times.invoke_us * share * (1.6 if name == "CONV_2D" else 0.4))
        ops.append(OpFacts(index, name, crc, crc, us, us * 240))
    return TraceRecord(record.name, tuple(ops), record.times.invoke_us)


def _test(record: ImageRecord, failed: bool) -> TestRecord:
    return TestRecord(
        test=f"suite/test_photos.py::test_answer[{record.name}]",
        when="call",
        outcome="failed" if failed else "passed",
        duration_s=0.45,
        message="AssertionError: the board's answer is not the oracle's" if failed else "",
    )


def _picture(rng: np.random.Generator) -> NDArray[np.uint8]:
    """A gray picture that compresses about as badly as a photograph."""
    import cv2
    import numpy as np

    height, width = INPUT_SIZE
    coarse = rng.integers(0, 256, (7, 7)).astype(np.float32)
    smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    noisy = smooth + 6 * rng.standard_normal((height, width))
    picture: NDArray[np.uint8] = np.clip(noisy, 0, 255).astype(np.uint8)
    return picture
