"""One evaluation: samples through board and oracle, results kept and taken over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from hil import __version__
from hil.errors import UsageError
from hil.facts.evaluation import (
    RESULTS_VERSION,
    Answers,
    Header,
    Result,
    Times,
    joined,
)
from hil.facts.results_file import ResultsFile
from hil.run.evaluation.answers import board_answer, board_values, value_type, values_of
from hil.run.evaluation.oracles import OracleProcesses
from hil.samples.labels import DataSet, Entry, Problem, problems_error
from hil.samples.load import source_crc

if TYPE_CHECKING:
    from hil.board import Board
    from hil.board.artifacts import ExpectedModel
    from hil.facts.board import Inference
    from hil.images import Fit
    from hil.run.evaluation.oracle_messages import Ready, Reply
    from hil.run.testbench import Bench


class Progress(Protocol):
    """Is told how far an evaluation is."""

    def begin(self, total: int, kept: int) -> None:
        """`total` samples, of which `kept` were taken over."""

    def step(self) -> None:
        """One sample is done."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be run: the entries of a data set, by how many oracle processes.

    `resume`: where results are kept and taken over from. `fit`: of pictures of another
    shape than the model's input.
    """

    data: DataSet
    entries: tuple[Entry, ...]
    jobs: int = 1
    resume: Path | None = None
    fit: Fit = "crop"


def run_on_board(bench: Bench, plan: Plan, progress: Progress) -> Answers:
    """Every sample of the plan through the board at full speed, and through the oracle.

    Raises:
        UsageError: samples that cannot be used, named with their lines, after all others
            were run; a results file of something else.
        InfrastructureError, FirmwareError: as `hil.run.evaluation.stream.stream`; a results file
            that cannot be written.
    """
    from hil.run.evaluation.stream import LinkCount, stream

    board = bench.ready_board()
    model = bench.needed_model
    with _Collector(plan, model, progress) as work:
        work.open(board_header(board, model, work.oracles.ready, plan.fit))
        link = LinkCount(board.link_stats)
        for sample, inference in stream(bench, work.samples(tensors=True), link):
            work.add(sample, inference)
        for sample in work.unread():
            work.add_read(sample, bench.ready_board())
    counts = link.settle(board.link_stats)
    return Answers(work.header, work.finish(), work.kept, counts, bench.recoveries)


def run_on_oracle(model: ExpectedModel, plan: Plan, progress: Progress) -> Answers:
    """Every sample of the plan through the oracle alone. Raises as `run_on_board`."""
    with _Collector(plan, model, progress) as work:
        work.open(oracle_header(model, work.oracles.ready, plan.fit))
        for sample in work.samples(tensors=False):
            assert sample.result is not None
            work.keep(sample.result)
    return Answers(work.header, work.finish(), work.kept)


def board_header(board: Board, model: ExpectedModel, oracle: Ready, fit: Fit = "crop") -> Header:
    """Who answers when a board does."""
    identity = board.identity
    return _header(
        model,
        oracle,
        fit,
        target=identity.target,
        engine=identity.engine,
        build_id=identity.build_id.hex(),
        model_sha256=identity.model_sha256.hex(),
    )


def oracle_header(model: ExpectedModel, oracle: Ready, fit: Fit = "crop") -> Header:
    """Who answers when the oracle runs alone."""
    return _header(
        model,
        oracle,
        fit,
        target="oracle",
        engine=oracle.resolver,
        build_id="",
        model_sha256=model.header.model_sha256.hex(),
    )


def _header(
    model: ExpectedModel,
    oracle: Ready,
    fit: Fit,
    *,
    target: str,
    engine: str,
    build_id: str,
    model_sha256: str,
) -> Header:
    contract = model.contract
    image = contract.image
    return Header(
        version=RESULTS_VERSION,
        camhil=__version__,
        target=target,
        engine=engine,
        build_id=build_id,
        model_sha256=model_sha256,
        task=contract.task,
        values=value_type(contract),
        input_size=None if image is None else image.size,
        resolver=oracle.resolver,
        fit=fit,
    )


@dataclass
class _Collector:
    """What both ways of running share: oracle processes, results file, problems."""

    plan: Plan
    model: ExpectedModel
    progress: Progress
    problems: list[Problem] = field(default_factory=list)
    todo: Sequence[Entry] = ()
    kept: int = 0
    _results: dict[str, Result] = field(default_factory=dict)
    _unread: dict[str, tuple[Entry, Inference]] = field(default_factory=dict)
    _file: ResultsFile | None = None

    def __enter__(self) -> _Collector:
        self._stack = ExitStack()
        jobs = max(1, min(self.plan.jobs, len(self.plan.entries)))
        self.oracles = self._stack.enter_context(OracleProcesses(self.model, jobs))
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def open(self, header: Header) -> None:
        """Takes over what the results file holds for samples that are the same still."""
        self.header = header
        entries = self.plan.entries
        if self.plan.resume is not None:
            self._file = self._stack.enter_context(ResultsFile(self.plan.resume, header))
            self._results = self._file.kept
            self.todo = [entry for entry in entries if not self._is_done(entry)]
        else:
            self.todo = entries
        self.kept = len(entries) - len(self.todo)
        self.progress.begin(len(entries), self.kept)

    def samples(self, *, tensors: bool) -> Iterator[Reply]:
        """The samples that can be used, as the oracle saw them; the others are problems."""
        for reply in self._replies(self.todo, tensors=tensors):
            if reply.result is None:
                self.problems.append(Problem(reply.entry.line, reply.problem))
            else:
                yield reply

    def add(self, sample: Reply, inference: Inference) -> None:
        """Keeps one sample's answers, or notes that the board's output has to be read."""
        seen = sample.result
        assert seen is not None
        assert sample.tensor is not None
        values = board_values(self.model.contract, sample.tensor, inference, seen.oracle)
        if values is None:
            self._unread[seen.file] = sample.entry, inference
        else:
            self._add(seen, inference, values)

    def unread(self) -> Iterator[Reply]:
        """The samples again whose answers came without the output that is judged."""
        entries = [entry for entry, _ in self._unread.values()]
        return self._replies(entries, tensors=True) if entries else iter(())

    def add_read(self, sample: Reply, board: Board) -> None:
        """Keeps one of `unread`: its output is read from the board, which runs it once more."""
        seen = sample.result
        assert seen is not None
        assert sample.tensor is not None
        contract = self.model.contract
        board.infer(sample.tensor, cam_always=contract.head is not None)
        output = board.read_output(contract.task.output).tobytes()
        _, inference = self._unread.pop(seen.file)
        self._add(seen, inference, values_of(contract, sample.tensor, output))

    def _replies(self, entries: Sequence[Entry], *, tensors: bool) -> Iterator[Reply]:
        plan = self.plan
        return self.oracles.replies(plan.data.folder, entries, tensors=tensors, fit=plan.fit)

    def _add(self, seen: Result, inference: Inference, values: bytes) -> None:
        device = board_answer(self.model.contract, inference, values)
        times = Times(
            inference.times.upload_us,
            inference.times.preprocess_us,
            inference.times.invoke_us,
            inference.times.cam_us,
            round(inference.round_trip_s * 1e6),
        )
        self.keep(
            joined(seen.file, seen.file_crc, seen.size, seen.oracle, device, times, seen.clamped)
        )

    def keep(self, result: Result) -> None:
        if self._file is not None:
            self._file.add(result)
        self._results[result.file] = result
        self.progress.step()

    def finish(self) -> dict[str, Result]:
        """Every result, in the order of the labels. Raises UsageError if there are problems."""
        if self.problems:
            raise problems_error(self.plan.data.labels, self.problems)
        return {entry.file: self._results[entry.file] for entry in self.plan.entries}

    def _is_done(self, entry: Entry) -> bool:
        found = self._results.get(entry.file)
        try:
            return found is not None and found.file_crc == source_crc(self.plan.data.folder, entry)
        except (OSError, UsageError):
            return False  # reading it to send it says what is wrong
