"""Builds firmware for a chip with ESP-IDF, and holds it against its memory budget.

Knows no board: what one reports of its memory is given to it.
"""
