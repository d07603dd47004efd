"""A verdict as a check run of GitHub: what `POST /repos/OWNER/REPO/check-runs` takes, as JSON.

https://docs.github.com/rest/checks/runs. This writes it; whoever has the right to, posts it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil.judge.headline import headline
from hil.report.github import Note, notes
from hil.report.markdown import markdown
from hil.report.two_runs.markdown import COMMENT_LIMIT, two_runs_markdown
from hil.report.two_runs.words import headline as answer

if TYPE_CHECKING:
    from hil.diagnose import Diagnosis
    from hil.judge.gates.model import GatesVerdict
    from hil.judge.judged import JudgedRun
    from hil.judge.two_runs import TwoRuns

MOST = 50
"""Annotations in one request; GitHub refuses more."""

_MOST_TITLE = 250
_LEVELS = {"error": "failure", "warning": "warning"}


def of_run(
    judged: JudgedRun,
    verdict: GatesVerdict | None = None,
    diagnosis: Diagnosis | None = None,
    *,
    environment: Mapping[str, str] = os.environ,
) -> str:
    """The check run of one run."""
    head = headline(judged, verdict, diagnosis)
    return _payload(
        title=f"{head.said}: {'; '.join(head.reasons)}",
        summary=markdown(judged, verdict, diagnosis=diagnosis, limit=COMMENT_LIMIT),
        passed=head.outcome.tone == "good",
        found=notes(judged, verdict, diagnosis),
        environment=environment,
    )


def of_two_runs(found: TwoRuns, *, environment: Mapping[str, str] = os.environ) -> str:
    """The check run of a run beside an earlier one: it fails by either."""
    head = found.now.headline
    return _payload(
        title=f"{head.said}; {answer(found)}",
        summary=two_runs_markdown(found),
        passed=found.tone == "good" and head.outcome.tone == "good",
        found=notes(found.now.judged, found.now.verdict),
        environment=environment,
    )


def _payload(
    *,
    title: str,
    summary: str,
    passed: bool,
    found: Iterable[Note],
    environment: Mapping[str, str],
) -> str:
    kept = list(found)
    if len(kept) > MOST:
        summary += f"\n{len(kept) - MOST} more annotations are left out.\n"
    data: dict[str, Any] = {
        "name": "camhil",
        "status": "completed",
        # Never "neutral", which a protected branch takes for a success.
        "conclusion": "success" if passed else "failure",
        "output": {
            "title": title if len(title) <= _MOST_TITLE else f"{title[:_MOST_TITLE]}...",
            "summary": summary,
            "annotations": [_annotation(note) for note in kept[:MOST]],
        },
    }
    commit, url = _commit(environment), _url(environment)
    if commit:
        data["head_sha"] = commit
    if url:
        data["details_url"] = url
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _annotation(note: Note) -> dict[str, Any]:
    line = max(note.line, 1)
    return {
        # A path is demanded. What has no place stands at the workflows.
        "path": _in_repository(note.file) or ".github",
        "start_line": line,
        "end_line": line,
        "annotation_level": _LEVELS[note.level],
        "title": note.title[:_MOST_TITLE],
        "message": note.message,
    }


def _in_repository(file: str) -> str:
    """Without what leads out of the repository: an installed suite lies beside it."""
    path = Path(file)
    if not file or not (path.is_absolute() or ".." in path.parts):
        return path.as_posix() if file else ""
    if not path.is_absolute():
        path = Path.cwd() / path
    resolved = Path(os.path.normpath(path))
    if resolved.is_relative_to(Path.cwd()):
        return resolved.relative_to(Path.cwd()).as_posix()
    _, found, rest = path.as_posix().rpartition("/hil/suite/")
    return f"hil/suite/{rest}" if found else path.name


def _commit(environment: Mapping[str, str]) -> str:
    """The commit that was pushed. GITHUB_SHA of a pull request is that of a merge nobody made."""
    event = environment.get("GITHUB_EVENT_PATH", "")
    try:
        data = json.loads(Path(event).read_text(encoding="utf-8")) if event else {}
        return str(data["pull_request"]["head"]["sha"])
    except (OSError, ValueError, KeyError, TypeError):
        return environment.get("GITHUB_SHA", "")


def _url(environment: Mapping[str, str]) -> str:
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    server, repository, number = (environment.get(name, "") for name in names)
    if not (server and repository and number):
        return ""
    return f"{server}/{repository}/actions/runs/{number}"
