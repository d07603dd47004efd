"""What is measured: every metric declared once, and the numbers of a recorded run by metric.

Whether they are good enough is for `hil.judge.gates` and `hil.judge.baseline`.
"""
