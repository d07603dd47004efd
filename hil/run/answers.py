"""Every inference of a run with the oracle's answer to it, and what is wrong with each.

A board hands over each result as it comes, whoever asked. The oracle is asked afterwards,
so that no test waits for it, once for each image and threshold.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from hil.facts.keys import AskedKey, answer_key, asked_key
from hil.facts.records import InferenceRecord, ReferenceRecord
from hil.judge.answers import Wrong, answer_facts, judge_answer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.facts.board import Asked, Inference, Stamp
    from hil.judge.tolerance import Tolerances
    from hil.oracle import Oracle, OracleAnswer


class Answers:
    """The inferences of a run in order, and the oracle's answers; both only grow."""

    def __init__(self) -> None:
        self.inferences: list[InferenceRecord] = []
        self.references: list[ReferenceRecord] = []
        self.distinct: list[OracleAnswer] = []
        """What the oracle said, in the order of the questions."""
        self._known: dict[AskedKey, ReferenceRecord | None] = {}
        self._unknown: list[Asked] = []
        self._names: dict[int, str] = {}
        self._counted: set[tuple[int, int]] = set()
        self._judged = 0

    def add(self, inference: Inference, stamp: Stamp, asked: Asked) -> None:
        """Takes a result as it came."""
        from hil.run.collect import inference_record

        record = inference_record(inference, stamp, asked)
        self.inferences.append(record)
        key = asked_key(record)
        if key not in self._known:
            self._known[key] = None
            self._unknown.append(asked)

    @property
    def last(self) -> int:
        """The number of the newest inference, from 0."""
        return len(self.inferences) - 1

    def name(self, data: bytes, name: str) -> None:
        """Says what an image is called; one that a test made has no name."""
        self._names.setdefault(zlib.crc32(data), name)

    def review(self, oracle: Oracle, tolerances: Tolerances) -> tuple[Wrong, ...]:
        """What is wrong among the answers since the last review."""
        for asked in self._unknown:
            self._ask(oracle, asked)
        self._unknown.clear()
        wrong = []
        for number in range(self._judged, len(self.inferences)):
            record = self.inferences[number]
            again = (record.boot, record.count) in self._counted
            self._counted.add((record.boot, record.count))
            facts = answer_facts(record, self._known[asked_key(record)])
            judged = judge_answer(answer_key(number), record, facts, tolerances, again=again)
            if judged.wrong is not None:
                wrong.append(judged.wrong)
        self._judged = len(self.inferences)
        return tuple(wrong)

    def _ask(self, oracle: Oracle, asked: Asked) -> None:
        from hil.facts.image import Answer
        from hil.judge.compare import as_grid

        crc = zlib.crc32(asked.image)
        tensor = _tensor(oracle, asked)
        if tensor is None:
            return
        answer = oracle.run(tensor, threshold=asked.threshold)
        self.distinct.append(answer)
        scores = tuple(int(score) for score in answer.scores)
        reference = ReferenceRecord(
            image=self._names.get(crc, ""),
            image_crc=crc,
            stage=asked.stage,
            threshold=asked.threshold,
            input_size=oracle.model.input_size,
            positive_class=oracle.positive_class,
            answer=Answer(scores, answer.threshold, answer.location, as_grid(answer.cam)),
        )
        self.references.append(reference)
        self._known[crc, asked.stage, asked.threshold] = reference


def _tensor(oracle: Oracle, asked: Asked) -> NDArray[np.int8] | None:
    """What the model gets to see; None where the board should have refused these bytes."""
    import math

    import numpy as np

    from hil.oracle.preprocess import preprocess

    size = oracle.model.input_size if asked.stage == "tensor" else asked.frame_size
    if size is None or len(asked.image) != math.prod(size):
        return None
    if asked.stage == "tensor":
        return np.frombuffer(asked.image, np.int8).reshape(size)
    return preprocess(np.frombuffer(asked.image, np.uint8).reshape(size), oracle.model.input_size)
