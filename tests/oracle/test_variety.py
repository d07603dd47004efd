"""A network that answers every image alike is told from one that sees."""

from __future__ import annotations

import numpy as np
import pytest

from hil.images import synthetic
from hil.oracle import Oracle
from hil.oracle.variety import differing_operators, variety
from hil.testing.tiny_model import edit_model, tiny_model

PHOTOS = synthetic()


def constant_outputs(model: bytes) -> tuple[str, ...]:
    oracle = Oracle.open(model, 1, 50)
    found = variety(oracle.run(photo.tensor) for photo in PHOTOS)
    assert found.images == len(PHOTOS)
    return found.constant_outputs


def test_a_sound_network_has_no_constant_output() -> None:
    assert constant_outputs(tiny_model()) == ()


def test_a_dead_classifier_has_constant_scores_while_the_features_still_move() -> None:
    assert constant_outputs(tiny_model(classifier_weights=np.zeros((2, 8), np.int8))) == ("scores",)


def test_a_network_that_is_dead_from_the_start_has_nothing_that_moves() -> None:
    def dead(graph: object, model: object) -> None:
        tensors = graph.tensors  # type: ignore[attr-defined]
        filters = next(t for t in tensors if t.name == b"features/filter")
        buffer = model.buffers[filters.buffer]  # type: ignore[attr-defined]
        buffer.data = np.zeros_like(buffer.data)

    assert constant_outputs(edit_model(tiny_model(), dead)) == ("scores", "features")


def test_operators_that_still_tell_the_samples_apart_are_counted() -> None:
    oracle = Oracle.open(tiny_model(classifier_weights=np.zeros((2, 8), np.int8)), 1, 50)
    names = [op.name for op in oracle.graph.ops]
    found = differing_operators(oracle, (photo.tensor.tobytes() for photo in PHOTOS))
    classifier = len(names) - 1 - names[::-1].index("CONV_2D")
    assert found == classifier > 0  # all before it, none from it on


@pytest.mark.parametrize("times", [1, 3])
def test_one_image_asked_again_proves_nothing_either_way(times: int) -> None:
    oracle = Oracle.open(tiny_model(), 1, 50)
    found = variety([oracle.run(PHOTOS[2].tensor)] * times)
    assert (found.images, found.constant_outputs) == (1, ())
