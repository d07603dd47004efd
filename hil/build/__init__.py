"""Builds firmware for a chip with ESP-IDF, and holds it against its memory budget.

Knows no board: what one reports of its memory is given to it.

`map_file`, `budget`, `usage`, `table` and `check` also run in ESP-IDF's own Python, as a
step of the build: they use the standard library alone, as of Python 3.8.
"""
