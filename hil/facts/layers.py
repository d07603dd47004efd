"""A float network beside the int8 one that was made of it, operator by operator: what was measured.

Errors are kept as sums over all samples, so that the facts have one size however many there were.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


def decibels(signal: float, noise: float) -> float:
    """10 log10(signal / noise), both in energy: infinite without noise, -inf without a signal."""
    if noise == 0:
        return math.inf
    return -math.inf if signal == 0 else 10 * math.log10(signal / noise)


@dataclass(frozen=True, slots=True)
class ErrorFacts:
    """A float tensor f against the same one q of the int8 network, dequantized; sums of all values
    of all samples.

    SQNR is that of Lin, Talathi and Annapureddy (ICML 2016).

    Attributes:
        values: how many.
        signal: of f^2.
        noise: of (f - q)^2.
        absolute: of |f - q|.
        magnitude: of |f|.
        cut: values of f beyond the ends of q's type, where q is at that end.
        channels: size of the last axis; 0 where nobody tells its places apart.
        channel: the place of the last axis with the lowest SQNR, of those that carry a hundredth
            of the mean energy; None without any.
        channel_signal, channel_noise: of this one.
    """

    values: int
    signal: float
    noise: float
    absolute: float
    magnitude: float
    cut: int = 0
    channels: int = 0
    channel: int | None = None
    channel_signal: float = 0.0
    channel_noise: float = 0.0

    @property
    def sqnr_db(self) -> float:
        """Signal to quantization noise; infinite where nothing was lost."""
        return decibels(self.signal, self.noise)

    @property
    def channel_sqnr_db(self) -> float | None:
        """Of the worst channel; None where there are no channels."""
        if self.channel is None:
            return None
        return decibels(self.channel_signal, self.channel_noise)

    @property
    def l1(self) -> float:
        """Mean absolute error, in the tensor's unit."""
        return self.absolute / self.values if self.values else 0.0

    @property
    def l1_share(self) -> float:
        """The same as a part of the mean absolute value; infinite where that is 0."""
        if self.magnitude == 0:
            return math.inf if self.absolute else 0.0
        return self.absolute / self.magnitude

    @property
    def cut_share(self) -> float:
        return self.cut / self.values if self.values else 0.0


@dataclass(frozen=True, slots=True)
class LsbFacts:
    """Two sides that compute in the same integers: how far they are apart, in steps.

    `worst`: None where they differ by what nobody knows. `differing`: of `compared` samples or, of
    two interpreters, values.
    """

    worst: int | None
    differing: int
    compared: int


@dataclass(frozen=True, slots=True)
class LayerFacts:
    """One output of an operator of the int8 network.

    Attributes:
        index, name, output: which.
        shape: of the output.
        float_index: the operator of the float network; None where it has no partner.
        total: the float network's tensor against this one: all that was lost up to here.
        own: what the float operator makes of this operator's inputs against this output: what is
            lost here.
        weights: the float operator's largest constant against this one's; channels are its
            quantized dimension.
        untold: why there is no `total`; or, with it, no `own`. Empty where there are both.
        host: TensorFlow Lite Micro against LiteRT, with equal inputs; None where not compared.
        board: the board against the host; None without a board that traces.
    """

    index: int
    name: str
    output: int
    shape: tuple[int, ...]
    float_index: int | None = None
    total: ErrorFacts | None = None
    own: ErrorFacts | None = None
    weights: ErrorFacts | None = None
    untold: str = ""
    host: LsbFacts | None = None
    board: LsbFacts | None = None

    @property
    def place(self) -> str:
        """As `hil.facts.image.OpFacts.place`."""
        return f"{self.index} {self.name}" + (f" output {self.output}" if self.output else "")


@dataclass(frozen=True, slots=True)
class EndFacts:
    """An input or output of both networks; `board`: as in `LayerFacts`."""

    name: str
    shape: tuple[int, ...]
    error: ErrorFacts | None
    untold: str = ""
    board: LsbFacts | None = None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Decisions of two sides on the same samples.

    Attributes:
        samples: how many.
        flips: on how many they differ.
        right_before, right_after: of the labelled samples, how many each side decides rightly.
        first: names of the first samples on which they differ.
    """

    samples: int
    flips: int
    right_before: int = 0
    right_after: int = 0
    first: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """What the networks decide.

    Attributes:
        rule: in words.
        quantized: the float network before, the int8 one on the host after.
        ties: flips in which the int8 network gives the class of the float one the same score as
            its own.
        labelled: samples whose class is known.
        seen: how many different decisions the float network made.
        board: the host before, the board after; None without a board.
    """

    rule: str
    quantized: Disagreement
    ties: int
    labelled: int
    seen: int
    board: Disagreement | None = None


@dataclass(frozen=True, kw_only=True)
class LayersFacts:
    """Everything that was measured.

    Attributes:
        float_sha256, int8_sha256: of the files.
        float_resolver, resolver: which kernels ran each; `other` those of LiteRT beside them.
        no_host: why the two were not held against each other; empty otherwise.
        samples: how many.
        traced: on how many of the first of them operators were compared; outputs on all.
        given: type in which the inputs were given: the int8 network's, or "float32".
        data: where they are from.
        noise: whether they were made from a seed.
        layers: each output of each operator of the int8 network, in order.
        left_out: operators of the float network without a partner, with the reason.
        inputs: what was lost in quantizing them; empty where they were given quantized.
        outputs: of the networks.
        decisions: None where the networks decide nothing, as `no_decisions` says.
        target, time_base: of the board; empty without one.
    """

    float_sha256: str
    int8_sha256: str
    float_resolver: str
    resolver: str
    other: str
    no_host: str
    samples: int
    traced: int
    given: str
    data: str
    noise: bool
    layers: tuple[LayerFacts, ...]
    left_out: tuple[tuple[str, str], ...]
    inputs: tuple[EndFacts, ...]
    outputs: tuple[EndFacts, ...]
    decisions: DecisionFacts | None
    no_decisions: str = ""
    target: str = ""
    time_base: str = ""

    @property
    def compared(self) -> tuple[LayerFacts, ...]:
        """The layers that have a partner whose tensor was compared."""
        return tuple(layer for layer in self.layers if layer.total is not None)
