"""One evaluation: pictures through board and oracle, results kept and taken over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from hil import __version__
from hil.errors import FirmwareError, UsageError
from hil.facts.evaluation import (
    RESULTS_VERSION,
    Answers,
    Header,
    Result,
    Times,
    joined,
)
from hil.facts.results_file import ResultsFile
from hil.run.evaluation.oracles import OracleProcesses
from hil.run.evaluation.pictures import answer_of, file_crc
from hil.samples.labels import DataSet, Entry, Problem, problems_error

if TYPE_CHECKING:
    from hil.board import Board
    from hil.board.artifacts import ExpectedModel
    from hil.facts.board import Inference
    from hil.images import Fit
    from hil.run.evaluation.oracle_messages import Ready, Reply
    from hil.run.testbench import Bench
    from hil.wire.network_header import CamHead


class Progress(Protocol):
    """Is told how far an evaluation is."""

    def begin(self, total: int, kept: int) -> None:
        """`total` images, of which `kept` were taken over."""

    def step(self) -> None:
        """One image is done."""


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
    """Every picture of the plan through the board at full speed, and through the oracle.

    Raises:
        UsageError: pictures that cannot be used, named with their lines, after all others
            were run; a results file of something else.
        InfrastructureError, FirmwareError: as `hil.run.evaluation.stream.stream`; a results file
            that cannot be written.
    """
    from hil.run.evaluation.stream import LinkCount, stream

    board = bench.ready_board()
    model = bench.needed_model
    check_head(model)
    with _Collector(plan, model, progress) as work:
        work.open(board_header(board, model, work.oracles.ready, plan.fit))
        link = LinkCount(board.link_stats)
        for picture, inference in stream(bench, work.pictures(tensors=True), link):
            work.add(picture, inference)
    counts = link.settle(board.link_stats)
    return Answers(work.header, work.finish(), work.kept, counts, bench.recoveries)


def run_on_oracle(model: ExpectedModel, plan: Plan, progress: Progress) -> Answers:
    """Every picture of the plan through the oracle alone. Raises as `run_on_board`."""
    check_head(model)
    with _Collector(plan, model, progress) as work:
        work.open(oracle_header(model, work.oracles.ready, plan.fit))
        for picture in work.pictures(tensors=False):
            assert picture.result is not None
            work.keep(picture.result)
    return Answers(work.header, work.finish(), work.kept)


def check_head(model: ExpectedModel) -> CamHead:
    """The head of a network that can be evaluated. Raises UsageError for others."""
    contract = model.contract
    if contract.head is None or contract.image is None:
        why = "; ".join(contract.notes) or "no class activation map, or no declared picture"
        raise UsageError(
            f"only pictures through a network with a class activation map are evaluated: {why}",
            where=model.where,
            hint="hil validate compares any network with the oracle, on seeded or given samples",
        )
    return contract.head


def board_header(board: Board, model: ExpectedModel, oracle: Ready, fit: Fit = "crop") -> Header:
    """Who answers when a board does."""
    identity = board.identity
    head = check_head(model)
    return Header(
        version=RESULTS_VERSION,
        camhil=__version__,
        target=identity.target,
        engine=identity.engine,
        build_id=identity.build_id.hex(),
        model_sha256=identity.model_sha256.hex(),
        positive_class=head.positive_class,
        threshold=head.threshold,
        input_size=oracle.input_size,
        resolver=oracle.resolver,
        fit=fit,
    )


def oracle_header(model: ExpectedModel, oracle: Ready, fit: Fit = "crop") -> Header:
    """Who answers when the oracle runs alone."""
    head = check_head(model)
    return Header(
        version=RESULTS_VERSION,
        camhil=__version__,
        target="oracle",
        engine=oracle.resolver,
        build_id="",
        model_sha256=model.header.model_sha256.hex(),
        positive_class=head.positive_class,
        threshold=head.threshold,
        input_size=oracle.input_size,
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
    _file: ResultsFile | None = None

    def __enter__(self) -> _Collector:
        self._stack = ExitStack()
        jobs = max(1, min(self.plan.jobs, len(self.plan.entries)))
        self.oracles = self._stack.enter_context(OracleProcesses(self.model, jobs))
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def open(self, header: Header) -> None:
        """Takes over what the results file holds for pictures that are the same still."""
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

    def pictures(self, *, tensors: bool) -> Iterator[Reply]:
        """The pictures that can be used, as the oracle saw them; the others are problems."""
        plan = self.plan
        for reply in self.oracles.replies(
            plan.data.pictures, self.todo, tensors=tensors, fit=plan.fit
        ):
            if reply.result is None:
                self.problems.append(Problem(reply.entry.line, reply.problem))
            else:
                yield reply

    def add(self, picture: Reply, inference: Inference) -> None:
        """Keeps one picture's answers."""
        assert picture.result is not None
        seen, entry = picture.result, picture.entry
        if len(inference.scores) <= self.header.positive_class:
            raise FirmwareError(
                f"the board sent {len(inference.scores)} scores for {entry.file}, none of them "
                f"of class {self.header.positive_class}",
                hint="flash firmware and model again",
            )
        device = answer_of(
            inference.image_crc,
            inference.scores,
            inference.threshold,
            inference.location,
            inference.cam,
        )
        times = Times(
            inference.times.upload_us,
            inference.times.preprocess_us,
            inference.times.invoke_us,
            inference.times.cam_us,
            round(inference.round_trip_s * 1e6),
        )
        self.keep(joined(seen.file, seen.file_crc, seen.size, seen.oracle, device, times))

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
            return found is not None and found.file_crc == file_crc(
                entry.path(self.plan.data.pictures)
            )
        except OSError:
            return False  # reading it to send it says what is wrong
