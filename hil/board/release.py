"""Firmware of a release: fetched, checked and unpacked as a build directory for `--firmware`.

A release is a tag with files under one address, as GitHub has them:

    BASE/download/v1.2.3/SHA256SUMS
    BASE/download/v1.2.3/camhil-firmware-1.2.3-esp32.zip

An archive holds what `flasher_args.json` lists, that file itself, and the app's ELF file. The
checksums find damage; they come from where the archives come from, so they prove no author.

What was fetched is kept in the user's cache and used without a network.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path, PurePosixPath

from hil.base.deadline import Deadline
from hil.base.download import NotThereError, OnBytes, check_url, download
from hil.base.host_error import host_errors
from hil.base.whole_file import write_whole
from hil.board.artifacts import read_expected
from hil.errors import InfrastructureError, UsageError

SUMS = "SHA256SUMS"
URL_VARIABLE = "CAMHIL_RELEASE_URL"
PATIENCE_S = 180.0

_TAG = re.compile(r"v?(\d+\.\d+\.\d+[0-9a-z.+-]*)")
_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")
_SUMS_BYTES = 1 << 20
_ARCHIVE_BYTES = 64 << 20  # more than any flash
_BROKEN = "the release itself is broken: take another one"
_BY_HAND = "or unpack the archive by hand and give the folder with --firmware DIR"


def archive_name(version: str, chip: str) -> str:
    """The name of an archive of a release."""
    return f"camhil-firmware-{version}-{chip}.zip"


def release_url(given: str | None, environment: Mapping[str, str]) -> str:
    """Where releases are: as given, as in the environment, or as the installed package says.

    Raises UsageError where nobody says it, or nothing is fetched from there.
    """
    for url, where in ((given, "--release-url"), (environment.get(URL_VARIABLE), URL_VARIABLE)):
        if url:
            check_url(url, where)
            return url.rstrip("/")
    url = _published_at()
    if url is None:
        raise UsageError(
            "this build of camhil does not know where its releases are",
            where="--release",
            hint=f"give the address with --release-url URL or in {URL_VARIABLE}, such as "
            "https://github.com/OWNER/NAME/releases",
        )
    return f"{url}/releases"


def _published_at() -> str | None:
    from importlib.metadata import PackageNotFoundError, metadata

    try:
        urls = metadata("camhil").get_all("Project-URL") or []
    except PackageNotFoundError:
        return None
    found = dict(entry.split(", ", 1) for entry in urls)
    return found.get("Repository")


def version_of(tag: str) -> str:
    """The version that a tag names, with or without its v. Raises UsageError."""
    match = _TAG.fullmatch(tag)
    if match is None:
        raise UsageError(
            f"{tag!r} is not the name of a release",
            where="--release",
            hint="give it as v1.2.3, or leave it away for the release of this camhil",
        )
    return match[1]


def fetch_firmware(
    tag: str,
    chip: str,
    url: str,
    *,
    cache: Path | None = None,
    deadline: Deadline | None = None,
    on_bytes: OnBytes | None = None,
) -> Path:
    """The directory with the firmware of a release for a chip, such as "esp32".

    `url`: see `release_url`. `cache`: the user's by default.

    Raises:
        UsageError: there is no such release, or it has nothing for this chip.
        InfrastructureError: it cannot be fetched, or is not what its checksums say.
    """
    version = version_of(tag)
    deadline = deadline or Deadline.after(PATIENCE_S)
    source = f"{url}/download/v{version}"
    folder = (cache or _user_cache()) / "releases" / _folder_name(source)
    with host_errors("the firmware cannot be kept", folder):
        sums = _sums(source, folder / SUMS, version, deadline)
        name = archive_name(version, chip)
        if name not in sums:
            raise _no_such_chip(chip, version, sums, source)
        archive = _archive(f"{source}/{name}", folder / name, sums[name], deadline, on_bytes)
        place = folder / chip
        _unpack(archive, place, f"{source}/{name}")
    _check(place, version, chip, f"{source}/{name}")
    return place


def _user_cache() -> Path:
    import platformdirs

    return Path(platformdirs.user_cache_dir("camhil", appauthor=False))


def _folder_name(source: str) -> str:
    """Releases of two addresses are never taken for each other."""
    return f"{source.rsplit('/', 1)[1]}-{hashlib.sha256(source.encode()).hexdigest()[:12]}"


def _sums(source: str, kept: Path, version: str, deadline: Deadline) -> Mapping[str, str]:
    """SHA-256 in hex, by name."""
    if kept.is_file() and (sums := _read_sums(kept.read_bytes())):
        return sums
    try:
        data = download(f"{source}/{SUMS}", deadline, max_bytes=_SUMS_BYTES)
    except NotThereError as cause:
        raise UsageError(
            f"there is no release v{version}",
            where=cause.where,
            hint="check --release and --release-url: a release has its checksums there",
        ) from cause
    sums = _read_sums(data)
    if not sums:
        raise InfrastructureError(
            f"what came is no list of checksums: it begins with {data[:40]!r}",
            where=f"{source}/{SUMS}",
            hint="check the address and whether this network asks for a login first, " + _BY_HAND,
        )
    write_whole(kept, data)
    return sums


def _read_sums(data: bytes) -> dict[str, str]:
    """Empty for what is none."""
    lines = data.decode("utf-8", "replace").splitlines()
    found = [_LINE.fullmatch(line.rstrip()) for line in lines if line.strip()]
    return {match[2]: match[1] for match in found if match} if all(found) else {}


def _no_such_chip(chip: str, version: str, sums: Mapping[str, str], source: str) -> UsageError:
    pattern = re.compile(re.escape(archive_name(version, "CHIP")).replace("CHIP", r"(\w+)"))
    chips = sorted(match[1] for name in sums if (match := pattern.fullmatch(name)))
    return UsageError(
        f"release v{version} has no firmware for {chip}: it has "
        f"{', '.join(chips) or 'none for any chip'}",
        where=source,
        hint=(f"give --chip {chips[0]} if the board is one, or " if chips else "")
        + f"build it with ESP-IDF: hil build --target {chip}",
    )


def _archive(
    url: str, kept: Path, sha256: str, deadline: Deadline, on_bytes: OnBytes | None
) -> bytes:
    """The archive; one in the cache that is damaged is fetched again."""
    if kept.is_file() and hashlib.sha256(data := kept.read_bytes()).hexdigest() == sha256:
        return data
    data = download(url, deadline, max_bytes=_ARCHIVE_BYTES, on_bytes=on_bytes)
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise InfrastructureError(
            f"the download is damaged: its SHA-256 is {found[:16]}..., {SUMS} says "
            f"{sha256[:16]}...",
            where=url,
            hint=f"run again; if it stays, delete {kept.parent} (the release may have been made "
            "anew), and then it is the release that is broken. Nothing was flashed",
        )
    write_whole(kept, data)
    return data


def _unpack(archive: bytes, place: Path, url: str) -> None:
    """Writes what is not there already; a file that was changed in the cache is put right."""

    def broken(why: object) -> InfrastructureError:
        return InfrastructureError(
            f"the archive cannot be unpacked: {why}",
            where=url,
            hint=_BROKEN,
        )

    try:
        with zipfile.ZipFile(BytesIO(archive)) as files:
            members = [info for info in files.infolist() if not info.is_dir()]
            if sum(info.file_size for info in members) > _ARCHIVE_BYTES:
                raise broken(f"it holds more than {_ARCHIVE_BYTES:,} bytes")
            for info in members:
                name = PurePosixPath(info.filename)
                if name.is_absolute() or ".." in name.parts or "\\" in info.filename:
                    raise broken(f"{info.filename!r} leads out of it")
                data, target = files.read(info), place / name
                if not target.is_file() or target.read_bytes() != data:
                    write_whole(target, data)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as cause:
        raise broken(cause) from cause


def _check(place: Path, version: str, chip: str, url: str) -> None:
    try:
        expected = read_expected(place)
    except UsageError as cause:
        raise InfrastructureError(
            f"the release holds no firmware that can be flashed: {cause.message}",
            where=url,
            hint=_BROKEN,
        ) from cause
    if (expected.chip, expected.version) != (chip, version):
        raise InfrastructureError(
            f"the archive holds firmware {expected.version} for {expected.chip}, not {version} "
            f"for {chip}",
            where=url,
            hint=_BROKEN,
        )
