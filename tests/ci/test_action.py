"""The action that other projects use: its form, and its steps as a runner runs them.

https://docs.github.com/actions/reference/workflows-and-actions/metadata-syntax
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hil.facts.reader import read_run
from hil_lab.fakes.recorded_run import recorded_run, write_run

from .test_workflows import ROOT, load

ACTION = load(ROOT / "action.yml")
INPUTS: dict[str, dict[str, str]] = ACTION["inputs"]
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
SCRIPTS = [step for step in STEPS if "run" in step]
DEFAULTS = {name: str(given.get("default", "")) for name, given in INPUTS.items()}


def test_it_is_a_composite_action_with_what_github_asks_for() -> None:
    assert {"name", "description", "inputs", "outputs", "runs"} == set(ACTION)
    assert ACTION["runs"]["using"] == "composite"
    for given in INPUTS.values():
        assert set(given) == {"description", "default"}
        assert isinstance(given["default"], str)  # GitHub has no other kind
    for given in ACTION["outputs"].values():
        assert set(given) == {"description", "value"}
    for step in STEPS:
        assert set(step) <= {"name", "id", "if", "uses", "with", "run", "shell", "env",
                             "working-directory"}  # fmt: skip
        assert ("uses" in step) != ("run" in step), step
        assert "uses" in step or step["shell"] == "bash", step


def test_every_input_is_used_and_every_use_is_of_one_that_exists() -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"inputs\.([\w-]+)", text)) == set(INPUTS)
    ids = {step["id"] for step in STEPS if "id" in step}
    assert set(re.findall(r"steps\.([\w-]+)\.", text)) == ids


def test_nothing_from_outside_is_part_of_a_script() -> None:
    assert [step["name"] for step in SCRIPTS if "${{" in step["run"]] == []
    assert [step["name"] for step in SCRIPTS if re.search(r"\beval\b", step["run"])] == []


def test_every_variable_of_a_script_is_given_to_it() -> None:
    runner = {"RUNNER_TEMP", "OLDPWD"}
    for step in SCRIPTS:
        used = set(re.findall(r"\$\{?([A-Z_]+)\b", step["run"]))
        github = {name for name in used if name.startswith("GITHUB_")}
        own = set(re.findall(r"\b([A-Z_]+)=", step["run"]))
        assert used - github - runner - own <= set(step.get("env", {})), step["name"]


def test_the_reusable_workflow_hands_on_inputs_that_the_action_has() -> None:
    workflow = load(ROOT / ".github" / "workflows" / "suite.yml")
    given = workflow["on"]["workflow_call"]["inputs"]
    (step,) = [s for s in workflow["jobs"]["suite"]["steps"] if s["uses"] == "./.camhil"]
    assert set(step["with"]) <= set(INPUTS)
    for name in set(given) & set(INPUTS):
        assert name in step["with"]
        assert str(given[name]["default"]).lower() == INPUTS[name]["default"].lower(), name


def test_the_docs_list_every_input() -> None:
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `([\w-]+)` \|", page, flags=re.M) == list(INPUTS)


@dataclass
class Runner:
    """What GitHub's runner is to a step: files, programs, an environment."""

    folder: Path
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.folder / "bin").mkdir(parents=True)
        (self.folder / "temp").mkdir()
        (self.folder / "work").mkdir()
        self.program("python", f'exec "{sys.executable}" "$@"')
        self.program("hil", f'exec "{sys.executable}" -m hil "$@"')

    @property
    def work(self) -> Path:
        return self.folder / "work"

    def program(self, name: str, script: str) -> None:
        file = self.folder / "bin" / name
        file.write_text(f"#!/bin/bash\n{script}\n", encoding="utf-8")
        file.chmod(0o755)

    def run(
        self, name: str, given: Mapping[str, str] | None = None, number: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """One step by its name, with inputs. `number`: of a pull request."""
        (step,) = [step for step in SCRIPTS if step["name"] == name]
        inputs = DEFAULTS | dict(given or {})

        def value(found: re.Match[str]) -> str:
            kind, *path = found[1].split(".")
            if kind == "inputs":
                return inputs[path[0]]
            if kind == "steps":
                return self.outputs.get(path[0], {}).get(path[2], "")
            return number

        def resolved(text: object) -> str:
            return re.sub(r"\$\{\{ ([\w.-]+) \}\}", value, str(text))

        output = self.folder / "output"
        output.write_text("")
        environment = {
            **os.environ,
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "lab")]),
            "PYTEST_ADDOPTS": "-p no:cacheprovider -p no:randomly -p no:hypothesispytest",
            "GITHUB_OUTPUT": str(output),
            "GITHUB_PATH": str(self.folder / "path"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
            "GITHUB_ACTION_PATH": "/action",
            "GITHUB_REPOSITORY": "someone/some",
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_RUN_ID": "7",
            "RUNNER_TEMP": str(self.folder / "temp"),
            **{name: resolved(text) for name, text in step.get("env", {}).items()},
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.work / resolved(step.get("working-directory", ".")),
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        lines = output.read_text(encoding="utf-8").splitlines()
        self.outputs[step.get("id", "")] = dict(line.split("=", 1) for line in lines)
        return done


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed")
    return Runner(tmp_path / "a runner's folder")


TESTS = """
    from hil.suite.pictures import synthetic_photo

    def test_the_board_answers(board):
        assert board.infer(synthetic_photo("noise").tensor).count == 1

    def test_left_out():
        raise AssertionError("-k leaves it out")
"""


def test_a_pull_request_is_run_reported_and_compared(runner: Runner) -> None:
    """On the simulated board, with inputs that a shell would make something else of."""
    (runner.work / "test_mine.py").write_text(re.sub("^    ", "", TESTS, flags=re.M))
    (runner.work / "gates of mine.toml").write_text(
        '[[gate]]\nmetric = "link_malformed"\nmax = 0\n'
    )
    write_run(runner.work / "main.jsonl", recorded_run(2))
    evil = "$(touch evil) `touch evil`; touch evil"
    given = {
        "board": "sim",
        "tests": "test_mine.py",
        "gates": "gates of mine.toml",
        "before": "main.jsonl",
        "arguments": f"-k 'not left_out' -o 'junit_suite_name={evil}' --hil-sim-flash-file=f.bin",
    }
    done = runner.run("Run the tests", given)
    assert done.returncode == 0, done.stderr
    assert runner.outputs["run"] == {"exit-code": "0", "measured": "true"}, done.stdout
    out = runner.work / "camhil-out"
    assert not list(runner.folder.rglob("evil"))
    assert "`touch evil`" in (out / "junit.xml").read_text(encoding="utf-8")
    assert [test.test for test in read_run(out).tests if test.outcome == "passed"]

    done = runner.run("Report, and compare", given)
    assert done.returncode == 0, done.stderr
    assert runner.outputs["report"] == {"compared": "8"}  # main ran on a chip
    comment = (out / "comment.md").read_text(encoding="utf-8")
    assert comment.startswith("## ⚠️ NOT COMPARABLE: different boards: esp32 (chip) before")
    assert comment in (runner.folder / "summary.md").read_text(encoding="utf-8")
    for name in ("report.html", "check-run.json", "bencher.json", "comparison.json", "talk.rec"):
        assert (out / name).stat().st_size > 0, name

    done = runner.run("Tell the verdict", given)
    assert done.returncode == 0
    assert "pytest: exit code 0: everything ran and passed" in done.stdout
    assert "::warning title=camhil::not compared with the run before" in done.stdout


def test_the_run_that_was_restored_is_the_one_before(runner: Runner) -> None:
    out = runner.work / "camhil-out"
    out.mkdir()
    (out / "facts.jsonl").write_text("restored\n")
    runner.program("python", f'[ "$2" = pytest ] || exec "{sys.executable}" "$@"; exit 6')
    assert runner.run("Run the tests").returncode == 0
    assert (out / "before.jsonl").read_text() == "restored\n"
    # Not measured: nothing that a later run could be compared with.
    assert runner.outputs["run"] == {"exit-code": "6"}
    assert runner.run("Report, and compare").returncode == 0
    assert "nothing to report" in (out / "comment.md").read_text()


def test_without_a_run_before_the_run_alone_is_reported(runner: Runner) -> None:
    out = runner.work / "camhil-out"
    out.mkdir()
    (out / "facts.jsonl").write_text("{}\n")
    log = runner.folder / "hil.log"
    runner.program("hil", f'echo "$@" > "{log}"; echo "## run" > comment.md')
    done = runner.run("Report, and compare")
    assert done.returncode == 0, done.stderr
    assert runner.outputs["report"] == {}
    assert "report facts.jsonl --markdown comment.md --check-run check-run.json" in log.read_text()
    comment = (out / "comment.md").read_text(encoding="utf-8")
    assert comment.startswith("## run\n")
    assert comment.endswith("the base branch has no run yet, or its cache is gone.\n")


def test_a_run_before_that_cannot_be_read_is_told_and_keeps_nothing_out(runner: Runner) -> None:
    out = runner.work / "camhil-out"
    out.mkdir()
    (out / "facts.jsonl").write_text("{}\n")
    (out / "before.jsonl").write_text("{}\n")
    runner.program("hil", '[ "$1" = report ] && echo "## run" > comment.md || exit 4')
    assert runner.run("Report, and compare").returncode == 0
    assert runner.outputs["report"] == {"compared": "4"}
    assert "Not compared: hil compare cannot read" in (out / "comment.md").read_text()


def test_arguments_whose_quotes_do_not_close_are_refused(runner: Runner) -> None:
    done = runner.run("Run the tests", {"arguments": "-k 'open"})
    assert done.returncode != 0
    assert "No closing quotation" in done.stderr


@pytest.mark.parametrize(
    ("code", "compared", "compare", "ended"),
    [
        *(
            ("0", "", "true", 0),
            ("0", "0", "true", 0),
            ("1", "0", "true", 1),
            ("8", "7", "true", 8),
        ),
        *(("0", "1", "true", 1), ("0", "6", "true", 6), ("0", "7", "true", 7)),
        *(("0", "7", "false", 0), ("0", "8", "true", 0), ("0", "4", "true", 0)),
    ],
)
def test_the_job_ends_with_the_tests_code_or_with_what_became_worse(
    runner: Runner, code: str, compared: str, compare: str, ended: int
) -> None:
    runner.outputs = {"run": {"exit-code": code}, "report": {"compared": compared}}
    assert runner.run("Tell the verdict", {"compare": compare}).returncode == ended


GH = """
printf '%s\\n' "$*" >> "{log}"
case "$*" in *--jq*) printf '{ids}' ;; *body=@*) cat posted.md > "{posted}" ;; esac
exit {code}
"""


@pytest.mark.parametrize(
    ("ids", "call"),
    [
        ("", "--method POST repos/someone/some/issues/12/comments -F body=@posted.md"),
        (
            "41\\n55\\n",
            "--method PATCH repos/someone/some/issues/comments/41 -F body=@posted.md",
        ),
    ],
)
def test_a_pull_request_has_one_comment(runner: Runner, ids: str, call: str) -> None:
    out = runner.work / "camhil-out"
    out.mkdir()
    (out / "comment.md").write_text("## answer\n")
    log, posted = runner.folder / "gh.log", runner.folder / "posted.md"
    runner.program("gh", GH.format(log=log, ids=ids, posted=posted, code=0))
    done = runner.run("Comment on the pull request", {"name": "esp32"}, number="12")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    looked, sent = log.read_text().splitlines()
    assert 'startswith("<!-- camhil esp32 -->")' in looked
    assert sent == f"api {call}"
    assert posted.read_text().startswith("<!-- camhil esp32 -->\n## answer\n")
    assert "https://github.example/someone/some/actions/runs/7#artifacts" in posted.read_text()


def test_a_token_that_may_not_write_is_a_warning(runner: Runner) -> None:
    out = runner.work / "camhil-out"
    out.mkdir()
    for name in ("comment.md", "check-run.json"):
        (out / name).write_text("x\n")
    runner.program("gh", "exit 1")
    for step in ("Comment on the pull request", "Post the check run"):
        done = runner.run(step, number="12")
        assert done.returncode == 0
        assert done.stdout.startswith("::warning title=camhil::no c")


def test_camhil_is_installed_at_the_version_of_the_action(runner: Runner) -> None:
    log = runner.folder / "pip.log"
    runner.program(
        "python3",
        'mkdir -p "$4/bin"; printf \'#!/bin/sh\\necho "$*" >> "%s"\\n\' '
        f'"{log}" > "$4/bin/python"; chmod +x "$4/bin/python"',
    )
    assert runner.run("Install camhil").returncode == 0
    assert runner.run("Install camhil", {"package": "camhil[sim]==1.0"}).returncode == 0
    assert log.read_text().splitlines() == [
        "-m pip install --quiet /action[sim]",
        "-m pip install --quiet camhil[sim]==1.0",
    ]
    assert (runner.folder / "path").read_text().splitlines()[0].endswith("/temp/camhil/bin")


@pytest.mark.parametrize("name", ["", "a b", 'x"); halt #', "é", "../up"])
def test_a_name_that_is_none_is_refused(runner: Runner, name: str) -> None:
    done = runner.run("Install camhil", {"name": name})
    assert done.returncode == 4
    assert done.stdout.startswith("::error title=camhil::name can hold")
