"""Where a run comes from."""

from __future__ import annotations

from pathlib import Path

from hil.errors import ExitCode
from hil.facts.origin import OriginRecord, origin
from hil.facts.reader import read_run
from hil.facts.records import WorkerRecord
from hil.facts.run import Run
from hil.run.run_log import RunLog
from hil_lab.fakes.recorded_run import recorded_run

COMMIT = "96caf8b1a2c3d4e5f60718293a4b5c6d7e8f9012"
GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "octocat/hello-world",
    "GITHUB_SHA": COMMIT,
    "GITHUB_REF_NAME": "12/merge",
    "GITHUB_HEAD_REF": "feature",
    "GITHUB_RUN_ID": "1658821493",
    "GITHUB_RUN_ATTEMPT": "2",
}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_PROJECT_URL": "https://gitlab.com/group/project",
    "CI_COMMIT_SHA": COMMIT,
    "CI_COMMIT_REF_NAME": "main",
    "CI_JOB_URL": "https://gitlab.com/group/project/-/jobs/379424655",
}


def no_git(*_: str) -> str | None:
    return None


def clean_git(*words: str) -> str | None:
    return {"status": "", "symbolic-ref": "main", "rev-parse": COMMIT}[words[0]]


def test_github_tells_commit_and_run() -> None:
    found = origin(GITHUB, no_git)
    assert found.commit_url == f"https://github.com/octocat/hello-world/commit/{COMMIT}"
    assert found.ci_url == (
        "https://github.com/octocat/hello-world/actions/runs/1658821493/attempts/2"
    )
    assert (found.ci, found.branch, found.changed) == ("GitHub Actions", "feature", None)


def test_gitlab_tells_commit_and_job() -> None:
    found = origin(GITLAB, clean_git)
    assert found.commit_url == f"https://gitlab.com/group/project/-/commit/{COMMIT}"
    assert found.ci_url == GITLAB["CI_JOB_URL"]
    assert (found.ci, found.branch, found.changed) == ("GitLab CI", "main", False)


def test_without_ci_git_tells_the_commit_and_whether_files_were_changed() -> None:
    assert origin({}, clean_git) == OriginRecord(COMMIT, "main", False)

    def changed(*words: str) -> str | None:
        return " M main.c" if words[0] == "status" else clean_git(*words)

    assert origin({}, changed).changed is True


def test_without_both_nothing_is_known() -> None:
    assert origin({}, no_git) == OriginRecord()


def test_a_job_that_does_not_say_where_it_is_has_no_link() -> None:
    found = origin({"GITHUB_ACTIONS": "true"}, no_git)
    assert (found.commit_url, found.ci_url) == ("", "")


def test_a_run_file_says_where_its_run_comes_from(tmp_path: Path) -> None:
    file = tmp_path / "facts.jsonl"
    log = RunLog(file)
    log.close(ExitCode.PASSED)
    found = read_run(file).origin
    assert found is not None
    assert found == origin()


def test_a_distributed_run_comes_from_one_place() -> None:
    run = recorded_run(1)
    here = OriginRecord(COMMIT, "main", False)
    lines = [run.header, here, WorkerRecord("gw0"), run.images[0], WorkerRecord("gw1"), run.link]
    assert Run.of(lines).origin == here
