"""The lines of a run file. One dataclass a kind; the file is JSON lines of `KINDS`.

Every line is an object with `kind` and the fields of that kind's dataclass. The
first line is a `run`, the last an `end`; a file without `end` is of a run that was
interrupted. Times are microseconds, sizes bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

from hil.facts.energy import EnergyFacts, EnergyRecord
from hil.facts.evidence import (
    DivergenceRecord,
    EvidenceRecord,
    FlashRecord,
    HandshakeRecord,
    OddityRecord,
    TroubleRecord,
)
from hil.facts.image import (
    Answer,
    Grid,
    ImageFacts,
    OpFacts,
    OutputDifference,
    OutputFacts,
    SampleFacts,
    TensorDifference,
)
from hil.facts.network import NetworkFacts
from hil.facts.origin import OriginRecord
from hil.facts.other_networks import OtherNetworkRecord
from hil.network.location import Location, NoLocation

THOROUGH = "the suite's long tests too"
"""What `BoardFacts.thorough` is in words."""

RUN_VERSION = 4
"""Version of the file; a reader refuses others."""


@dataclass(frozen=True, slots=True)
class RunHeader:
    """How the run was started.

    Attributes:
        version: RUN_VERSION.
        camhil: version of the harness.
        started: UTC, ISO 8601.
        command: the command line.
        system: operating system, machine and processor of the host, and its Python.
        packages: (name, version) of what the result depends on.
    """

    version: int
    camhil: str
    started: str
    command: tuple[str, ...]
    system: str
    packages: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PartitionFacts:
    """One flashed file and the partition it lies in; `partition_bytes` None outside of any.

    `role`: "app", "model", or empty.
    """

    name: str
    file_bytes: int
    partition: str
    partition_bytes: int | None
    role: str = ""


@dataclass(frozen=True, slots=True)
class SectionFacts:
    """One section of the app's ELF file that takes memory; `in_ram`: in the chip's own RAM."""

    name: str
    size_bytes: int
    in_ram: bool


@dataclass(frozen=True, slots=True)
class BoardFacts:
    """Who answered, what it was flashed with, and what it was compared with.

    Attributes:
        spec: the board as it was asked for.
        target: kind of board, from its identity; with `engine`, `firmware_version`,
            `build_id` and `model_sha256` (hex) it is what results are comparable by.
        chip: that the build is for.
        idf_version: of the build; empty if unknown.
        baud: rate of the link after the handshake.
        capabilities: names of what the board can do.
        network: the contract that the board reports.
        ops: operator names in execution order; empty where nobody knows them.
        partitions: sizes in flash.
        resolver: of the oracle.
        tolerances: (name, value) in force.
        sections: of the ELF file that the app was made from; empty without one.
        time_base: what the board's times mean, see `hil.facts.board.TimeBase`.
        thorough: the suite's long tests were asked for too.
        arena_needed_bytes: what the network needs of an arena at least, as the host counts it.
    """

    spec: str
    target: str
    chip: str
    firmware_version: str
    idf_version: str
    build_id: str
    app_sha256: str
    model_sha256: str
    engine: str
    network: NetworkFacts
    arena_bytes: int
    baud: int
    capabilities: tuple[str, ...]
    ops: tuple[str, ...]
    partitions: tuple[PartitionFacts, ...]
    resolver: str
    tolerances: tuple[tuple[str, str], ...]
    sections: tuple[SectionFacts, ...] = ()
    time_base: str = "real"
    thorough: bool = False
    arena_needed_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Times:
    """One inference: stages by the board's clock, the round trip by the host's."""

    upload_us: int
    preprocess_us: int
    invoke_us: int
    cam_us: int
    round_trip_us: int
    invoke_cycles: int | None = None


@dataclass(frozen=True, slots=True)
class HeapFacts:
    free_bytes: int
    minimum_free_bytes: int
    largest_block_bytes: int


@dataclass(frozen=True, slots=True)
class MemoryFacts:
    """The board's memory report; None where it cannot tell. `stacks`: (task, never used)."""

    arena_bytes: int
    arena_used_bytes: int | None
    static_bytes: int | None
    heap: HeapFacts | None
    psram: HeapFacts | None
    stacks: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known of a photograph. `boxes`: x0, y0, x1, y1 as fractions of the picture."""

    person: bool
    boxes: tuple[tuple[float, float, float, float], ...]


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """One image through board and oracle.

    Attributes:
        name: unique within its source.
        source: "photo" or "synthetic".
        facts: both answers and their differences.
        times, memory: of this inference.
        truth: None if nobody said what is in it.
        png: the input as an 8-bit gray PNG, base64.
    """

    name: str
    source: str
    facts: ImageFacts
    times: Times
    memory: MemoryFacts
    truth: Truth | None
    png: str


@dataclass(frozen=True, slots=True)
class SampleRecord:
    """One sample through board and oracle, of any network.

    Attributes:
        name: unique in the run.
        made: how it was made, such as "uniform"; "given" for one of a file.
        facts: every output, and every output of every operator where the board traces.
        times, memory: of its inference.
        sample: its bytes (zlib, base64) where something differs; empty otherwise.
    """

    name: str
    made: str
    facts: ImageFacts | SampleFacts
    times: Times
    memory: MemoryFacts
    sample: str = ""


@dataclass(frozen=True, slots=True)
class OpinionFacts:
    """One operator's output by the oracle and by another interpreter, with equal inputs.

    Attributes:
        index, name: of the operator.
        output: which of its outputs is farthest off.
        differing, values: how many values differ, of how many, over all samples.
        max_lsb: largest difference, of floats as `hil.oracle` counts it; None where it was not
            compared.
        why: why it was not compared; empty where it was.
    """

    index: int
    name: str
    output: int
    differing: int
    values: int
    max_lsb: int | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class SecondOpinionRecord:
    """The oracle's interpreter against another one, operator by operator.

    `samples`: how many were compared. `trouble`: why there is no opinion at all; empty otherwise.
    """

    reference: str
    other: str
    samples: int
    ops: tuple[OpinionFacts, ...]
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class FrameRecord:
    """One raw frame through board and oracle.

    Attributes:
        name: unique among frames.
        source: "photo" or "synthetic".
        facts: both answers and their differences; the oracle's is for the right input.
        preprocessing: the input that the board made of the frame, against the right one.
        times: of this inference.
        png: the frame as an 8-bit PNG, gray or in colour, base64.
        input: what the board made of it, the tensor's bytes (zlib, base64); empty where that is
            right.
    """

    name: str
    source: str
    facts: ImageFacts | SampleFacts
    preprocessing: TensorDifference
    times: Times
    png: str
    input: str


@dataclass(frozen=True, slots=True)
class RepeatRecord:
    """An image that was measured once more, for example with another threshold."""

    facts: ImageFacts


@dataclass(frozen=True, slots=True)
class TraceRecord:
    """The operators of one traced inference, and its own outputs, against the oracle's."""

    image: str
    ops: tuple[OpFacts, ...]
    invoke_us: int
    outputs: tuple[OutputDifference, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """What the board was flashed with, so that a run can be diagnosed without the build.

    Attributes:
        tflite: the model file, base64.
        header: of the model partition, with the contract; base64.
        sha256: hex digest of the model.
        build_id, app_sha256: hex digests of the app that was flashed.
    """

    tflite: str
    header: str
    sha256: str
    build_id: str
    app_sha256: str


@dataclass(frozen=True, slots=True)
class ReferenceOutput:
    """One output of the oracle. `name`, `type`, `role`: as of `hil.facts.network`."""

    name: str
    type: str
    role: str
    bytes: OutputFacts


@dataclass(frozen=True, slots=True)
class ReferenceRecord:
    """The oracle's answer to what was asked of the board, once for each image and threshold.

    Attributes:
        image: its name; empty for one that a test made.
        image_crc: CRC-32 of the bytes that were sent.
        stage: what they are, "tensor" or "frame".
        threshold: percent, as asked for; None for the model's own.
        history: as of `AskedFacts`.
        outputs: of the oracle.
        answer: of a network with a class activation map: with the map, and the threshold that
            it is for; None for others.
        input_size: (height, width) of its input in pixels.
        positive_class: index of the score that decides.
    """

    image: str
    image_crc: int
    stage: str
    threshold: int | None
    history: int | None
    outputs: tuple[ReferenceOutput, ...]
    answer: Answer | None = None
    input_size: tuple[int, int] = (0, 0)
    positive_class: int = 0


@dataclass(frozen=True, slots=True)
class VarietyFacts:
    """Whether the network tells its samples apart, by the oracle.

    `images`: how many different ones it saw, made ones and noise included.
    `constant_outputs`: names of the outputs whose bytes were the same for all.
    `differing_operators`: how many operators give different values nevertheless; None where
    nobody looked, as no output is constant.
    """

    images: int
    constant_outputs: tuple[str, ...]
    differing_operators: int | None = None


@dataclass(frozen=True, slots=True)
class AskedFacts:
    """What an inference was asked for.

    `image_crc`: CRC-32 of the bytes that were sent. `threshold`: percent, None for the model's
    own. `cam`: the map was asked for below the threshold too. `count`, `replayed`: see
    `hil.facts.board.Asked`. `history`: CRC-32 over the samples that its state comes from; 0
    without state or right after a reset of it, None where that is not known. `traced`,
    `refused_before`: as there.
    """

    image_crc: int
    stage: str
    threshold: int | None
    cam: bool
    count: int | None
    replayed: bool = False
    history: int | None = 0
    traced: bool = False
    refused_before: bool = False


@dataclass(frozen=True, slots=True)
class InferenceRecord:
    """One result as the board sent it, in order; also of tests that judge it themselves.

    Attributes:
        asked: what for.
        image_crc: CRC-32 of the image that it is for.
        outputs: of the answer.
        scores, threshold, location, cam: of the answer of a class activation map; empty or None
            without one.
        times: of this inference.
        boot: counts the board's starts in this run.
        count: inferences since that start, by the board.
        finished_us: the board's clock at its end.
        at_s: the host's monotonic clock when it arrived.
        requested_s: the same clock when the board was asked to infer; None where that is unknown.
        experiment: what was found out by it, for the diagnosis; empty for one that a test asked.
        after: "pause" where an experiment had that before it; empty otherwise.
        synthetic: a test chose the times and cycles of the simulated board: they tell nothing.
    """

    asked: AskedFacts
    image_crc: int
    outputs: tuple[OutputFacts, ...]
    times: Times
    boot: int
    count: int
    finished_us: int
    at_s: float
    scores: tuple[int, ...] = ()
    threshold: int | None = None
    location: Location | NoLocation | None = None
    cam: Grid | None = None
    experiment: str = ""
    after: str = ""
    synthetic: bool = False
    requested_s: float | None = None


@dataclass(frozen=True, slots=True)
class MemoryRecord:
    """A memory report as it came, after `count` inferences of the start `boot`.

    `synthetic`: a test chose what the simulated board reports: it tells nothing.
    """

    boot: int
    count: int
    memory: MemoryFacts
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class MeasurementRecord:
    """A value that a test recorded with `record_measurement`."""

    test: str
    name: str
    value: int | float | str | None


@dataclass(frozen=True, slots=True)
class WorkerRecord:
    """The lines up to the next such line come from this process of a distributed run.

    Each process has a board of its own. A run in one process has none of these lines.
    """

    worker: str


@dataclass(frozen=True, slots=True)
class TestRecord:
    """The outcome of one phase of one test: set-up, call or tear-down (`when`).

    An attempt that failed and was made again has the outcome `RERUN`, and its
    message says why. A test that passed at last is then `FLAKY`, not passed.

    `by_verdict`: the facts that it failed by, as `hil.judge.answers.JudgedAnswer.key` names
    them; empty where it failed by something else. They decide whether it fails with other
    tolerances.
    """

    __test__ = False  # not a test class, whatever pytest thinks of its name

    test: str
    when: str
    outcome: str
    duration_s: float
    message: str
    by_verdict: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """(name, count) of `hil.link.stats.LinkStats`, for the whole run.

    Attributes:
        recoveries: times the board was lost and came back.
        noise: the noise that the line was asked to have, as options; empty for a clean line.
    """

    counts: tuple[tuple[str, int], ...]
    recoveries: int
    noise: str = ""


@dataclass(frozen=True, slots=True)
class ConsoleFacts:
    """The board's console: (seconds since the port was opened, text)."""

    lines: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class EndFacts:
    """How the run ended: (outcome, count) of its tests, and their exit code.

    Gates play no part in the exit code: they are judged on what is recorded.
    """

    exit_code: int
    outcomes: tuple[tuple[str, int], ...]


KINDS: dict[str, type] = {
    "run": RunHeader,
    "origin": OriginRecord,
    "board": BoardFacts,
    "image": ImageRecord,
    "sample": SampleRecord,
    "opinion": SecondOpinionRecord,
    "frame": FrameRecord,
    "repeat": RepeatRecord,
    "trace": TraceRecord,
    "model": ModelRecord,
    "reference": ReferenceRecord,
    "variety": VarietyFacts,
    "inference": InferenceRecord,
    "memory": MemoryRecord,
    "energy": EnergyRecord,
    "meter": EnergyFacts,
    "handshake": HandshakeRecord,
    "oddity": OddityRecord,
    "trouble": TroubleRecord,
    "flash": FlashRecord,
    "evidence": EvidenceRecord,
    "divergence": DivergenceRecord,
    "other-network": OtherNetworkRecord,
    "measurement": MeasurementRecord,
    "worker": WorkerRecord,
    "test": TestRecord,
    "link": LinkFacts,
    "console": ConsoleFacts,
    "end": EndFacts,
}
