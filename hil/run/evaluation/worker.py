"""One oracle process: `python -m hil.run.evaluation.worker`.

Reads a pickled `Model` from standard input and answers `Ready` or `Refusal` on standard
output; then reads a `Job` and answers one `Reply` for each of its entries, in order. Its
pipe is what keeps it from getting far ahead of its reader.
"""

from __future__ import annotations

import os
import pickle
import sys
from typing import IO

from hil.errors import UsageError
from hil.facts.evaluation import joined, pack_answer
from hil.oracle import Oracle
from hil.run.evaluation.oracle_messages import Job, Model, Ready, Refusal, Reply
from hil.run.evaluation.pictures import load_picture
from hil.samples.labels import Entry

_BESIDE_A_BOARD = 10  # niceness: the simulated board's inferences come first


def main(source: IO[bytes], sink: IO[bytes]) -> None:
    """Loads the model and answers the job that `source` holds."""
    model: Model = pickle.load(source)
    try:
        oracle = Oracle(model.tflite, model.positive_class, model.threshold, where=model.where)
    except UsageError as error:
        _send(sink, Refusal(error.message, error.where, error.hint))
        return
    _send(sink, Ready(oracle.resolver, oracle.model.input_size))
    try:
        job: Job = pickle.load(source)
    except EOFError:  # there is nothing to do
        return
    if job.tensors:
        os.nice(_BESIDE_A_BOARD)
    for entry in job.entries:
        _send(sink, _reply(oracle, job, entry))


def _reply(oracle: Oracle, job: Job, entry: Entry) -> Reply:
    loaded = load_picture(job.pictures, entry, job.fit)
    if loaded.tensor is None:
        return Reply(entry, None, problem=loaded.problem)
    found = oracle.run(loaded.tensor)
    scores = tuple(found.scores.tolist())
    answer = pack_answer(found.image_crc, scores, found.threshold, found.location, found.cam)
    result = joined(entry.file, loaded.file_crc, loaded.size, answer)
    return Reply(entry, result, loaded.tensor.tobytes() if job.tensors else None)


def _send(sink: IO[bytes], message: object) -> None:
    pickle.dump(message, sink, pickle.HIGHEST_PROTOCOL)
    sink.flush()


if __name__ == "__main__":
    # What a library prints must not get between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        main(sys.stdin.buffer, answers)
    except BrokenPipeError:  # the reader has ended
        os._exit(0)
