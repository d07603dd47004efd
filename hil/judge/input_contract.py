"""Verdicts on what a pixel becomes: pure functions of `hil.facts.input_contract`.

Each compares two neighbours of the chain declaration, file, contract, board, camera path, and names
both sides of the first value on which they disagree.
"""

from __future__ import annotations

from collections.abc import Iterator

from hil.facts.input_contract import ChannelFacts, InputContractFacts
from hil.judge.verdict import Status, Verdict

_ROUNDING = 1e-3
"""Of a step: the file's scale is a 32-bit float."""


def judge_input_contract(facts: InputContractFacts) -> tuple[Verdict, ...]:
    """The verdicts "pixels", "board table" and "camera path"."""
    return _pixels(facts), _board_table(facts), _camera_path(facts)


def _pixels(facts: InputContractFacts) -> Verdict:
    """Does the contract's table hold what was declared, as near as the file's input can?"""
    source = "the settings declare" if facts.declared else "the file's range is that of"
    wrong = [
        f"{_of(pixel, channel, facts)}: {source} {facts.pixels}, so {real:.5g}; the contract's "
        f"table says {value}, which the file holds as {held:.5g}"
        for channel, one in enumerate(facts.channels)
        for pixel, real, value, held in _far_off(facts, one)
    ]
    text = f"{source} {facts.pixels}; the contract's tables hold it in steps of {facts.scale:.6g}"
    return _verdict("pixels", wrong, text)


def _far_off(
    facts: InputContractFacts, channel: ChannelFacts
) -> Iterator[tuple[int, float, int, float]]:
    """Pixels whose value in the table is not the nearest one that the input has."""
    highest = facts.lowest + 255
    for pixel, value in enumerate(channel.table):
        real = channel.black + (channel.white - channel.black) * pixel / 255
        held = (value - facts.zero_point) * facts.scale
        off = (real - held) / facts.scale
        beyond = (off < 0 and value == facts.lowest) or (off > 0 and value == highest)
        if abs(off) > 0.5 + _ROUNDING and not beyond:
            yield pixel, real, value, held


def _board_table(facts: InputContractFacts) -> Verdict:
    if any(channel.board_table is None for channel in facts.channels):
        text = "the board gave no table of pixels"
        return Verdict("board table", Status.NOT_RUN, None, None, text)
    wrong = [
        f"{_of(pixel, channel, facts)}: the contract's table says {ours}, the board's {theirs}"
        for channel, one in enumerate(facts.channels)
        for pixel, (ours, theirs) in enumerate(zip(one.table, one.board_table or (), strict=True))
        if ours != theirs
    ]
    return _verdict("board table", wrong, "the board has the contract's tables")


def _camera_path(facts: InputContractFacts) -> Verdict:
    wrong = [
        f"{_of(pixel, channel, facts)}: the contract's table says {one.table[pixel]}, the board's "
        f"camera path makes {_listed(values)} of it"
        for channel, one in enumerate(facts.channels)
        for pixel, values in one.made
        if values != (one.table[pixel],)
    ]
    told = [len(one.made) for one in facts.channels]
    if not all(told):
        return Verdict("camera path", Status.NOT_RUN, None, None, "no known frame was measured")
    counts = ", ".join(map(str, told))
    text = f"the board's camera path makes of pixels what the tables say, of {counts} of 256 seen"
    return _verdict("camera path", wrong, text)


def _of(pixel: int, channel: int, facts: InputContractFacts) -> str:
    place = f" of channel {channel}" if len(facts.channels) > 1 else ""
    return f"pixel {pixel}{place}"


def _listed(values: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, values[:4]))
    return shown if len(values) <= 4 else f"{shown} and {len(values) - 4} others"


def _verdict(check: str, wrong: list[str], right: str) -> Verdict:
    if not wrong:
        return Verdict(check, Status.PASSED, 0, 0, right)
    text = wrong[0] + (f" ({len(wrong)} values in all)" if len(wrong) > 1 else "")
    return Verdict(check, Status.FAILED, len(wrong), 0, text)
