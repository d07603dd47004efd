"""Statistics that gates and comparisons rest on: intervals, and tests of two series.

Seeded, distribution-free, numpy only. They know numbers, no metric and no board.
"""
