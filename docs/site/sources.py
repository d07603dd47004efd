"""The sources of the site: the pages of docs/, and what they link to elsewhere in the repository.

Pages link to each other, and to other files of the repository, by relative paths, so that they are
right where the repository is read as well. Whatever lies outside of docs/ comes along: a Markdown
file as a page, a picture as it is, any other text as a page that shows it.
"""

from __future__ import annotations

import posixpath
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = "docs/"

_LINK = re.compile(r"(?<=\]\()([^)\s#]+)(?=[#)])")
_CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
# A link whose text is the name of its page, as it reads well where files are read.
_NAME_OF_A_FILE = re.compile(r"\[[\w/.-]+\.md\]\($")
_AS_THEY_ARE = (".md", ".svg", ".png", ".jpg", ".webp", ".css")
_LANGUAGES = {".toml": "toml", ".py": "python", ".yml": "yaml"}


def links(text: str) -> Iterator[re.Match[str]]:
    """The targets of a page's links to other files, without anchors and without those in code."""
    code = [match.span() for match in _CODE.finditer(text)]
    for match in _LINK.finditer(text):
        inside = any(start <= match.start() < end for start, end in code)
        if not inside and not re.match(r"[a-z]+:", match[0]):
            yield match


def target_of(page: str, link: str) -> str:
    """The path in the repository that a link of `page`, a path there too, leads to."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), link))


def site_path(path: str) -> str:
    """The path among the site's sources of a file of the repository."""
    if path.startswith(DOCS):
        return path.removeprefix(DOCS)
    return path if posixpath.splitext(path)[1] in _AS_THEY_ARE else f"{path}.md"


def pages() -> tuple[str, ...]:
    """The pages of docs/, as paths in the repository."""
    return tuple(sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / DOCS).rglob("*.md")))


def assemble(folder: Path, more: tuple[str, ...]) -> None:
    """Writes all sources into a folder: the pages of docs/, `more`, and what these link to."""
    waiting, seen = [*pages(), *more], set[str]()
    while waiting:
        path = waiting.pop()
        if path in seen or path.startswith("..") or not (ROOT / path).is_file():
            continue
        seen.add(path)
        place = folder / site_path(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        if path.endswith(".md"):
            text = (ROOT / path).read_text("utf-8")
            place.write_text(_with_links_of_the_site(path, text), "utf-8")
            waiting += [target_of(path, match[0]) for match in links(text)]
        elif place.suffix == ".md":
            place.write_text(_shown(path), "utf-8")
        else:
            shutil.copyfile(ROOT / path, place)


def _with_links_of_the_site(page: str, text: str) -> str:
    here, parts, end = posixpath.dirname(site_path(page)), list[str](), 0
    for match in links(text):
        path = target_of(page, match[0])
        if (ROOT / path).is_file():
            parts += [text[end : match.start()], posixpath.relpath(site_path(path), here or ".")]
            end = match.end()
            parts[-2] = _NAME_OF_A_FILE.sub(lambda _, path=path: f"[{_title(path)}](", parts[-2])
    return "".join([*parts, text[end:]])


def _title(page: str) -> str:
    """What a page calls itself; without a heading its name."""
    heading = re.search(r"^# (.+)$", (ROOT / page).read_text("utf-8"), re.MULTILINE)
    return heading[1] if heading else posixpath.basename(page)


def _shown(path: str) -> str:
    """A page that shows a text file."""
    language = _LANGUAGES.get(posixpath.splitext(path)[1], "text")
    text = (ROOT / path).read_text("utf-8").rstrip("\n")
    return f"---\nsearch:\n  exclude: true\n---\n\n# {path}\n\n````{language}\n{text}\n````\n"
