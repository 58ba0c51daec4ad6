"""The engine process: `python -m visualizer.engine`, spoken to over stdin and stdout."""

from __future__ import annotations

import argparse
import signal
from pathlib import Path

from visualizer.engine.channel import Inbox, Outbox, claim_standard_streams


def main(arguments: list[str] | None = None) -> None:
    """Serve one window until it ends."""
    parser = argparse.ArgumentParser(prog="visualizer engine", description="Computes for a window.")
    parser.add_argument("--checkpoints", type=Path, metavar="DIR", help="folder for a file to go on from after a crash")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C goes to the whole terminal; the window decides
    commands, frames = claim_standard_streams()
    inbox = Inbox(commands)

    import torch

    from visualizer.engine.server import Server

    torch.set_num_threads(1)
    Server(inbox, Outbox(frames), options.checkpoints).run()


if __name__ == "__main__":
    main()
