"""Parts of a model are kept, and shared by all who diagnose at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from hil.network.tflite_graph import read_graph
from hil.oracle.submodel import parts_of
from hil.testing.tiny_model import tiny_model

RUNS = 200


def test_two_threads_get_each_the_answer_to_their_own_input() -> None:
    model = tiny_model()
    part = parts_of(model).part(0, 0)
    graph = read_graph(model)
    shape = graph.tensors[graph.inputs[0]].shape
    inputs = [np.full(shape, value, np.int8) for value in (-100, 100)]
    right = [part.run(tensor)[0].tobytes() for tensor in inputs]
    assert right[0] != right[1]
    with ThreadPoolExecutor(2) as pool:
        answers = pool.map(lambda n: part.run(inputs[n % 2])[0].tobytes(), range(RUNS))
        assert list(answers) == [right[n % 2] for n in range(RUNS)]
