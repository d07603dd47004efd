"""`photo` runs a test once per photograph, and leaves a test's own `photo` alone."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from hil.errors import ExitCode
from hil.testing.model_builder import ModelBuilder

pytest_plugins = ["pytester"]

COUNTING = "def test_it(photo):\n    assert photo.tensor.shape == (96, 96)\n"


def make_photo(path: Path, size: tuple[int, int] = (96, 96)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full(size, 100, np.uint8))


def test_a_test_runs_once_for_each_photograph_of_a_directory(pytester: pytest.Pytester) -> None:
    make_photo(pytester.path / "mine" / "a.png")
    make_photo(pytester.path / "mine" / "b.jpg")
    pytester.makepyfile(COUNTING)
    result = pytester.runpytest_inprocess("--photos", "mine", "-v")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*test_it?a?*", "*test_it?b?*"])


def test_a_photograph_of_another_size_is_refused_unless_resizing_is_asked_for(
    pytester: pytest.Pytester,
) -> None:
    make_photo(pytester.path / "mine" / "large.png", (200, 300))
    pytester.makepyfile(COUNTING)
    refused = pytester.runpytest_inprocess("--photos", "mine")
    assert refused.ret == ExitCode.USAGE
    refused.stderr.fnmatch_lines(
        ["ERROR: the picture is 300x200 pixels, not 96x96 *large.png*", "*hint: *--photos-resize*"]
    )
    refused.assert_outcomes()
    pytester.runpytest_inprocess("--photos", "mine", "--photos-resize").assert_outcomes(passed=1)


def test_a_parametrized_photo_is_the_tests_own(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("photo, wanted", [(1, 1), (2, 2)])
        def test_it(photo, wanted):
            assert photo == wanted
        """
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=2)


def test_an_overridden_photo_fixture_is_the_projects_own(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("import pytest\n@pytest.fixture\ndef photo():\n    return 7\n")
    pytester.makepyfile("def test_it(photo):\n    assert photo == 7\n")
    pytester.runpytest_inprocess().assert_outcomes(passed=1)


def test_beside_a_board_it_has_size_and_colour_of_the_networks_input(
    pytester: pytest.Pytester,
) -> None:
    file = ModelBuilder()
    x = file.input("x", (1, 8, 12, 3), "INT8", 1.0, 0)
    y = file.tensor("y", (1, 8, 12, 3), "INT8", 1.0, 0)
    file.op("RELU", [x], y)
    (pytester.path / "rgb.tflite").write_bytes(file.build([y]))
    (pytester.path / "mine").mkdir()
    red = np.full((96, 96, 3), (0, 0, 255), np.uint8)  # OpenCV has blue first
    cv2.imwrite(str(pytester.path / "mine" / "red.png"), red)
    pytester.makepyfile(
        """
        def test_it(board, photo, oracle):
            assert photo.pixels.tolist() == [[[255, 0, 0]] * 12] * 8
            answer, expected = board.infer(photo), oracle.run(photo)
            assert board.read_input().ravel().tolist() == [127, -128, -128] * 96
            assert tuple(part.crc for part in answer.outputs) == expected.output_crcs()
        """
    )
    result = pytester.runpytest_inprocess("--photos", "mine", "--hil-network", "rgb.tflite")
    result.assert_outcomes(passed=1)
