from __future__ import annotations

import os
import subprocess
import sys
import types
from pathlib import Path

import pytest

from tests.commands.driven import ROOT, fails, python
from visualizer import cli
from visualizer.commands import train
from visualizer.core import catalogue, wire
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Ready
from visualizer.core.messages import Shutdown


@pytest.mark.parametrize("start", [["main.py"], ["-m", "visualizer"]])
def test_version_by_every_way_in(start):
    ended = python(*start, "--version")
    assert (ended.returncode, ended.stdout) == (0, "visualizer 0.1.0\n")


def test_help_imports_neither_torch_nor_qt():
    code = (
        "import sys; from visualizer.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'PySide6', 'numpy', 'visualizer.engine', 'visualizer.ui'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    ended = python("-c", code)
    assert ended.returncode == 0, ended.stderr
    assert all(command in ended.stdout for command in ("graph", "record", "train", "doctor"))


@pytest.fixture
def opened(monkeypatch):
    """What the window would have been opened with."""
    calls = []
    application = types.ModuleType("visualizer.ui.application")
    application.run = lambda *arguments: calls.append(arguments) or 0
    monkeypatch.setitem(sys.modules, "visualizer.ui.application", application)
    return calls


def test_no_command_opens_the_window(opened):
    assert cli.main([]) == 0
    assert cli.main(["--network", "mlp", "--theme", "light", "--size", "1280x720", "--screenshot", "out.png"]) == 0
    first, second = opened
    assert first == (Experiment(), None, None, None)
    assert second[1:] == ("light", (1280, 720), Path("out.png"))
    assert (second[0].network, second[0].dataset, second[0].weights) == ("mlp", "moons", "initial")
    assert second[0].learning_rate == catalogue.network("mlp").learning_rate


def test_the_window_takes_a_network_file(opened):
    assert cli.main(["--network", "own.py:Net", "--trust"]) == 0
    ((experiment, *_),) = opened
    assert (experiment.network, experiment.trusted, experiment.weights) == ("own.py:Net", True, "initial")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("grph mlp", ["'grph'", "'graph'"]),
        ("graph", ["NETWORK"]),
        ("graph mlpp", ["'mlpp'", "'mlp'"]),
        ("graph mlp --input 1y3", ["'1y3'", "1x3x32x32"]),
        ("graph mlp --input 0x2", ["'0x2'"]),
        ("graph mlp --inptu 1x2", ["--inptu"]),
        ("--theme pink", ["pink", "dark"]),
        ("--size big", ["'big'", "1600x900"]),
        ("--size 800x600", ["800x600", "1024x640"]),
        ("--screenshot /nowhere/x.png", ["/nowhere"]),
        ("--screenshot /", [".png"]),
        ("--screenshot x.jpg", ["x.jpg", ".png"]),
        ("train --network resnet", ["'resnet'", "'resnet20'"]),
        ("train --network mlp --dataset mouns", ["'mouns'", "'moons'"]),
        ("train --network mlp --optimizer adm", ["'adm'", "'adam'"]),
        ("train --network mlp --steps -1", ["-1"]),
        ("train --network mlp --learning-rate fast", ["'fast'"]),
        ("train --network mlp --learning-rate nan", ["nan"]),
        ("train --network mlp --batch-size 0", ["'0'", "full"]),
        ("train --network mlp --seed x", ["'x'"]),
        ("train --network mlp --freeze hiden1", ["'hiden1'", "'hidden1'"]),
        ("train --network mlp --weights none.safetensors", ["none.safetensors"]),
        ("train --network mlp --weights pretrained", ["mlp"]),
        ("train --network mlp --loss hinge", ["'hinge'"]),
        ("train --network mlp --loss mean-squared-error", ["mean-squared-error", "moons", "cross-entropy"]),
        ("train --network lstm --truncation -1", ["'-1'"]),
        ("train --network lstm --truncation 70000", ["70000", "65536"]),
        ("train --network mlp --truncation 4", ["--truncation", "lstm"]),
        ("train --network gan-2d --discriminator-steps 0", ["discriminator", "0 times", "1 to 50"]),
        ("train --network gan-2d --generator-steps many", ["'many'"]),
        ("train --network mlp --generator-steps 2", ["--generator-steps", "gan-2d"]),
        ("train --network gan-2d --drawing /nowhere/points.csv", ["/nowhere/points.csv"]),
        ("train --network lstm --dataset sunspots --weights pretrained", ["lstm", "names", "sunspots"]),
        ("train --network mlp --csv /nowhere/rows.csv", ["/nowhere"]),
        ("train --network mlp --save /", ["folder"]),
        ("train --network mlp --dataset mnist --steps 1", ["hidden1"]),
        ("train --network nothing.py:Net --dataset mnist", ["nothing.py"]),
        ("record mlp --output /nowhere/x.safetensors", ["/nowhere"]),
        ("record mlp --output /dev/null", ["ordinary"]),
        ("record mlp", ["--output"]),
        ("graph nothing.py:Net --trust", ["nothing.py"]),
    ],
)
def test_mistakes_are_one_sentence(run, line, words):
    fails(run(*line.split()), *words)


def test_the_points_to_learn_are_read_from_a_file(run, tmp_path):
    drawing = tmp_path / "points.csv"
    gan = ("train", "--network", "gan-2d", "--dataset", "drawn", "--steps", 1, "--drawing", drawing)
    drawing.write_text("\n".join(f"{place / 10},-1" for place in range(12)))
    code, _, _ = run(*gan, "--discriminator-steps", 3, "--generator-steps", 2)
    assert code == 0
    arguments = cli._parser().parse_args([*map(str, gan), "--discriminator-steps", "3", "--generator-steps", "2"])
    wanted = train.experiment(arguments)
    assert wanted.drawing == tuple((place / 10, -1.0) for place in range(12))
    assert (wanted.discriminator_steps, wanted.generator_steps) == (3, 2)
    drawing.write_text("0,0\n0.5,high\n")
    fails(run(*gan), "points.csv", "'0.5,high' in line 2")
    drawing.write_text("0,0\n")
    fails(run(*gan), "1 points")
    drawing.write_text("\n".join("0,9" for _ in range(12)))
    fails(run(*gan), "outside of the plane")


def test_a_truncated_run_is_another_run(run):
    whole = run("train", "--network", "lstm", "--dataset", "recall", "--steps", 3)[1]
    cut = run("train", "--network", "lstm", "--dataset", "recall", "--steps", 3, "--truncation", 5)[1]
    assert whole["loss"] != cut["loss"]


def test_ctrl_c_is_quiet(monkeypatch, capsys):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(train, "experiment", interrupted)
    assert cli.main(["train"]) == 130
    assert capsys.readouterr() == ("", "")


def test_a_broken_pipe_is_quiet():
    read, write = os.pipe()
    os.close(read)
    with subprocess.Popen(
        [sys.executable, "-m", "visualizer", "graph", "mlp"], cwd=ROOT, stdout=write, stderr=subprocess.PIPE
    ) as process:
        os.close(write)
        _, err = process.communicate(timeout=100)
    assert (process.returncode, err) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_an_output_that_finds_no_room_is_one_sentence():
    with open("/dev/full", "w") as full:
        process = subprocess.run(
            [sys.executable, "-m", "visualizer", "graph", "mlp"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert process.returncode == 2
    assert process.stderr == "visualizer: The output cannot be written: No space left on device.\n"


def test_engine_speaks_frames_until_its_commands_end(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-m", "visualizer", "engine", "--checkpoints", str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        decoder = wire.frame_decoder()
        (ready,) = decoder.feed(read_message(process.stdout))
        assert isinstance(ready, Ready)
        assert ready.process == process.pid
        _, err = process.communicate(wire.encode(Shutdown()), timeout=100)
    assert (process.returncode, err) == (0, b"")


def read_message(stream) -> bytes:
    head = stream.read(4)
    return head + stream.read(int.from_bytes(head, "little"))
