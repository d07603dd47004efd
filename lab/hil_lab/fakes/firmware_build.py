"""Made-up firmware builds: directories as idf.py build leaves them, for tests.

build = make_build(tmp_path / "build")
build.files[0x10000] = ("person.bin", app_image(filler=bytes(1_000_000)))
expected = read_expected(build.write())
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hil.board.artifacts import Expected
from hil.build import esp_image
from hil.build.flash_layout import Partition, encode_table
from hil.network.contract import read_contract
from hil.network.settings import NetworkSettings
from hil.testing.tiny_model import tiny_model
from hil.wire.enums import ErrorCode, ImageSource, NetworkSource
from hil.wire.network_header import HEADER_BYTES
from hil.wire.replies import Capabilities, Identity
from hil.wire.requests import PROTOCOL_VERSION

BOOT_ID = 0x1234_5678
BUILD_ID = hashlib.sha256(b"the ELF").digest()


def app_image(build_id: bytes = BUILD_ID, filler: bytes = b"code" * 500) -> bytes:
    """An app image with this build id; it holds no code."""
    description = esp_image.AppDescription("1.2.3", "person", "v5.1.6", build_id)
    first = esp_image.encode_app_description(description) + filler
    return esp_image.encode_image([esp_image.Segment(0x3F400020, first)], 0x40080000)


@dataclass
class Build:
    """A build directory in the making: change `files` or `arguments`, then `write`."""

    directory: Path
    partitions: list[Partition]
    files: dict[int, tuple[str, bytes]]
    arguments: dict[str, Any] = field(default_factory=dict)

    def write(self) -> Path:
        """Writes everything; the directory."""
        self.directory.mkdir(parents=True, exist_ok=True)
        for name, data in self.files.values():
            path = self.directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        (self.directory / "flasher_args.json").write_text(json.dumps(self.arguments))
        return self.directory


def model_partition(tflite: bytes, threshold: int = 60) -> bytes:
    """The content of the model partition, for class 1."""
    said = NetworkSettings(positive_class=1, threshold=threshold)
    return read_contract(tflite, settings=said).partition


def make_build(directory: Path) -> Build:
    """A build that is all right: bootloader, partition table, app and a tiny model."""
    partitions = [
        Partition("nvs", 1, 2, 0x9000, 0x6000),
        Partition("factory", 0, 0, 0x10000, 0x20000),
        Partition("model", 1, 0x40, 0x30000, 0x10000),
    ]
    files = {
        0x1000: ("bootloader/bootloader.bin", esp_image.encode_image(
            [esp_image.Segment(0x3FFF0030, b"loader" * 100)], 0x40080000)),
        0x8000: ("partition_table/partition-table.bin", encode_table(partitions)),
        0x10000: ("person.bin", app_image()),
        0x30000: ("model.bin", model_partition(tiny_model())),
    }  # fmt: skip
    arguments = {
        "write_flash_args": ["--flash_mode", "dio", "--flash_size", "4MB", "--flash_freq", "40m"],
        "flash_settings": {"flash_mode": "dio", "flash_size": "4MB", "flash_freq": "40m"},
        "flash_files": {hex(offset): name for offset, (name, _) in files.items()},
        "bootloader": {"offset": "0x1000", "file": "bootloader/bootloader.bin"},
        "app": {"offset": "0x10000", "file": "person.bin", "encrypted": "false"},
        "partition-table": {"offset": "0x8000", "file": "partition_table/partition-table.bin"},
        "extra_esptool_args": {
            "after": "hard_reset",
            "before": "default_reset",
            "stub": True,
            "chip": "esp32",
        },
    }
    return Build(directory, partitions, files, arguments)


def make_identity(expected: Expected) -> Identity:
    """What a healthy board with this build answers."""
    return Identity(
        protocol=PROTOCOL_VERSION,
        boot_id=BOOT_ID,
        target="esp32",
        firmware_version=expected.version,
        build_id=expected.build_id,
        app_sha256=expected.app_sha256,
        model_sha256=expected.model_sha256,
        model_state=ErrorCode.OK,
        model_message="",
        network_source=NetworkSource.IN_PARTITION,
        contract_crc=expected.model.contract_crc,
        contract_bytes=HEADER_BYTES,
        engine="tflite-micro",
        kernels="esp-nn",
        image_source=ImageSource.INJECTED,
        reset_reason=1,
        boot_count=1,
        capabilities=Capabilities(
            injection=True,
            camera=False,
            frame_stage=False,
            trace=True,
            capture=True,
            baud=True,
            op_times=True,
            cycles=True,
            camera_frames=False,
            ram_network=False,
            self_test=False,
        ),
        chunk_bytes=1536,
        window_chunks=4,
        max_frame_bytes=2048,
        max_sample_bytes=9216,
        baud=115_200,
        baud_fallback_ms=1000,
        idle_ms=10_000,
        arena_bytes=81_920,
        frame=None,
        extensions={},
    )
