"""Packs a firmware build for a release: python -m release.firmware BUILD -o DIR

The archive is a build directory for `--firmware`, and by hand, in its unpacked folder:

    esptool --chip esp32 write-flash @flash_args
"""

from __future__ import annotations

import argparse
import sys
import zipfile
from pathlib import Path

from hil import __version__
from hil.board.artifacts import Expected, read_expected
from hil.board.flasher_args import FILE_NAME
from hil.board.release import archive_name
from hil.errors import HilError, UsageError

_BESIDE = (FILE_NAME, "project_description.json", "config/sdkconfig.json")
_DATE = (1980, 1, 1, 0, 0, 0)  # the same build gives the same archive


def flash_args(expected: Expected) -> str:
    """What esptool's write-flash takes as @flash_args, as ESP-IDF writes it."""
    options = [f"--{name.replace('_', '-')} {value}" for name, value in
               expected.settings.arguments.items()]  # fmt: skip
    base = expected.source.parent
    lines = [f"{file.offset:#x} {_inside(file.path, base)}" for file in expected.files]
    return "\n".join([" ".join(options), *lines, ""])


def pack(build: Path, out: Path, version: str = __version__) -> Path:
    """Writes the archive into `out`. Raises UsageError for a build that is not to be released."""
    expected = read_expected(build)
    if expected.version != version:
        raise UsageError(
            f"the build is of version {expected.version}, this is {version}",
            where=str(build),
            hint="build it again",
        )
    base = expected.source.parent
    elf = base / f"{expected.project}.elf"
    if not elf.is_file():
        raise UsageError("the ELF file is missing", where=str(elf), hint="build it again")
    contents = {_inside(file.path, base): file.data for file in expected.files}
    beside = [name for name in (elf.name, *_BESIDE) if (base / name).is_file()]
    contents |= {name: (base / name).read_bytes() for name in beside}
    contents["flash_args"] = flash_args(expected).encode()
    out.mkdir(parents=True, exist_ok=True)
    path = out / archive_name(expected.version, expected.chip)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(contents):
            archive.writestr(zipfile.ZipInfo(name, _DATE), contents[name], zipfile.ZIP_DEFLATED)
    return path


def _inside(path: Path, base: Path) -> str:
    try:
        return path.resolve().relative_to(base.resolve()).as_posix()
    except ValueError as cause:
        raise UsageError(
            f"{path.name} lies outside of the build", where=str(path), hint="build it again"
        ) from cause


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m release.firmware", description=__doc__)
    parser.add_argument("build", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True)
    given = parser.parse_args(arguments)
    try:
        print(pack(given.build, given.out))
    except HilError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
