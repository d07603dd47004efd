"""The whole way from network to .tflite, with TensorFlow: `make test-model`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hil.base.resources import find
from hil.network.cam_graph import look_for_cam
from hil.network.contract import read_network
from hil.network.model_check import SMALLEST_SCALE
from hil.network.tflite_graph import read_graph
from model.checks import measure, problems

pytestmark = pytest.mark.model
pytest.importorskip("tensorflow", reason="needs TensorFlow: run `make test-model`")

ROOT = find("model").parent
UNCALIBRATED = "uncalibrated.tflite"

# In a process of its own: TensorFlow's threads can be set only before its first use. Starting it
# takes long, so what else is to be converted comes with a build.
BUILD = """
import sys
from pathlib import Path
import model.__main__ as command
code = command.main(["build", "--out", sys.argv[1]])
if code or len(sys.argv) == 2:
    sys.exit(code)
import model.convert as convert
from model.architecture import build_network
from model.calibration import calibration_images, read_photographs
photographs = read_photographs(Path("fixtures/photos"))
network = build_network(classes=2)
Path(sys.argv[2]).write_bytes(convert.convert(network, calibration_images(photographs, seed=1)))
"""


def python(*arguments: str) -> None:
    process = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stderr


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two builds, each in a process of its own; beside the second an uncalibrated network."""
    folders = [tmp_path_factory.mktemp(name) for name in ("first", "second")]
    python("-c", BUILD, str(folders[0]))
    python("-c", BUILD, str(folders[1]), str(folders[1] / UNCALIBRATED))
    return folders


def test_building_twice_gives_the_same_bytes(built: list[Path]) -> None:
    for name in ("person_cam.tflite", "person_cam.toml"):
        assert (built[0] / name).read_bytes() == (built[1] / name).read_bytes()


def test_the_committed_network_gives_the_committed_model_up_to_the_host_s_rounding(
    built: list[Path],
) -> None:
    """Other CPUs and TensorFlow versions add floats in another order; the design is the same."""
    new, _ = look_for_cam(read_graph((built[0] / "person_cam.tflite").read_bytes()))
    old, _ = look_for_cam(read_graph((ROOT / "model" / "person_cam.tflite").read_bytes()))
    assert new is not None
    assert old is not None
    assert [op.name for op in new.graph.ops] == [op.name for op in old.graph.ops]
    for new_op, old_op in zip(new.graph.ops, old.graph.ops, strict=True):
        new_out, old_out = new.graph.tensors[new_op.output], old.graph.tensors[old_op.output]
        assert new_out.shape == old_out.shape
        assert new_out.scale() == pytest.approx(old_out.scale(), rel=0.01)
    for index in range(2):
        change = new.class_weights(index).astype(int) - old.class_weights(index).astype(int)
        assert np.abs(change).max() <= 2


def test_the_card_of_a_build_fits(built: list[Path]) -> None:
    contract = read_network(built[0] / "person_cam.tflite")
    assert contract.head is not None
    assert contract.image is not None


def test_an_uncalibrated_network_dies_out_and_is_refused(built: list[Path]) -> None:
    model = (built[1] / UNCALIBRATED).read_bytes()
    assert measure(model).smallest_scale < SMALLEST_SCALE
    assert any("degenerate" in problem.what for problem in problems(model))
