"""The chain from declaration to camera path, put together from contract, board and known frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hil.facts.input_contract import ChannelFacts, InputContractFacts
from hil.network.arrays import pixel_values
from hil.oracle.known_frames import probed
from hil.oracle.preprocess import averaged

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hil.network.contract import Contract
    from hil.run.measurement import FrameMeasurement
    from hil.wire.network_header import NetworkHeader


def input_contract_facts(
    contract: Contract, board: NetworkHeader, frames: Sequence[FrameMeasurement]
) -> InputContractFacts:
    """`contract`: the host's, with a picture. `board`: what the board says of its network.
    `frames`: measured ones of `hil.oracle.known_frames`."""
    import numpy as np

    tensor, ours, theirs = contract.header.inputs[0], pixel_values(contract.header), None
    if contract.pixels is None:
        raise ValueError("a contract without a picture")
    if pixel_values(board).shape == ours.shape:
        theirs = pixel_values(board)
    made = _made(frames, len(ours))
    return InputContractFacts(
        pixels=contract.pixels.text,
        declared=contract.declared,
        scale=tensor.scale,
        zero_point=tensor.zero_point,
        lowest=int(np.iinfo(ours.dtype).min),
        channels=tuple(
            ChannelFacts(
                black=float(contract.pixels.of_channel(channel)[0]),
                white=float(contract.pixels.of_channel(channel)[1]),
                table=tuple(ours[channel].tolist()),
                board_table=None if theirs is None else tuple(theirs[channel].tolist()),
                made=tuple((pixel, tuple(values)) for pixel, values in sorted(told.items())),
            )
            for channel, told in enumerate(made)
        ),
    )


def _made(frames: Sequence[FrameMeasurement], channels: int) -> list[dict[int, dict[int, None]]]:
    """For each channel: pixel, and the values that the board made of it, each once."""
    found: list[dict[int, dict[int, None]]] = [{} for _ in range(channels)]
    for measured in frames:
        got = _with_channels(measured.got)
        pixels = probed(averaged(measured.frame.pixels, got.shape[:2]))
        for channel, told in enumerate(found):
            pairs = zip(
                pixels[..., channel].reshape(-1).tolist(),
                probed(got)[..., channel].reshape(-1).tolist(),
                strict=True,
            )
            for pixel, value in pairs:
                told.setdefault(pixel, {})[value] = None
    return found


def _with_channels(picture: NDArray[Any]) -> NDArray[Any]:
    return picture[..., None] if picture.ndim == 2 else picture
