"""A recorded run: its lines, put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from hil.facts.energy import EnergyFacts, EnergyRecord
from hil.facts.evidence import (
    DivergenceRecord,
    EvidenceRecord,
    FlashRecord,
    HandshakeRecord,
    OddityRecord,
    TroubleRecord,
)
from hil.facts.image import OpFacts
from hil.facts.merge import last, merged
from hil.facts.origin import OriginRecord
from hil.facts.other_networks import OtherNetworkRecord
from hil.facts.records import (
    BoardFacts,
    ConsoleFacts,
    EndFacts,
    FrameRecord,
    ImageRecord,
    InferenceRecord,
    LinkFacts,
    MeasurementRecord,
    MemoryRecord,
    ModelRecord,
    ReferenceRecord,
    RepeatRecord,
    RunHeader,
    SampleRecord,
    SecondOpinionRecord,
    TestRecord,
    TraceRecord,
    VarietyFacts,
)


@dataclass(frozen=True, slots=True)
class Run:
    """A whole run file. `end` is None if the run was interrupted."""

    header: RunHeader
    board: BoardFacts | None
    images: tuple[ImageRecord, ...]
    traces: tuple[TraceRecord, ...]
    measurements: tuple[MeasurementRecord, ...]
    tests: tuple[TestRecord, ...]
    link: LinkFacts | None
    console: ConsoleFacts | None
    end: EndFacts | None
    repeats: tuple[RepeatRecord, ...] = ()
    frames: tuple[FrameRecord, ...] = ()
    model: ModelRecord | None = None
    references: tuple[ReferenceRecord, ...] = ()
    variety: VarietyFacts | None = None
    inferences: tuple[InferenceRecord, ...] = ()
    handshakes: tuple[HandshakeRecord, ...] = ()
    oddities: tuple[OddityRecord, ...] = ()
    troubles: tuple[TroubleRecord, ...] = ()
    evidence: tuple[EvidenceRecord, ...] = ()
    divergences: tuple[DivergenceRecord, ...] = ()
    samples: tuple[SampleRecord, ...] = ()
    opinion: SecondOpinionRecord | None = None
    other_networks: tuple[OtherNetworkRecord, ...] = ()
    flash: FlashRecord | None = None
    memories: tuple[MemoryRecord, ...] = ()
    origin: OriginRecord | None = None
    energies: tuple[EnergyRecord, ...] = ()
    energy: EnergyFacts | None = None

    @property
    def time_base(self) -> str:
        """What the board's times mean, as `hil.facts.board.TimeBase`; "real" without a board."""
        return "real" if self.board is None else self.board.time_base

    @property
    def measured(self) -> tuple[ImageRecord | SampleRecord, ...]:
        """Images and samples: what went through board and oracle, with times and memory."""
        return (*self.images, *self.samples)

    @property
    def traced(self) -> tuple[tuple[str, tuple[OpFacts, ...]], ...]:
        """(name, operators) of each traced inference that was measured."""
        samples = ((sample.name, sample.facts.ops) for sample in self.samples)
        return (
            *((trace.image, trace.ops) for trace in self.traces),
            *((name, ops) for name, ops in samples if ops is not None),
        )

    @classmethod
    def of(cls, records: Sequence[Any]) -> Run:
        """The run that these lines make up. The first has to be its header."""
        header, *lines = records
        assert isinstance(header, RunHeader)
        rest = merged(lines)
        return cls(
            header=header,
            board=last(rest, BoardFacts),
            images=_all(rest, ImageRecord),
            traces=_all(rest, TraceRecord),
            measurements=_all(rest, MeasurementRecord),
            tests=_all(rest, TestRecord),
            link=last(rest, LinkFacts),
            console=last(rest, ConsoleFacts),
            end=last(rest, EndFacts),
            repeats=_all(rest, RepeatRecord),
            frames=_all(rest, FrameRecord),
            model=last(rest, ModelRecord),
            references=_all(rest, ReferenceRecord),
            variety=last(rest, VarietyFacts),
            inferences=_all(rest, InferenceRecord),
            handshakes=_all(rest, HandshakeRecord),
            oddities=_all(rest, OddityRecord),
            troubles=_all(rest, TroubleRecord),
            evidence=_all(rest, EvidenceRecord),
            divergences=_all(rest, DivergenceRecord),
            samples=_all(rest, SampleRecord),
            opinion=last(rest, SecondOpinionRecord),
            other_networks=_all(rest, OtherNetworkRecord),
            flash=last(rest, FlashRecord),
            memories=_all(rest, MemoryRecord),
            origin=last(rest, OriginRecord),
            energies=_all(rest, EnergyRecord),
            energy=last(rest, EnergyFacts),
        )


_Record = TypeVar("_Record")


def _all(lines: Sequence[Any], kind: type[_Record]) -> tuple[_Record, ...]:
    return tuple(line for line in lines if isinstance(line, kind))
