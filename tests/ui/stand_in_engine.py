"""A program that speaks the wire and behaves well or badly, as the first argument says."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

import numpy as np

from visualizer.core import messages, wire
from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Checkpoint, Configured, Frame, Heartbeat, Metrics, Problem, Ready, Status
from visualizer.core.graph import NetworkGraph

_one_at_a_time = threading.Lock()


def send(*frames: Frame) -> None:
    with _one_at_a_time:
        for frame in frames:
            sys.stdout.buffer.write(wire.encode(frame))
        sys.stdout.buffer.flush()


def configured(experiment: Experiment, rebuilt: bool) -> Configured:
    return Configured(
        experiment, rebuilt, NetworkGraph([], [], []), "classification", ("a", "b"), (2,), 100, 20, 10, 7, 7
    )


def metrics(step: int, from_step: int | None = None) -> Metrics:
    one = np.ones(1, np.float32)
    start = step if from_step is None else from_step
    return Metrics(start, ["layer"], np.array([step], np.int64), one, one, one, one, one.reshape(1, 1))


class Engine:
    def __init__(self, manner: str, checkpoints: Path) -> None:
        self.manner, self.checkpoints = manner, checkpoints
        self.experiment: Experiment | None = None
        self.step = 0

    def answer(self, command: messages.Command) -> None:
        match command:
            case messages.Configure(experiment):
                self.configure(experiment)
            case messages.Step(count):
                self.train(count)
            case messages.Restore(path):
                self.restore(Path(path))
            case messages.Explain():
                raise UserError("There is nothing to explain.")
            case messages.Shutdown():
                sys.exit(0)
            case messages.Cancel():
                self.misbehave()

    def configure(self, experiment: Experiment) -> None:
        if self.manner == "dies at once":
            os._exit(3)
        if experiment.seed == 13:
            raise UserError("The seed 13 is not liked here.")
        rebuilt = self.experiment is None or self.experiment.network != experiment.network
        self.experiment = experiment
        self.step = 0 if rebuilt else self.step
        send(configured(experiment, rebuilt), Status(False, self.step, 0, 0.0))

    def restore(self, path: Path) -> None:
        if not path.is_file():
            raise UserError(f"The checkpoint {path} cannot be read.")
        self.step, self.experiment = int(path.read_text()), Experiment()
        send(configured(self.experiment, True), Status(False, self.step, 0, 0.0))

    def train(self, count: int) -> None:
        self.step += count
        path = self.checkpoints / "checkpoint"
        path.write_text(str(self.step))
        send(Checkpoint(str(path), self.step), metrics(self.step), Status(False, self.step, 0, 0.0))

    def misbehave(self) -> None:
        if self.manner == "garbage":
            sys.stdout.buffer.write(b"\x05\x00\x00\x00hello")
            sys.stdout.buffer.flush()
        elif self.manner == "hangs":
            os.kill(os.getpid(), signal.SIGSTOP)


def main() -> None:
    engine = Engine(sys.argv[1], Path(sys.argv[2]))
    print("the stand-in starts", file=sys.stderr, flush=True)
    send(Ready({"stand-in": "1"}, os.getpid()))
    beat = threading.Event()

    def heart() -> None:
        while not beat.wait(0.05):
            send(Heartbeat(engine.step))

    threading.Thread(target=heart, daemon=True).start()
    decoder = wire.command_decoder()
    while data := os.read(0, 1 << 16):
        for command in decoder.feed(data):
            try:
                engine.answer(command)
            except UserError as error:
                send(Problem("input", str(error), command=type(command).__name__))


if __name__ == "__main__":
    main()
