"""Verdicts: the facts of a run against oracle, tolerances, gates and baselines.

Functions of facts. It asks no board and no interpreter, names no cause (`hil.diagnose`)
and draws nothing (`hil.report`).
"""
