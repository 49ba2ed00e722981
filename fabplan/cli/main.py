"""Entry point: runs a command and turns whatever happens into an exit code and one clear message."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

import click

from fabplan.cli.faults import report
from fabplan.cli.group import group

INTERRUPTED, BROKEN_PIPE, TERMINATED = 130, 141, 143


class Terminated(BaseException):
    """The system asks fabplan to end; raised so that the writer cleans up."""


def main() -> NoReturn:
    """The console script."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line.

    Returns
    -------
    0 done; 1 the request cannot be met; 2 bad input; 70 a bug; 130, 141, 143 interrupted, nobody reads, terminated
    """
    _prepare()
    try:
        code = _run(arguments)
        sys.stdout.flush()
        return code
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except Terminated:
        return TERMINATED
    except BrokenPipeError:
        _forget_output()
        return BROKEN_PIPE
    except OSError as fault:  # standard output is full or closed
        _forget_output()
        return report(fault, as_json=False, debug="--debug" in arguments)


def _run(arguments: Sequence[str]) -> int:
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    try:
        code = group.main(args=list(arguments), prog_name="fabplan", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except BrokenPipeError:
        raise
    except SystemExit:  # click's own answer to a broken pipe
        raise BrokenPipeError from None
    except click.exceptions.Exit as fault:
        return fault.exit_code
    except click.Abort:
        raise
    except Exception as fault:
        return report(fault, as_json="--json" in options, debug="--debug" in options, words=options)


def _prepare() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    with contextlib.suppress(ValueError):  # not in the main thread: then nobody sends us the signal
        signal.signal(signal.SIGTERM, _terminate)


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated


def _forget_output() -> None:
    """Keep the interpreter from flushing into a closed pipe once more when it ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
