"""Where `hil infer` draws the answer."""

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


def test_a_name_that_is_no_pictures_is_refused_before_anything_is_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "x.txt"
    assert main(["infer", "no-such-photo.png", "-o", str(output)]) == ExitCode.USAGE
    assert "the answer is drawn as a PNG, which .txt is not" in capsys.readouterr().err
    assert not output.exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_infrastructure(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = np.zeros((2, 2), np.uint8)
    monkeypatch.setattr(hil.report.html, "picture_of", lambda _: picture)
    monkeypatch.setattr(hil.report.draw, "overlay", lambda *_, **__: picture)
    nothing: Any = None
    with pytest.raises(InfrastructureError, match="cannot write the picture: No space") as full:
        _draw(nothing, Path("/dev/full"))
    assert full.value.where == "/dev/full"
