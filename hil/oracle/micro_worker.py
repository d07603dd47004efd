"""The child of `hil.oracle.micro`: `python -m hil.oracle.micro_worker MODEL.tflite`.

Runs the network on zeros, with all tensors kept and then as a chip does; the latter interpreter
says on standard error what its arena holds.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from hil.network.contract import read_contract
from hil.oracle.interpreter import MicroReference, micro_interpreter


def main(file: Path) -> None:
    contract = read_contract(file.read_bytes(), where=file.name)
    sample = contract.unpack(bytes(contract.header.sample_bytes))
    reference = MicroReference(contract.model, contract.graph)
    try:
        reference.run(sample)
    except RuntimeError:  # what divides by zero still runs on other samples
        sample = tuple(np.ones_like(array) for array in sample)
        reference.run(sample)
    planned = micro_interpreter(contract.model, contract.graph, preserve=False)
    for position, array in enumerate(sample):
        planned.SetInputTensor(array, position)
    planned.Invoke()
    planned.PrintAllocations()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
