"""The report of 1,000 images: time to write, size of the file, time to open it in Chromium."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.result import Result
from hil_lab.fakes.recorded_run import recorded_run, write_run

IMAGES = 1000
WRITE_S, SIZE_MB, OPEN_S = 10.0, 30.0, 2.0


def run() -> list[Result]:
    """`hil report` as a user starts it, on facts with five wrong answers."""
    with tempfile.TemporaryDirectory() as name:
        facts = write_run(
            Path(name) / "facts.jsonl",
            recorded_run(
                IMAGES, faults={3: "score", 5: "location", 8: "cam", 9: "no map", 10: "stale"}
            ),
        )
        page = Path(name) / "page.html"
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "hil", "report", str(facts), "-o", str(page)],
            check=True,
            capture_output=True,
        )
        seconds = time.perf_counter() - start
        size = page.stat().st_size / 1e6
        detail = f"{IMAGES:,} images, reading the run included"
        results = [
            Result("report_write", seconds, "at most", WRITE_S, detail, "s"),
            Result("report_size", size, "at most", SIZE_MB, "one HTML file", "MB"),
        ]
        if shutil.which("chromium") is not None:
            opened = _open_s(page, Path(name) / "profile")
            detail = "from navigation to the first pictures drawn, headless Chromium"
            results.append(Result("report_open", opened, "at most", OPEN_S, detail, "s"))
        return results


def _open_s(page: Path, profile: Path) -> float:
    """The median of three."""
    from tests.report.chromium import open_page

    times = []
    with open_page(profile) as tab:
        tab.size(1280)
        for _ in range(3):
            start = time.perf_counter()
            tab.show(page)
            tab.run("document.getElementById('images').scrollIntoView({behavior: 'instant'})")
            tab.wait_for("document.querySelector('.card canvas') !== null")
            times.append(time.perf_counter() - start)
    return sorted(times)[1]
