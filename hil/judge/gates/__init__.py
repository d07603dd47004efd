"""Gates: limits as data, and a verdict that a sample has to earn.

What is measured and how it is called is in `hil.judge.measure`.
"""
