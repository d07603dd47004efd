"""What changed against an earlier run: baselines, and the comparison of two runs.

A `Snapshot` is what a run measured and what it was measured on; a baseline is a
snapshot in a file. `compare` puts two of them side by side, metric by metric. The history
of many runs is in `hil.store`.
"""
