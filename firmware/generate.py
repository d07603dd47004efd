"""Generates the C codec of the wire protocol.

    python firmware/generate.py            writes core/generated and third_party/zcbor
    python firmware/generate.py --output D writes the same trees below folder D

It comes from hil/wire/protocol.cddl by zcbor, which has to be of the version that pyproject.toml
pins (extra `dev`). The generated files are committed, so that building the firmware needs a
compiler only.
"""

from __future__ import annotations

import argparse
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
    return [*written, _copy(_zcbor_license(), output, RUNTIME / "LICENSE")]


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
