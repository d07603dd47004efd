"""Runs a command: every way in which it may end has its exit code, none a traceback."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Callable
from typing import NoReturn

from hil.base.host_error import host_error
from hil.errors import ExitCode, HilError


class Parser(argparse.ArgumentParser):
    """Ends with this harness's code for wrong usage, not with argparse's 2."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(ExitCode.USAGE, f"{self.prog}: {message}\n")


def run_command(run: Callable[[], int], show: Callable[[HilError], None]) -> int:
    """The exit code of `run`; an error is told by `show`.

    Where the reader of the output has gone (`| head`), the rest is not written, and the
    exit code is the one of the run: whoever reads a line only must not take it for a pass.
    """
    for stream in (sys.stdout, sys.stderr):
        # A file's name need not be text in the terminal's encoding.
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        code = int(run())
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except HilError as error:
        show(error)
        return int(error.exit_code)
    except KeyboardInterrupt:
        with contextlib.suppress(OSError):
            print("interrupted", file=sys.stderr)
        return int(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # Nobody reads on, and what the run would have ended with is not known.
        return int(ExitCode.INFRASTRUCTURE)
    except OSError as cause:
        with contextlib.suppress(OSError):
            show(host_error(cause))
        return int(ExitCode.INFRASTRUCTURE)
    finally:
        try:
            if sys.stdout is not None:
                sys.stdout.flush()
        except OSError:
            discard_output()  # or Python would end with 120 when it flushes again


def discard_output() -> None:
    """Sends the rest of standard output nowhere."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
