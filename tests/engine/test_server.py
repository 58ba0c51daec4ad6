"""The engine as a process: what a window sees of it through two pipes."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.engine.driven import Engine
from visualizer.core import messages
from visualizer.core.experiment import Experiment, patch
from visualizer.core.frames import (
    Checkpoint,
    Configured,
    Explanation,
    Freezing,
    Heartbeat,
    Metrics,
    Problem,
    Ready,
    Recording,
    Samples,
    Saved,
    Status,
    Surface,
)
from visualizer.engine.session import TrainingSession

MLP = Experiment(network="mlp", dataset="moons", weights="initial", learning_rate=0.02)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Engine]]:
    """Engines of a test's own, to be ended by it."""
    engines: list[Engine] = []

    def make() -> Engine:
        engines.append(Engine(tmp_path))
        return engines[-1]

    yield make
    for engine in engines:
        engine.destroy()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = Engine(tmp_path_factory.mktemp("checkpoints"))
    yield engine
    engine.destroy()


@pytest.fixture
def engine(shared: Engine, request: pytest.FixtureRequest) -> Engine:
    """One engine for all tests that leave it alive; it comes freshly configured, with all frames read."""
    fence = 10**6 + hash(request.node.name) % 10**6
    fresh = (messages.Observe(False), messages.Cancel(), messages.Configure(MLP), messages.Reset())
    credit = (messages.Credit("recording"), messages.Credit("surface"))
    shared.send(*fresh, *credit, messages.Browse(fence, 0))
    shared.expect(Samples, lambda frame: frame.start == fence)
    return shared


def at_rest(frame: Status) -> bool:
    return not frame.training


def test_a_window_configures_watches_and_ends_an_engine(start: Callable[[], Engine], tmp_path: Path) -> None:
    engine = start()
    ready = engine.expect(Ready)
    assert {"visualizer", "python", "torch", "numpy"} <= ready.versions.keys()
    engine.send(messages.Configure(patch(MLP, seed=1)), messages.Configure(MLP), messages.Observe(sample=2))
    configured = engine.expect(Configured)
    assert configured.experiment == MLP and configured.rebuilt  # of two in a row the newest counts
    assert [call.path for call in configured.graph.calls if call.path][:2] == ["hidden1", "tanh1"]
    assert {layer.path for layer in engine.expect(Freezing).layers} == {"hidden1", "hidden2", "output"}
    assert engine.expect(Metrics).from_step == 0

    engine.send(messages.Step(3))
    engine.send(messages.Credit("recording"))
    frames = engine.frames_until(Status, lambda frame: at_rest(frame) and frame.step == 3)
    assert [step for frame in frames if isinstance(frame, Metrics) for step in frame.steps] == [0, 1, 2]
    engine.send(messages.Credit("recording"))  # a slow machine has used the last one for a recording while training
    recording = engine.expect(Recording, lambda frame: frame.step == 3 and not frame.live)
    assert recording.sample == 2

    engine.send(
        messages.Explain("hidden2", (5,)), messages.Browse(4, 2), messages.Save(str(tmp_path / "w.safetensors"))
    )
    assert engine.expect(Explanation).result == pytest.approx(float(recording.activations["hidden2"].values[5]))
    assert engine.expect(Samples).inputs.shape == (2, 2)
    assert Path(engine.expect(Saved).path).is_file()

    engine.send(messages.Play())
    engine.expect(Status, lambda frame: frame.training and frame.step > 3)
    engine.send(messages.Credit("recording"))
    live = engine.expect(Recording, lambda frame: frame.live)
    assert live.step > 3
    engine.send(messages.Configure(patch(MLP, frozen=("hidden1",))))
    assert not engine.expect(Configured).rebuilt
    engine.send(messages.Pause(), messages.Credit("recording"))
    stopped = engine.expect(Status, at_rest)
    frozen = engine.expect(Freezing).layers[0]
    assert frozen.frozen and frozen.verified
    assert engine.expect(Recording, lambda frame: not frame.live).step == stopped.step

    engine.send(messages.Seek(1))
    assert engine.expect(Metrics).from_step == 1
    assert engine.expect(Status, at_rest).step == 1
    engine.send(messages.Reset())
    assert engine.expect(Configured).rebuilt
    engine.send(messages.Step(1, "epoch"))
    assert engine.expect(Status, at_rest).step == 0
    assert engine.expect(Status, at_rest).step == configured.steps_per_epoch
    engine.send(messages.Shutdown())
    code, said = engine.end()
    assert (code, said) == (0, "")


def test_heavy_frames_wait_for_credit(engine: Engine) -> None:
    engine.send(messages.Record(0), messages.Record(1))
    assert engine.expect(Recording).sample == 1
    engine.send(messages.Record(2), messages.Scan(resolution=9), messages.Browse(0, 1))
    assert not [frame for frame in engine.frames_until(Samples, lambda _: True) if isinstance(frame, Recording)]
    first = engine.expect(Surface)
    engine.send(messages.Record(3), messages.Browse(0, 1))
    assert not [
        frame for frame in engine.frames_until(Samples, lambda _: True) if isinstance(frame, Recording | Surface)
    ]
    engine.send(messages.Credit("recording"))
    assert engine.expect(Recording).sample == 3
    seen = [first]
    while not seen[-1].finished:
        engine.send(messages.Credit("surface"))
        seen.append(engine.expect(Surface))
    assert np.isfinite(seen[-1].values).all()
    assert [surface.progress for surface in seen] == sorted(surface.progress for surface in seen)


def test_a_cancelled_scan_sends_nothing_more(engine: Engine) -> None:
    engine.send(messages.Scan(resolution=101))
    engine.expect(Surface)
    engine.send(messages.Cancel(), messages.Credit("surface"), messages.Record(0))
    frames = engine.frames_until(Recording, lambda _: True)
    assert not [frame for frame in frames if isinstance(frame, Surface)]


def test_garbage_on_stdin_ends_the_engine_with_a_clear_line(start: Callable[[], Engine]) -> None:
    engine = start()
    engine.expect(Ready)
    engine.send_bytes(b"\x05\x00\x00\x00hello")
    code, said = engine.end()
    assert code == 2
    assert said.startswith("visualizer engine: what came on stdin is no command") and said.count("\n") == 1


def test_the_end_of_stdin_ends_a_training_engine(start: Callable[[], Engine]) -> None:
    engine = start()
    engine.send(messages.Configure(MLP), messages.Play())
    engine.expect(Status, lambda frame: frame.training)
    engine.close_stdin()
    assert engine.end() == (0, "")


def test_ctrl_c_is_for_the_window_and_sigterm_for_the_engine(start: Callable[[], Engine]) -> None:
    engine = start()
    engine.expect(Ready)
    engine.kill(signal.SIGINT)
    engine.send(messages.Pause())
    assert "configure an experiment first" in engine.expect(Problem).sentence
    engine.send(messages.Configure(MLP))
    engine.expect(Configured)
    engine.kill(signal.SIGTERM)
    assert engine.end()[0] == -signal.SIGTERM


def test_a_killed_engine_is_followed_by_one_that_goes_on_bit_for_bit(start: Callable[[], Engine]) -> None:
    experiment = Experiment(network="lenet", dataset="mnist", weights="initial", frozen=("conv2",))
    first = start()
    first.send(messages.Configure(experiment), messages.Play())
    saved = first.expect(Checkpoint)
    first.kill(signal.SIGKILL)
    assert first.end()[0] == -signal.SIGKILL
    second = start()
    second.send(messages.Restore(saved.path), messages.Configure(experiment), messages.Step(5))
    assert second.expect(Metrics).from_step == saved.step
    assert second.expect(Status).earliest == saved.step
    second.expect(Status, lambda frame: at_rest(frame) and frame.step == saved.step + 5)
    second.send(messages.Record(0))
    recording = second.expect(Recording)
    whole = TrainingSession()
    whole.configure(experiment)
    for _ in range(saved.step + 5):
        whole.step()
    for name, parameter in whole.network.named_parameters():
        assert np.array_equal(recording.parameters[name].values, parameter.detach().numpy())
    assert recording.loss == whole.record(0).loss


OWN = """
import os, sys, time
import torch
from torch import nn

print("building")

class Chatty(nn.Linear):
    def __init__(self):
        super().__init__(2, 2)

    def forward(self, x):
        print("forward")
        sys.__stdout__.write("and past sys.stdout")
        sys.__stdout__.flush()
        os.write(1, b"and past Python")
        return super().forward(x)

class Slow(nn.Linear):
    def __init__(self):
        super().__init__(2, 2)

    def forward(self, x):
        if self.training:
            time.sleep(2.5)
        return super().forward(x)

class Asking(nn.Linear):
    def __init__(self):
        input("name?")
        super().__init__(2, 2)

class Faulty(nn.Linear):
    def __init__(self):
        super().__init__(2, 2)

    def forward(self, x):
        if self.training:
            raise ValueError("not today")
        return super().forward(x)

class Steep(nn.Linear):
    def __init__(self):
        super().__init__(2, 2)

    def forward(self, x):
        return super().forward(x) ** 5
"""


@pytest.fixture
def own(tmp_path: Path) -> Callable[[str], Experiment]:
    path = tmp_path / "own.py"
    path.write_text(OWN)
    return lambda name: patch(MLP, network=f"{path}:{name}", trusted=True)


def test_a_network_that_prints_does_not_corrupt_the_frames(
    start: Callable[[], Engine], own: Callable[[str], Experiment]
) -> None:
    engine = start()
    engine.send(messages.Configure(own("Chatty")), messages.Step(3))
    assert engine.expect(Status, lambda frame: frame.step == 3)
    engine.send(messages.Shutdown())
    code, said = engine.end()
    assert code == 0 and "building" in said and "and past Python" in said


def test_a_network_that_reads_stdin_gets_nothing(engine: Engine, own: Callable[[str], Experiment]) -> None:
    engine.send(messages.Configure(own("Asking")))
    assert "EOFError" in engine.expect(Problem).sentence
    engine.send(messages.Configure(MLP))
    engine.expect(Configured)


def test_the_heart_beats_during_a_long_step(engine: Engine, own: Callable[[str], Experiment]) -> None:
    engine.send(messages.Configure(own("Slow")), messages.Step(1))
    engine.expect(Configured)
    frames = engine.frames_until(Metrics, lambda frame: len(frame.steps) == 1)
    busy = [frame.busy_seconds for frame in frames if isinstance(frame, Heartbeat)]
    assert len(busy) >= 2
    assert busy[-1] > 1  # two beats are a second apart, and the step lasted over both


def test_problems_are_told_and_the_engine_goes_on(engine: Engine, own: Callable[[str], Experiment]) -> None:
    engine.send(messages.Configure(own("Faulty")), messages.Play())
    problem = engine.expect(Problem)
    assert problem.kind == "input" and "step 0 failed with ValueError (not today)" in problem.sentence
    assert engine.expect(Status).step == 0
    engine.send(messages.Configure(patch(MLP, network="mlp", frozen=("nothing*",))))
    assert "nothing*" in engine.expect(Problem).sentence
    engine.send(messages.Configure(MLP), messages.Record(10**6))
    assert "no held-out sample 1000000" in engine.expect(Problem).sentence
    engine.send(messages.Observe(sample=10**6), messages.Step(100))
    assert "no held-out sample 1000000" in engine.expect(Problem).sentence
    engine.expect(Status, lambda frame: frame.step == 100)  # with no second Problem on the way
    engine.send(messages.Observe(False), messages.Reset(), messages.Explain("hidden1", (0,)))
    assert "record a sample" in engine.expect(Problem).sentence
    engine.send(messages.Restore("/nowhere/checkpoint.safetensors"))
    assert "/nowhere/checkpoint.safetensors" in engine.expect(Problem).sentence
    engine.send(messages.Configure(patch(MLP, optimizer="sgd", learning_rate=100.0)), messages.Play())
    engine.send(messages.Step(1))
    engine.expect(Status, lambda frame: at_rest(frame) and frame.step > 0)


def test_divergence_pauses_at_the_last_good_step(engine: Engine, own: Callable[[str], Experiment]) -> None:
    engine.send(messages.Configure(patch(own("Steep"), optimizer="sgd", learning_rate=100.0)), messages.Play())
    problem = engine.expect(Problem)
    assert problem.kind == "diverged" and problem.step > 0
    assert f"last good state is that of step {problem.step}" in problem.sentence
    assert engine.expect(Status, at_rest).step == problem.step


def test_a_checkpoint_folder_that_is_full_is_told_once(tmp_path: Path) -> None:
    engine = Engine(tmp_path / "missing")
    try:
        engine.send(messages.Configure(MLP), messages.Play())
        problem = engine.expect(Problem)
        assert "cannot be written" in problem.sentence and "No further checkpoints" in problem.sentence
        engine.send(messages.Pause())
        engine.expect(Status, at_rest)
    finally:
        engine.destroy()
