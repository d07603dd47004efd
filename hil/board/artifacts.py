"""What is to be tested: a firmware build, checked before the board is touched.

A build that cannot work (a file too large for its partition, an image cut short, a model
that is none) is found here, with the file's name, instead of as a silent board later.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from hil.base.resources import OWN_NETWORK, find
from hil.base.text_file import read_bytes
from hil.board.flasher_args import FlasherArgs, FlashFile, FlashSettings, read_flasher_args
from hil.build.esp_image import AppDescription, ImageError, decode_image
from hil.build.flash_layout import SECTOR_BYTES, TABLE_BYTES, Partition, TableError, decode_table
from hil.errors import UsageError
from hil.network.contract import NO_PICTURE, Contract, read_contract, read_network
from hil.network.settings import NetworkSettings
from hil.network.tflite_graph import what_instead
from hil.wire.errors import WireError
from hil.wire.network_header import (
    NetworkHeader,
    contract_crc,
    is_bare_tflite,
    is_network_image,
    pack_header,
    pack_partition,
    unpack_partition,
)

MODEL_PARTITION = "model"
_REBUILD = "run idf.py build again"
_PACK = (
    "pack it: hil pack MODEL.tflite -o OUT.bin, which takes what the file does not tell from "
    "MODEL.toml (docs/boards.md, The model partition)"
)
_DIGEST_BYTES = 32
_A_MODEL = (
    "give a .tflite file, with the .toml of what it does not tell beside it, the content of a "
    "model partition, or the directory of a build"
)
_UNITS = {"KB": 1024, "MB": 1024 * 1024}


@dataclass(frozen=True)
class ExpectedModel:
    """The content of the model partition: the .tflite bytes, and the contract ahead of them.

    `said`: what was declared of the network and does not travel, such as its task and labels.
    """

    tflite: bytes = field(repr=False)
    header: NetworkHeader = field(repr=False)
    where: str
    said: NetworkSettings = field(default_factory=NetworkSettings, repr=False)

    @property
    def contract_crc(self) -> int:
        """The CRC-32 under which a board reports the header."""
        return contract_crc(pack_header(self.header))

    @cached_property
    def contract(self) -> Contract:
        """The network as the host reads it. Raises UsageError where the header says otherwise."""
        head = self.header.head
        said = self.said
        if head is not None:
            said = dataclasses.replace(
                said, positive_class=head.positive_class, threshold=head.threshold
            )
        read = read_contract(self.tflite, where=self.where, settings=said)
        # What pixels become was declared, and stands in the header alone.
        if dataclasses.replace(read.header, image=self.header.image) != self.header:
            raise UsageError(
                "the header does not fit the .tflite behind it", where=self.where, hint=_PACK
            )
        picture, notes = self.header.image, read.notes
        if picture is not None:
            notes = tuple(note for note in notes if not note.startswith(NO_PICTURE))
        elif read.image is not None:
            notes = (f"{NO_PICTURE}the contract has none", *notes)
        pixels = read.pixels if picture == read.image else None
        return dataclasses.replace(read, header=self.header, notes=notes, pixels=pixels)


@dataclass(frozen=True)
class Expected:
    """The identity that the board must show, and what to flash so that it does.

    `build_id`, `app_sha256`: 32 bytes each, of the app image. `model_sha256`: of the
    .tflite bytes in `model`.
    """

    source: Path
    chip: str
    project: str
    version: str
    idf_version: str
    build_id: bytes
    app_sha256: bytes
    model_sha256: bytes
    model: ExpectedModel
    files: tuple[FlashFile, ...]
    partitions: tuple[Partition, ...]
    settings: FlashSettings
    use_stub: bool

    @cached_property
    def configured(self) -> dict[str, Any]:
        """ESP-IDF's settings of the build; empty where the files are there alone."""
        file = self.source.parent / "config" / "sdkconfig.json"
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def with_network(self, model: ExpectedModel) -> Expected:
        """The same build with another network in the model partition.

        Raises UsageError where it does not fit.
        """
        if model.header == self.model.header:
            return dataclasses.replace(self, model=model)
        partition = next(p for p in self.partitions if p.label == MODEL_PARTITION)
        data = pack_partition(model.header, model.tflite)
        if len(data) > partition.size:
            raise UsageError(
                f"the network takes {len(data)} bytes, its partition '{partition.label}' has "
                f"{partition.size}",
                where=model.where,
                hint=f"enlarge '{partition.label}' in partitions.csv and build again",
            )
        files = tuple(
            dataclasses.replace(file, data=data) if file.offset == partition.offset else file
            for file in self.files
        )
        return dataclasses.replace(
            self, model=model, model_sha256=model.header.model_sha256, files=files
        )

    @property
    def boot_files(self) -> tuple[FlashFile, ...]:
        """Bootloader and partition table: what lies before the partitions, and never changes."""
        first = min(partition.offset for partition in self.partitions)
        return tuple(file for file in self.files if file.offset < first)


def read_expected(firmware: Path) -> Expected:
    """Reads and checks a build directory (or its `flasher_args.json`).

    Raises UsageError; each problem has its own message and names its file.
    """
    build = read_flasher_args(firmware)
    partitions = _partitions(build)
    _check_places(build, partitions)
    app, app_sha256 = _app(build)
    _check_bootloader(build)
    model = _model(_model_file(build, partitions))
    return Expected(
        source=build.source,
        chip=build.chip,
        project=app.project,
        version=app.version,
        idf_version=app.idf_version,
        build_id=app.elf_sha256,
        app_sha256=app_sha256,
        model_sha256=hashlib.sha256(model.tflite).digest(),
        model=model,
        files=build.files,
        partitions=tuple(partitions),
        settings=build.settings,
        use_stub=build.use_stub,
    )


def read_model(path: Path, said: NetworkSettings | None = None) -> ExpectedModel:
    """A model by itself: a .tflite file, the content of a model partition, or a build's.

    `said`: what is declared of a .tflite file, where it is not in a .toml beside it. Raises
    UsageError.
    """
    if path.is_dir():
        return read_expected(path).model
    data = read_bytes(path, "the model", _A_MODEL)
    if is_bare_tflite(data):
        contract = read_network(path, said)
        model = _model(FlashFile(path.name, path, 0, contract.partition))
        return dataclasses.replace(model, said=contract.said)
    if not is_network_image(data):
        raise UsageError(
            f"neither a .tflite file nor the content of a model partition: {what_instead(data)}",
            where=str(path),
            hint=_A_MODEL,
        )
    return _model(FlashFile(path.name, path, 0, data))


def _partitions(build: FlasherArgs) -> list[Partition]:
    table = build.partition_table
    flash_bytes = _size(build.settings.size)
    try:
        partitions = decode_table(table.data[:TABLE_BYTES], flash_bytes)
    except TableError as cause:
        raise UsageError(
            f"{table.name} is not a usable partition table: {cause}",
            where=str(table.path),
            hint="check partitions.csv and the flash size in menuconfig, then " + _REBUILD,
        ) from cause
    if not partitions:
        raise UsageError(f"{table.name} is empty", where=str(table.path), hint=_REBUILD)
    return partitions


def _size(text: str) -> int | None:
    """Bytes of a flash size such as "4MB"; None for "keep" and the like."""
    unit = _UNITS.get(text[-2:].upper())
    return int(text[:-2]) * unit if unit and text[:-2].isdigit() else None


def _check_places(build: FlasherArgs, partitions: Sequence[Partition]) -> None:
    for before, after in pairwise(build.files):
        # The flash is erased in whole sectors, so sharing one is an overlap too.
        if -(-before.end // SECTOR_BYTES) * SECTOR_BYTES > after.offset:
            raise UsageError(
                f"{before} ({len(before.data)} bytes) overlaps {after}",
                where=str(build.source),
                hint="give them offsets that do not share a flash sector of 4096 bytes",
            )
    first = min(partition.offset for partition in partitions)
    for file in build.files:
        if file.offset < first:
            continue  # bootloader and partition table have fixed places before the partitions
        home = _home(file, partitions)
        if home is None:
            raise UsageError(
                f"{file} lies in no partition",
                where=str(build.source),
                hint="the partition table in this build does not match its offsets; " + _REBUILD,
            )
        if file.end > home.offset + home.size:
            over = file.end - home.offset - home.size
            raise UsageError(
                f"{file.name} ({len(file.data)} bytes) is {over} bytes larger than its partition "
                f"'{home.label}' ({home.size} bytes)",
                where=str(file.path),
                hint=f"enlarge '{home.label}' in partitions.csv or make the file smaller",
            )


def _home(file: FlashFile, partitions: Sequence[Partition]) -> Partition | None:
    return next(
        (p for p in partitions if p.offset <= file.offset < p.offset + p.size),
        None,
    )


def _app(build: FlasherArgs) -> tuple[AppDescription, bytes]:
    """What the app says of itself, and the digest at its end."""
    file = build.app

    def unusable(why: str) -> UsageError:
        return UsageError(f"{file.name} {why}", where=str(file.path), hint=_REBUILD)

    try:
        image = decode_image(file.data, file.offset)
    except ImageError as cause:
        raise unusable(f"is not a whole app image: {cause}") from cause
    if image.sha256 is None:
        raise unusable("has no SHA-256 appended, so the board cannot tell which app it runs")
    if image.description is None:
        raise unusable("has no app description (esp_app_desc_t): a bootloader, or not ESP-IDF")
    _check_chip(file, image.chip, build, build.source)
    return image.description, image.sha256


def _check_chip(file: FlashFile, chip: str, build: FlasherArgs, where: Path) -> None:
    if chip != build.chip:
        raise UsageError(
            f"{file.name} is built for {chip}, flasher_args.json says {build.chip}",
            where=str(where),
            hint=f"run idf.py set-target {build.chip}, then idf.py build",
        )


def _check_bootloader(build: FlasherArgs) -> None:
    """The ROM checks less of it than this, and what it cannot run it tells at best as a number."""
    file = build.bootloader
    if file is None:
        return
    try:
        image = decode_image(file.data, file.offset)
        if image.sha256 is None and len(file.data) == image.size + _DIGEST_BYTES:
            raise ImageError("its header denies the SHA-256 at its end")
    except ImageError as cause:
        raise UsageError(
            f"{file.name} is not a whole bootloader: {cause}", where=str(file.path), hint=_REBUILD
        ) from cause
    _check_chip(file, image.chip, build, file.path)


def _model_file(build: FlasherArgs, partitions: Sequence[Partition]) -> FlashFile:
    partition = next((p for p in partitions if p.label == MODEL_PARTITION), None)
    if partition is None:
        raise UsageError(
            f"the partition table has no partition '{MODEL_PARTITION}'",
            where=str(build.partition_table.path),
            hint=f"add a data partition '{MODEL_PARTITION}' to partitions.csv (docs/boards.md)",
        )
    file = next((file for file in build.files if file.offset == partition.offset), None)
    if file is None:
        raise UsageError(
            f"no file for the partition '{MODEL_PARTITION}' at {partition.offset:#x}",
            where=str(build.source),
            hint="let the build flash a model image there (docs/boards.md)",
        )
    return file


def _model(file: FlashFile) -> ExpectedModel:
    if is_bare_tflite(file.data):
        raise UsageError(
            f"{file.name} is a .tflite without the header of the model partition",
            where=str(file.path),
            hint=_PACK,
        )
    try:
        image = unpack_partition(file.data)
    except WireError as cause:
        is_one = is_network_image(file.data) or not file.data.strip(b"\xff")
        raise UsageError(
            f"{file.name} is no model partition: {cause if is_one else what_instead(file.data)}",
            where=str(file.path),
            hint=_PACK,
        ) from cause
    said = _own_words(image.tflite)
    model = ExpectedModel(image.tflite, image.header, str(file.path), said)
    _ = model.contract  # read now, so that a file that is none is found before a board is touched
    return model


def _own_words(tflite: bytes) -> NetworkSettings:
    """The names of the classes, where it is camhil's own network: a flash keeps none."""
    try:
        own = find(OWN_NETWORK)
        if own.read_bytes() == tflite:
            return NetworkSettings(labels=read_network(own).said.labels)
    except (OSError, UsageError):
        pass  # an installation without it has nothing to say of others
    return NetworkSettings()
