"""Other networks, and broken partitions, on the board of a run.

Each is a trial with its own board (`hil.board.guest`), oracle and answers, so that nothing of it
is held against the run's own network; what came of it is a record of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from hil.errors import HilError, NotAskedError
from hil.facts.other_networks import ANSWERS, BROKEN, OtherNetworkRecord
from hil.facts.stand_in import SIMULATED_TARGET
from hil.judge.answers import wrong_oddities
from hil.run.answers import Answers

if TYPE_CHECKING:
    from hil.board.guest import Guest, Visits
    from hil.facts.board import Inference
    from hil.judge.tolerance import Tolerances
    from hil.network.contract import Contract
    from hil.oracle import Oracle
    from hil.run.board_of_run import BoardOfRun
    from hil.run.measuring import Parties
    from hil.wire.replies import Identity

_MOST_WRONG = 5
_LITERT = "litert"  # how engines and interpreters of LiteRT's are called


@dataclass
class Trial:
    """One network on the board: what was asked, and what came otherwise.

    `wrong`: in words, the first first.
    """

    board: Guest
    wrong: list[str]
    answers: Answers

    def expect(self, right: bool, what: str) -> None:
        """Notes what is not as it has to be."""
        if not right:
            self.wrong.append(what)

    def same(self, what: str, got: object, due: object) -> None:
        """Notes what is another than it has to be."""
        self.expect(got == due, f"{what}: {got}, not {due}")


@dataclass
class NetworkTrial(Trial):
    """One that the board has to run. Every answer is judged, whatever it was asked for."""

    contract: Contract = field(kw_only=True)
    oracle: Oracle = field(kw_only=True)

    def infer(self, data: bytes, **options: object) -> Inference:
        """As `Board.infer`."""
        return self.board.infer(data, **options)  # type: ignore[arg-type]


class OtherNetworks:
    """The trials of a run; `records` grows with each."""

    def __init__(self, bench: BoardOfRun, tolerances: Callable[[], Tolerances]) -> None:
        self._bench = bench
        self._tolerances = tolerances
        self.records: list[OtherNetworkRecord] = []

    def require(self, test: str = "") -> None:
        """Raises NotAskedError for a board whose flash is not to be written, or not by this run.

        `test`: the one that begins. Where its own network is on the board, that is asked whether
        it is there.
        """
        options = self._bench.options
        if self.away:
            return
        hint = "nothing to do: this run leaves the board's flash as it is"
        if options.flash == "never":
            raise NotAskedError("the flash is not to be written: --board-flash never", hint=hint)
        if options.record is not None or options.board.startswith("replay:"):
            raise NotAskedError("a recording is of one network", hint=hint)
        if options.board != "sim" and not options.thorough:
            raise NotAskedError("the flash is written with --thorough alone", hint=hint)
        self._bench.testable_board(test)
        if not self.visits.possible:
            raise NotAskedError("the flash cannot be written: no reset lines", hint=hint)

    @cached_property
    def visits(self) -> Visits:
        """What writes the board's flash; `require` says whether it may."""
        from hil.board.guest import Visits

        return Visits(self._bench.ready_board())

    @cached_property
    def own_identity(self) -> Identity:
        """What the board says of itself with the run's own network."""
        return self._bench.ready_board().identity

    @property
    def away(self) -> bool:
        """Whether the board has another network than the run's own now."""
        return "visits" in vars(self) and self.visits.away

    @property
    def has_all_operators(self) -> bool:
        """The simulated board has every operator; a chip those of its build."""
        return self.own_identity.target == SIMULATED_TARGET

    @property
    def is_litert(self) -> bool:
        """Whether LiteRT is the board's engine, which knows no arena and has other operators."""
        return self.own_identity.engine.startswith(_LITERT)

    def restore(self) -> None:
        """The run's own network is on the board again."""
        if self.away:
            self.visits.restore()

    @contextmanager
    def network(
        self, name: str, contract: Contract, traits: tuple[str, ...]
    ) -> Iterator[NetworkTrial]:
        """A network that the board has to run. It is started; what follows is up to the block.

        Raises NotAskedError as `require`, and where board and oracle are known to round otherwise.
        """
        from hil.oracle import Oracle

        self.require()
        apart = self.rounds_apart(contract)
        if apart:
            raise NotAskedError(
                f"board and oracle round otherwise in {', '.join(apart)}",
                hint="nothing to do: it takes TensorFlow Lite Micro on both sides",
            )
        oracle = Oracle(contract, tried=True)
        with self._recorded(name, traits) as (wrong, answers):
            board = self.visits.visit(contract.partition)
            board.on_inference = answers.add
            yield NetworkTrial(board, wrong, answers, contract=contract, oracle=oracle)
            tolerances = self._tolerances()
            wrong += [str(one) for one in answers.review(oracle, tolerances)]
            wrong += [str(one) for one in wrong_oddities(board.oddities)]

    @contextmanager
    def broken(self, name: str, content: bytes) -> Iterator[Trial]:
        """A content of the partition that is due a refusal, or just none. Raises as `require`."""
        self.require()
        with self._recorded(name, (), BROKEN) as (wrong, answers):
            trial = Trial(self.visits.visit(content, hurried=True), wrong, answers)
            yield trial
            wrong += [str(one) for one in wrong_oddities(trial.board.oddities)]

    def parties(self, trial: NetworkTrial) -> Parties:
        """For `hil.run.measuring`."""
        from hil.run.measuring import Parties

        return Parties(trial.board, trial.oracle, trial.answers, self._tolerances())

    @contextmanager
    def _recorded(
        self, name: str, traits: tuple[str, ...], due: str = ANSWERS
    ) -> Iterator[tuple[list[str], Answers]]:
        wrong: list[str] = []
        answers = Answers()
        try:
            yield wrong, answers
        except BaseException as error:
            text = f"{error.kind}: {error.message}" if isinstance(error, HilError) else repr(error)
            wrong.append(text.partition("\n")[0])
            raise
        finally:
            first, count = tuple(wrong[:_MOST_WRONG]), len(answers.inferences)
            self.records.append(OtherNetworkRecord(name, traits, due, first, count))

    def rounds_apart(self, contract: Contract) -> tuple[str, ...]:
        """The operators of a network in which board and oracle are known to differ."""
        from hil.oracle.interpreter import DIFFERING, micro_installed

        if self.is_litert != micro_installed():
            return ()  # the same kernels on both sides
        return tuple(name for name in contract.operators if name in DIFFERING)
