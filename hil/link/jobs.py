"""What the link is asked to do with an image, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field

from hil.wire.crc import crc32
from hil.wire.enums import ImageStage
from hil.wire.replies import Result

JOBS_AHEAD = 3
"""Images on their way: two on the board, and one that is ready when a buffer gets free."""


@dataclass(frozen=True)
class Job:
    """One inference.

    `image`: the bytes of the model's input tensor, int8 row-major (or a camera frame with
    `stage` FRAME). `cam_always`: ask for the map even below the threshold. `threshold`: percent,
    None for the model's own. `capture_op`: number of the operator whose output is wanted too.
    `reuse`: the board may keep an image that it already holds instead of receiving it again.
    `claimed_crc` is a test hook: announces another CRC-32 than that of the bytes, and the error
    that the board answers is raised instead of being repaired.
    """

    image: bytes = field(repr=False)
    cam_always: bool = True
    trace: bool = False
    threshold: int | None = None
    capture_op: int | None = None
    stage: ImageStage = ImageStage.TENSOR
    reuse: bool = False
    claimed_crc: int | None = None

    @property
    def image_crc(self) -> int:
        """The CRC-32 under which the image travels."""
        return crc32(self.image) if self.claimed_crc is None else self.claimed_crc


@dataclass(frozen=True)
class CapturedOp:
    """Output bytes of one operator, as they were when the operator ended."""

    op: int
    data: bytes


@dataclass(frozen=True)
class Inference:
    """The answer to one `Job`. Times are seconds of the host's clock.

    `upload_s`: from the announcement to the acceptance of the inference; `result_s`: from there,
    or from the previous result, to this one. With images on their way in parallel these overlap
    those of the neighbours. `attempts` counts announcements of the image: 1 when none was lost.
    """

    job: Job = field(repr=False)
    image_crc: int
    result: Result
    captured: CapturedOp | None
    upload_s: float
    result_s: float
    attempts: int
