"""What broken contents of a model partition are made of."""

from __future__ import annotations

import random
from dataclasses import dataclass

from hil.suite.networks import OtherNetwork
from hil.wire.network_header import CamHead, ImageInput, NetworkHeader


@dataclass(frozen=True)
class Surroundings:
    """What a content is made with: `app` is the image of another partition, `partition_bytes` the
    size of the model's, `arena_bytes` that of the firmware's arena."""

    base: OtherNetwork
    app: bytes
    partition_bytes: int
    arena_bytes: int
    seed: int = 1

    @property
    def header(self) -> NetworkHeader:
        return self.base.contract.header

    @property
    def head(self) -> CamHead:
        """The base has a map and takes a picture."""
        assert self.header.head is not None
        return self.header.head

    @property
    def image(self) -> ImageInput:
        assert self.header.image is not None
        return self.header.image

    @property
    def sound(self) -> bytes:
        return self.base.contract.partition

    def dice(self, name: str) -> random.Random:
        return random.Random(f"{self.seed} {name}")
