"""How well scores and locations agree with what is known of the images.

The formulas of intervals are in `hil.judge.stats`; what is good enough, in `hil.judge.gates`.
"""
