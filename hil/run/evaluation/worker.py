"""One oracle process: `python -m hil.run.evaluation.worker`.

Reads a pickled `ExpectedModel` from standard input and answers `Ready` or `Refusal` on standard
output; then reads `Job`s and answers one `Reply` for each of their entries, in order. Its
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
from hil.oracle import Oracle
from hil.run.evaluation.answers import oracle_answer
from hil.run.evaluation.oracle_messages import Job, Ready, Refusal, Reply
from hil.samples.labels import Entry
from hil.samples.load import load_sample

_BESIDE_A_BOARD = 10  # niceness: the simulated board's inferences come first


def main(source: IO[bytes], sink: IO[bytes]) -> None:
    """Loads the model and answers the jobs that `source` holds."""
    model: ExpectedModel = pickle.load(source)
    try:
        oracle = Oracle(model.contract)
    except UsageError as error:
        _send(sink, Refusal(error.message, error.where, error.hint))
        return
    _send(sink, Ready(oracle.resolver))
    polite = False
    while True:
        try:
            job: Job = pickle.load(source)
        except EOFError:  # there is nothing more to do
            return
        if job.tensors and not polite:
            os.nice(_BESIDE_A_BOARD)
            polite = True
        for entry in job.entries:
            _send(sink, _reply(oracle, job, entry))


def _reply(oracle: Oracle, job: Job, entry: Entry) -> Reply:
    contract = oracle.contract
    loaded = load_sample(job.folder, entry, contract, job.fit)
    if loaded.data is None:
        return Reply(entry, None, problem=loaded.problem)
    try:
        answer = oracle_answer(contract, loaded.data, oracle.run(loaded.data))
    except UsageError as error:  # a sample that the network is not defined for
        return Reply(entry, None, problem=f"{entry.file}: {error.message}")
    result = joined(entry.file, loaded.file_crc, loaded.size, answer, clamped=loaded.clamped)
    return Reply(entry, result, loaded.data if job.tensors else None)


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
