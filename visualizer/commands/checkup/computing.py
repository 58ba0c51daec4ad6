"""torch: does it compute, and on how many threads."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from visualizer.commands.checkup.finding import Finding
from visualizer.commands.checkup.probes import ask


def computing() -> Iterator[Finding]:
    """Let torch compute in a child process."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    answer = ask("probe_torch")
    if answer.failure:
        remedy = f"install it again: {sys.executable} -m pip install --force-reinstall torch"
        yield Finding("torch", f"does not compute: {answer.failure}", remedy, fatal=True)
        return
    device = "the GPU is not used yet" if answer.facts["cuda"] else "on the CPU"
    one = "the engine computes on one, quickest for small networks"
    yield Finding("threads", f"{processors} processors; {one}; {device}")
