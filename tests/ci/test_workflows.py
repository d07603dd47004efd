"""The GitHub workflows: well-formed, and every command and file in them exists."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from hil.build.idf import SUPPORTED, TARGETS
from hil.cli import COMMANDS, main
from hil.plugin.options import with_long_names

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))
JOB_KEYS = {
    *("name", "needs", "runs-on", "container", "timeout-minutes", "strategy", "steps", "env"),
    *("concurrency", "permissions", "if", "uses", "with", "defaults", "outputs"),
    "environment",
}
STEP_KEYS = {"name", "uses", "with", "run", "env", "if", "id", "shell", "working-directory"}


class _Loader(yaml.SafeLoader):
    """Reads `on:` as a text, as GitHub does, and refuses keys that are given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        doubled = {key for key in keys if keys.count(key) > 1}
        if doubled:
            raise yaml.YAMLError(f"given twice: {doubled} {node.start_mark}")
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def load(file: Path) -> dict[str, Any]:
    value = yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)
    assert isinstance(value, dict)
    return value


def jobs(file: Path) -> dict[str, dict[str, Any]]:
    found = load(file)["jobs"]
    assert isinstance(found, dict)
    return found


def steps(file: Path) -> Iterator[dict[str, Any]]:
    for job in jobs(file).values():
        yield from job["steps"]


def commands(file: Path) -> Iterator[list[str]]:
    """The words of each simple command of each step."""
    for step in steps(file):
        script = str(step.get("run", "")).replace("\\\n", " ")
        for line in re.split(r"\n|&&|\||;", script):
            words = shlex.split(re.sub(r"\$\{\{.*?\}\}", "x", line))
            if words:
                yield words


@pytest.fixture(scope="module")
def of_a_new_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `hil new` writes."""
    folder = tmp_path_factory.mktemp("workflow") / "my-board"
    assert main(["new", str(folder)]) == 0
    return folder / ".github/workflows/camhil.yml"


@pytest.fixture(params=[*FILES, None], ids=lambda file: file.name if file else "hil new")
def file(request: pytest.FixtureRequest) -> Path:
    path = request.param or request.getfixturevalue("of_a_new_project")
    assert isinstance(path, Path)
    return path


def test_there_are_the_five_workflows() -> None:
    names = ["ci.yml", "firmware.yml", "mutants.yml", "release.yml", "suite.yml"]
    assert [file.name for file in FILES] == names


def test_a_workflow_has_what_github_asks_for(file: Path) -> None:
    workflow = load(file)
    assert {"name", "on", "jobs"} <= set(workflow)
    for name, job in jobs(file).items():
        assert set(job) <= JOB_KEYS, name
        assert "runs-on" in job, name
        assert "timeout-minutes" in job, name
        needed = job.get("needs", [])
        assert set([needed] if isinstance(needed, str) else needed) <= set(jobs(file))
        for step in job["steps"]:
            assert set(step) <= STEP_KEYS, step
            assert ("uses" in step) != ("run" in step), step


def test_a_workflow_may_only_read_the_repository(file: Path) -> None:
    workflow = load(file)
    if "workflow_call" in workflow["on"]:
        assert "permissions" not in workflow  # those of whoever calls it, or fewer
    else:
        assert workflow["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("file", [*FILES, ROOT / "action.yml"], ids=lambda file: file.name)
def test_actions_are_pinned_by_digest_and_say_their_version(file: Path) -> None:
    lines = re.findall(r"uses: (\S+)(.*)", file.read_text(encoding="utf-8"))
    assert lines
    for name, rest in lines:
        if not name.startswith("./") and "OWNER" not in name:
            assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", name), name
            assert re.fullmatch(r" +# v\d+\.\d+\.\d+", rest), name


def test_one_version_of_an_action_is_used_everywhere() -> None:
    texts = [path.read_text(encoding="utf-8") for path in [*FILES, ROOT / "action.yml"]]
    used = set(re.findall(r"uses: ([\w.-]+/[\w.-]+)\S*?@([0-9a-f]+)", "\n".join(texts)))
    assert len({name for name, _ in used}) == len(used), sorted(used)


def test_expressions_name_what_the_workflow_defines(file: Path) -> None:
    inputs = (load(file)["on"].get("workflow_call") or {}).get("inputs", {})
    assert set(re.findall(r"inputs\.([\w-]+)", file.read_text())) <= set(inputs)
    for job in jobs(file).values():
        matrix = job.get("strategy", {}).get("matrix", {})
        assert set(re.findall(r"matrix\.(\w+)", str(job))) == set(matrix)


def test_nothing_from_outside_is_put_into_a_script(file: Path) -> None:
    assert [step for step in steps(file) if "${{" in str(step.get("run", ""))] == []


def test_scripts_are_bash(file: Path) -> None:
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed")
    for step in steps(file):
        if "run" in step:
            subprocess.run(["bash", "-n"], input=step["run"], text=True, check=True)


def test_every_command_of_the_harness_exists(file: Path) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for words in commands(file):
        if words[0] == "make":
            assert words[1] in targets
        if words[0].endswith("/hil"):
            assert words[1] in COMMANDS
        for word in words:
            if word.endswith((".py", ".toml")) and not word.startswith("idf"):
                assert (ROOT / word).is_file(), word
            if word.startswith("hil."):
                module = ROOT / word.replace(".", "/")
                assert module.with_suffix(".py").is_file() or module.is_dir(), word


def test_pytest_gets_options_that_it_has(file: Path, pytestconfig: pytest.Config) -> None:
    known = {option for group in pytestconfig._parser._groups for o in group.options
             for option in o.names()}  # fmt: skip
    for words in commands(file):
        if "pytest" in words:
            given = with_long_names(words, frozenset())
            assert {word for word in given if word.startswith("--")} <= known


def test_the_firmware_is_built_with_the_first_and_last_supported_esp_idf() -> None:
    matrix = jobs(FOLDER / "firmware.yml")["build"]["strategy"]["matrix"]
    versions = [tuple(int(part) for part in name[1:].split(".")) for name in matrix["idf"]]
    assert (versions[0], versions[-1]) == SUPPORTED
    assert "v5.5" in matrix["idf"]
    assert tuple(matrix["target"]) == TARGETS


def test_what_one_job_uploads_the_next_one_finds() -> None:
    found = jobs(FOLDER / "firmware.yml")

    def artifact(job: str, action: str) -> str:
        (step,) = [s for s in found[job]["steps"] if f"{action}-artifact" in s.get("uses", "")]
        return str(step["with"]["name"])

    built = artifact("build", "upload")
    assert artifact("qemu", "download") == built.replace("${{ matrix.target }}", "esp32")
    built_with, run_with = (found[job]["strategy"]["matrix"]["idf"] for job in ("build", "qemu"))
    assert run_with == built_with


def test_a_new_project_takes_the_actions_that_we_take(of_a_new_project: Path) -> None:
    ours = {step["uses"] for file in FILES for step in steps(file) if "uses" in step}
    assert {step["uses"] for step in steps(of_a_new_project) if "uses" in step} <= ours


def test_a_key_that_is_given_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("jobs:\n  a: 1\n  a: 2\n")
    with pytest.raises(yaml.YAMLError, match="given twice"):
        load(tmp_path / "a.yml")
