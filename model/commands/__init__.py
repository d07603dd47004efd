"""One module a command of `python -m model`, each with `add(commands)`.

A module is imported to show its help, so that whatever is heavy is imported where
the command runs.
"""
