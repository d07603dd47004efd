"""What the link is asked to do with a sample, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field

from hil.wire.crc import crc32
from hil.wire.enums import SampleStage
from hil.wire.replies import Result
from hil.wire.requests import OpOutput

JOBS_AHEAD = 3
"""Samples on their way: two on the board, and one that is ready when a buffer gets free."""


@dataclass(frozen=True)
class Job:
    """One inference.

    `sample`: the bytes of all input tensors, one behind the other, or a camera frame (`stage`
    FRAME). `map_always`: ask for the map even below the threshold. `reset_state`: the network's
    variables get their initial values first. `threshold`: percent, None for the network's own.
    `capture`: the operator output whose bytes are wanted too. `reuse`: the board may keep a sample
    that it already holds instead of receiving it again. `claimed_crc` is a test hook: announces
    another CRC-32 than that of the bytes, and the error that the board answers is raised instead
    of being repaired.
    """

    sample: bytes = field(repr=False)
    map_always: bool = True
    trace: bool = False
    reset_state: bool = True
    threshold: int | None = None
    capture: OpOutput | None = None
    stage: SampleStage = SampleStage.TENSOR
    reuse: bool = False
    claimed_crc: int | None = None

    @property
    def sample_crc(self) -> int:
        """The CRC-32 under which the sample travels."""
        return crc32(self.sample) if self.claimed_crc is None else self.claimed_crc


@dataclass(frozen=True)
class CapturedOp:
    """Bytes of an output of an operator, as they were when the operator ended."""

    op: int
    output: int
    data: bytes


@dataclass(frozen=True)
class Inference:
    """The answer to one `Job`. Times are seconds of the host's clock.

    `upload_s`: from the announcement to the acceptance of the inference; `result_s`: from there,
    or from the previous result, to this one. With samples on their way in parallel these overlap
    those of the neighbours. `attempts` counts announcements of the sample: 1 when none was lost.
    `requested_at`: when the request to infer was first sent; the board began later than that.
    """

    job: Job = field(repr=False)
    sample_crc: int
    result: Result
    captured: CapturedOp | None
    upload_s: float
    result_s: float
    attempts: int
    requested_at: float
