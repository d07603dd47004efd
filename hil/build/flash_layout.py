"""ESP-IDF partition tables: the CSV source and the binary form in flash.

The binary form is that of ESP-IDF's gen_esp32part.py: 32-byte entries of magic AA 50,
then an entry of magic EB EB with the MD5 of the entries before it, padded with FF.
Source: ESP-IDF Programming Guide, "Partition Tables".
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path

from hil.base.text_file import read_text
from hil.errors import UsageError

TABLE_OFFSET = 0x8000  # CONFIG_PARTITION_TABLE_OFFSET
TABLE_BYTES = 0xC00
SECTOR_BYTES = 0x1000
_ENTRY = struct.Struct("<2sBBII16sI")
_ENTRY_MAGIC = b"\xaa\x50"
_MD5_MAGIC = b"\xeb\xeb" + b"\xff" * 14
_ERASED = b"\xff" * _ENTRY.size
_APP_ALIGNMENT = 0x10000
_ADDRESSES = 1 << 32  # the table holds offset and size in 32 bits each

TYPES = {"app": 0x00, "data": 0x01}
SUBTYPES = {
    "app": {"factory": 0x00, "test": 0x20, **{f"ota_{n}": 0x10 + n for n in range(16)}},
    "data": {
        "ota": 0x00,
        "phy": 0x01,
        "nvs": 0x02,
        "coredump": 0x03,
        "nvs_keys": 0x04,
        "efuse": 0x05,
        "undefined": 0x06,
        "fat": 0x81,
        "spiffs": 0x82,
        "littlefs": 0x83,
    },
}


@dataclass(frozen=True)
class Partition:
    """One entry; `offset` and `size` in bytes of flash."""

    label: str
    type: int
    subtype: int
    offset: int
    size: int
    flags: int = 0

    @property
    def is_app(self) -> bool:
        return self.type == TYPES["app"]


class TableError(ValueError):
    """The binary table is damaged. The text is the one that ESP-IDF's bootloader prints."""


def find_partition(partitions: list[Partition], label: str) -> Partition:
    """The partition named `label`. Raises UsageError if there is none."""
    for partition in partitions:
        if partition.label == label:
            return partition
    raise UsageError(
        f"the partition table has no partition named '{label}'",
        where=", ".join(partition.label for partition in partitions) or "empty table",
        hint=f"add a line for '{label}' to partitions.csv",
    )


def check_fits(partition: Partition, name: str, size_bytes: int, *, where: str) -> None:
    """Raises UsageError if a file of this size does not fit; `where` declares the partition."""
    if size_bytes > partition.size:
        raise UsageError(
            f"{name} takes {size_bytes} bytes of flash, partition '{partition.label}' has only "
            f"{partition.size}",
            where=where,
            hint=f"enlarge '{partition.label}' or make the content smaller",
        )


def read_csv(path: Path) -> list[Partition]:
    """Parses partitions.csv. Empty offsets follow the partition before, as in ESP-IDF.

    Raises UsageError that names file and line.
    """
    partitions: list[Partition] = []
    next_offset = TABLE_OFFSET + SECTOR_BYTES
    text = read_text(path, "the partition table")
    for number, line in enumerate(text.splitlines(), start=1):
        entry = line.split("#", 1)[0].strip()
        if not entry:
            continue
        try:
            partition = _parse_line(entry, next_offset)
            if partition.offset < next_offset:
                raise ValueError(f"{partition.label} overlaps what comes before it")
            if partition.label in (other.label for other in partitions):
                raise ValueError(f"{partition.label} is there twice")
        except ValueError as error:
            raise UsageError(
                str(error),
                where=f"{path}:{number}",
                hint="a line is: name, type, subtype, offset, size, flags",
            ) from error
        partitions.append(partition)
        next_offset = partition.offset + partition.size
    return partitions


def encode_table(partitions: list[Partition]) -> bytes:
    """The binary table of 0xC00 bytes."""
    entries = b"".join(
        _ENTRY.pack(
            _ENTRY_MAGIC,
            partition.type,
            partition.subtype,
            partition.offset,
            partition.size,
            partition.label.encode(),
            partition.flags,
        )
        for partition in partitions
    )
    table = entries + _MD5_MAGIC + hashlib.md5(entries, usedforsecurity=False).digest()
    if len(table) > TABLE_BYTES - _ENTRY.size:
        raise UsageError(
            f"{len(partitions)} partitions do not fit into the table",
            hint=f"use at most {TABLE_BYTES // _ENTRY.size - 2}",
        )
    return table.ljust(TABLE_BYTES, b"\xff")


def decode_table(table: bytes, flash_bytes: int | None = None) -> list[Partition]:
    """Reads and verifies a binary table. Raises TableError."""
    partitions: list[Partition] = []
    checked = False
    for start in range(0, len(table) - _ENTRY.size + 1, _ENTRY.size):
        entry = table[start : start + _ENTRY.size]
        index = start // _ENTRY.size
        if entry.startswith(_ENTRY_MAGIC):
            _, kind, subtype, offset, size, label, flags = _ENTRY.unpack(entry)
            if flash_bytes is not None and offset + size > flash_bytes:
                raise TableError(
                    f"partition {index} invalid - offset {offset:#x} size {size:#x} "
                    f"exceeds flash chip size {flash_bytes:#x}"
                )
            name = label.rstrip(b"\0").decode(errors="replace")
            partitions.append(Partition(name, kind, subtype, offset, size, flags))
        elif entry.startswith(_MD5_MAGIC[:2]):
            if checked:
                raise TableError("Only one MD5 checksum is allowed")
            digest = hashlib.md5(table[:start], usedforsecurity=False).digest()
            if entry[16:] != digest:
                raise TableError("Incorrect MD5 checksum")
            checked = True
        elif entry == _ERASED:
            return partitions
        else:
            magic = int.from_bytes(entry[:2], "little")
            raise TableError(f"partition {index} invalid magic number 0x{magic:x}")
    raise TableError("partition table has no terminating entry, not valid")


def _parse_line(text: str, next_offset: int) -> Partition:
    fields = [field.strip() for field in text.split(",")] + [""] * 6
    label, kind, subtype, offset, size, flags = fields[:6]
    if not label or not size:
        raise ValueError("name and size are needed")
    if len(label.encode()) > 15:
        raise ValueError(f"the name {label} is longer than 15 bytes")
    type_code = TYPES[kind] if kind in TYPES else _number(kind, 0xFE)
    names = SUBTYPES.get(kind, {})
    subtype_code = names[subtype] if subtype in names else _number(subtype, 0xFE)
    alignment = _APP_ALIGNMENT if type_code == TYPES["app"] else SECTOR_BYTES
    start = _number(offset) if offset else -(-next_offset // alignment) * alignment
    if start % alignment:
        raise ValueError(f"offset {start:#x} of {label} is not a multiple of {alignment:#x}")
    length = _number(size)
    if not 0 < length <= _ADDRESSES - start:
        raise ValueError(f"the size of {label} is {size}, which leaves it nothing, or no address")
    return Partition(label, type_code, subtype_code, start, length, _flags(flags))


def _number(text: str, most: int = _ADDRESSES - 1) -> int:
    scale = {"K": 1024, "M": 1024 * 1024}.get(text[-1:].upper(), 1)
    digits = text[:-1] if scale > 1 else text
    try:
        number = int(digits, 0) * scale
    except ValueError:
        raise ValueError(f"'{text}' is not a number, type or subtype") from None
    if not 0 <= number <= most:
        raise ValueError(f"{text} is not from 0 to {most:#x}")
    return number


def _flags(text: str) -> int:
    known = {"": 0, "encrypted": 1, "readonly": 2}
    flags = {flag.strip() for flag in text.split(":")}
    unknown = sorted(flags - known.keys())
    if unknown:
        raise ValueError(f"'{unknown[0]}' is no flag; there are encrypted and readonly")
    return sum(known[flag] for flag in flags)
