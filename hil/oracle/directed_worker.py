"""The child of `hil.oracle.directed`: `python -m hil.oracle.directed_worker DIRECTORY`.

Reads network and starts from the directory and writes there what was found.
"""

from __future__ import annotations

import dataclasses
import json
import pickle
import sys
from pathlib import Path

from hil.oracle.directed import FOUND, TASK, search


def main(folder: Path) -> None:
    found = search(*pickle.loads((folder / TASK).read_bytes()))
    (folder / FOUND).write_text(json.dumps(dataclasses.asdict(found)), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
