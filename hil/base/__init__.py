"""What every room stands on: deadlines, files, tables of text, exit codes. Knows no board.

Not a place for what has a room of its own.
"""
