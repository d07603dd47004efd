"""Facts, tolerances and verdicts: pure functions, no board and no interpreter."""
