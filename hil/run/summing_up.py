"""What only the end of a run tells of its board: who it was, its flash, its link, its memory."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from hil.facts.records import (
    BoardFacts,
    LinkFacts,
    PartitionFacts,
    SectionFacts,
)
from hil.run.collect import memory_facts, memory_record

if TYPE_CHECKING:
    from hil.board import Board
    from hil.build.flash_layout import Partition
    from hil.facts.evaluation import Answers
    from hil.judge.evaluation.gates import BoardState
    from hil.judge.whole_run import Figures
    from hil.link.stats import LinkStats
    from hil.run.options import RunOptions
    from hil.run.testbench import Bench


def board_facts(bench: Bench, board: Board) -> BoardFacts:
    """The board that answered, its build, and what it was compared with."""
    from hil.facts.network import network_facts
    from hil.network.op_costs import arena_needed

    identity, build, contract = board.identity, board.build, bench.contract
    oracle = None if contract is None else bench.oracle
    able = dataclasses.asdict(identity.capabilities)
    return BoardFacts(
        spec=bench.options.board,
        target=identity.target,
        chip=build.chip if build else "",
        firmware_version=identity.firmware_version,
        idf_version=build.idf_version if build else "",
        build_id=identity.build_id.hex(),
        app_sha256=identity.app_sha256.hex(),
        model_sha256=identity.model_sha256.hex(),
        engine=identity.engine,
        network=network_facts(board.contract),
        arena_bytes=identity.arena_bytes,
        baud=board.baud,
        capabilities=tuple(name for name, present in able.items() if present),
        ops=() if contract is None else tuple(op.name for op in contract.graph.ops),
        partitions=partitions(board),
        resolver=oracle.resolver if oracle else "none",
        tolerances=tuple(
            (name, str(value)) for name, value in dataclasses.asdict(bench.tolerances).items()
        ),
        sections=sections(board),
        time_base=board.time_base,
        thorough=bench.options.thorough,
        arena_needed_bytes=0 if contract is None else arena_needed(contract.graph),
    )


def partitions(board: Board) -> tuple[PartitionFacts, ...]:
    """Each flashed file with the partition that it lies in."""
    build = board.build
    if build is None:
        return ()
    table = build.partitions
    facts = []
    for file in build.files:
        within = next((p for p in table if p.offset <= file.offset < p.offset + p.size), None)
        facts.append(
            PartitionFacts(
                name=file.path.name,
                file_bytes=len(file.data),
                partition=within.label if within else "",
                partition_bytes=within.size if within else None,
                role=_role(within),
            )
        )
    return tuple(facts)


def sections(board: Board) -> tuple[SectionFacts, ...]:
    """Sections of the ELF file beside the app, if the app was made from it."""
    from hil.build.elf import read_sections

    expected = board.build
    if expected is None:
        return ()
    places = {p.offset for p in expected.partitions if p.is_app}
    app = next((file for file in expected.files if file.offset in places), None)
    if app is None:
        return ()
    found = read_sections(app.path.with_suffix(".elf"), sha256=expected.build_id)
    return tuple(
        SectionFacts(section.name, section.size_bytes, section.in_ram) for section in found
    )


def link_facts(bench: Bench, board: Board, stats: LinkStats | None = None) -> LinkFacts:
    """What happened on the link. `stats`: where they are not those since the port was opened."""
    counts = dataclasses.asdict(board.link_stats if stats is None else stats)
    return LinkFacts(tuple(counts.items()), bench.recoveries, asked_noise(bench.options))


def asked_noise(options: RunOptions) -> str:
    """The noise that the simulated line was asked to have: "--sim-drops 0.01"."""
    if options.board != "sim":
        return ""
    rates = {
        "--sim-bit-errors": options.sim_bit_errors,
        "--sim-drops": options.sim_drops,
        "--sim-duplicates": options.sim_duplicates,
    }
    return " ".join(f"{name} {rate:g}" for name, rate in rates.items() if rate)


def _role(partition: Partition | None) -> str:
    from hil.board.artifacts import MODEL_PARTITION

    if partition is None:
        return ""
    if partition.is_app:
        return "app"
    return "model" if partition.label == MODEL_PARTITION else ""


def figures(bench: Bench) -> Figures:
    """All figures of the run so far."""
    from hil.judge.whole_run import Figures

    board = bench.ready_board()
    traced = [
        *((m.facts.image, m.facts) for m in bench.measured_samples.values()),
        *bench.traces.items(),
    ]
    return Figures.of(
        board_facts(bench, board),
        bench.answers.inferences,
        map(memory_record, board.memories),
        ((name, f.invoke_us, f.ops) for name, f in traced if f.ops is not None),
    )


def board_state(bench: Bench, answers: Answers) -> BoardState:
    """Asks the board."""
    from hil.judge.evaluation.gates import BoardState

    board = bench.ready_board()
    link = link_facts(bench, board, answers.link)
    return BoardState(board_facts(bench, board), link, memory_facts(board.memory()))
