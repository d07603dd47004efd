"""Is the board the one, with the firmware and the model, that was to be tested? Pure."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from typing import Any

from hil.board.artifacts import Expected, ExpectedModel
from hil.board.errors import WrongIdentityError
from hil.errors import FirmwareError, HilError, UsageError
from hil.facts.stand_in import SIMULATED_TARGET
from hil.link.errors import EXPLANATIONS
from hil.network.arrays import pixel_values
from hil.wire.enums import ErrorCode
from hil.wire.errors import WireError
from hil.wire.network_header import NetworkHeader, contract_crc, unpack_header
from hil.wire.replies import ErrorReply, Identity
from hil.wire.requests import PROTOCOL_VERSION

_FLASH = "run with --board-flash always"
_OTHER_APP = (
    "; if it was just flashed, another app partition is started: erase otadata or the whole flash"
)


def matches(identity: Identity, expected: Expected) -> bool:
    """Whether app, network and contract on the board are those of the build."""
    return (
        identity.build_id == expected.build_id
        and identity.app_sha256 == expected.app_sha256
        and identity.model_sha256 == expected.model_sha256
        and identity.contract_crc == expected.model.contract_crc
    )


def check_identity(identity: Identity, expected: Expected | None, where: str) -> None:
    """Raises for a board that must not be tested.

    WrongIdentityError: it runs something else than `expected` (None: anything will do).
    FirmwareError: it runs the right firmware, but could not load the model.
    """
    if expected is not None:
        _check_build(identity, expected, where)
    if identity.model_state is not ErrorCode.OK:
        explanation = EXPLANATIONS[identity.model_state]
        said = f"; the board says {identity.model_message!r}" if identity.model_message else ""
        raise FirmwareError(
            f"the firmware could not load its model: {explanation.meaning}{said}",
            where=where,
            hint=explanation.hint,
        )


def _check_build(identity: Identity, expected: Expected, where: str) -> None:
    """Raises for the first difference between what runs and what was to be tested."""
    ours = f"{expected.project} {expected.version}"
    theirs = f"{identity.target} firmware {identity.firmware_version}"
    if identity.build_id != expected.build_id:
        raise WrongIdentityError(
            f"the board runs build {_short(identity.build_id)} ({theirs}), "
            f"to be tested is build {_short(expected.build_id)} ({ours})",
            where=where,
            hint=_FLASH + _OTHER_APP,
        )
    if identity.app_sha256 != expected.app_sha256:
        raise WrongIdentityError(
            f"the board's app has SHA-256 {_short(identity.app_sha256)}, "
            f"the file {_short(expected.app_sha256)}, both of build {_short(expected.build_id)}",
            where=where,
            hint=_FLASH + _OTHER_APP,
        )
    if any(identity.model_sha256) and identity.model_sha256 != expected.model_sha256:
        raise WrongIdentityError(
            f"the board's model has SHA-256 {_short(identity.model_sha256)}, "
            f"to be tested is {_short(expected.model_sha256)}",
            where=where,
            hint=_FLASH,
        )


def contract_in(block: bytes, identity: Identity, where: str) -> NetworkHeader:
    """The contract that a board sent. Raises FirmwareError where it is none, or another one."""
    flaw = ""
    try:
        header = unpack_header(block)
    except WireError as error:
        flaw = str(error)
    else:
        if contract_crc(block) != identity.contract_crc:
            flaw = (
                f"its CRC-32 is {contract_crc(block):#010x}, the identity says "
                f"{identity.contract_crc:#010x}"
            )
        elif header.model_sha256 != identity.model_sha256:
            flaw = "it is of another network than the identity names"
    if flaw:
        raise FirmwareError(
            f"the board sent no right contract: {flaw}",
            where=where,
            hint="flash firmware built from the installed version of camhil",
        )
    return header


def check_contract(theirs: NetworkHeader, ours: NetworkHeader, where: str) -> None:
    """Raises WrongIdentityError, which names what differs, for another contract than the build's.

    The network may be the same: what a .tflite does not tell has been declared otherwise.
    """
    differing = [*_pixel_differences(theirs, ours), *_differences(theirs, ours)]
    if differing:
        raise WrongIdentityError(
            f"the contract on the board differs from that of the build: {'; '.join(differing)}",
            where=where,
            hint=_FLASH,
        )


def _pixel_differences(theirs: NetworkHeader, ours: NetworkHeader) -> Iterator[str]:
    """The first pixel that becomes another value, where both take pictures with these channels."""
    one, other = pixel_values(theirs), pixel_values(ours)
    if one.shape != other.shape or one.dtype != other.dtype:
        return
    for channel, pixel in list(zip(*(one != other).nonzero(), strict=True))[:1]:
        values = f"{one[channel, pixel]}, to be tested is {other[channel, pixel]}"
        yield f"pixel {pixel} of channel {channel} becomes {values}"


def _differences(theirs: Any, ours: Any, path: str = "") -> Iterator[str]:
    """What differs between two dataclasses, in words."""
    for field in dataclasses.fields(ours):
        name = f"{path}{field.name}"
        one, other = getattr(theirs, field.name), getattr(ours, field.name)
        if one == other:
            continue
        if one is None or other is None:
            yield f"{name} is {'missing' if one is None else 'there, and not to be'}"
        elif dataclasses.is_dataclass(one):
            yield from _differences(one, other, f"{name}.")
        elif isinstance(one, bytes):
            yield f"{name} is {_short(one)}, to be tested is {_short(other)}"
        elif isinstance(one, tuple):
            yield f"the {name} differ"
        else:
            yield f"{name} is {one!r}, to be tested is {other!r}"


def check_model(
    identity: Identity, named: ExpectedModel, build: Expected | None, where: str
) -> None:
    """Raises for a model that the user names, and the board or its build does not have.

    UsageError: the build has another. WrongIdentityError: the board has.
    """
    if build is not None:
        check_model_of(build, named)
    digest = hashlib.sha256(named.tflite).digest()
    if any(identity.model_sha256) and identity.model_sha256 != digest:
        raise WrongIdentityError(
            f"the board's model has SHA-256 {_short(identity.model_sha256)}, "
            f"{named.where} {_short(digest)}",
            where=where,
            hint="name the model that is on the board, or flash this one: hil flash",
        )


def check_model_of(build: Expected, named: ExpectedModel) -> None:
    """Raises UsageError for a model that the user names, and the build does not have."""
    digest = hashlib.sha256(named.tflite).digest()
    if build.model_sha256 != digest:
        raise UsageError(
            f"the build has another model: SHA-256 {_short(build.model_sha256)} in "
            f"{build.source}, not {_short(digest)}",
            where=named.where,
            hint="leave out --network, or name the build of this network",
        )


def no_injection(identity: Identity, expected: Expected | None, where: str) -> HilError | None:
    """Why this build cannot be tested: it says that it takes no images. None when it does.

    A FirmwareError where it is known to be built for them, else a UsageError.
    """
    if identity.capabilities.injection:
        return None
    configured = {} if expected is None else expected.configured
    if identity.target == SIMULATED_TARGET or configured.get("CAMHIL_INJECTION"):
        return FirmwareError(
            "the firmware says that it takes no images from a host, and was built for them",
            where=where,
            hint="look at how the identity tells what the board can do (firmware/core/"
            "dispatcher.cpp, reply_encoder.cpp)",
        )
    return UsageError(
        "this build cannot be tested: it was made without injection, so it takes no images from a "
        "host and works on its camera alone",
        where=where,
        hint="build it with CONFIG_CAMHIL_INJECTION=y (idf.py menuconfig, camhil), flash that "
        "and test it; the build with injection runs the same code on every image",
    )


def check_gives_frames(identity: Identity, where: str) -> None:
    """Raises UsageError for a board whose camera's frames cannot be had."""
    can = identity.capabilities
    if can.camera_frames:
        return
    if can.camera and not can.injection:
        what = "this board gives no frames of its camera: it was built without injection"
        hint = "build it with CONFIG_CAMHIL_INJECTION=y (idf.py menuconfig, camhil)"
    elif can.camera:
        what = "this board gives no frames of its camera: it has no room for one"
        hint = "build it for a network that takes pictures: `hil build --network FILE`"
    else:
        what = "this board has no camera"
        hint = "build its firmware with one: `idf.py menuconfig`, camhil, Camera"
    if identity.target == SIMULATED_TARGET and not can.camera:
        hint = "give the simulated board one: --sim-camera PATH, of pictures or a video"
    raise UsageError(what, where=where, hint=hint)


def protocol_mismatch(reply: ErrorReply, where: str) -> HilError:
    """The board answered hello with `protocol-version`, or does not know this hello at all.

    A FirmwareError where it refuses the version that it names as its own.
    """
    theirs = reply.detail.one if reply.code is ErrorCode.PROTOCOL_VERSION else 1
    if theirs == PROTOCOL_VERSION:
        return FirmwareError(
            f"the board refuses a hello of protocol {PROTOCOL_VERSION}, and says that it speaks "
            "that",
            where=where,
            hint="look at how a hello is read (firmware/core/request_decoder.cpp, dispatcher.cpp)",
        )
    return WrongIdentityError(
        f"the board speaks protocol {theirs}, this harness {PROTOCOL_VERSION}",
        where=where,
        hint="flash firmware that was built for this version of camhil, or install the version "
        "of camhil that belongs to the firmware",
    )


def _short(digest: bytes) -> str:
    return digest.hex()[:12] if any(digest) else "(none)"
