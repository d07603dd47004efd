"""Where a run comes from: the commit that was tested and the CI job that ran it.

Of the variables that GitHub Actions and GitLab CI set, else of git in the working directory:
https://docs.github.com/en/actions/reference/workflows-and-actions/variables
https://docs.gitlab.com/ci/variables/predefined_variables/
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class OriginRecord:
    """All that is known; fields are empty where it is not.

    Attributes:
        commit: full hex digest.
        branch: or tag.
        changed: files that git follows differ from the commit; None where nobody looked.
        commit_url: of the commit's page.
        ci: "GitHub Actions" or "GitLab CI".
        ci_url: of the job's page.
    """

    commit: str = ""
    branch: str = ""
    changed: bool | None = None
    commit_url: str = ""
    ci: str = ""
    ci_url: str = ""


def origin(
    environment: Mapping[str, str] = os.environ, git: Callable[..., str | None] | None = None
) -> OriginRecord:
    """Where a run that starts now comes from.

    Args:
        environment: with the variables of CI.
        git: what git prints when asked with these words; None where it fails.
    """
    ask = git or _git
    status = ask("status", "--porcelain", "--untracked-files=no")
    changed = None if status is None else bool(status)
    if environment.get("GITHUB_ACTIONS") == "true":
        return _github(environment, changed)
    if environment.get("GITLAB_CI") == "true":
        return _gitlab(environment, changed)
    if status is None:
        return OriginRecord()
    branch = ask("symbolic-ref", "--short", "HEAD") or ""
    return OriginRecord(ask("rev-parse", "HEAD") or "", branch, changed)


def _github(given: Mapping[str, str], changed: bool | None) -> OriginRecord:
    place = f"{given.get('GITHUB_SERVER_URL', '')}/{given.get('GITHUB_REPOSITORY', '')}"
    commit, run = given.get("GITHUB_SHA", ""), given.get("GITHUB_RUN_ID", "")
    attempt = given.get("GITHUB_RUN_ATTEMPT", "")
    again = f"/attempts/{attempt}" if attempt else ""
    return OriginRecord(
        commit=commit,
        branch=given.get("GITHUB_HEAD_REF") or given.get("GITHUB_REF_NAME", ""),
        changed=changed,
        commit_url=f"{place}/commit/{commit}" if commit else "",
        ci="GitHub Actions",
        ci_url=f"{place}/actions/runs/{run}{again}" if run else "",
    )


def _gitlab(given: Mapping[str, str], changed: bool | None) -> OriginRecord:
    commit, place = given.get("CI_COMMIT_SHA", ""), given.get("CI_PROJECT_URL", "")
    return OriginRecord(
        commit=commit,
        branch=given.get("CI_COMMIT_REF_NAME", ""),
        changed=changed,
        commit_url=f"{place}/-/commit/{commit}" if commit and place else "",
        ci="GitLab CI",
        ci_url=given.get("CI_JOB_URL") or given.get("CI_PIPELINE_URL", ""),
    )


def _git(*words: str) -> str | None:
    try:
        done = subprocess.run(
            ("git", *words), capture_output=True, text=True, timeout=_PATIENCE_S, check=True
        )
    except (OSError, subprocess.SubprocessError, UnicodeError):
        return None
    return done.stdout.strip()
