"""The command that puts claims to the test, with real worker processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from tests.commands.driven import ROOT
from tests.engine.false_claim import FALSE
from visualizer import cli
from visualizer.engine import claims, workers
from visualizer.engine.claims import Outcome

DEADLINE = 60.0  # seconds: a machine may be busy, but nothing may hang


COMMAND = """
import sys
from tests.engine import false_claim
from visualizer import cli
from visualizer.engine import claims

claims.CLAIMS = (getattr(false_claim, sys.argv[1]),)
raise SystemExit(cli.main(["demonstrate", "--seeds", "1", "--json"]))
"""


@pytest.fixture
def in_threads(monkeypatch):
    """Let experiments run in this process."""
    monkeypatch.setattr(workers, "workers", lambda count: ThreadPoolExecutor(1))


def test_what_does_not_hold_is_reported():
    command = [sys.executable, "-c", COMMAND, "FALSE"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=DEADLINE)
    assert (ended.returncode, ended.stderr) == (1, "")
    assert json.loads(ended.stdout) == [
        {
            "claim": FALSE.id,
            "statement": FALSE.statement,
            "source": FALSE.source,
            "measure": FALSE.measure,
            "criterion": FALSE.criterion,
            "effect": 0,
            "spread": 0,
            "seeds": 1,
            "seeds_held": 0,
            "held": False,
            "outcomes": [{"seed": 0, "effect": 0, "held": False, "figures": {"seed": 0}}],
        }
    ]


def test_a_reader_gets_a_table_and_a_terminal_the_progress(monkeypatch, capsys, in_threads):
    found = replace(FALSE, id="seeds-are-seeds", run=lambda seed: Outcome(float(seed), True, {}))
    monkeypatch.setattr(claims, "CLAIMS", (FALSE, found))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert cli.main(["demonstrate", found.id, found.id, "--seeds", "2"]) == 0
    out, err = capsys.readouterr()
    rows = [line.split() for line in out.splitlines()]
    assert [found.id, "yes", "2", "of", "2", "0.5", "0.7071"] in rows
    assert "2/2" in err and f"{found.id}, seed 1" in err and FALSE.id not in out
    assert cli.main(["demonstrate", "--seeds", "2"]) == 1
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [FALSE.id, "no", "0", "of", "2", "0", "0"] in rows


def test_the_list_makes_no_experiment(capsys):
    assert cli.main(["demonstrate", "--list", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [entry["claim"] for entry in found] == [claim.id for claim in claims.CLAIMS]
    assert cli.main(["demonstrate", "gan-mode-collapse", "--list"]) == 0
    out, _ = capsys.readouterr()
    assert out.startswith("gan-mode-collapse\n") and "lstm" not in out


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("gan-colapse", ["'gan-colapse'", "'gan-mode-collapse'"]),
        ("--seeds 0", ["'0'", "1 to 1000"]),
        ("--seeds -3", ["-3"]),
        ("--seeds 1e3", ["'1e3'", "1 to 1000"]),
        ("--seeds 1001", ["'1001'", "1 to 1000"]),
    ],
)
def test_mistakes_are_one_sentence(capsys, line, words):
    assert cli.main(["demonstrate", *line.split()]) == 2
    _, err = capsys.readouterr()
    assert err.startswith("visualizer: ") and err.count("\n") == 1
    assert all(word in err for word in words)


@pytest.mark.skipif(sys.platform != "linux", reason="children are read from /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=lambda number: number.name)
def test_no_process_is_left(number):
    command = [sys.executable, "-c", COMMAND, "UNDECIDED"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as begun:
        try:
            await_(lambda: any(map(is_at_work, workers_of(begun.pid))))
            children = workers_of(begun.pid)
            begun.send_signal(number)
            out, err = begun.communicate(timeout=DEADLINE)
        finally:
            begun.kill()  # one that has ended already is left alone
    assert out == "" and begun.returncode == (130 if number == signal.SIGINT else -number)
    assert number != signal.SIGINT or err == ""
    await_(lambda: not any(is_alive(worker) for worker in children))


def await_(met):
    """Wait until a condition is met; fail where it is not for very long."""
    end = time.monotonic() + DEADLINE
    while not met():
        assert time.monotonic() < end
        os.sched_yield()


def workers_of(process: int) -> list[int]:
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [int(child) for child in children if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text()]


def is_at_work(worker: int) -> bool:
    """Return whether a worker has begun to watch over the process that began it, in a second thread."""
    return len(list(Path(f"/proc/{worker}/task").iterdir())) > 1


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
