"""All derivatives for the price of a few forward passes, however many parameters there are."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from visualizer.core import catalogue
from visualizer.core.experiment import Experiment
from visualizer.core.topics.chain_rule import Costs
from visualizer.engine import losses
from visualizer.engine.chain_rule.cost import measure
from visualizer.engine.claims.claim import Claim, Outcome
from visualizer.engine.claims.counting import count
from visualizer.engine.construction import construct
from visualizer.engine.tracing import Loss

BOUND = 3  # forward passes
BY_THE_CLOCK = 10
NETWORKS = tuple(entry.id for entry in catalogue.NETWORKS)


def run(seed: int, networks: tuple[str, ...] = NETWORKS) -> Outcome:
    """Compare both ways to the gradient in networks that ship, with weights and a sample that follow from the seed."""
    figures: dict[str, float] = {}
    savings, held = [], True
    for name in networks:
        network, sample, loss = _prepared(name, seed)
        operations, with_backward = _operations(network, sample, loss)
        costs = _costs(network, sample, loss)
        price = with_backward / operations
        savings.append(costs.passes / price)
        held = held and price <= BOUND and costs.ratio > BY_THE_CLOCK
        figures[f"{name}: forward passes for finite differences"] = costs.passes
        figures[f"{name}: operations of backpropagation, in forward passes"] = price
    return Outcome(effect=min(savings), held=held, figures=figures)


def _prepared(name: str, seed: int) -> tuple[nn.Module, Tensor, Loss]:
    """Return a network in eval mode, one held-out sample (1, ...) and the loss of an output for it."""
    entry = catalogue.network(name)
    experiment = Experiment(
        network=name,
        dataset=entry.dataset,
        weights="initial",
        loss=catalogue.loss_for(name, entry.dataset),
        seed=seed,
    )
    built = construct(experiment)
    place = seed % len(built.data.validation_inputs)
    target, loss = built.data.validation_targets[place : place + 1], losses.loss(experiment.loss)
    return built.network, built.data.validation_inputs[place : place + 1], lambda output: loss(output, target)


def _operations(network: nn.Module, sample: Tensor, loss: Loss) -> tuple[int, int]:
    """Return the multiplications and additions in the products of a forward pass, and of one with its gradient.

    They are counted in float64, for which no recurrent layer is fused into one operation that hides its products.
    """
    exact, inputs = copy.deepcopy(network).double(), sample.double()

    def forward() -> None:
        with torch.no_grad():
            loss(exact(inputs))

    def backpropagation() -> None:
        torch.autograd.grad(loss(exact(inputs)), list(exact.parameters()), allow_unused=True)

    return count(forward), count(backpropagation)


def _costs(network: nn.Module, sample: Tensor, loss: Loss) -> Costs:
    """Return what both ways take by the clock."""
    (costs,) = [found for found in measure(network, [sample], loss) if found is not None]
    return costs


CLAIM = Claim(
    id="backpropagation-is-cheap",
    statement=(
        "Backpropagation gives the gradient of all parameters for the price of at most three forward passes, however "
        "many parameters there are; central finite differences need two forward passes for each of them."
    ),
    source=(
        "Linnainmaa 1976; Rumelhart, Hinton and Williams 1986; "
        "a bound that no number of parameters changes: Baur and Strassen 1983"
    ),
    measure=(
        "operations of finite differences over operations of backpropagation with its forward pass, counted in matrix "
        "products and convolutions; the smallest of all networks that ship"
    ),
    criterion=(
        f"in every network at most {BOUND} forward passes of operations, and, by the clock (medians), finite "
        f"differences more than {BY_THE_CLOCK} times as slow"
    ),
    run=run,
)
