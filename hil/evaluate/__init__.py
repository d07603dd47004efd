"""A labelled data set through a board (or the oracle alone), and how good the answers are.

See docs/evaluation.md.
"""
