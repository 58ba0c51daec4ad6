"""What the gradient of all parameters costs: by backpropagation, and by a difference of losses for each of them."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial

import torch
from torch import Tensor, nn

from visualizer.core.errors import UserError
from visualizer.core.topics.chain_rule import Costs
from visualizer.engine.tracing import Loss

REPEATS = 15
MEASURED = 100  # parameters whose difference is really taken
STEP = 1e-3  # a nudge that float32 can see


def measure(twin: nn.Module, inputs: list[Tensor], loss: Loss) -> Iterator[Costs | None]:
    """Yield None while it measures and at last the costs; `twin` is a copy that nobody else uses.

    Raises UserError for a network without trainable parameters.
    """
    trainable = [parameter for parameter in twin.parameters() if parameter.requires_grad]
    count = sum(parameter.numel() for parameter in trainable)
    if not count:
        raise UserError("There is no gradient to be measured: no parameter of this network is trainable.")

    def forward() -> None:
        with torch.no_grad():
            loss(twin(*(tensor.clone() for tensor in inputs)))

    def backpropagation() -> None:
        torch.autograd.grad(loss(twin(*(tensor.clone() for tensor in inputs))), trainable, allow_unused=True)

    if not loss(twin(*(tensor.clone() for tensor in inputs))).requires_grad:
        raise UserError("There is no gradient to be measured: none comes back from the loss to a parameter.")
    times: dict[Callable[[], None], list[float]] = {forward: [], backpropagation: []}
    for _, (work, taken) in itertools.product(range(REPEATS), times.items()):  # by turns: a busy moment hits both
        taken.append(_seconds(work))
        yield None
    one, both = (statistics.median(taken[1:]) for taken in times.values())
    measured, seconds = 0, 0.0
    for tensor, place in itertools.islice(_elements(trainable), MEASURED):
        seconds += _seconds(partial(_difference, tensor, place, forward))
        measured += 1
        yield None
    yield Costs(
        trainable_count=count,
        passes=2 * count,
        forward=one,
        backpropagation=both,
        finite_differences=2 * count * one,
        measured_count=measured,
        measured=seconds,
        ratio=2 * count * one / both,
    )


def _seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _elements(parameters: list[nn.Parameter]) -> Iterator[tuple[Tensor, int]]:
    for parameter in parameters:
        flat = parameter.detach().reshape(-1)
        for place in range(len(flat)):
            yield flat, place


def _difference(flat: Tensor, place: int, forward: Callable[[], None]) -> None:
    before = flat[place].clone()
    for step in (STEP, -STEP):
        flat[place] = before + step
        forward()
    flat[place] = before
