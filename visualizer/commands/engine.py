"""Compute for a window that speaks over stdin and stdout, as in `ssh HOST visualizer engine`."""

from __future__ import annotations

import argparse

NAME = "engine"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Leave all options to the engine."""
    parser.add_argument("options", nargs=argparse.REMAINDER, help="see 'python -m visualizer.engine --help'")


def run(arguments: argparse.Namespace) -> int:
    """Serve one window until it ends."""
    from visualizer.engine.__main__ import main

    main(arguments.options)
    return 0
