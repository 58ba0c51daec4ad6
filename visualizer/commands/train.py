"""Train without a window: the same session, with numbers into a CSV file and weights into a safetensors file."""

from __future__ import annotations

import argparse
import math
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from visualizer.commands.arguments import add_network_options, count, seed
from visualizer.commands.experiments import to_be_trained
from visualizer.commands.output import only_json, writable
from visualizer.commands.own_options import add_own_options, own_options
from visualizer.commands.progress import Progress
from visualizer.commands.rows import rows
from visualizer.core import catalogue
from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment, patch

if TYPE_CHECKING:
    from visualizer.engine.session import TrainingSession
    from visualizer.engine.training import StepResult

NAME = "train"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_network_options(parser)
    optimizers = ", ".join(entry.id for entry in catalogue.OPTIMIZERS)
    losses = ", ".join(entry.id for entry in catalogue.LOSSES)
    parser.add_argument("--loss", metavar="ID", help=f"{losses}; default: what suits network and data")
    parser.add_argument("--optimizer", metavar="ID", help=f"{optimizers}; default: the network's own")
    parser.add_argument("--learning-rate", type=_rate, metavar="X", help="default: the network's or the optimizer's")
    parser.add_argument("--batch-size", type=_batch_size, metavar="N|full", help="default: the network's")
    parser.add_argument("--steps", type=count, metavar="N", help="default: one epoch")
    parser.add_argument("--seed", type=seed, default=0, metavar="N", help="default: 0")
    parser.add_argument(
        "--freeze",
        action="append",
        default=[],
        metavar="PATTERN",
        help="keep the modules whose path matches this shell pattern as they are; may be given several times",
    )
    parser.add_argument("--weights", metavar="FILE|pretrained", help="default: initial ones drawn from the seed")
    add_own_options(parser)
    parser.add_argument("--csv", type=writable, metavar="FILE", help="write a row of numbers for each step")
    parser.add_argument("--save", type=writable, metavar="FILE.safetensors", help="write the weights at the end")


def run(arguments: argparse.Namespace) -> int:
    """Train and print a summary; where the loss diverges, keep what is good and raise UserError."""
    with only_json() as show:
        show(_train(arguments))
    return 0


def _train(arguments: argparse.Namespace) -> dict[str, Any]:
    wanted = experiment(arguments)
    for path in ("csv", "save"):  # a stranger's network may go to another folder
        setattr(arguments, path, getattr(arguments, path) and getattr(arguments, path).absolute())
    import torch

    from visualizer.core.frames import Problem
    from visualizer.engine.session import TrainingSession

    torch.set_num_threads(1)
    session = TrainingSession()
    for frame in session.configure(wanted):
        if isinstance(frame, Problem):
            raise UserError(frame.sentence)
    steps = session.steps_per_epoch if arguments.steps is None else arguments.steps
    try:
        last = _run_steps(session, steps, arguments)
    finally:  # what is good is kept, also after Ctrl+C or where the loss has diverged
        if arguments.save is not None:
            session.save(arguments.save)
    return _summary(session, last)


def _run_steps(session: TrainingSession, steps: int, arguments: argparse.Namespace) -> StepResult | None:
    """Train and return what was measured in the last step."""
    result = None
    adversarial = catalogue.dataset(session.experiment.dataset).task == "generation"
    with (
        rows(arguments.csv, session.layers, session.steps_per_epoch, adversarial=adversarial) as write,
        Progress(steps) as progress,
        _interrupted_between_steps() as pause,
    ):
        while session.steps_done < steps:
            result = session.step()
            session.metrics()  # the rows that a window would take
            write(result)
            done = session.steps_done
            progress.show(done, f"loss {result.loss:.4g}  {progress.pace(done):.0f} steps/s")
            pause()
    _check_last_update(session)
    return result


def _check_last_update(session: TrainingSession) -> None:
    """Raise UserError, one step back, where the last update has led to numbers that no further step has met."""
    import torch

    if all(bool(torch.isfinite(parameter).all()) for parameter in session.network.parameters()):
        return
    last = session.steps_done
    for _ in session.seek(last - 1):
        pass
    raise UserError(f"Training diverged in update {last}, which was taken back: try a lower learning rate.")


@contextmanager
def _interrupted_between_steps() -> Iterator[Callable[[], None]]:
    """Give a function that raises KeyboardInterrupt if Ctrl+C or SIGTERM came; a step is always finished."""
    received: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _: received.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }

    def pause() -> None:
        if received:
            raise KeyboardInterrupt

    try:
        yield pause
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _summary(session: TrainingSession, last: StepResult | None) -> dict[str, Any]:
    from visualizer.commands.evaluation import held_out

    freezing = session.freezing()
    frozen = [layer for layer in freezing.layers if layer.frozen]
    validation_loss, validation_accuracy = held_out(session.network, session.training.data, session.experiment)
    return {
        "network": session.experiment.network,
        "dataset": session.experiment.dataset,
        "steps": session.steps_done,
        "loss": last.loss if last else None,
        "accuracy": _measured(last.accuracy) if last else None,
        "validation_loss": _measured(validation_loss),
        "validation_accuracy": _measured(validation_accuracy),
        "parameters": freezing.parameter_count,
        "trainable_parameters": freezing.trainable_count,
        "frozen": {layer.path: "verified" if layer.verified else "changed" for layer in frozen},
    }


def _measured(value: float) -> float | None:
    """Return a number that JSON can hold, None where there is none: a regression has no accuracy."""
    return value if math.isfinite(value) else None


def experiment(arguments: argparse.Namespace) -> Experiment:
    """Return the experiment that the arguments describe; what they leave open is the network's own choice."""
    own = to_be_trained(arguments)
    optimizer = arguments.optimizer or own.optimizer
    rate = own.learning_rate if optimizer == own.optimizer else catalogue.optimizer(optimizer).learning_rate
    return patch(
        own,
        weights=arguments.weights or "initial",
        loss=arguments.loss or own.loss,
        optimizer=optimizer,
        learning_rate=rate if arguments.learning_rate is None else arguments.learning_rate,
        batch_size=own.batch_size if arguments.batch_size is None else arguments.batch_size,
        seed=arguments.seed,
        frozen=tuple(arguments.freeze),
        **own_options(arguments),
    )


def _rate(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UserError(f"The learning rate '{text}' is no number.") from None


def _batch_size(text: str) -> int:
    if text == "full":
        return 0
    if not re.fullmatch(r"0*[1-9][0-9]{0,8}", text):
        raise UserError(f"The batch size '{text}' cannot be used: 1 to 65536, or 'full' for all training data.")
    return int(text)
