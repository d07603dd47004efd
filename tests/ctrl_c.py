"""A command that hears Ctrl-C, wherever the tests run."""

from __future__ import annotations

# What a shell starts in the background ignores it, and so does all that this starts.
HIL = (
    "-c",
    "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "runpy.run_module('hil', run_name='__main__', alter_sys=True)",
)
"""Arguments of python, in place of `-m hil`."""
