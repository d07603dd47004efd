"""`hil doctor`: all findings at once, each with what to do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from hil.cli import doctor, findings, main
from hil.cli.findings import Finding, Status, check_chip_tools, check_compiler, check_packages
from hil.errors import ExitCode
from hil.sim import system


def nothing_on_path(_: str) -> None:
    return None


def test_a_missing_compiler_is_bad_and_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CXX", raising=False)
    compiler = next(iter(check_compiler(which=nothing_on_path)))
    assert compiler.status is Status.BAD
    assert "apt install g++" in compiler.hint


def test_a_missing_package_is_bad_and_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "REQUIRED_PACKAGES", ("no-such-package-at-all",))
    found = {finding.subject: finding for finding in check_packages()}
    assert found["no-such-package-at-all"].status is Status.BAD
    assert "pip install no-such-package-at-all" in found["no-such-package-at-all"].hint


def test_esp_idf_and_qemu_are_notes_with_what_installs_them(tmp_path: Path) -> None:
    nowhere = {"PATH": str(tmp_path), "HOME": str(tmp_path), "IDF_TOOLS_PATH": str(tmp_path)}
    found = {f.subject: f for f in check_chip_tools(nowhere, nothing_on_path)}
    assert {f.status for f in found.values()} == {Status.NOTE}
    assert "git clone" in found["ESP-IDF"].hint
    assert "qemu-xtensa" in found["QEMU"].hint


def test_an_esp_idf_that_this_shell_uses_is_shown_with_its_version(tmp_path: Path) -> None:
    (tmp_path / "tools" / "cmake").mkdir(parents=True)
    (tmp_path / "tools" / "idf.py").touch()
    version = "".join(
        f"set(IDF_VERSION_{part} {number})\n"
        for part, number in (("MAJOR", 5), ("MINOR", 1), ("PATCH", 6))
    )
    (tmp_path / "tools" / "cmake" / "version.cmake").write_text(version)
    environ = {"IDF_PATH": str(tmp_path), "IDF_TOOLS_PATH": str(tmp_path), "PATH": ""}
    idf = next(iter(check_chip_tools(environ, lambda name: name)))
    assert (idf.status, idf.detail) == (Status.OK, f"v5.1.6 in {tmp_path}")


def test_where_no_board_can_be_simulated_that_is_a_note_and_no_compiler_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(system, "sys", SimpleNamespace(platform="darwin"))
    monkeypatch.setattr(findings, "check_compiler", lambda: pytest.fail("nothing is compiled"))
    assert main(["doctor"]) == ExitCode.PASSED
    said = " ".join(capsys.readouterr().out.split())
    assert "note simulated board the simulated board runs on Linux alone" in said
    assert said.endswith("Ready. Try: hil new my-board --board auto")


def test_this_environment_can_run_the_simulated_board() -> None:
    assert [f for f in findings.examine() if f.status is Status.BAD] == []


def test_every_finding_that_is_not_ok_has_a_hint() -> None:
    assert [f.subject for f in findings.examine() if f.status is not Status.OK and not f.hint] == []


def test_doctor_succeeds_when_nothing_is_bad(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == ExitCode.PASSED
    assert "Ready." in capsys.readouterr().out


def test_doctor_fails_as_infrastructure_and_names_what_is_bad(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> Iterator[Finding]:
        yield Finding(Status.BAD, "left-pad", "gone", "bring it back")

    monkeypatch.setattr(doctor, "examine", lambda: tuple(broken()))
    assert main(["doctor"]) == ExitCode.INFRASTRUCTURE
    out = capsys.readouterr().out
    assert "left-pad" in out
    assert "bring it back" in out


def test_an_unknown_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["frobnicate"])
    assert stop.value.code == ExitCode.USAGE
    assert "frobnicate" in capsys.readouterr().err
