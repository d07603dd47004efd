"""What a pixel becomes, as each party has it: declaration, file, contract, board, camera path."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """One channel of the input, for each pixel from 0 to 255 in the values of its type.

    Attributes:
        black, white: real values that pixels 0 and 255 stand for, with a straight line between.
        table: the contract's.
        board_table: of the contract that the board gives; None where it gives none.
        made: (pixel, what the board made of it in known frames), each value once, in order; no
            pixel of which no frame told.
    """

    black: float
    white: float
    table: tuple[int, ...]
    board_table: tuple[int, ...] | None
    made: tuple[tuple[int, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class InputContractFacts:
    """The whole chain.

    Attributes:
        pixels: what the trainer made of pixels, in words.
        declared: in the settings; else it is the usual scale that the file's range has.
        scale, zero_point: of the file's input: real value = scale * (value - zero_point).
        lowest: the lowest value of the input's type: -128 or 0.
        channels: in the order of the input.
    """

    pixels: str
    declared: bool
    scale: float
    zero_point: int
    lowest: int
    channels: tuple[ChannelFacts, ...]
