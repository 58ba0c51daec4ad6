"""Every number of a recorded pass against autograd and against a plain run."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from tests.engine.zoo import ZOO, Specimen
from visualizer.engine.recording import Pass, record
from visualizer.engine.tracing.nested import tensors_in

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(params=list(ZOO), scope="module")
def specimen(request) -> Specimen:
    return ZOO[request.param]


def plain_run(specimen: Specimen) -> tuple[list[Tensor], Tensor, dict[str, Tensor], list[Tensor | None]]:
    """The same network run by hand, and its gradients from torch.autograd.grad."""
    network, inputs = specimen.build()
    leaves = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]
    torch.manual_seed(1)
    with torch.compiler.set_stance("force_eager"):
        output = network(*(x.clone() for x in leaves))
        loss = specimen.loss(output)
    parameters = dict(network.named_parameters())
    sources = [*parameters.values(), *(x for x in leaves if x.requires_grad)]
    gradients = torch.autograd.grad(loss, sources, allow_unused=True)
    of_parameters = {n: g for n, g in zip(parameters, gradients, strict=False) if g is not None}
    return tensors_in(output), loss, of_parameters, list(gradients[len(parameters) :])


def recorded(specimen: Specimen) -> Pass:
    network, inputs = specimen.build()
    torch.manual_seed(1)
    return record(network, inputs, specimen.loss)


def same(a: Tensor | None, b: Tensor | None) -> bool:
    return a is b is None or (a is not None and b is not None and torch.equal(a, b))


def assert_shares_add_up(seen: Pass, tolerance: float = 1e-6) -> None:
    shares: dict[str, list[Tensor]] = {}
    for edge in seen.graph.edges:
        shares.setdefault(edge.tensor, []).append(seen.edge_gradients.get(edge.id))
    for tensor, total in seen.gradients.items():
        if tensor != seen.graph.loss:
            found = sum((share for share in shares[tensor] if share is not None), torch.zeros_like(total))
            assert (found - total).abs().max() <= tolerance * max(total.abs().max(), 1e-30), tensor


def test_outputs_and_gradients_are_bit_equal_to_a_plain_run(specimen):
    output, loss, of_parameters, of_inputs = plain_run(specimen)
    seen = recorded(specimen)
    assert all(map(torch.equal, tensors_in(seen.output), output))
    assert torch.equal(seen.loss, loss)
    assert seen.parameter_gradients.keys() == of_parameters.keys()
    assert all(torch.equal(seen.parameter_gradients[name], of_parameters[name]) for name in of_parameters)
    assert all(map(same, seen.input_gradients, of_inputs))


def test_the_shares_on_the_edges_add_up_to_the_gradient(specimen):
    assert_shares_add_up(recorded(specimen))
