"""The child of `hil.oracle.micro`: `python -m hil.oracle.micro_worker DIRECTORY`.

Reads model.tflite and images.npy, int8 [N, *input shape], from the directory and
writes outputs.npz: `op<n>` is operator n's output for all images, stacked.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hil.network.tflite_graph import read_graph
from hil.oracle.interpreter import TfliteMicroReference


def main(directory: Path) -> None:
    model = (directory / "model.tflite").read_bytes()
    images = np.load(directory / "images.npy")
    graph = read_graph(model)
    interpreter = TfliteMicroReference(model, graph)
    outputs: list[list[NDArray[Any]]] = [[] for _ in graph.ops]
    for image in images:
        interpreter.run(image)
        for op in graph.ops:
            outputs[op.index].append(interpreter.tensor(op.output))
    stacked: dict[str, Any] = {f"op{n}": np.stack(arrays) for n, arrays in enumerate(outputs)}
    np.savez(directory / "outputs.npz", **stacked)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
