"""Compute for a window that speaks over stdin and stdout, as in `ssh HOST visualizer engine`."""

from __future__ import annotations

import argparse

NAME = "engine"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the engine's own options."""
    parser.add_argument("--checkpoints", metavar="DIR", help="folder for a file to go on from after a crash")


def run(arguments: argparse.Namespace) -> int:
    """Serve one window until it ends."""
    from visualizer.engine.__main__ import main

    main([] if arguments.checkpoints is None else ["--checkpoints", arguments.checkpoints])
    return 0
