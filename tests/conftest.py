"""What every test is held to: it leaves no thread, no child process and no hook behind, and writes nothing at home."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

try:
    import torch
except ImportError:  # tests/core runs without torch
    torch = None

# a busy machine is no fault of the code
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def _children() -> set[int]:
    task = Path("/proc/self/task")
    if not task.is_dir():
        return set()
    found: set[int] = set()
    for listing in task.glob("*/children"):
        try:
            found |= {int(process) for process in listing.read_text().split()}
        except OSError:  # the thread has just ended
            continue
    return found


def _global_hooks() -> int:
    if torch is None:
        return 0
    from torch.nn.modules import module

    return sum(
        len(getattr(module, name))
        for name in ("_global_forward_hooks", "_global_forward_pre_hooks", "_global_backward_hooks")
    )


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    threads, children, hooks = set(threading.enumerate()), _children(), _global_hooks()
    yield
    left = [thread.name for thread in set(threading.enumerate()) - threads if not thread.daemon]
    assert not left, f"threads left running: {left}"
    assert _children() <= children, "a child process was left running"
    assert _global_hooks() == hooks, "a global module hook was left registered"


@pytest.fixture(scope="session", autouse=True)
def home_of_their_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "TORCHINDUCTOR_CACHE_DIR"):
            patch.setenv(name, str(home))
        yield


@pytest.fixture(scope="session", autouse=True)
def one_torch_thread() -> None:
    if torch is not None:
        torch.set_num_threads(1)
