"""Sets of photographs."""

import hashlib
from pathlib import Path

import pytest

from hil.errors import UsageError
from hil.images import load
from hil.samples.fixture_set import FixturePhoto, load_photos


def make_set(directory: Path, manifest: str | None, *files: str) -> Path:
    for name in files:
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    if manifest is not None:
        (directory / "manifest.toml").write_text(manifest, encoding="utf-8")
    return directory


def test_the_photographs_of_camhil_are_complete_and_of_the_right_size() -> None:
    photos = load_photos()
    assert len(photos) >= 20
    assert any(photo.person for photo in photos)
    assert any(photo.person is False for photo in photos)
    for photo in photos:
        assert photo.title
        assert photo.author
        assert photo.licence
        assert photo.licence_url.startswith("https://")
        assert photo.source
        assert photo.sha256
        assert bool(photo.boxes) == photo.person
        assert load(photo.path).notes == ()


def test_a_directory_without_manifest_gives_its_pictures_by_name(tmp_path: Path) -> None:
    make_set(tmp_path, None, "b.png", "a.JPG", "c.jpeg", "notes.txt")
    assert [photo.name for photo in load_photos(tmp_path)] == ["a", "b", "c"]
    assert load_photos(tmp_path)[0] == FixturePhoto("a", tmp_path / "a.JPG")


def test_a_manifest_gives_its_pictures_in_its_order(tmp_path: Path) -> None:
    manifest = """
        [[photo]]
        file = "b.png"
        person = true
        boxes = [[0, 0.25, 0.5, 1]]
        crop = [1, 2, 30, 40]
        [[photo]]
        file = "a.png"
    """
    first, second = load_photos(make_set(tmp_path, manifest, "photos/a.png", "photos/b.png"))
    assert first.path == tmp_path / "photos" / "b.png"
    assert first.boxes == ((0.0, 0.25, 0.5, 1.0),)
    assert first.crop == (1, 2, 30, 40)
    assert (first.person, second.person) == (True, None)


def test_a_changed_picture_is_noticed(tmp_path: Path) -> None:
    right = hashlib.sha256(b"a.png").hexdigest()
    manifest = f'[[photo]]\nfile = "a.png"\nsha256 = "{right}"\n'
    make_set(tmp_path, manifest, "a.png")
    assert len(load_photos(tmp_path)) == 1
    (tmp_path / "a.png").write_bytes(b"changed")
    with pytest.raises(UsageError, match="is not the file that the manifest describes") as caught:
        load_photos(tmp_path)
    assert caught.value.where.endswith("manifest.toml:3")


@pytest.mark.parametrize(
    ("entry", "line", "said"),
    [
        ("", 1, "key 'file' of [[photo]] number 1 is missing"),
        ('file = "none.png"', 2, "no file 'none.png'"),
        ('file = "a.png"\ntitel = "x"', 3, "unknown key 'titel'"),
        ('file = "a.png"\nperson = 1', 3, "person must be true or false, not 1"),
        ('file = "a.png"\nboxes = [[0.5, 0, 0.5, 1]]', 3, "a box is [x0, y0, x1, y1]"),
        ('file = "a.png"\nboxes = [[0, 0, 1, 1.5]]', 3, "a box is [x0, y0, x1, y1]"),
        ('file = "a.png"\nboxes = [[0, 0, true, 1]]', 3, "a box is [x0, y0, x1, y1]"),
        ('file = "a.png"\nboxes = [0, 0, 1, 1]', 3, "a box is [x0, y0, x1, y1]"),
        ('file = "a.png"\nperson = false\nboxes = [[0, 0, 1, 1]]', 4, "boxes, but no person"),
        ('file = "a.png"\ncrop = [0, 0, 0, 5]', 3, "crop [0, 0, 0, 5] is empty"),
        ('file = "a.png"\ncrop = [0, 0, 5]', 3, "crop is [x0, y0, x1, y1]"),
        ('file = "a.png"\n[[photo]]\nfile = "a.png"', 4, "'a' is there twice"),
    ],
)
def test_a_mistake_in_the_manifest_is_told_with_its_line(
    tmp_path: Path, entry: str, line: int, said: str
) -> None:
    make_set(tmp_path, f"[[photo]]\n{entry}\n", "a.png")
    with pytest.raises(UsageError) as caught:
        load_photos(tmp_path)
    assert said in caught.value.message
    assert caught.value.where == f"{tmp_path / 'manifest.toml'}:{line}"


def test_a_manifest_cannot_reach_out_of_its_directory(tmp_path: Path) -> None:
    manifest = '[[photo]]\nfile = "../a.png"\n'
    make_set(tmp_path, manifest, "a.png", "photos/b.png")
    with pytest.raises(UsageError, match=r"no file '\.\./a\.png'"):
        load_photos(tmp_path)


def test_an_unknown_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown key 'photos'") as caught:
        load_photos(make_set(tmp_path, '[[photos]]\nfile = "a.png"\n', "a.png"))
    assert caught.value.hint == "did you mean photo?"


def test_a_set_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such directory"):
        load_photos(tmp_path / "none")
    with pytest.raises(UsageError, match="no pictures"):
        load_photos(make_set(tmp_path, None, "notes.txt"))


def test_two_pictures_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="two pictures are called 'a'"):
        load_photos(make_set(tmp_path, None, "a.png", "a.jpg"))
