"""Whether a damage changes anything: on samples that the suite does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hil_lab.faults.drawn.draw import Damage
from hil_lab.faults.fault import EnginePatch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.sim.engine import Engine

_SAMPLES = 24
_ARENA_BYTES = 1 << 20


def has_effect(damage: Damage) -> bool:
    """Whether an operator gives something else; where it does so at times, whether that reaches
    an output of the network.

    True too where the engine refuses what it is given, and for what is in no engine.
    """
    if not isinstance(damage.always, EnginePatch):
        return True
    import numpy as np

    from hil.base import resources
    from hil.sim.engine import EngineError
    from hil.sim.engines import create_engine

    model = resources.find("model/person_cam.tflite").read_bytes()
    right, wrong = create_engine("auto"), damage.always.wrap(create_engine("auto"))
    right.load(model, _ARENA_BYTES)
    try:
        wrong.load(model, _ARENA_BYTES)
    except EngineError:
        return True
    numbers = np.random.default_rng(damage.number)
    last = damage.always is not damage.change
    for _ in range(_SAMPLES):
        sample = numbers.integers(0, 256, 96 * 96).astype(np.uint8)
        if _seen(right, sample, last=last) != _seen(wrong, sample, last=last):
            return True
    return False


def _seen(engine: Engine, sample: NDArray[np.uint8], *, last: bool) -> list[bytes]:
    """Every operator's output, or the network's alone."""
    outputs: list[bytes] = []

    def keep(_: int, __: int, tensor: NDArray[np.generic]) -> None:
        outputs.append(tensor.tobytes())

    engine.invoke(sample, keep)
    count = len(engine.output_bytes())
    return [engine.output(index).tobytes() for index in range(count)] if last else outputs
