"""Numbers set by hand while an engine process runs: what it sends, and that the newest wins."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from msgspec.structs import replace

from tests.engine.driven import Engine
from visualizer.core import messages
from visualizer.core.experiment import Edit, Experiment
from visualizer.core.frames import Recording, Samples, Status
from visualizer.core.topics.neurons import Responses
from visualizer.engine.session import TrainingSession

MLP = Experiment(network="mlp", dataset="moons", weights="initial", learning_rate=0.02)


def edited(value: float) -> Experiment:
    return replace(MLP, edits=(Edit("hidden1.weight", (0, 0), value, 10),))


def rests_at(step: int):
    return lambda frame: frame.step == step and not frame.training


def weight(recording: Recording) -> float:
    return float(recording.parameters["hidden1.weight"].values[0, 0])


def test_a_drag_is_followed_at_once_and_an_edit_of_the_past_is_made_again(tmp_path: Path) -> None:
    engine = Engine(tmp_path)
    try:
        engine.send(messages.Configure(MLP), messages.Observe(True, live=("responses",)), messages.Seek(10))
        engine.expect(Status, rests_at(10))
        credit = (messages.Credit("recording"), messages.Credit("responses"))
        for number in range(1, 31):
            engine.send(messages.Configure(edited(float(number))))
        engine.send(*credit, messages.Browse(7000, 0))
        frames = engine.frames_until(Samples, lambda frame: frame.start == 7000)
        assert sum(isinstance(frame, Recording) for frame in frames) <= 2  # one waited for credit, and then the newest
        engine.send(*credit, messages.Record(0))
        assert weight(engine.expect(Recording, lambda frame: weight(frame) == 30.0)) == 30.0

        plain, with_edit = TrainingSession(), TrainingSession()
        plain.configure(MLP)
        with_edit.configure(edited(30.0))
        for session in (plain, with_edit):
            for _ in session.seek(15):
                pass
        for experiment, truth in ((edited(30.0), with_edit), (MLP, plain)):
            engine.send(messages.Configure(experiment), messages.Seek(15))
            engine.expect(Status, rests_at(15))
            engine.send(*credit, messages.Record(0))
            wanted = truth.network.hidden1.weight[0, 0].item()
            found = engine.expect(Recording, lambda frame, wanted=wanted: frame.step == 15 and weight(frame) == wanted)
            for name, parameter in truth.network.named_parameters():
                assert np.array_equal(found.parameters[name].values, parameter.detach().numpy())
        engine.send(*credit, messages.Configure(replace(MLP, learning_rate=0.03)))
        assert engine.expect(Responses).step == 15
    finally:
        engine.destroy()
