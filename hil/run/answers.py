"""Every inference of a run with the oracle's answer to it, and what is wrong with each.

A board hands over each result as it comes, whoever asked. The oracle is asked afterwards,
so that no test waits for it, once for each sample, threshold and state.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hil.facts.keys import AskedKey, answer_key, asked_key
from hil.facts.records import InferenceRecord, ReferenceRecord
from hil.judge.answers import Wrong, answer_facts, judge_answer

if TYPE_CHECKING:
    from hil.facts.board import Asked, Inference, Stamp
    from hil.judge.tolerance import Tolerances
    from hil.oracle import Oracle, OracleAnswer

MOST_KEPT_BYTES = 16 << 20
"""Of samples that the board may be asked about again."""

MOST_HISTORY = 64
"""Samples back to the last reset of the state that the oracle runs again; others are not judged."""


@dataclass(frozen=True)
class _Question:
    """What the oracle is asked: `before` are the samples that the state comes from."""

    key: AskedKey
    asked: Asked
    before: tuple[bytes, ...]


class Answers:
    """The inferences of a run in order, and the oracle's answers; both only grow."""

    def __init__(self) -> None:
        self.inferences: list[InferenceRecord] = []
        self.references: list[ReferenceRecord] = []
        self.distinct: list[OracleAnswer] = []
        """What the oracle said, in the order of the questions."""
        self.samples: OrderedDict[int, bytes] = OrderedDict()
        """By CRC-32, the newest samples that were sent as tensors."""
        self.experiment = ""
        """What the next answers are for; empty where a test asks."""
        self.after = ""
        """What the next answer comes after, as of `InferenceRecord`."""
        self._known: dict[AskedKey, ReferenceRecord | None] = {}
        self._unknown: list[_Question] = []
        self._names: dict[int, str] = {}
        self._counted: set[tuple[int, int]] = set()
        self._judged = 0
        self._history: tuple[bytes, ...] | None = None
        self._newest: Stamp | None = None

    def add(self, inference: Inference, stamp: Stamp, asked: Asked) -> None:
        """Takes a result as it came."""
        from hil.run.collect import inference_record

        before = self._before(stamp, asked)
        record = inference_record(inference, stamp, asked, _history(before))
        record = replace(record, experiment=self.experiment, after=self.after)
        self.after = ""
        self._keep(record.asked.image_crc, asked)
        self.inferences.append(record)
        key = asked_key(record)
        if key not in self._known:
            self._known[key] = None
            if before is not None:
                self._unknown.append(_Question(key, asked, before))

    def _keep(self, crc: int, asked: Asked) -> None:
        if asked.stage != "tensor" or crc in self.samples:
            return
        self.samples[crc] = asked.image
        while len(self.samples) * len(asked.image) > MOST_KEPT_BYTES:
            self.samples.popitem(last=False)

    def _before(self, stamp: Stamp, asked: Asked) -> tuple[bytes, ...] | None:
        """The samples that the state comes from, none without any; None where it is not known."""
        last, self._newest = self._newest, stamp
        if asked.reset_state is None:
            return ()
        if asked.reset_state or stamp.count == 1:
            before: tuple[bytes, ...] | None = ()
        elif self._history is None or not (asked.count is not None or _follows(stamp, last, asked)):
            before = None  # something may have been run in between
        else:
            before = self._history
        known = before is not None and len(before) < MOST_HISTORY
        self._history = (*before, asked.image) if before is not None and known else None
        return before

    @property
    def last(self) -> int:
        """The number of the newest inference, from 0."""
        return len(self.inferences) - 1

    def name(self, data: bytes, name: str) -> None:
        """Says what a sample is called; one that a test made has no name."""
        self._names.setdefault(zlib.crc32(data), name)

    def review(self, oracle: Oracle, tolerances: Tolerances) -> tuple[Wrong, ...]:
        """What is wrong among the answers since the last review."""
        for question in self._unknown:
            self._ask(oracle, question)
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

    def _ask(self, oracle: Oracle, question: _Question) -> None:
        from hil.judge.compare import input_size, oracle_answer, reference_outputs

        asked, contract = question.asked, oracle.contract
        sample = _sample(oracle, asked)
        if sample is None:
            return
        for number, before in enumerate(question.before):
            oracle.run(before, continue_state=number > 0)
        continued = bool(question.before)
        answer = oracle.run(sample, threshold=asked.threshold, continue_state=continued)
        if not continued:
            self.distinct.append(answer)
        crc, _, _, history = question.key
        head: dict[str, Any] = {}
        if contract.head is not None:
            head = {
                "answer": oracle_answer(answer),
                "input_size": input_size(contract),
                "positive_class": contract.head.positive_class,
            }
        reference = ReferenceRecord(
            image=self._names.get(crc, ""),
            image_crc=crc,
            stage=asked.stage,
            threshold=asked.threshold,
            history=history,
            outputs=reference_outputs(answer, contract),
            **head,
        )
        self.references.append(reference)
        self._known[question.key] = reference


def _history(before: tuple[bytes, ...] | None) -> int | None:
    """As of `hil.facts.records.AskedFacts`."""
    if before is None:
        return None
    return zlib.crc32(b"".join(zlib.crc32(data).to_bytes(4, "little") for data in before))


def _sample(oracle: Oracle, asked: Asked) -> bytes | None:
    """What the network gets to see; None where the board should have refused these bytes."""
    from hil.network.frame_format import frame_pixels
    from hil.oracle.preprocess import preprocess

    header = oracle.contract.header
    if asked.stage == "tensor":
        return asked.image if len(asked.image) == header.sample_bytes else None
    frame = asked.frame
    if frame is None or len(asked.image) != frame.size:
        return None
    return preprocess(frame_pixels(asked.image, frame), header).tobytes()


def _follows(stamp: Stamp, last: Stamp | None, asked: Asked) -> bool:
    """Whether the board ran this and nothing else since `last`, however often it was asked."""
    if last is None or asked.replayed:
        return False
    return (stamp.boot, stamp.count) == (last.boot, last.count + 1)
