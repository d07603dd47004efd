"""What a network takes and gives, as a run file holds it: the contract in short."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hil.wire.network_header import NetworkHeader, Tensor

SCORE, FEATURES = "score", "features"


@dataclass(frozen=True, slots=True)
class TensorFacts:
    """An input or output. `type`: as numpy calls it. `scale` 0: not quantized."""

    name: str
    type: str
    shape: tuple[int, ...]
    scale: float
    zero_point: int

    @property
    def text(self) -> str:
        """ "int8 [1,49,10,1]"."""
        return f"{self.type} [{','.join(map(str, self.shape))}]"


@dataclass(frozen=True, slots=True)
class HeadFacts:
    """A class activation map: which outputs it is made of, and how it decides (percent)."""

    score_output: int
    features_output: int
    positive_class: int
    threshold: int


@dataclass(frozen=True, slots=True)
class NetworkFacts:
    """A network's contract in short.

    Attributes:
        inputs, outputs: in their order.
        ops: number of operators.
        stateful: it has variables, which carry over from one sample to the next.
        picture: (rows, columns, channels) of the input; None where nobody declared that it is one.
        head: None without a class activation map.
    """

    inputs: tuple[TensorFacts, ...]
    outputs: tuple[TensorFacts, ...]
    ops: int
    stateful: bool
    picture: tuple[int, int, int] | None
    head: HeadFacts | None

    @property
    def text(self) -> str:
        """ "int8 [1,49,10,1] -> int8 [1,12], 13 operators"."""
        given, made = (", ".join(t.text for t in side) for side in (self.inputs, self.outputs))
        parts = [f"{given} -> {made}", f"{self.ops} operator{'s' * (self.ops != 1)}"]
        parts += ["with state"] if self.stateful else []
        parts += ["class activation map"] if self.head is not None else []
        return ", ".join(parts)

    @property
    def undeclared_picture(self) -> bool:
        """Whether the input may be a picture, and nobody said what pixels become in it."""
        first, *more = self.inputs
        shape = first.shape
        like_one = len(shape) == 4 and shape[0] == 1 and shape[3] in (1, 3)
        return self.picture is None and not more and like_one and first.type in ("int8", "uint8")

    def role(self, output: int) -> str:
        """What an output is to the class activation map; empty if nothing."""
        if self.head is None:
            return ""
        roles = {self.head.features_output: FEATURES, self.head.score_output: SCORE}
        return roles.get(output, "")


def network_facts(header: NetworkHeader) -> NetworkFacts:
    """The facts of a contract."""
    head, image = header.head, header.image
    return NetworkFacts(
        inputs=tuple(map(_tensor, header.inputs)),
        outputs=tuple(map(_tensor, header.outputs)),
        ops=header.ops,
        stateful=header.stateful,
        picture=None if image is None else (*image.size, image.channels),
        head=None
        if head is None
        else HeadFacts(
            head.score_output, head.features_output, head.positive_class, head.threshold
        ),
    )


def _tensor(tensor: Tensor) -> TensorFacts:
    from hil.network.arrays import dtype_of

    kind = dtype_of(tensor).name
    return TensorFacts(tensor.name, kind, tuple(tensor.shape), tensor.scale, tensor.zero_point)
