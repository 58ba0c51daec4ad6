"""Processes beside this one that compute with one thread each."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from visualizer.core.errors import UserError


@contextmanager
def workers(count: int) -> Iterator[ProcessPoolExecutor]:
    """Give an executor with up to `count` processes, at most one for each core; none of them outlives the block.

    Left by an exception, as Ctrl+C is one, they end at once; they also end where this process is killed. Raises
    UserError where one of them was killed.
    """
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(
        min(count, _cores()), mp_context=multiprocessing.get_context("spawn"), initializer=_begin
    )
    try:
        yield pool
    except BaseException as error:
        for process in set(multiprocessing.active_children()) - others:
            process.kill()
        if isinstance(error, BrokenProcessPool):
            raise UserError("A worker process was ended from outside, perhaps as memory ran out: try again.") from error
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begin() -> None:
    """Leave Ctrl+C to the process that began this one, end with it, and compute with one thread."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import torch  # here, as Ctrl+C is already answered

    torch.set_num_threads(1)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
