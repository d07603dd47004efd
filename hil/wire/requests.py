"""Messages from host to board; protocol.cddl says what each one does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, TypeAlias

from hil.wire.enums import RebootTarget, SampleStage, TensorSide
from hil.wire.fields import U8, U16, U32, Bytes, Crc32, Percent

PROTOCOL_VERSION = 2
MAX_PAYLOAD_BYTES = 1536  # of a chunk, an echo and a page of data
MAX_CHUNKS = (1 << 16) - 1  # of a sample: the first missing one has 16 bits
TOLD_CHUNKS = 32  # bits of `missing`: of so many chunks from the first missing one is told


@dataclass(frozen=True)
class OpOutput:
    """One output of an operator; operators are counted in execution order."""

    op: U16
    output: U8 = 0


@dataclass(frozen=True)
class Hello:
    """Asks for the board's `Identity`, in one of a range of versions of the protocol.

    The board switches its source of samples to injected.
    """

    kind: ClassVar[int] = 1
    lowest: U8 = PROTOCOL_VERSION
    highest: U8 = PROTOCOL_VERSION


@dataclass(frozen=True)
class GetContract:
    """Asks for one page of the header of the model partition."""

    kind: ClassVar[int] = 2
    offset: U16


@dataclass(frozen=True)
class Echo:
    """Asks for the payload back."""

    kind: ClassVar[int] = 3
    payload: Annotated[bytes, Bytes(0, MAX_PAYLOAD_BYTES)]


@dataclass(frozen=True)
class Upload:
    """Announces a sample of `sample_bytes`; `resume` keeps the chunks that the board holds."""

    kind: ClassVar[int] = 4
    stage: SampleStage
    sample_crc: Crc32
    sample_bytes: U32
    resume: bool


@dataclass(frozen=True)
class Chunk:
    """One chunk of the announced sample; `offset` is a multiple of the board's chunk_bytes."""

    kind: ClassVar[int] = 5
    sample_crc: Crc32
    offset: U32
    data: Annotated[bytes, Bytes(1, MAX_PAYLOAD_BYTES)]


@dataclass(frozen=True)
class Infer:
    """Runs the network on an uploaded sample.

    `reset_state`: its variables get their initial values first. `threshold`: percent, None for the
    network's own.
    """

    kind: ClassVar[int] = 6
    sample_crc: Crc32
    map_always: bool
    trace: bool
    reset_state: bool
    threshold: Percent | None
    capture: OpOutput | None


@dataclass(frozen=True)
class ReadTensor:
    """Asks for bytes of an input or output as the last inference left it."""

    kind: ClassVar[int] = 7
    side: TensorSide
    index: U8
    offset: U32
    length: U16


@dataclass(frozen=True)
class GetTrace:
    """Asks for one page of the last recorded trace, from entry `first` on."""

    kind: ClassVar[int] = 8
    first: U16


@dataclass(frozen=True)
class GetMemory:
    """Asks for a `MemoryReport`."""

    kind: ClassVar[int] = 9


@dataclass(frozen=True)
class SetBaud:
    """Tries another rate of the UART after the acknowledgement."""

    kind: ClassVar[int] = 10
    baud: U32


@dataclass(frozen=True)
class CommitBaud:
    """Keeps the rate that is tried."""

    kind: ClassVar[int] = 12
    baud: U32


@dataclass(frozen=True)
class Reboot:
    """Resets the board after the acknowledgement."""

    kind: ClassVar[int] = 11
    target: RebootTarget


@dataclass(frozen=True)
class GetFrame:
    """Asks for one page of a frame of the board's camera; offset 0 takes a new one."""

    kind: ClassVar[int] = 14
    offset: U32
    length: U16


@dataclass(frozen=True)
class LoadNetwork:
    """Runs an uploaded sample of stage NETWORK as the network until the next reset."""

    kind: ClassVar[int] = 15
    sample_crc: Crc32


@dataclass(frozen=True)
class SelfTest:
    """Runs the self-test of the contract."""

    kind: ClassVar[int] = 16


Request: TypeAlias = (
    Hello
    | GetContract
    | Echo
    | Upload
    | Chunk
    | Infer
    | ReadTensor
    | GetTrace
    | GetMemory
    | SetBaud
    | CommitBaud
    | Reboot
    | GetFrame
    | LoadNetwork
    | SelfTest
)
