"""The recording of a board: what stands ahead of the conversation, and how it was flashed.

Of the build it keeps identity and model, not the app itself: a replay knows what the board had to
answer, and a recording that is passed on holds no firmware.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import platform
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil import __version__
from hil.board.artifacts import Expected, ExpectedModel
from hil.board.flasher_args import FlashFile, FlashSettings
from hil.build.flash_layout import Partition
from hil.errors import InfrastructureError, UsageError
from hil.facts.board import TimeBase
from hil.link.recording import Kind, Recorder, error_facts
from hil.wire.network_header import pack_header, unpack_header

if TYPE_CHECKING:
    import serial


_PLAIN = ("chip", "project", "version", "idf_version")
_DIGESTS = ("build_id", "app_sha256", "model_sha256")


def start_recording(
    path: Path, where: str, expected: Expected | None, time_base: TimeBase = "real"
) -> Recorder:
    """A recording of the board `where`, to be tested with this build."""
    recorder = Recorder(path)
    recorder.add_json(
        Kind.HEADER,
        camhil=__version__,
        started=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        command=sys.argv,
        system=f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        board=where,
        time_base=time_base,
    )
    if expected is not None:
        recorder.add(Kind.BUILD, pack_build(expected))
    return recorder


@contextmanager
def recording_flash(recorder: Recorder | None, port: serial.Serial) -> Iterator[None]:
    """Within, esptool's conversation is recorded, and then how it ended."""
    if recorder is None:
        yield
        return
    try:
        with recorder.tapped(port):
            yield
    except InfrastructureError as error:
        recorder.add_json(Kind.FLASHED, error=error_facts(error))
        raise
    recorder.add_json(Kind.FLASHED, error=None)


def pack_build(expected: Expected) -> bytes:
    """The payload of a `BUILD` record: compressed JSON."""
    facts = {
        "source": str(expected.source),
        **{name: getattr(expected, name) for name in _PLAIN},
        **{name: getattr(expected, name).hex() for name in _DIGESTS},
        "model": {
            "tflite": base64.b64encode(expected.model.tflite).decode("ascii"),
            "header": base64.b64encode(pack_header(expected.model.header)).decode("ascii"),
        },
        "files": [
            {"name": file.name, "offset": file.offset, "bytes": len(file.data)}
            for file in expected.files
        ],
        "partitions": [dataclasses.asdict(partition) for partition in expected.partitions],
        "settings": dataclasses.asdict(expected.settings),
        "use_stub": expected.use_stub,
    }
    return zlib.compress(json.dumps(facts).encode(), 6)


def unpack_build(data: bytes, where: Path) -> Expected:
    """The reverse of `pack_build`; the files have their sizes, and zeros for content."""
    try:
        facts = json.loads(zlib.decompress(data))
        return _expected(facts, where)
    except (zlib.error, ValueError, KeyError, TypeError) as cause:
        raise UsageError(
            f"the recorded build cannot be read: {cause!r}",
            where=str(where),
            hint="replay it with the camhil that recorded it",
        ) from cause


def _expected(facts: dict[str, Any], where: Path) -> Expected:
    model = facts["model"]
    digests: dict[str, Any] = {name: bytes.fromhex(facts[name]) for name in _DIGESTS}
    return Expected(
        source=Path(facts["source"]),
        **{name: facts[name] for name in _PLAIN},
        **digests,
        model=ExpectedModel(
            base64.b64decode(model["tflite"]),
            unpack_header(base64.b64decode(model["header"])),
            str(where),
        ),
        files=tuple(
            FlashFile(file["name"], where / file["name"], file["offset"], bytes(file["bytes"]))
            for file in facts["files"]
        ),
        partitions=tuple(Partition(**partition) for partition in facts["partitions"]),
        settings=FlashSettings(**facts["settings"]),
        use_stub=facts["use_stub"],
    )
