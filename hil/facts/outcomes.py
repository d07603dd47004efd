"""Outcomes of tests that pytest lacks, or counts otherwise. Every pytest run imports this."""

RERUN, FLAKY = "rerun", "flaky"
"""Outcomes of tests that pytest-rerunfailures runs again; see `hil.facts.records.TestRecord`."""

SKIPPED, XFAILED = "skipped", "xfailed"
"""Outcomes of tests that ask for a board, and that nobody can count as passed."""
