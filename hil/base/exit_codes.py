"""`python -m hil.base.exit_codes COMMAND CODE`: says what an exit code means, and ends with it.

For make, which ends with 2 whatever a command ended with.
"""

from __future__ import annotations

import sys

from hil.errors import ExitCode


def sentence(command: str, code: int) -> str:
    """One line; also for a code that is not this harness's."""
    try:
        meaning = ExitCode(code).meaning
    except ValueError:
        meaning = f"ended by signal {code - 128}" if code > 128 else "not one of camhil's"
    return f"{command}: exit code {code}: {meaning}"


def main(command: str, code: str) -> int:
    """Prints the sentence; returns the code."""
    print(sentence(command, int(code)))
    return int(code)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
