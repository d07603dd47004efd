"""Looks for a sample whose answer reaches a goal, by random changes that make it no worse.

A (1+1) evolution strategy: sizes and strengths of the changes are spread evenly over orders of
magnitude, so that one search both crosses a plain and meets an exact number (Doerr et al., "Fast
Genetic Algorithms", GECCO 2017). LiteRT's fast kernels show the way, which takes a small part of
the time; what counts is the oracle's own interpreter.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hil.network.contract import Contract
from hil.oracle.cam import integer_cam
from hil.oracle.goals import Goal, View
from hil.oracle.interpreter import ReferenceInterpreter

Inputs = tuple[NDArray[Any], ...]
Look = Callable[[Inputs], View]

FAST, NEAR = "AUTO", "BUILTIN_WITHOUT_DEFAULT_DELEGATES"
"""Resolvers of LiteRT: the fastest kernels, which keep no tensor inside, and slower ones, which do
and round nearly always as the reference."""

_ROUNDS = 6
"""How often the kernels before the oracle may come close without a hit."""

_HOPE = 0.1
"""What may be left of the distance, at most, for the search to go on."""


def exact_look(contract: Contract, reference: ReferenceInterpreter) -> Look:
    """The answers that count."""

    def look(inputs: Inputs) -> View:
        if contract.header.stateful:
            reference.reset()
        reference.run(inputs)
        return _view(contract, reference.tensor)

    return look


def quick_look(contract: Contract, resolver: str) -> Look | None:
    """Nearly the same, in less time; None where LiteRT cannot run the network."""
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    try:
        interpreter = Interpreter(
            model_content=contract.model,
            num_threads=1,
            experimental_op_resolver_type=getattr(OpResolverType, resolver),
            experimental_preserve_all_tensors=resolver == NEAR,
        )
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError):
        return None

    def look(inputs: Inputs) -> View:
        for index, array in zip(contract.graph.inputs, inputs, strict=True):
            interpreter.set_tensor(index, array)
        interpreter.invoke()
        return _view(contract, interpreter.get_tensor)

    with contextlib.suppress(ValueError, RuntimeError):
        look(contract.unpack(bytes(contract.header.sample_bytes)))
        return look
    return None


def _view(contract: Contract, tensor: Callable[[int], NDArray[Any]]) -> View:
    outputs = tuple(tensor(index) for index in contract.graph.outputs)
    head, cam = contract.head, contract.cam
    if head is None or cam is None:
        return View(outputs, None, None, tensor)
    made = integer_cam(
        outputs[head.features_output][0],
        cam.class_weights(head.positive_class),
        feature_zero_point=head.feature_zero_point,
        weight_zero_point=head.weight_zero_point,
    )
    return View(outputs, outputs[head.score_output][0], made, tensor)


class Climber:
    """Searches in the inputs of one network.

    `looks`: from the quickest to the one that counts; `steps` of each.
    """

    def __init__(self, looks: Sequence[Look], steps: Sequence[int]) -> None:
        self._looks, self._steps = looks, steps

    def climb(self, goal: Goal, start: Inputs, chance: np.random.Generator) -> Inputs | None:
        """Inputs that reach the goal, from `start`; None where none is found."""
        *quick, exact = self._looks
        if goal.inside:
            quick = quick[1:]  # the first keeps outputs alone
        found = start
        for look, steps in zip(quick[:-1], self._steps, strict=False):
            before = goal.loss(look(found))
            found, loss = _lower(goal, found, look, steps, chance)
            if loss > _HOPE * before:
                return None
        before = goal.loss((quick[-1] if quick else exact)(found))
        for _ in range(_ROUNDS):
            if quick:
                found, loss = _lower(goal, found, quick[-1], self._steps[-2], chance)
                if loss > _HOPE * before:
                    return None
                if loss:
                    continue
            found, loss = _lower(goal, found, exact, self._steps[-1], chance)
            if not loss:
                return found
        return None


def _lower(
    goal: Goal, inputs: Inputs, look: Look, steps: int, chance: np.random.Generator
) -> tuple[Inputs, float]:
    """The inputs that came closest, and how far they are from the goal."""
    loss = goal.loss(look(inputs))
    for _ in range(steps):
        if loss == 0:
            break
        other = changed(inputs, chance)
        less = goal.loss(look(other))
        if less <= loss:
            inputs, loss = other, less
    return inputs, loss


def can_change(inputs: Inputs) -> bool:
    """Whether there is a value that may be any of its type; wide ones may be indexes."""
    return any(_free(array) for array in inputs)


def changed(inputs: Inputs, chance: np.random.Generator) -> Inputs:
    """The same inputs with one block of one of them moved, filled, or made noisy."""
    free = [index for index, array in enumerate(inputs) if _free(array)]
    index = int(chance.choice(free))
    array = inputs[index]
    shape = _plane(array.shape)
    values = array.reshape(shape).astype(np.int32)
    reach = chance.uniform()  # how large all of the change may be
    rows, columns = _part(shape[0], reach, chance), _part(shape[1], reach, chance)
    channels = slice(None) if chance.integers(2) else _part(shape[2], reach, chance)
    block = values[rows, columns, channels]
    info = np.iinfo(array.dtype)
    strength = np.exp(chance.uniform(0, reach * np.log(int(info.max) - int(info.min))))
    kind = chance.integers(3)
    if kind == 0:
        block += int(np.rint(chance.choice([-1, 1]) * strength))
    elif kind == 1:
        block[...] = chance.integers(info.min, int(info.max) + 1)
    else:
        block += np.rint(chance.normal(0, strength / 2, block.shape)).astype(np.int32)
    made = np.clip(values, info.min, info.max).astype(array.dtype).reshape(array.shape)
    return (*inputs[:index], made, *inputs[index + 1 :])


def _free(array: NDArray[Any]) -> bool:
    return array.dtype.kind in "iu" and array.dtype.itemsize <= 2 and array.size > 0


def _plane(shape: tuple[int, ...]) -> tuple[int, int, int]:
    """As rows, columns and channels: a picture has them, all else is one row."""
    if len(shape) == 4 and shape[0] == 1:
        return shape[1], shape[2], shape[3]
    return 1, int(np.prod(shape)), 1


def _part(count: int, reach: float, chance: np.random.Generator) -> slice:
    length = int(np.exp(chance.uniform(0, reach * np.log(count + 0.999))))
    first = int(chance.integers(0, count - length + 1))
    return slice(first, first + length)
