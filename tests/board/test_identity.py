"""Is the board the one that was to be tested?"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from hil.board.artifacts import Expected
from hil.board.errors import WrongIdentityError
from hil.board.identity import (
    check_contract,
    check_gives_frames,
    check_identity,
    contract_in,
    matches,
    no_injection,
    protocol_mismatch,
)
from hil.errors import FirmwareError, UsageError
from hil.wire.enums import ErrorCode
from hil.wire.network_header import pack_header
from hil.wire.replies import Detail, ErrorReply, Identity
from hil.wire.requests import PROTOCOL_VERSION
from hil_lab.fakes.firmware_build import make_identity

WHERE = "/dev/ttyUSB0"


def changed(identity: Identity, **fields: Any) -> Identity:
    return dataclasses.replace(identity, **fields)


def test_the_right_board_passes(expected: Expected) -> None:
    identity = make_identity(expected)
    assert matches(identity, expected)
    check_identity(identity, expected, WHERE)
    check_identity(identity, None, WHERE)


@pytest.mark.parametrize(
    ("field", "word"),
    [("build_id", "runs build"), ("app_sha256", "app has SHA-256"), ("model_sha256", "model has")],
)
def test_each_difference_names_both_sides(expected: Expected, field: str, word: str) -> None:
    identity = changed(make_identity(expected), **{field: b"\xab" * 32})
    assert not matches(identity, expected)
    with pytest.raises(WrongIdentityError, match=word) as caught:
        check_identity(identity, expected, WHERE)
    assert "abababababab" in caught.value.message
    assert getattr(expected, field).hex()[:12] in caught.value.message
    assert "--board-flash always" in caught.value.hint


@pytest.mark.parametrize(
    ("target", "camera", "injection", "says", "hint"),
    [
        ("esp32", False, True, "has no camera", "menuconfig"),
        ("sim", False, True, "has no camera", "--sim-camera PATH"),
        ("esp32", True, False, "built without injection", "CONFIG_CAMHIL_INJECTION=y"),
        ("esp32", True, True, "no room for one", "a network that takes pictures"),
    ],
)
def test_a_board_that_gives_no_frames_says_how_it_would(
    expected: Expected, target: str, camera: bool, injection: bool, says: str, hint: str
) -> None:
    board = make_identity(expected)
    can = dataclasses.replace(
        board.capabilities, camera=camera, injection=injection, camera_frames=False
    )
    with pytest.raises(UsageError, match=says) as caught:
        check_gives_frames(changed(board, target=target, capabilities=can), WHERE)
    assert hint in caught.value.hint
    able = dataclasses.replace(can, camera=True, camera_frames=True)
    check_gives_frames(changed(board, target=target, capabilities=able), WHERE)


def test_a_build_without_injection_cannot_be_tested(expected: Expected) -> None:
    identity = make_identity(expected)
    assert no_injection(identity, expected, WHERE) is None
    unable = dataclasses.replace(identity.capabilities, injection=False)
    problem = no_injection(changed(identity, capabilities=unable), expected, WHERE)
    assert problem is not None
    assert "cannot be tested" in problem.message
    assert "CAMHIL_INJECTION" in problem.hint
    assert problem.where == WHERE


def test_a_build_with_injection_that_says_otherwise_is_the_firmwares_error(
    expected: Expected, tmp_path: Path
) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "sdkconfig.json").write_text('{"CAMHIL_INJECTION": true}')
    build = dataclasses.replace(expected, source=tmp_path / "flasher_args.json")
    identity = make_identity(build)
    unable = changed(
        identity, capabilities=dataclasses.replace(identity.capabilities, injection=False)
    )
    assert isinstance(no_injection(unable, build, WHERE), FirmwareError)
    assert isinstance(no_injection(unable, None, WHERE), UsageError)


def test_a_hello_refused_for_the_version_that_the_board_speaks_is_the_firmwares_error() -> None:
    reply = ErrorReply(ErrorCode.PROTOCOL_VERSION, Detail(PROTOCOL_VERSION, PROTOCOL_VERSION), "")
    assert isinstance(protocol_mismatch(reply, WHERE), FirmwareError)


def test_without_a_build_to_compare_with_any_firmware_will_do(expected: Expected) -> None:
    check_identity(changed(make_identity(expected), build_id=b"\xab" * 32), None, WHERE)


@pytest.mark.parametrize("code", [code for code in ErrorCode if code >= ErrorCode.NO_MODEL])
def test_a_model_that_could_not_be_loaded_is_the_firmwares_error(
    expected: Expected, code: ErrorCode
) -> None:
    identity = changed(
        make_identity(expected), model_sha256=bytes(32), model_state=code, model_message="op 42"
    )
    with pytest.raises(FirmwareError, match=r"could not load its model: .*op 42"):
        check_identity(identity, expected, WHERE)


def test_another_model_that_does_not_load_is_first_of_all_another_model(
    expected: Expected,
) -> None:
    identity = changed(
        make_identity(expected), model_sha256=b"\xab" * 32, model_state=ErrorCode.MODEL_OP
    )
    with pytest.raises(WrongIdentityError):
        check_identity(identity, expected, WHERE)


def test_another_contract_is_another_board(expected: Expected) -> None:
    identity = changed(make_identity(expected), contract_crc=1)
    assert not matches(identity, expected)


def test_a_contract_that_differs_is_told_by_what_differs(expected: Expected) -> None:
    ours = expected.model.header
    assert ours.head is not None
    check_contract(ours, ours, WHERE)
    theirs = dataclasses.replace(ours, head=dataclasses.replace(ours.head, threshold=61))
    with pytest.raises(WrongIdentityError, match=r"head\.threshold is 61, .* 60") as caught:
        check_contract(theirs, ours, WHERE)
    assert "model_sha256" not in caught.value.message
    without = dataclasses.replace(ours, head=None)
    with pytest.raises(WrongIdentityError, match="head is missing"):
        check_contract(without, ours, WHERE)


def test_a_contract_that_is_damaged_or_of_another_network_is_the_firmwares_error(
    expected: Expected,
) -> None:
    block, identity = pack_header(expected.model.header), make_identity(expected)
    assert contract_in(block, identity, WHERE) == expected.model.header
    wrong = [
        (block[:-1] + b"x", identity),
        (bytes(4096), changed(identity, contract_crc=0)),
        (block, changed(identity, contract_crc=1)),
        (b"", identity),
        (block, changed(identity, model_sha256=b"\xab" * 32)),
    ]
    for data, who in wrong:
        with pytest.raises(FirmwareError, match="no right contract"):
            contract_in(data, who, WHERE)


def test_another_protocol_version_names_both() -> None:
    error = protocol_mismatch(ErrorReply(ErrorCode.PROTOCOL_VERSION, Detail(7, 2), ""), WHERE)
    assert "protocol 7, this harness 2" in error.message
    assert "camhil" in error.hint
