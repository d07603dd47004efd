"""Photographs without labels, sorted by a trained network: `make test-model`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import model.__main__ as command
from model.dataset.sorting import NO_PERSON, PERSON, UNSURE

pytestmark = pytest.mark.model
pytest.importorskip("tensorflow", reason="needs TensorFlow: run `make test-model`")
cv2 = pytest.importorskip("cv2")


def brightness_network(path: Path) -> Path:
    """A network of cells whose odds for a person grow with a cell's brightness."""
    from model.backend import prepare_backend

    prepare_backend()
    import keras  # type: ignore[import-not-found,import-untyped,unused-ignore]

    image = keras.Input((96, 96, 1))
    mean = keras.layers.AveragePooling2D(16)(image)
    layer = keras.layers.Conv2D(2, 1)
    network = keras.Model(image, layer(mean))
    layer.set_weights([np.array([[[[0.0, 20.0]]]], np.float32), np.zeros(2, np.float32)])
    network.save(path)
    return path


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return brightness_network(tmp_path_factory.mktemp("network") / "bright.keras")


def write(path: Path, value: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.clip(np.random.default_rng(value).normal(value, 6, (64, 80)), 0, 255)
    assert cv2.imwrite(str(path), pixels.astype(np.uint8))


def run(*words: object) -> int:
    return command.main(["sort", *(str(word) for word in words)])


def test_photographs_are_copied_where_they_belong(
    tmp_path: Path, network: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photographs, out = tmp_path / "in", tmp_path / "out"
    for name, value in (("a/bright.png", 200), ("b/dark.jpg", 40), ("b/c/gray.JPEG", 128)):
        write(photographs / name, value)
    (photographs / "notes.txt").write_text("not a picture")
    assert run(photographs, "--by", network, "--by", network, "--out", out) == 0
    found = sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())
    assert found == [f"{NO_PERSON}/b/dark.jpg", f"{PERSON}/a/bright.png", f"{UNSURE}/b/c/gray.JPEG"]
    for name in found:
        original = photographs / name.split("/", 1)[1]
        assert (out / name).read_bytes() == original.read_bytes()
    said = capsys.readouterr().out
    assert "1 person, 1 no-person, 1 unsure, 0 known; 0 cannot be used" in said


def test_what_is_measured_on_is_put_aside(tmp_path: Path, network: Path, blobs: Path) -> None:
    photographs, out = tmp_path / "in", tmp_path / "out"
    photographs.mkdir()
    # Pictures 13 and 1 are of the splits val and train.
    for number in (13, 1):
        pixels = cv2.imread(str(blobs / "images" / f"{number}.png"), cv2.IMREAD_GRAYSCALE)
        assert cv2.imwrite(str(photographs / f"{number}.png"), pixels[:, ::-1])
    assert run(photographs, "--by", network, "--apart-from", blobs, "--out", out) == 0
    assert [path.name for path in (out / "known").iterdir()] == ["13.png"]


def test_damaged_photographs_are_named_and_counted(
    tmp_path: Path, network: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photographs = tmp_path / "in"
    write(photographs / "good.png", 200)
    (photographs / "bad.jpg").write_bytes(b"no picture")
    assert run(photographs, "--by", network, "--out", tmp_path / "out") == 0
    captured = capsys.readouterr()
    assert "1 cannot be used" in captured.out
    assert "bad.jpg" in captured.err.replace("\n", "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--person", "0.2"], "not below --person"),
        (["--none", "-0.1"], "within 0 to 1"),
        (["--person", "1.5"], "within 0 to 1"),
    ],
)
def test_impossible_bounds_are_refused(
    tmp_path: Path, network: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    write(tmp_path / "in" / "a.png", 100)
    assert run(tmp_path / "in", "--by", network, "--out", tmp_path / "out", *words) == 4
    assert said in capsys.readouterr().err


def test_a_folder_that_is_not_empty_is_left_alone(
    tmp_path: Path, network: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "in" / "a.png", 100)
    write(tmp_path / "out" / "person" / "mine.png", 100)
    assert run(tmp_path / "in", "--by", network, "--out", tmp_path / "out") == 4
    assert "not empty" in capsys.readouterr().err


def test_no_photographs_are_no_success(
    tmp_path: Path, network: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    assert run(tmp_path / "in", "--by", network, "--out", tmp_path / "out") == 4
    assert "no photographs" in capsys.readouterr().err
