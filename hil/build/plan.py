"""What is made of a build's networks before it: headers for the compiler, the model partition.

`idf.py build` has it written to `camhil` in its build folder, where the checks find it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hil.base.host_error import host_errors
from hil.build.flash_layout import check_fits, find_partition, read_csv
from hil.build.needs import (
    DEFAULT_ARENA_BYTES,
    Needs,
    arena_for,
    fitted,
    needs_of,
    sources,
    union,
)
from hil.build.settings import read_settings
from hil.network.contract import Contract

FOLDER = "camhil"
PARTITION = "model.bin"
FACTS = "networks.json"


@dataclass(frozen=True)
class Plan:
    """What the firmware is built with.

    `partition`: of the first network. `names`: of all. `budgeted`: the memory budget was made for
    them. `frames_left_out`: RAM is too short for frames of a host, which a network could be given.
    """

    needs: Needs
    partition: bytes
    names: tuple[str, ...]
    budgeted: bool
    frames_left_out: bool = False

    def write(self, folder: Path) -> None:
        """Writes what changed, so that nothing is compiled anew without need.

        Raises InfrastructureError where the folder cannot be written.
        """
        facts = {
            "networks": self.names,
            "arena_bytes": self.needs.arena_bytes,
            "budgeted": self.budgeted,
        }
        files = {name: text.encode() for name, text in sources(self.needs).items()}
        files[FACTS] = (json.dumps(facts, indent=2) + "\n").encode()
        files[PARTITION] = self.partition
        with host_errors("cannot write what the firmware is built with", folder):
            folder.mkdir(parents=True, exist_ok=True)
            for name, data in files.items():
                file = folder / name
                if not file.is_file() or file.read_bytes() != data:
                    file.write_bytes(data)


def make_plan(
    contracts: Mapping[Path, Contract],
    measured: Mapping[Path, int | None],
    project: Path,
    target: str,
    *,
    arena_bytes: int | None = None,
    budgeted: bool = False,
) -> Plan:
    """The plan for some networks, by their files.

    Args:
        contracts: at least one; the first is flashed.
        measured: the arena of each in TensorFlow Lite Micro here, in bytes; None if unknown.
        project: the ESP-IDF project.
        target: chip.
        arena_bytes: instead of what follows from `measured`.
        budgeted: the project's memory budget was made for these networks.

    Raises:
        UsageError: flash or RAM is too small; with what is needed and what there is.
    """
    table = project.parent / "partitions.csv"
    partition = find_partition(read_csv(table), "model")
    needs = []
    for path, contract in contracts.items():
        check_fits(partition, path.name, len(contract.partition), where=str(table))
        known = measured[path]
        arena = DEFAULT_ARENA_BYTES if known is None else arena_for(known, contract.graph, target)
        needs.append(needs_of(contract, arena_bytes or arena))
    together = union(needs)
    in_psram = read_settings(project).get("CAMHIL_ARENA_PSRAM") == "y"
    where = ", ".join(map(str, contracts))
    built = fitted(together, target, arena_in_psram=in_psram, where=where)
    first = next(iter(contracts.values()))
    names = tuple(path.name for path in contracts)
    return Plan(built, first.partition, names, budgeted, built.pixel_bytes < together.pixel_bytes)
