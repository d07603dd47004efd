"""The child of `hil.oracle.second_opinion`: `python -m hil.oracle.opinion_worker DIRECTORY`.

Reads the model and the samples, one behind the other, from the directory and writes what came of
each operator there.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

from hil.network.contract import read_contract
from hil.oracle.second_opinion import MODEL, OPINION, SAMPLES, compared


def main(folder: Path) -> None:
    contract = read_contract((folder / MODEL).read_bytes())
    data, size = (folder / SAMPLES).read_bytes(), contract.header.sample_bytes
    samples = [data[at : at + size] for at in range(0, len(data), size)]
    ops = [dataclasses.asdict(op) for op in compared(contract, samples)]
    (folder / OPINION).write_text(json.dumps(ops), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
