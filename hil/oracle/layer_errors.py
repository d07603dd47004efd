"""What quantization costs in each operator: sums over samples, in memory that does not grow.

The float network is run by LiteRT's reference kernels, the int8 one by the oracle. Beside the
error that has gathered up to an operator stands its own: the float operator alone, on the int8
operator's dequantized inputs, against the int8 operator's output. So an operator that loses is
told from those behind it that hand the loss on.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hil.facts.layers import EndFacts, ErrorFacts, LayerFacts, decibels
from hil.network.contract import Contract
from hil.network.quantization import real_values
from hil.network.tflite_graph import Graph, Op, Tensor
from hil.oracle.interpreter import LiteRtReference, shortened
from hil.oracle.oracle import Oracle, OracleAnswer
from hil.oracle.pairing import QUANTIZERS, Pairing, pair_operators
from hil.oracle.second_opinion import unfit
from hil.oracle.submodel import ModelParts, Part
from hil.oracle.weight_errors import weight_error

CARRYING = 0.01
"""A channel counts from this part of the channels' mean energy on: the others are below what one
scale for the whole tensor can hold, and little depends on them."""

_NO_SCALE = "its values have no scale"
_NOT_FLOAT = "the float network's tensor holds no real numbers"
_OTHER_INPUTS = "its inputs are constants in one network and not in the other"


class Gatherer:
    """Sums over pairs of tensors."""

    def __init__(self, tensor: Tensor) -> None:
        """`tensor`: of the int8 network."""
        self._tensor = tensor
        channels = tensor.shape[-1] if len(tensor.shape) > 1 else 1
        self._channels = channels if channels > 1 else 0
        self._signal = np.zeros(max(channels, 1))
        self._noise = np.zeros(max(channels, 1))
        self._values, self._cut = 0, 0
        self._absolute, self._magnitude = 0.0, 0.0

    def see(self, right: NDArray[Any], got: NDArray[Any]) -> str:
        """One sample: the float network's tensor and the int8 network's. Says why it cannot."""
        if right.dtype.kind != "f":
            return _NOT_FLOAT
        q = real_values(self._tensor, got)
        if q is None:
            return _NO_SCALE
        f, q = right.astype(np.float64), q.astype(np.float64)
        if not (np.isfinite(f).all() and np.isfinite(q).all()):
            return "it holds values that are not finite"
        off = f - q
        axes = (-1, len(self._signal))
        self._signal += np.square(f).reshape(axes).sum(axis=0)
        self._noise += np.square(off).reshape(axes).sum(axis=0)
        self._values += f.size
        self._absolute += float(np.abs(off).sum())
        self._magnitude += float(np.abs(f).sum())
        self._cut += self._cut_off(f, got)
        return ""

    def _cut_off(self, f: NDArray[np.float64], got: NDArray[Any]) -> int:
        if got.dtype.kind not in "iu":
            return 0
        limits, half = np.iinfo(got.dtype), 0.5
        steps = f / self._tensor.scale() + self._tensor.zero_point()
        high = (got == limits.max) & (steps > limits.max + half)
        low = (got == limits.min) & (steps < limits.min - half)
        return int((high | low).sum())

    def facts(self) -> ErrorFacts | None:
        """None where nothing was seen."""
        if not self._values:
            return None
        channel = self._worst_channel() if self._channels else None
        found = ErrorFacts(
            values=self._values,
            signal=float(self._signal.sum()),
            noise=float(self._noise.sum()),
            absolute=self._absolute,
            magnitude=self._magnitude,
            cut=self._cut,
            channels=self._channels,
        )
        if channel is None:
            return found
        signal, noise = float(self._signal[channel]), float(self._noise[channel])
        return dataclasses.replace(
            found, channel=channel, channel_signal=signal, channel_noise=noise
        )

    def _worst_channel(self) -> int | None:
        energy = self._signal + self._noise
        carrying = np.flatnonzero(energy >= CARRYING * energy.mean())
        if not energy.any():
            return None
        sums = ((float(self._signal[n]), float(self._noise[n]), int(n)) for n in carrying)
        return min(sums, key=lambda each: decibels(*each[:2]))[2]


class LayerErrors:
    """Runs both networks on samples, and gathers the errors of each operator."""

    def __init__(self, floats: Contract, oracle: Oracle) -> None:
        """Raises ValueError or RuntimeError, as LiteRT does, if it refuses the float network."""
        self._floats, self._oracle = floats, oracle
        self._reference = LiteRtReference(floats.model, floats.graph)
        self.pairing: Pairing = pair_operators(floats.graph, oracle.graph)
        parts = ModelParts(floats.model)
        partner = {b: a for a, b in self.pairing.pairs}
        self._layers = [
            _Layer(floats.graph, oracle.graph, op, partner.get(op.index), self.pairing, parts)
            for op in oracle.graph.ops
        ]
        ends = oracle.graph
        self._inputs = [Gatherer(ends.tensors[index]) for index in ends.inputs]
        self._outputs = [Gatherer(ends.tensors[index]) for index in ends.outputs]
        self._untold = [""] * len(self._outputs)

    @property
    def resolver(self) -> str:
        """Which kernels run the float network."""
        return self._reference.resolver

    def see(
        self, data: bytes, exact: tuple[NDArray[Any], ...] | None = None, *, ops: bool = True
    ) -> tuple[tuple[NDArray[Any], ...], OracleAnswer]:
        """One sample through both networks, each from its variables' initial values.

        Args:
            data: the int8 network's input.
            exact: the float network's, where it is not the same dequantized.
            ops: look at every operator, and not only at the outputs.

        Returns:
            the float network's outputs and the oracle's answer.
        """
        graph = self._oracle.graph
        given = self._oracle.contract.unpack(data)
        if exact is None:
            exact = self.dequantized(given)
        else:
            for gatherer, right, got in zip(self._inputs, exact, given, strict=True):
                gatherer.see(right, got)
        if self._floats.header.stateful:
            self._reference.reset()
        self._reference.run(exact)
        answer = self._oracle.run(data, ops=ops)
        if answer.op_outputs is not None:
            tensors = dict(zip(graph.inputs, given, strict=True))
            for op, made in zip(graph.ops, answer.op_outputs, strict=True):
                tensors.update(zip(op.outputs, made, strict=True))
            for layer in self._layers:
                layer.see(self._reference, tensors)
        outputs = tuple(map(self._reference.tensor, self._floats.graph.outputs))
        for n, (right, got) in enumerate(zip(outputs, answer.outputs, strict=True)):
            if not self._untold[n]:
                self._untold[n] = self._outputs[n].see(right, got)
        return outputs, answer

    def dequantized(self, given: tuple[NDArray[Any], ...]) -> tuple[NDArray[Any], ...]:
        """The float network's inputs for those of the int8 one."""
        arrays = []
        floats, ints = self._floats.graph, self._oracle.graph
        for ours, theirs, array in zip(floats.inputs, ints.inputs, given, strict=True):
            wanted, as_real = floats.tensors[ours], real_values(ints.tensors[theirs], array)
            if wanted.type_name == "FLOAT32" and as_real is not None:
                array = as_real
            arrays.append(array.reshape(wanted.shape))
        return tuple(arrays)

    def layers(self) -> tuple[LayerFacts, ...]:
        """Each output of each operator of the int8 network, as far as it was compared."""
        return tuple(facts for layer in self._layers for facts in layer.facts())

    def inputs(self) -> tuple[EndFacts, ...]:
        """What quantizing the inputs lost; empty where they were given quantized."""
        header = self._oracle.contract.header.inputs
        return tuple(
            EndFacts(tensor.name, tuple(tensor.shape), error)
            for tensor, gatherer in zip(header, self._inputs, strict=True)
            if (error := gatherer.facts()) is not None
        )

    def outputs(self) -> tuple[EndFacts, ...]:
        """The networks' outputs."""
        header = self._oracle.contract.header.outputs
        return tuple(
            EndFacts(tensor.name, tuple(tensor.shape), None if why else each.facts(), why)
            for tensor, each, why in zip(header, self._outputs, self._untold, strict=True)
        )

    def left_out(self) -> tuple[tuple[str, str], ...]:
        """Operators of the float network without a partner, and why."""
        ops = self._floats.graph.ops
        return tuple(
            (f"{n} {ops[n].name}", why)
            for n, why in sorted(self.pairing.float_left.items())
            if ops[n].name not in QUANTIZERS
        )


class _Layer:
    """Gathers what one operator of the int8 network loses."""

    def __init__(
        self,
        floats: Graph,
        ints: Graph,
        op: Op,
        partner: int | None,
        pairing: Pairing,
        parts: ModelParts,
    ) -> None:
        self._ints, self._op = ints, op
        self._partner = None if partner is None else floats.ops[partner]
        tensors = [ints.tensors[index] for index in op.outputs]
        self._total = [Gatherer(tensor) for tensor in tensors]
        self._own = [Gatherer(tensor) for tensor in tensors]
        self._no_total = pairing.int8_left.get(op.index, "")
        self._no_own = self._no_total
        self._weights: ErrorFacts | None = None
        self._part: Part | None = None
        self._inputs: list[tuple[int, tuple[int, ...]]] = []
        if self._partner is None:
            return
        self._weights = weight_error(floats, self._partner, ints, op)
        self._no_own = unfit(floats, self._partner)
        if not self._no_own:
            self._cut(floats, parts)

    def _cut(self, floats: Graph, parts: ModelParts) -> None:
        """The float operator as a network, and what of the int8 network goes into it."""
        assert self._partner is not None
        try:
            self._part = parts.part(self._partner.index, self._partner.index)
        except (ValueError, RuntimeError) as error:
            self._no_own = f"LiteRT cannot run it alone: {shortened(error)}"
            return
        for index in self._part.inputs:
            place = self._partner.inputs.index(index)
            theirs = self._op.inputs[place] if place < len(self._op.inputs) else -1
            if theirs < 0 or self._ints.tensors[theirs].data:
                self._part, self._no_own = None, _OTHER_INPUTS
                return
            self._inputs.append((theirs, floats.tensors[index].shape))

    def see(self, reference: LiteRtReference, tensors: Mapping[int, NDArray[Any]]) -> None:
        """One sample. `tensors`: the int8 network's, by index."""
        if self._partner is None:
            return
        for n, (ours, theirs) in enumerate(
            zip(self._partner.outputs, self._op.outputs, strict=True)
        ):
            if not self._no_total:
                self._no_total = self._total[n].see(reference.tensor(ours), tensors[theirs])
        if self._no_total or self._part is None:
            return
        given = []
        for index, shape in self._inputs:
            array = tensors[index]
            as_real = real_values(self._ints.tensors[index], array)
            # Indexes and the like go in as they are.
            given.append((array if as_real is None else as_real).reshape(shape))
        try:
            made = self._part.run(*given)
        except (ValueError, RuntimeError) as error:
            self._part, self._no_own = None, f"LiteRT cannot run it alone: {shortened(error)}"
            return
        for n, (right, theirs) in enumerate(zip(made, self._op.outputs, strict=True)):
            self._own[n].see(right, tensors[theirs])

    def facts(self) -> list[LayerFacts]:
        op, partner = self._op, self._partner
        return [
            LayerFacts(
                index=op.index,
                name=op.name,
                output=n,
                shape=self._ints.tensors[index].shape,
                float_index=None if partner is None else partner.index,
                total=None if self._no_total else self._total[n].facts(),
                own=None if self._no_total or self._no_own else self._own[n].facts(),
                weights=self._weights,
                untold=self._no_total or self._no_own,
            )
            for n, index in enumerate(op.outputs)
        ]
