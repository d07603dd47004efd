"""The firmware of a release: from a server on loopback to a directory for --firmware."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hil.board.artifacts import read_expected
from hil.board.release import SUMS, archive_name, fetch_firmware, release_url, version_of
from hil.errors import InfrastructureError, UsageError
from hil_lab.fakes.file_server import FileServer, cut_short
from hil_lab.fakes.firmware_build import make_build
from release.firmware import pack

TAG = "v1.2.3"
PLACE = f"/releases/download/{TAG}"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of a build for an ESP32, as the release workflow packs it."""
    folder = tmp_path_factory.mktemp("release")
    build = make_build(folder / "build").write()
    (build / "person.elf").write_bytes(b"\x7fELF")
    return pack(build, folder / "assets", version="1.2.3")


@pytest.fixture
def server(archive: Path) -> Iterator[FileServer]:
    with FileServer() as running:
        offer(running, archive.name, archive.read_bytes())
        yield running


def offer(server: FileServer, name: str, data: bytes) -> None:
    server.files[f"{PLACE}/{name}"] = data
    server.files[f"{PLACE}/{SUMS}"] = f"{hashlib.sha256(data).hexdigest()}  {name}\n".encode()


def fetch(server: FileServer, cache: Path, chip: str = "esp32", tag: str = TAG) -> Path:
    return fetch_firmware(tag, chip, f"{server.url}/releases", cache=cache)


def kept(cache: Path) -> list[str]:
    return sorted(path.name for path in cache.rglob("*") if path.is_file())


def test_what_is_fetched_is_the_build_that_was_packed(
    server: FileServer, archive: Path, tmp_path: Path
) -> None:
    build = read_expected(archive.parents[1] / "build")
    folder = fetch(server, tmp_path)
    fetched = read_expected(folder)
    assert [(f.offset, f.data) for f in fetched.files] == [(f.offset, f.data) for f in build.files]
    assert (fetched.build_id, fetched.chip) == (build.build_id, "esp32")
    assert (folder / "person.elf").read_bytes() == b"\x7fELF"


def test_a_second_time_needs_no_network(server: FileServer, tmp_path: Path) -> None:
    first = fetch(server, tmp_path)
    server.files.clear()
    asked = len(server.asked)
    assert fetch(server, tmp_path, tag="1.2.3") == first
    assert len(server.asked) == asked


def test_what_was_changed_in_the_cache_is_put_right(server: FileServer, tmp_path: Path) -> None:
    folder = fetch(server, tmp_path)
    good = (folder / "person.bin").read_bytes()
    (folder / "person.bin").write_bytes(good[:-1])
    archive = folder.parent / archive_name("1.2.3", "esp32")
    archive.write_bytes(b"cut")
    fetch(server, tmp_path)
    assert (folder / "person.bin").read_bytes() == good
    assert zipfile.is_zipfile(archive)


def test_a_download_that_is_cut_short_leaves_nothing(
    server: FileServer, archive: Path, tmp_path: Path
) -> None:
    server.answers[f"{PLACE}/{archive.name}"] = cut_short(archive.read_bytes())
    with pytest.raises(InfrastructureError, match="cut short"):
        fetch(server, tmp_path)
    assert kept(tmp_path) == [SUMS]
    del server.answers[f"{PLACE}/{archive.name}"]
    read_expected(fetch(server, tmp_path))


def test_a_damaged_download_is_told_by_its_checksum(
    server: FileServer, archive: Path, tmp_path: Path
) -> None:
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 1
    server.files[f"{PLACE}/{archive.name}"] = bytes(data)
    with pytest.raises(InfrastructureError, match="the download is damaged") as caught:
        fetch(server, tmp_path)
    assert "Nothing was flashed" in caught.value.hint
    assert kept(tmp_path) == [SUMS]


def test_a_release_that_is_not_there_is_wrong_use(server: FileServer, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no release v9\.9\.9"):
        fetch(server, tmp_path, tag="v9.9.9")


def test_an_archive_that_is_listed_and_not_there_is_infrastructure(
    server: FileServer, archive: Path, tmp_path: Path
) -> None:
    del server.files[f"{PLACE}/{archive.name}"]
    with pytest.raises(InfrastructureError, match="no such file"):
        fetch(server, tmp_path)


def test_another_chip_is_told_with_those_that_there_are(server: FileServer, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no firmware for esp32s3: it has esp32") as caught:
        fetch(server, tmp_path, "esp32s3")
    assert "--chip esp32 " in caught.value.hint


def test_an_archive_for_another_chip_than_its_name_says_is_refused(
    server: FileServer, archive: Path, tmp_path: Path
) -> None:
    offer(server, archive_name("1.2.3", "esp32s3"), archive.read_bytes())
    with pytest.raises(InfrastructureError, match=r"1\.2\.3 for esp32, not 1\.2\.3 for esp32s3"):
        fetch(server, tmp_path, "esp32s3")


def test_a_page_that_asks_for_a_login_is_no_list_of_checksums(
    server: FileServer, tmp_path: Path
) -> None:
    server.files[f"{PLACE}/{SUMS}"] = b"<html>Please log in</html>"
    with pytest.raises(InfrastructureError, match="no list of checksums"):
        fetch(server, tmp_path)
    assert kept(tmp_path) == []


@pytest.mark.parametrize("name", ["../outside.bin", "/outside.bin", "a/../../outside.bin"])
def test_nothing_is_written_outside_of_the_folder(
    server: FileServer, archive: Path, tmp_path: Path, name: str
) -> None:
    bad = tmp_path / "bad.zip"
    with zipfile.ZipFile(bad, "w") as files:
        files.writestr(name, b"x")
    offer(server, archive.name, bad.read_bytes())
    with pytest.raises(InfrastructureError, match="leads out of it"):
        fetch(server, tmp_path / "cache")
    assert not list(tmp_path.rglob("outside.bin"))


def test_what_is_no_archive_is_a_broken_release(
    server: FileServer, archive: Path, tmp_path: Path
) -> None:
    offer(server, archive.name, b"no zip")
    with pytest.raises(InfrastructureError, match="cannot be unpacked"):
        fetch(server, tmp_path)


@pytest.mark.parametrize("tag", ["", "latest", "../v1.2.3", "v1.2", "v1.2.3/x"])
def test_these_are_no_names_of_releases(tag: str) -> None:
    with pytest.raises(UsageError, match="not the name of a release"):
        version_of(tag)


def test_the_option_wins_over_the_environment() -> None:
    environment = {"CAMHIL_RELEASE_URL": "https://mirror.invalid/releases/"}
    assert release_url(None, environment) == "https://mirror.invalid/releases"
    assert release_url("http://localhost:1", environment) == "http://localhost:1"


def test_a_build_without_an_address_says_how_to_give_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hil.board.release._published_at", lambda: None)
    with pytest.raises(UsageError, match="does not know where its releases are") as caught:
        release_url(None, {})
    assert "--release-url" in caught.value.hint


def test_what_was_published_names_its_own_releases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "hil.board.release._published_at", lambda: "https://github.com/someone/camhil"
    )
    assert release_url(None, {}) == "https://github.com/someone/camhil/releases"
