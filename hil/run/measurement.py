"""What a test gets of one measured sample: facts, verdicts, and what they are from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hil.facts.keys import answer_key, facts_key, frame_key

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.facts.board import Inference
    from hil.facts.image import ImageFacts, SampleFacts, TensorDifference
    from hil.images import Photo
    from hil.judge.verdict import Verdict
    from hil.oracle import OracleAnswer
    from hil.samples.seeded import Sample
    from hil.wire.replies import MemoryReport


@dataclass(frozen=True, eq=False, kw_only=True)
class _Judged:
    """What is judged; `verdicts` are those of `hil.judge.verdict.judge_image`.

    `number`: of the inference in the run.
    """

    facts: SampleFacts
    verdicts: tuple[Verdict, ...]
    number: int
    inference: Inference

    def verdict(self, check: str) -> Verdict:
        """The verdict of one check of `hil.judge.verdict`."""
        return next(verdict for verdict in self.verdicts if verdict.check == check)

    @property
    def keys(self) -> tuple[str, ...]:
        """Its keys in the run file."""
        return answer_key(self.number), facts_key(self.facts)


@dataclass(frozen=True, eq=False, kw_only=True)
class _Measured(_Judged):
    """`tensors`: the outputs as read back after it. `memory`: the board's report then."""

    answer: OracleAnswer
    tensors: tuple[NDArray[Any], ...]
    memory: MemoryReport

    def properties(self) -> tuple[tuple[str, object], ...]:
        """Latency and memory by name, as for JUnit XML."""
        times = self.inference.times
        return (
            ("upload_us", times.upload_us),
            ("preprocess_us", times.preprocess_us),
            ("invoke_us", times.invoke_us),
            ("cam_us", times.cam_us),
            ("round_trip_us", round(self.inference.round_trip_s * 1e6)),
            ("arena_used_bytes", self.memory.arena_used_bytes),
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class SampleMeasurement(_Measured):
    """One sample on the board and on the host, of any network."""

    sample: Sample


@dataclass(frozen=True, eq=False, kw_only=True)
class Measurement(_Measured):
    """One photograph on the board and on the host, of a network with a class activation map.

    `score_tensor` int8 [classes] and `features` int8 [rows, columns, C] are of `tensors`.
    """

    facts: ImageFacts
    photo: Photo
    head_outputs: tuple[int, int]

    @property
    def score_tensor(self) -> NDArray[np.int8]:
        tensor: NDArray[np.int8] = self.tensors[self.head_outputs[0]][0]
        return tensor

    @property
    def features(self) -> NDArray[np.int8]:
        tensor: NDArray[np.int8] = self.tensors[self.head_outputs[1]][0]
        return tensor


@dataclass(frozen=True, eq=False, kw_only=True)
class FrameMeasurement(_Judged):
    """One raw frame: what the board made of it, and its answer.

    `frame` has the pixels that the board was given. `expected` and `got` are the network's input,
    in its type, [height, width] or [height, width, 3], by `hil.oracle.preprocess` and as read back
    from the board. `facts` and `verdicts` are of the answer against the oracle's for `expected`.
    """

    frame: Photo
    expected: NDArray[Any]
    got: NDArray[Any]
    preprocessing: TensorDifference

    @property
    def keys(self) -> tuple[str, ...]:
        """Its keys in the run file."""
        return answer_key(self.number), frame_key(self.facts.image)
