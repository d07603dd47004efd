"""A model tried out on the host: every problem at once, its arena, and whether it is alive."""

from __future__ import annotations

from dataclasses import dataclass

from hil.errors import UsageError
from hil.network.model_check import check_model
from hil.network.model_problem import Problem
from hil.sim.arena import ArenaNeed, arena_needed, too_small
from model.checks import problems
from model.files import PHOTOGRAPHS

DEAD_REMEDY = "look at the training and the conversion: such a network sees nothing"

_NOISES = range(2, 6)


@dataclass(frozen=True)
class Trial:
    """`problems`: why the firmware cannot run the model. `dead`: in words, that it gives all
    images equal outputs; empty if it does not, or could not be run."""

    problems: tuple[Problem, ...]
    arena: ArenaNeed
    dead: str


def try_model(model: bytes, *, where: str = "model") -> Trial:
    """Everything that can be known of a model without a board. Takes about two seconds.

    Raises:
        UsageError: not a TFLite file.
    """
    found = problems(model, where=where)
    arena = arena_needed(model)
    found += too_small(arena.needed)
    dead = ""
    try:
        check_model(model, where=where)
    except UsageError:
        pass  # all of it is found already, and nothing can be run
    else:
        try:
            dead = _dead(model, where)
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


def _dead(model: bytes, where: str) -> str:
    from hil.facts.sameness import no_variety
    from hil.images import synthetic, to_tensor
    from hil.oracle import Oracle
    from hil.oracle.variety import variety
    from model.calibration import read_photographs

    oracle = Oracle(model, 0, 50, where=where)
    images = [photo.tensor for seed in (1, *_NOISES) for photo in synthetic(seed)]
    images += [to_tensor(pixels) for pixels in read_photographs(PHOTOGRAPHS)]
    seen = variety(oracle.run(image) for image in images)
    return no_variety(seen) if seen.constant_outputs else ""
