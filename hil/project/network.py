"""The network of a new project: its .tflite, and the .toml beside it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from hil.errors import UsageError

if TYPE_CHECKING:
    from hil.network.contract import Contract
    from hil.oracle.trial import Trial


@dataclass(frozen=True)
class ChosenNetwork:
    """`settings`: text of the .toml that belongs beside the .tflite; empty for none.

    `built_in`: it is the one that comes along.
    """

    name: str
    tflite: bytes = field(repr=False)
    settings: str = field(repr=False)
    contract: Contract = field(repr=False)
    trial: Trial
    built_in: bool


def choose_network(file: Path | None, labels: Sequence[str] = ()) -> ChosenNetwork:
    """Reads a network as `hil check` does, and tries it.

    Args:
        file: a .tflite, with a .toml beside it or without; None: the one that comes along.
        labels: names of the classes, where the .toml has none.

    Raises UsageError for a network that cannot be tested, and labels that are not of its classes.
    """
    from hil.base.resources import OWN_NETWORK, find
    from hil.base.text_file import read_bytes, read_text
    from hil.network.contract import read_contract
    from hil.network.settings import NetworkSettings, read_settings
    from hil.oracle.trial import try_network

    built_in = file is None
    file = file or find(OWN_NETWORK)
    tflite = read_bytes(file, "the model")
    beside = file.with_suffix(".toml")
    has_settings = beside.is_file()
    said = read_settings(beside) if has_settings else NetworkSettings()
    text = read_text(beside) if has_settings else ""
    wanted = tuple(labels)
    if wanted and said.labels != wanted:
        if said.labels:
            raise UsageError(
                f"the network's labels are {', '.join(said.labels)} already",
                where=str(beside),
                hint="leave --labels out, "
                + (
                    "or name the network that they are of: --network FILE"
                    if built_in
                    else "or correct them there"
                ),
            )
        said = dataclasses.replace(said, labels=wanted)
        text = f"labels = {json.dumps(wanted, ensure_ascii=False)}\n{text}"
    contract = read_contract(tflite, where=str(file), settings=said)
    if wanted and contract.task.labels != wanted:
        count = f"{len(wanted)} label{'s' if len(wanted) > 1 else ''}"
        raise UsageError(
            f"{count} for a network that has not so many classes: {contract.task.why}",
            where=str(file),
            hint="give one label for each number of its output, which `hil check` shows, or leave "
            "--labels out",
        )
    return ChosenNetwork(file.name, tflite, text, contract, try_network(contract), built_in)
