"""Generates the C codec of the wire protocol and the op resolver of the ESP32's engine.

    python firmware/generate.py            writes core/generated, third_party/zcbor and
                                           esp32/main/generated
    python firmware/generate.py --output D writes the same trees below folder D

The codec comes from hil/wire/protocol.cddl by zcbor, which has to be of the version that
pyproject.toml pins (extra `dev`); the resolver comes from ops.toml. The generated files are
committed, so that building the firmware needs a compiler only.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

FIRMWARE = Path(__file__).resolve().parent
SCHEMA = FIRMWARE.parent / "hil" / "wire" / "protocol.cddl"
GENERATED = Path("core/generated")
RUNTIME = Path("third_party/zcbor")
RESOLVER = Path("esp32/main/generated")
ENTRY_TYPES = ("request", "reply", "network-header")
# Printing is for debugging only.
LEFT_OUT = ("zcbor_print.c",)


def generate(output: Path, schema: Path = SCHEMA) -> list[Path]:
    """Writes all trees below `output`; returns the files, relative to it.

    Raises subprocess.CalledProcessError when zcbor refuses the schema.
    """
    with tempfile.TemporaryDirectory() as scratch_name:
        scratch = Path(scratch_name)
        _run_zcbor(schema, scratch)
        written = []
        for source in sorted(scratch.iterdir()):
            if source.name in LEFT_OUT:
                continue
            folder = RUNTIME if source.name.startswith("zcbor_") else GENERATED
            written.append(_copy(source, output, folder / source.name))
    written.append(_copy(_zcbor_license(), output, RUNTIME / "LICENSE"))
    return written + _write_resolver(output)


def _write_resolver(output: Path) -> list[Path]:
    from ai_edge_litert import schema_py_generated as schema

    from hil.network.tflite_graph import firmware_ops

    codes = {name: getattr(schema.BuiltinOperator, name) for name in firmware_ops()}
    header, table = RESOLVER / "op_resolver.h", RESOLVER / "op_codes.json"
    (output / RESOLVER).mkdir(parents=True, exist_ok=True)
    calls = "\n".join(f"      resolver->{_adder(name)}()," for name in codes)
    (output / header).write_text(_RESOLVER % (len(codes), calls), encoding="utf-8")
    (output / table).write_text(json.dumps(codes, indent=2) + "\n", encoding="utf-8")
    return [header, table]


def _adder(name: str) -> str:
    """The method of MicroMutableOpResolver that registers an operator: AddConv2D for CONV_2D."""
    return "Add" + "".join(
        word.capitalize() if word.isalpha() else word for word in name.split("_")
    )


_RESOLVER = """\
// Generated from firmware/ops.toml by firmware/generate.py.
#pragma once

#include <tensorflow/lite/core/c/common.h>

namespace camhil {

inline constexpr unsigned kOpCount = %d;

// Registers the operators; the first failure is the result.
template <typename Resolver>
TfLiteStatus AddOps(Resolver* resolver) {
  const TfLiteStatus added[kOpCount] = {
%s
  };
  for (const TfLiteStatus status : added) {
    if (status != kTfLiteOk) return status;
  }
  return kTfLiteOk;
}

}  // namespace camhil
"""


def _run_zcbor(schema: Path, folder: Path) -> None:
    call = "from zcbor import main; main()"
    arguments = ["code", "--cddl", str(schema), "--decode", "--encode", "--copy-sources"]
    arguments += ["--entry-types", *ENTRY_TYPES]
    arguments += ["--output-c", str(folder / "protocol.c")]
    arguments += ["--output-h", str(folder / "protocol.h")]
    arguments += ["--output-h-types", str(folder / "protocol_types.h")]
    done = subprocess.run(
        [sys.executable, "-c", call, *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        sys.stderr.write(done.stderr)
        done.check_returncode()


def _zcbor_license() -> Path:
    files = metadata.files("zcbor") or []
    for file in files:
        if file.name == "LICENSE":
            return Path(str(file.locate()))
    raise FileNotFoundError("the zcbor package has no LICENSE file")


def _copy(source: Path, output: Path, name: Path) -> Path:
    target = output / name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    return name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--output", type=Path, default=FIRMWARE, help="default: firmware/")
    for name in generate(parser.parse_args().output):
        print(name)


if __name__ == "__main__":
    main()
