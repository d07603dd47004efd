"""Firmware, line and flash told apart: what an error says once the flash was read back."""

from __future__ import annotations

import pytest

from hil.board.errors import NoAnswerError, WrongIdentityError
from hil.board.telling_apart import flash_told
from hil.errors import FirmwareError, HilError, InfrastructureError
from hil.facts.evidence import AS_WRITTEN, NOT_READ, OTHERWISE, FlashRecord

WRITTEN = FlashRecord(AS_WRITTEN)
REFUSED = FirmwareError("the firmware could not load its model: empty", hint="flash it again")
OTHER = WrongIdentityError("the board runs build 01, to be tested is build 02", where="x", hint="y")
MUTE = NoAnswerError("no answer", where="x", hint="flash the firmware to be tested", console=())


def told(error: HilError, record: FlashRecord) -> HilError:
    with pytest.raises(HilError) as raised, flash_told(lambda: record):
        raise error
    assert vars(raised.value)["flash"] is record
    return raised.value


def test_a_board_that_names_itself_otherwise_than_its_flash_is_the_firmwares_error() -> None:
    found = told(OTHER, WRITTEN)
    assert type(found) is FirmwareError
    assert found.message.endswith("the flash holds what was written")
    assert "flashing again cannot help" in found.hint


@pytest.mark.parametrize("holds", [OTHERWISE, NOT_READ])
def test_without_the_flash_as_it_was_written_nothing_is_excluded(holds: str) -> None:
    for error in (OTHER, MUTE, REFUSED):
        assert told(error, FlashRecord(holds, "why")) is error


def test_nobody_is_told_to_flash_again_what_is_in_the_flash() -> None:
    for error in (REFUSED, NoAnswerError(MUTE.message, where="x", hint=MUTE.hint, console=())):
        found = told(error, WRITTEN)
        assert type(found) is type(error)
        assert "flashing again cannot help" in found.hint


@pytest.mark.parametrize(
    "error",
    [
        InfrastructureError("the port vanished", hint="check the cable"),
        WrongIdentityError("the board speaks protocol 1, this harness 2", where="x", hint="y"),
    ],
)
def test_what_the_flash_cannot_explain_is_raised_as_it_is(error: HilError) -> None:
    def read() -> FlashRecord:
        raise AssertionError("it must not be read: the board would be in its loader")

    with pytest.raises(type(error)) as raised, flash_told(read):
        raise error
    assert raised.value is error
