"""Settings of the project that are not, or no longer, its defaults."""

from __future__ import annotations

from pathlib import Path

import pytest

from hil.build.settings import differing_settings


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "sdkconfig.defaults").write_text("CONFIG_A=y\nCONFIG_B=n\nCONFIG_HZ=1000\n")
    (tmp_path / "sdkconfig.defaults.esp32").write_text("CONFIG_HZ=500\n# CONFIG_C is not set\n")
    return tmp_path


def test_nothing_differs_before_the_first_build(project: Path) -> None:
    assert differing_settings(project, "esp32") == ()


def test_defaults_of_the_target_win_and_n_is_not_set(project: Path) -> None:
    (project / "sdkconfig").write_text(
        "CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_HZ=500\n# CONFIG_C is not set\nCONFIG_D=y\n"
    )
    assert differing_settings(project, "esp32") == ()
    assert differing_settings(project, "esp32s3") == ("HZ",)


def test_every_other_value_is_named(project: Path) -> None:
    (project / "sdkconfig").write_text("# CONFIG_A is not set\nCONFIG_B=y\nCONFIG_HZ=100\n")
    assert differing_settings(project, "esp32") == ("A", "B", "HZ")


def test_a_setting_that_esp_idf_does_not_know_is_left_out(project: Path) -> None:
    (project / "sdkconfig").write_text("CONFIG_HZ=500\n")
    assert differing_settings(project, "esp32") == ()
