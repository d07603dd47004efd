"""`photo` runs a test once per photograph, and leaves a test's own `photo` alone."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from hil.errors import ExitCode

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
