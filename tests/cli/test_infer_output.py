"""What `hil infer` says of an answer, and where it draws it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hil.report.draw
import hil.report.html
from hil.cli import main
from hil.cli.infer import _draw
from hil.errors import ExitCode, InfrastructureError
from hil.testing.model_builder import ModelBuilder


def test_a_name_that_is_no_pictures_is_refused_before_anything_is_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output, photo = tmp_path / "x.txt", tmp_path / "photo.png"
    photo.write_bytes(b"")
    assert main(["infer", str(photo), "-o", str(output)]) == ExitCode.USAGE
    assert "the answer is drawn as a PNG, which .txt is not" in capsys.readouterr().err
    assert not output.exists()


def test_a_sample_that_is_not_there_is_refused_before_anything_is_opened(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["infer", "no-such-photo.png"]) == ExitCode.USAGE
    assert "no such file" in capsys.readouterr().err


def written(folder: Path, settings: str) -> Path:
    """A network of vectors, which adds up to scores of three classes, and one sample."""
    file = ModelBuilder()
    x = file.input("x", (1, 3), "INT8", 1 / 16, 0)
    weights = np.eye(3, dtype=np.int8) * 64
    w = file.tensor("w", (3, 3), "INT8", 1 / 64, 0, values=weights)
    y = file.tensor("y", (1, 3), "INT8", 1 / 16, 0)
    file.op("FULLY_CONNECTED", [x, w, -1], y, "FullyConnectedOptions")
    network = folder / "own.tflite"
    network.write_bytes(file.build([y]))
    network.with_suffix(".toml").write_text(settings, encoding="utf-8")
    np.save(folder / "sample.npy", np.array([0.0, 2.0, 1.0], np.float32))
    return network


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        # exp of 0, 2 and 1 are 1, 7.389 and 2.718: their shares.
        ("labels = ['a', 'b', 'c']", "classes: b 66.5 %, c 24.5 %, a 9.0 %"),
        ("task = 'reconstruction'", "mean squared error: 0"),
        ("task = 'regression'", "output 0 y: 0, 32, 16"),
    ],
)
def test_a_sample_of_any_network_is_answered_in_the_words_of_its_task(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: str, said: str
) -> None:
    network = written(tmp_path, settings)
    sample = str(tmp_path / "sample.npy")
    assert main(["infer", sample, "--network", str(network)]) == ExitCode.PASSED
    out = capsys.readouterr().out
    assert said in out
    assert "every output is identical to the oracle's" in out
    drawn = ["-o", str(tmp_path / "map.png")]
    assert main(["infer", sample, "--network", str(network), *drawn]) == ExitCode.USAGE
    assert "there is no map to draw" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_infrastructure(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = np.zeros((2, 2), np.uint8)
    monkeypatch.setattr(hil.report.html, "picture_of", lambda _: picture)
    monkeypatch.setattr(hil.report.draw, "overlay", lambda *_, **__: picture)
    nothing: Any = None
    with pytest.raises(InfrastructureError, match="cannot write the picture: No space") as full:
        _draw(nothing, Path("/dev/full"))
    assert full.value.where == "/dev/full"
