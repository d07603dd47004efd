"""The meter of a run: started with it, read at its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hil.errors import InfrastructureError

if TYPE_CHECKING:
    from hil.board.meter.recorder import Recorder
    from hil.facts.energy import EnergyFacts, EnergyRecord
    from hil.facts.records import InferenceRecord


class EnergyOfRun:
    """Measures from `start` to `finish`; nothing without a meter. `meter`: as of `--energy`.

    Close it after the board, which the meter may be feeding.
    """

    def __init__(self, meter: str | None) -> None:
        self._meter = meter
        self._recorder: Recorder | None = None
        self._finished = False

    def start(self) -> None:
        """Raises UsageError or InfrastructureError where the meter cannot be used."""
        if self._meter is None or self._recorder is not None:
            return
        from hil.board.meter.choosing import parse_meter
        from hil.board.meter.recorder import Recorder

        recorder = Recorder(parse_meter(self._meter).meter())
        recorder.start()
        self._recorder = recorder

    def finish(
        self, inferences: Sequence[InferenceRecord]
    ) -> tuple[list[EnergyRecord | EnergyFacts], InfrastructureError | None]:
        """The records of the run file, and why there are fewer than was asked for."""
        recorder = self._recorder
        if recorder is None or self._finished:
            return [], None
        self._finished = True
        from hil.judge.energy import inference_energy
        from hil.judge.measure.energy import why_missed

        trace = recorder.stop()
        records, facts = inference_energy(inferences, trace, recorder.meter.name)
        error = recorder.error
        if error is None and not records and inferences:
            error = InfrastructureError(
                f"no inference has an energy: {why_missed(facts)}",
                where="--energy",
                hint="docs/energy.md says what each of these means, and what to do",
            )
        return [*records, facts], error

    def close(self) -> None:
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            recorder.close()
