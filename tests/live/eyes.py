"""A board that is nothing but a script: frames, and what goes wrong instead of one."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import numpy as np

from hil.errors import HilError, InfrastructureError
from hil.facts.board import CameraFrame, Inference, OutputPart
from hil.link.stats import LinkStats
from hil.network.location import Location
from hil.network.settings import NetworkSettings
from hil.wire.enums import FrameFormat
from hil.wire.replies import FrameSize, MemoryReport, StageTimes

SETTINGS = NetworkSettings(positive_class=1, threshold=50, labels=("nobody", "somebody"))
SIZE = FrameSize(120, 160, FrameFormat.GRAY8)
SCORES = np.array([[-128 + 64, -128 + 192]], np.int8)  # 25 % and 75 %
CAM = np.arange(36, dtype=np.int32).reshape(6, 6)
BYTES_IN, BYTES_OUT = 20_000, 500


def frame(level: int) -> CameraFrame:
    return CameraFrame(bytes([level]) * SIZE.size, SIZE, 0, 1000)


class ScriptedEyes:
    """Gives what the script says, a frame or an error, one after the other.

    `recovers`: what `recover` raises, None: it helps. `asked`: the frames that were answered.
    """

    def __init__(
        self, script: Iterable[int | HilError], recovers: Iterable[HilError | None] = ()
    ) -> None:
        self._script, self._recovers = iter(script), iter(recovers)
        self.asked: list[bytes] = []
        self.options: list[dict[str, Any]] = []
        self.recoveries = 0
        self.first_cause: HilError | None = None
        self.on_inference: object = "what a run keeps"
        self.link_stats = LinkStats()
        self.baud, self.round_trip_s = 921_600, 0.001
        self.stamps: list[object] = []
        self.memories: list[object] = []
        self.oddities: list[object] = []

    def camera_frame(self) -> CameraFrame:
        found = next(self._script)
        if isinstance(found, HilError):
            if isinstance(found, InfrastructureError):
                self.first_cause = found
            raise found
        self.link_stats.bytes_in += BYTES_IN
        return frame(found)

    def infer(self, sample: bytes, **options: Any) -> Inference:
        self.asked.append(sample)
        self.options.append(options)
        self.link_stats.bytes_out += BYTES_OUT
        self.stamps.append(object())
        return Inference(
            image_crc=0,
            outputs=(OutputPart(0, 2, SCORES.tobytes()), OutputPart(0, 36 * 8, None)),
            boot_id=1,
            scores=tuple(SCORES[0].tolist()),
            threshold=50,
            location=Location(88, 88, 5, 5),
            cam=CAM,
            times=StageTimes(0, 100, 2000, 30),
            invoke_cycles=None,
            finished_us=0,
            count=len(self.asked),
            round_trip_s=0.01,
            upload_s=0.0,
            uploads=1,
        )

    def memory(self) -> MemoryReport:
        self.memories.append(object())
        return MemoryReport(1000, 900, None, None, None, None, ())

    def recover(self) -> SimpleNamespace:
        self.recoveries += 1
        trouble = next(self._recovers, None)
        if trouble is not None:
            raise trouble
        self.first_cause = None
        return SimpleNamespace()
