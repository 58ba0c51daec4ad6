"""Say what works here, what does not, and what to do about it."""

from __future__ import annotations

import argparse

NAME = "doctor"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take none."""


def run(arguments: argparse.Namespace) -> int:
    """Print what is found as it is found; return 1 where something keeps the program from working, else 0."""
    from visualizer.commands.checkup import CHECKS

    usable = True
    for check in CHECKS:
        for finding in check():
            print(f"{'!' if finding.remedy else ' '} {finding.subject:<20} {finding.fact}", flush=True)
            if finding.remedy:
                print(f"  {'':<20} -> {finding.remedy}", flush=True)
            usable = usable and not finding.fatal
    print("The visualizer can run here." if usable else "The visualizer cannot run here before this is mended.")
    return 0 if usable else 1
