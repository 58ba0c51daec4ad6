"""The command line: what is wanted, and what becomes of it when it goes wrong."""

from __future__ import annotations

import argparse
import errno
import os
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from visualizer.core.errors import UserError, one_line, unknown

USER_ERROR, INTERRUPTED, BROKEN_PIPE = 2, 130, 141  # the last two as a shell counts signals: 128 + SIGINT, SIGPIPE


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, or 2 after a sentence on stderr about what the user gave."""
    try:
        given = _parser().parse_args(arguments)
        code: int = given.run(given)
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except UserError as error:
        print(f"visualizer: {one_line(str(error))}", file=sys.stderr)
        return USER_ERROR
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return BROKEN_PIPE
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        _drop_output()
        print(f"visualizer: The output cannot be written: {error.strerror}.", file=sys.stderr)
        return USER_ERROR


def _drop_output() -> None:
    """Let what was not written go nowhere, as Python tries to write it once more at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one sentence, and name the nearest of the known choices."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._negative_number_matcher = re.compile(r"-[\d.,]")  # also -1e-3, and lists of numbers

    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message[0].upper()}{message[1:]}: see '{self.prog} --help'.")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            raise unknown(
                action.metavar if isinstance(action.metavar, str) else action.dest, str(value), action.choices
            )


def _parser() -> argparse.ArgumentParser:
    import visualizer  # here, where Ctrl+C is already answered quietly
    from visualizer import commands
    from visualizer.commands import window

    parser = _Parser(prog="visualizer", description=visualizer.__doc__, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"visualizer {visualizer.__version__}")
    window.add_arguments(parser)
    parser.set_defaults(run=window.run)
    found = parser.add_subparsers(title="without a window", metavar="command")
    for command in commands.COMMANDS:
        summary = (command.__doc__ or "").strip()
        below = found.add_parser(command.NAME, help=summary, description=summary, allow_abbrev=False)
        command.add_arguments(below)
        below.set_defaults(run=command.run)
    return parser
