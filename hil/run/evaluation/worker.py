"""One oracle process: `python -m hil.run.evaluation.worker`.

Reads a pickled `ExpectedModel` from standard input and answers `Ready` or `Refusal` on standard
output; then reads a `Job` and answers one `Reply` for each of its entries, in order. Its
pipe is what keeps it from getting far ahead of its reader.
"""

from __future__ import annotations

import os
import pickle
import sys
from typing import IO

from hil.board.artifacts import ExpectedModel
from hil.errors import UsageError
from hil.facts.evaluation import joined
from hil.judge.compare import input_size
from hil.network.arrays import picture_input
from hil.oracle import Oracle
from hil.run.evaluation.oracle_messages import Job, Ready, Refusal, Reply
from hil.run.evaluation.pictures import answer_of, load_picture
from hil.samples.labels import Entry

_BESIDE_A_BOARD = 10  # niceness: the simulated board's inferences come first


def main(source: IO[bytes], sink: IO[bytes]) -> None:
    """Loads the model and answers the job that `source` holds."""
    model: ExpectedModel = pickle.load(source)
    try:
        oracle = Oracle(model.contract)
    except UsageError as error:
        _send(sink, Refusal(error.message, error.where, error.hint))
        return
    _send(sink, Ready(oracle.resolver, input_size(oracle.contract)))
    try:
        job: Job = pickle.load(source)
    except EOFError:  # there is nothing to do
        return
    if job.tensors:
        os.nice(_BESIDE_A_BOARD)
    for entry in job.entries:
        _send(sink, _reply(oracle, job, entry))


def _reply(oracle: Oracle, job: Job, entry: Entry) -> Reply:
    contract = oracle.contract
    loaded = load_picture(job.pictures, entry, input_size(contract), job.fit)
    if loaded.pixels is None:
        return Reply(entry, None, problem=loaded.problem)
    tensor = picture_input(contract.header, loaded.pixels).tobytes()
    found = oracle.run(tensor)
    answer = answer_of(
        found.image_crc,
        () if found.scores is None else tuple(found.scores.tolist()),
        found.threshold,
        found.location,
        found.cam,
    )
    result = joined(entry.file, loaded.file_crc, loaded.size, answer)
    return Reply(entry, result, tensor if job.tensors else None)


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
