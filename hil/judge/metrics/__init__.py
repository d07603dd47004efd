"""How well scores and locations agree with what is known of the images.

Counts and rates only: their intervals are in `hil.judge.stats`, limits in `hil.judge.gates`.
"""
