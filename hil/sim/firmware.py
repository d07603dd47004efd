"""Builds the firmware of the simulated board and lays it out like an ESP-IDF build.

The firmware's own C++ sources become a shared library, which travels inside an ESP32 app
image. It runs any network, so it is compiled once; each network is packed into a folder of its
own, which is flashed as any other build: `flasher_args.json` names the files and their offsets.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from hil.base import resources
from hil.base.host_error import host_errors
from hil.build import flash_layout
from hil.errors import InfrastructureError, UsageError
from hil.sim import app_image
from hil.sim.system import check_system

Progress = Callable[[str], None]

BOOTLOADER_OFFSET = 0x1000
_BOOTLOADER = "bootloader.bin"
_TABLE = "partition-table.bin"
_APP = "camhil.bin"
_MODEL = "model.bin"
_LIBRARY = "libcamhil_app.so"
_STAMP = ".stamp"
_LOCK = ".lock"
# What compiler and linker print where it is the machine that fails, not the source.
_FULL = ("No space left on device", "Disk quota exceeded", "Read-only file system")
_TAIL_LINES = 30
# What the library is made of; tests, fuzzers and the ESP-IDF project do not count.
SOURCES = ("core", "host", "third_party", "VERSION", "partitions.csv")
# Part of a network's stamp: a change of the packing code must not be skipped either.
_PACKING = (
    "build/flash_layout.py",
    "base/text_file.py",
    "network/contract.py",
    "network/input_contract.py",
    "network/settings.py",
    "sim/app_image.py",
    "build/esp_image.py",
    "sim/firmware.py",
    "wire/network_header.py",
)
_NAME_DIGITS = 12


def default_build_dir() -> Path:
    """`build/sim` of the checkout, or a folder in the user's cache for an installed package.

    The cache also for a checkout that cannot be written.
    """
    root = resources.checkout()
    if root is not None and _can_write(root / "build" / "sim"):
        return root / "build" / "sim"
    import platformdirs

    from hil import __version__

    return Path(platformdirs.user_cache_dir("camhil")) / f"sim-{__version__}"


def _can_write(folder: Path) -> bool:
    """Whether a build could take its lock in this folder, which is made if need be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _LOCK).open("a").close()
    except OSError:
        return False
    return True


def build(
    build_dir: Path | None = None,
    *,
    model: Path | None = None,
    settings: Path | None = None,
    firmware: Path | None = None,
    progress: Progress | None = None,
) -> Path:
    """Builds what changed and returns the network's folder, which holds `flasher_args.json`.

    `model` (.tflite) defaults to the network that comes with the harness; `settings` (.toml: what
    the file itself does not tell) is looked for next to it. `firmware` is a folder of sources,
    instead of the harness's own. Two processes may build into one folder at the same time: one
    waits.

    Raises UsageError for a missing network or a compile error, InfrastructureError when
    there is no compiler, or the folder cannot be written, UnavailableError on another system than
    Linux.
    """
    check_system()
    folder = build_dir or default_build_dir()
    with host_errors("cannot write the simulated board's firmware", folder):
        return _build(folder, model, settings, firmware, progress or (lambda _text: None))


def _build(
    folder: Path, model: Path | None, settings: Path | None, firmware: Path | None, say: Progress
) -> Path:
    tflite = model or resources.find(resources.OWN_NETWORK)
    toml = settings or tflite.with_suffix(".toml")
    firmware = firmware or resources.find("firmware")
    sources = _content_hash(_source_files(firmware), below=firmware)
    with _locked(folder / _LOCK):
        library = folder / "host" / _LIBRARY
        if _stamp(folder) != sources or not library.is_file():
            (folder / _STAMP).unlink(missing_ok=True)
            say("building the firmware of the simulated board")
            library = _compile(firmware / "host", folder / "host")
            (folder / _STAMP).write_text(sources, encoding="ascii")
    files = [tflite, *([toml] if settings or toml.is_file() else [])]
    place = folder / _content_hash(files, names=False)[:_NAME_DIGITS]
    with _locked(place / _LOCK):
        package = Path(__file__).resolve().parent.parent
        stamp = sources + _content_hash([*files, *(package / name for name in _PACKING)])
        if not _is_current(place, stamp):
            (place / _STAMP).unlink(missing_ok=True)
            _pack(place, firmware, library, files)
            (place / _STAMP).write_text(stamp, encoding="ascii")
            say(f"firmware is in {place}")
    return place


def _pack(folder: Path, firmware: Path, library: Path, network: list[Path]) -> None:
    from hil.network.contract import read_network

    table = firmware / "partitions.csv"
    partitions = flash_layout.read_csv(table)
    factory = flash_layout.find_partition(partitions, "factory")
    model = flash_layout.find_partition(partitions, "model")
    version = (firmware / "VERSION").read_text(encoding="utf-8").strip()
    files = {
        BOOTLOADER_OFFSET: (_BOOTLOADER, app_image.pack_bootloader()),
        flash_layout.TABLE_OFFSET: (_TABLE, flash_layout.encode_table(partitions)),
        factory.offset: (_APP, app_image.pack_app(library.read_bytes(), version)),
        model.offset: (_MODEL, read_network(*network).partition),
    }
    for partition in (factory, model):
        name, data = files[partition.offset]
        given = network[0].name if partition is model else name
        flash_layout.check_fits(partition, given, len(data), where=str(table))
    for name, data in files.values():
        (folder / name).write_bytes(data)
    arguments = _flasher_args({offset: name for offset, (name, _) in files.items()})
    text = json.dumps(arguments, indent=4) + "\n"
    (folder / "flasher_args.json").write_text(text, encoding="utf-8")


def _flasher_args(files: dict[int, str]) -> dict[str, Any]:
    """The keys that idf.py writes (ESP-IDF v5), so that every reader of them works here."""
    settings = {"flash_mode": "dio", "flash_size": "4MB", "flash_freq": "40m"}
    entries = {"bootloader": _BOOTLOADER, "app": _APP, "partition-table": _TABLE, "model": _MODEL}
    offsets = {name: f"{offset:#x}" for offset, name in files.items()}
    return {
        "write_flash_args": [
            part for key, value in settings.items() for part in (f"--{key}", value)
        ],
        "flash_settings": settings,
        "flash_files": {f"{offset:#x}": name for offset, name in sorted(files.items())},
        **{
            key: {"offset": offsets[name], "file": name, "encrypted": "false"}
            for key, name in entries.items()
        },
        "extra_esptool_args": {
            "after": "hard_reset",
            "before": "default_reset",
            "stub": True,
            "chip": "esp32",
        },
    }


def _compile(source: Path, folder: Path) -> Path:
    cache = folder / "CMakeCache.txt"
    if cache.exists() and f"CMAKE_HOME_DIRECTORY:INTERNAL={source}\n" not in cache.read_text():
        shutil.rmtree(folder)  # configured from another place: CMake would refuse
    if not (folder / "build.ninja").exists():
        shutil.rmtree(folder, ignore_errors=True)
        ninja = _tool("ninja")
        command: list[str | Path] = [_tool("cmake"), "-S", source, "-B", folder, "-G", "Ninja"]
        command += [f"-DCMAKE_MAKE_PROGRAM={ninja}", "-DCMAKE_BUILD_TYPE=Release"]
        _run(command, "configuring the firmware failed")
    _run([_tool("cmake"), "--build", folder], "compiling the firmware failed")
    library = folder / _LIBRARY
    if not library.exists():
        raise UsageError(
            f"the build made no {_LIBRARY}",
            where=str(source / "CMakeLists.txt"),
            hint=f"the target must write {_LIBRARY} into the build folder",
        )
    return library


def _tool(name: str) -> str:
    """`cmake` or `ninja` of this environment, else from PATH."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise InfrastructureError(
            f"{name} is not installed",
            where="PATH",
            hint="pip install 'camhil[sim]' brings it",
        )
    return found


def _run(command: list[str | Path], failure: str) -> None:
    result = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if result.returncode == 0:
        return
    if "No CMAKE_CXX_COMPILER could be found" in result.stdout:
        raise InfrastructureError(
            "there is no C++ compiler, which the simulated board needs",
            where="PATH",
            hint="install one: `apt install g++`, `dnf install gcc-c++`, or set CXX",
        )
    tail = "\n".join(result.stdout.splitlines()[-_TAIL_LINES:])
    if any(text in result.stdout for text in _FULL):
        raise InfrastructureError(
            f"{failure}: the build folder or TMPDIR cannot be written:\n{tail}",
            where=" ".join(str(part) for part in command),
            hint="free some space there, or let TMPDIR name a folder of another disk",
        )
    raise UsageError(
        f"{failure} (exit status {result.returncode}):\n{tail}",
        where=" ".join(str(part) for part in command),
        hint="correct the error shown; delete the build folder if it looks stale",
    )


def _source_files(firmware: Path) -> Iterator[Path]:
    for name in SOURCES:
        place = firmware / name
        inside = sorted(place.rglob("*")) if place.is_dir() else [place]
        yield from (path for path in inside if path.is_file())


def _content_hash(files: Iterable[Path], *, names: bool = True, below: Path | None = None) -> str:
    """Of content, and names if they matter: `below` a folder, wherever that is."""
    digest = hashlib.sha256(repr(sys.platform).encode())
    for path in files:
        data = path.read_bytes()
        name = path.relative_to(below) if below else path
        digest.update(f"{name if names else ''}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


def _stamp(folder: Path) -> str:
    try:
        return (folder / _STAMP).read_text(encoding="ascii")
    except (OSError, ValueError):
        return ""


def _is_current(folder: Path, stamp: str) -> bool:
    """True when the last build had the same inputs and its files are all still there."""
    if _stamp(folder) != stamp:
        return False
    try:
        arguments = json.loads((folder / "flasher_args.json").read_text(encoding="utf-8"))
        return all((folder / name).is_file() for name in arguments["flash_files"].values())
    except (OSError, ValueError, KeyError):
        return False


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Holds an exclusive lock on `path`; the kernel frees it when the process dies."""
    import fcntl  # Linux, as check_system saw

    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
