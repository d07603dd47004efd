"""A recorded run: what was measured, without verdicts, as JSON lines.

`hil.facts.run` declares the lines, `writer` appends them as they happen, `reader`
gives them back. Verdicts are not stored: they are a function of the facts and can
be made again, with other tolerances or gates, without a board.
"""

RERUN, FLAKY = "rerun", "flaky"
"""Outcomes of tests that pytest-rerunfailures runs again; see `hil.facts.records.TestRecord`."""

SKIPPED, XFAILED = "skipped", "xfailed"
"""Outcomes of tests that ask for a board, and that nobody can count as passed."""
