"""A file as a C array, as `xxd -i` writes it (Vim's xxd.c)."""

from __future__ import annotations

import os
import re

from hil.errors import UsageError

_BYTES_PER_LINE = 12


def c_array(data: bytes, name: str, *, constant: bool = False, align: int | None = None) -> str:
    """C source of `data`; byte-identical to `xxd -i` unless an option is used.

    Args:
        data: the file's bytes.
        name: path or identifier; as in xxd, what no identifier may hold becomes "_".
        constant: declare both variables const, so that they stay in flash.
        align: put alignas(align) in front (C++11, C23). A .tflite array needs 16
            to be used in place; without, a char array may lie anywhere.

    Raises:
        UsageError: `align` is no power of two.
    """
    if align is not None and (align < 1 or align & (align - 1)):
        raise UsageError(f"alignment {align} is no power of two", hint="16 suits a .tflite file")
    identifier = c_identifier(name)
    qualifier = "const " if constant else ""
    alignment = "" if align is None else f"alignas({align}) "
    rows = [
        "  " + ", ".join(f"0x{byte:02x}" for byte in data[start : start + _BYTES_PER_LINE])
        for start in range(0, len(data), _BYTES_PER_LINE)
    ]
    body = ",\n".join(rows) + "\n" if rows else ""
    return (
        f"{alignment}{qualifier}unsigned char {identifier}[] = {{\n{body}}};\n"
        f"{qualifier}unsigned int {identifier}_len = {len(data)};\n"
    )


def c_identifier(name: str) -> str:
    """The identifier that xxd makes of a path: "model/a-1.bin" gives model_a_1_bin."""
    # Byte by byte as xxd does, so a character outside ASCII gives several "_".
    identifier = re.sub(rb"[^0-9A-Za-z]", b"_", os.fsencode(name)).decode("ascii")
    return f"__{identifier}" if identifier[:1].isdigit() else identifier
