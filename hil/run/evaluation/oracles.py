"""The oracle in processes of its own, so that neither board nor other oracles wait for it."""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import IO, Any

from hil.base.closing import Closing
from hil.board.artifacts import ExpectedModel
from hil.errors import InfrastructureError, UsageError
from hil.images import Fit
from hil.run.evaluation.oracle_messages import Job, Ready, Refusal, Reply
from hil.samples.labels import Entry

_WORKER = "hil.run.evaluation.worker"
_TAIL = 500
_PIPE_BYTES = 1 << 20  # the largest that Linux grants by default


class OracleProcesses(Closing):
    """Answers samples in `jobs` processes; a context manager.

    Attributes:
        ready: what the oracle is.
    """

    def __init__(self, model: ExpectedModel, jobs: int = 1) -> None:
        """Starts the processes and waits until they have loaded the model.

        Raises:
            UsageError: the oracle cannot run the model.
            InfrastructureError: a process does not start.
        """
        self._processes: list[_Process] = []
        try:
            # All are started before one is waited for.
            for _ in range(jobs):
                self._processes.append(_Process())
            for process in self._processes:
                process.send(model)
            ready = [process.wait_until_ready() for process in self._processes]
            self.ready = ready[0]
        except BaseException:
            self.close()
            raise

    def replies(
        self, folder: Path, entries: Sequence[Entry], *, tensors: bool, fit: Fit = "crop"
    ) -> Iterator[Reply]:
        """One reply an entry, in their order, with `tensors` if wanted.

        To be called again only after all replies were taken. Process k answers every jobs-th
        sample from the k-th on, and each process is held back by its full pipe: the order is
        fixed, and memory does not grow.
        """
        jobs = len(self._processes)
        for k, process in enumerate(self._processes):
            process.send(Job(folder, tuple(entries[k::jobs]), tensors, fit))
        for process in islice(cycle(self._processes), len(entries)):
            reply = process.read()
            assert isinstance(reply, Reply)
            yield reply

    def close(self) -> None:
        """Ends the processes, whatever they are doing."""
        for process in self._processes:
            process.stop()


class _Process:
    def __init__(self) -> None:
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - until stop
        self._process = subprocess.Popen(
            [sys.executable, "-m", _WORKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            start_new_session=True,  # Ctrl-C is for the evaluation, which then stops it
            env={
                **os.environ,
                # The current folder must not decide which modules are imported.
                "PYTHONSAFEPATH": "1",
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            },
        )
        _enlarge(self._process.stdout)

    def send(self, message: ExpectedModel | Job) -> None:
        assert self._process.stdin is not None
        try:
            pickle.dump(message, self._process.stdin, pickle.HIGHEST_PROTOCOL)
            self._process.stdin.flush()
        except OSError:
            self._process.wait()  # it ended; reading its answer tells why

    def wait_until_ready(self) -> Ready:
        answer = self.read()
        if isinstance(answer, Refusal):
            raise UsageError(answer.message, where=answer.where, hint=answer.hint)
        assert isinstance(answer, Ready)
        return answer

    def read(self) -> Any:
        """The next message. Raises InfrastructureError when the process has ended."""
        assert self._process.stdout is not None
        try:
            return pickle.load(self._process.stdout)
        except (EOFError, pickle.UnpicklingError) as cause:
            status = self._process.wait()
            self._errors.seek(0)
            said = self._errors.read().decode("utf-8", "replace").strip()[-_TAIL:]
            raise InfrastructureError(
                f"an oracle process ended with status {status}" + (f":\n{said}" if said else ""),
                where=_WORKER,
                hint="was it killed, or out of memory? Fewer processes need less: --jobs 1",
            ) from cause

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            assert stream is not None
            with contextlib.suppress(OSError):  # what was not sent to a process that is gone
                stream.close()


def _enlarge(pipe: IO[bytes] | None) -> None:
    """Room for about a hundred pictures, so that a slow moment of the process costs nothing."""
    assert pipe is not None
    try:
        import fcntl
    except ImportError:  # Windows
        return
    if hasattr(fcntl, "F_SETPIPE_SZ"):  # Linux, Python 3.10
        with contextlib.suppress(OSError):  # the user's pipes may be limited
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
