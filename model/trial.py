"""A model tried out on the host: every problem at once, its arena, and whether it is alive."""

from __future__ import annotations

from dataclasses import dataclass

from hil.errors import UsageError
from hil.model_check import check_model
from hil.model_problem import Problem
from hil.sim.arena import ArenaNeed, arena_needed, too_small
from model.card import POSITIVE_CLASS
from model.checks import problems

DEAD = Problem(
    "every image gets the same scores and the same place, noise included: that board and host "
    "agree on them proves nothing",
    "train the network again, and look for layers whose activations are always zero",
)


@dataclass(frozen=True)
class Trial:
    """`problems`: why the firmware cannot run the model. `dead`: it answers all images alike."""

    problems: tuple[Problem, ...]
    arena: ArenaNeed
    dead: bool


def try_model(model: bytes, *, where: str = "model", positive_class: int = POSITIVE_CLASS) -> Trial:
    """Everything that can be known of a model without a board. Takes about two seconds.

    Args:
        model: the .tflite file's bytes.
        where: what errors name as the place.
        positive_class: whose map has to move.

    Raises:
        UsageError: not a TFLite file.
    """
    found = problems(model, where=where)
    arena = arena_needed(model)
    found += too_small(arena.needed)
    dead = False
    try:
        classes = check_model(model, where=where).classes
    except UsageError:
        pass  # all of it is found already, and nothing can be run
    else:
        try:
            dead = _is_dead(model, min(max(positive_class, 0), classes - 1), where)
        except UsageError as error:  # no interpreter takes it
            found.append(Problem(error.message, error.hint))
    if arena.refused and not found:
        found.append(
            Problem(
                f"TensorFlow Lite Micro refuses the model: {arena.trouble}",
                "convert the model again with a current converter",
            )
        )
    return Trial(tuple(found), arena, dead)


def _is_dead(model: bytes, positive_class: int, where: str) -> bool:
    from hil.oracle import Oracle
    from hil.oracle.liveness import answers_alike

    return answers_alike(Oracle(model, positive_class, 50, where=where))
