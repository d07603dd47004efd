"""Makes the examples of docs/diagnosis.md: the tool's own text for seeded faults."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from hil.diagnose import diagnose
from hil.diagnose.show import lines
from hil.facts.reader import read_run
from hil_lab.faults.proof import prove
from hil_lab.faults.registry import find_fault

DOCUMENT = Path(__file__).with_name("diagnosis.md")
BLOCK = re.compile(r"(<!-- (?P<fault>[a-z0-9-]+) -->\n```\n).*?(```\n)", re.DOTALL)


def example(fault: str) -> str:
    """What is printed after a run of the whole suite under a fault."""
    with tempfile.TemporaryDirectory() as folder:
        prove(find_fault(fault), Path(folder))
        found = diagnose(read_run(Path(folder) / "facts.jsonl"))
    return "".join(f"{line.text}\n" for line in lines(found))


def main() -> int:
    """Rewrites the examples."""
    text = DOCUMENT.read_text("utf-8")
    made = BLOCK.sub(lambda m: f"{m[1]}{example(m['fault'])}{m[3]}", text)
    DOCUMENT.write_text(made, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
