"""The graph of what ran: complete, stable, true to the code, and nothing left behind in torch."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch._dynamo import eval_frame
from torch.autograd import Function
from torch.nn import functional
from torch.nn.modules import module as torch_module

from tests.engine.zoo import ZOO
from visualizer.core.graph import NetworkGraph
from visualizer.engine.recording import record
from visualizer.engine.tracing import trace

pytestmark = [
    pytest.mark.filterwarnings(r"ignore:`torch.jit\.\w+` is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings(r"ignore:Using `torch.compile\(module\)` when there are global hooks:UserWarning"),
]


def traced(name: str) -> NetworkGraph:
    network, inputs = ZOO[name].build()
    return trace(network, inputs, loss=ZOO[name].loss)


def in_degrees(graph: NetworkGraph, operation: str) -> list[int]:
    nodes = [node for node in graph.nodes if node.operation == operation and node.call != "loss"]
    return [len(graph.incoming[node.id]) for node in nodes]


@pytest.mark.parametrize("name", ZOO)
def test_a_graph_has_unique_plain_ids_that_stay(name):
    graph = traced(name)
    ids = [node.id for node in graph.nodes]
    assert len(set(ids)) == len(ids) and all(ids)
    assert len({edge.id for edge in graph.edges}) == len(graph.edges)
    assert not any("->" in node or ":" in node for node in ids)
    assert len({call.id for call in graph.calls}) == len(graph.calls)
    assert graph == traced(name)


@pytest.mark.parametrize("name", ZOO)
def test_nodes_come_after_what_goes_into_them(name):
    graph = traced(name)
    place = {node.id: number for number, node in enumerate(graph.nodes)}
    assert all(place[edge.source] < place[edge.target] for edge in graph.edges)
    assert all(edge.output < len(graph.node[edge.source].shapes) for edge in graph.edges)
    assert all(graph.node[edge.source].shapes[edge.output] == edge.shape for edge in graph.edges)
    assert all(node.call in graph.call for node in graph.nodes)


@pytest.mark.parametrize("name", ZOO)
def test_tracing_and_recording_see_the_same_graph(name):
    network, inputs = ZOO[name].build()
    graph = record(network, inputs, ZOO[name].loss).graph
    network, inputs = ZOO[name].build()
    assert trace(network, inputs, loss=ZOO[name].loss) == graph


IN_DEGREES = {
    "resnet": {"add": [2] * 4},
    "in-place residual": {"add": [2]},
    "inception, dense": {"cat": [3, 2, 2, 2]},
    "u-net": {"cat": [2]},
    "hand-written lstm": {"cat": [2] * 7, "add": [2] * 7, "mul": [2] * 21},
    "transformer": {"add": [2, 2]},
    "dict output": {"add": [2], "mul": [1]},
    "autograd.Function": {"add": [2], "ClampedScale": [1]},
    "script module": {"add": [2]},
    "shared module": {"mul": [1], "add": [2]},  # x * x: one tensor, one edge
    "attention, buffer": {"cat": [2], "add": [1]},  # a buffer is named, not drawn
    "writes into views": {"setitem": [2], "add": [3]},  # the view, the summand, and the rest of the memory
    "gan": {"linear": [1] * 8},
}


@pytest.mark.parametrize("name", IN_DEGREES)
def test_each_operation_has_the_operands_written_in_the_code(name):
    graph = traced(name)
    assert {operation: in_degrees(graph, operation) for operation in IN_DEGREES[name]} == IN_DEGREES[name]


def test_names_follow_the_modules():
    graph = traced("resnet")
    assert graph.node["stages.0.0.conv1"].parameters == ["stages.0.0.conv1.weight"]
    assert graph.node["stages.0.0.conv1"].attributes["kernel_size"] == [3, 3]
    assert [edge.source for edge in graph.incoming["stages.1.0/add"]] == ["stages.1.0.bn2", "stages.1.0.shortcut.1"]
    assert [node.id for node in graph.nodes if node.call == ""] == ["input", "adaptive_avg_pool2d", "flatten"]
    assert graph.node["stages.0.0.bn1"].buffers == ["stages.0.0.bn1.running_mean", "stages.0.0.bn1.running_var"]
    assert graph.outputs == ["fc"]


def test_a_module_that_runs_twice_has_two_calls():
    graph = traced("shared module")
    assert graph.node["block.0"].module == graph.node["block.0#2"].module == "block.0"
    assert [edge.source for edge in graph.incoming["block.0#2"]] == ["block.2"]
    assert graph.call["block#2"].path == "block"


def test_a_tied_weight_goes_by_its_first_name():
    graph = traced("tied weights")
    assert graph.node["out"].parameters == graph.node["embedding"].parameters == ["embedding.weight"]
    assert graph.node["out"].parameter_count == 60


def test_decisions_are_shown_where_they_were_taken():
    graph = traced("data-dependent")
    decisions = [node for node in graph.nodes if node.kind == "decision"]
    assert [node.operation for node in decisions] == ["bool"] * 4
    assert [edge.source for edge in graph.incoming[decisions[0].id]] == ["gt"]
    ran = {node.id for node in graph.nodes}
    assert len(ran & {"positive", "negative"}) == 1


def test_what_python_cannot_see_is_opaque():
    class Hidden(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 4)

        def forward(self, x):
            h = self.fc(x)
            with torch._C.DisableTorchFunction():
                unseen = h * 2 + 1
            return unseen + h

    seen = record(Hidden(), [torch.randn(2, 4)], torch.sum)
    (node,) = (node for node in seen.graph.nodes if node.kind == "opaque")
    assert [edge.source for edge in seen.graph.incoming[node.id]] == ["fc"]
    assert torch.equal(seen.edge_gradients[f"fc->{node.id}"], torch.full((2, 4), 2.0))
    (script,) = (node for node in traced("script module").nodes if node.kind == "opaque")
    assert script.id == "first" and script.shapes == [(2, 4)] and len(script.parameters) == 2


def test_a_transform_is_an_opaque_part_of_its_module():
    class PerRow(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm, self.fc = nn.LayerNorm(4), nn.Linear(4, 4)

        def forward(self, x):
            return torch.func.vmap(lambda row: torch.tanh(self.fc(row)))(self.norm(x))

    network, x = nn.Sequential(PerRow(), nn.Linear(4, 2)), torch.randn(2, 4)
    seen = record(network, [x], torch.sum)
    assert [(node.id, node.kind) for node in seen.graph.nodes[:2]] == [("input", "input"), ("0", "opaque")]
    assert torch.equal(seen.edge_gradients["input->0"], seen.gradients["input"])
    assert trace(network, [x], loss=torch.sum) == seen.graph


class Doubling(Function):
    """Writes into its input."""

    @staticmethod
    def forward(ctx, x):
        ctx.mark_dirty(x.mul_(2))
        return x

    @staticmethod
    def backward(ctx, gradient):
        return gradient * 2


def test_hidden_code_that_writes_into_its_input_is_on_the_way():
    class InPlaceFunction(nn.Linear):
        def forward(self, x):
            h = super().forward(x)
            Doubling.apply(h)
            return h * 3

    graph = trace(InPlaceFunction(2, 2), [torch.ones(1, 2)])
    assert [edge.id for edge in graph.edges] == ["input->linear", "linear->Doubling", "Doubling->mul"]

    script = torch.jit.script(nn.ReLU(inplace=True))
    graph = trace(nn.Sequential(nn.Linear(2, 2), script, nn.Linear(2, 2)), [torch.ones(1, 2)])
    assert [edge.id for edge in graph.edges] == ["input->0", "0->1", "1->2"]
    assert graph.node["1"].kind == "opaque" and graph.node["1"].in_place


def test_tensors_that_nobody_saw_being_made():
    class Detour(nn.Module):
        def __init__(self):
            super().__init__()
            self.table = torch.ones(2)

        def forward(self, x):
            return torch.from_numpy(x.numpy() * 2) + self.table

    target = torch.zeros(1, 2)
    graph = trace(Detour(), [torch.ones(1, 2)], loss=lambda y: functional.mse_loss(y, target))
    kinds = {node.id: node.kind for node in graph.nodes if node.kind not in ("input", "operation")}
    assert kinds == {"numpy": "decision", "tensor": "opaque", "constant": "constant", "loss/target": "constant"}


def test_inputs_go_by_the_names_they_are_given_with():
    class Named(nn.Module):
        def forward(self, batch, mask, *, scale):
            return batch["tokens"] * mask * scale + batch["a:b->c"]

    batch = {"tokens": torch.ones(2), "a:b->c": torch.ones(2)}
    graph = trace(Named(), [batch, torch.ones(2)], {"scale": torch.ones(2)})
    assert [node.id for node in graph.nodes if node.kind == "input"] == ["tokens", "a_b_c", "input", "scale"]


def test_names_that_would_collide_are_counted():
    class Colliding(nn.Module):
        def __init__(self):
            super().__init__()
            self.input, self.add, self.loss = nn.Linear(2, 2), nn.Linear(2, 2), nn.Linear(2, 2)
            self.parts = nn.ModuleDict({"a:b": nn.Linear(2, 2), "a_b": nn.Linear(2, 2)})

        def forward(self, x):
            x = self.parts["a:b"](x) + self.parts["a_b"](x)
            return self.loss(self.add(self.input(x)) + x)

    graph = trace(Colliding(), [torch.ones(1, 2)], loss=torch.sum)
    ids = [node.id for node in graph.nodes]
    assert len(set(ids)) == len(ids)
    assert {"input", "input.2", "add", "add.2", "add.3", "loss", "parts.a_b", "parts.a_b.2"} <= set(ids)


# Failures.


def test_a_shape_error_names_the_layer_and_both_shapes():
    graph = trace(nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(6, 3)), [torch.randn(2, 4)])
    assert graph.error == (
        "Layer '2' (Linear) failed in linear with an input of shape 2×5 and 2.weight of shape 3×6: "
        "it takes 6 features, but gets 5."
    )
    assert [node.id for node in graph.nodes] == ["input", "0", "1", "2"]
    assert graph.node["2"].error and [edge.source for edge in graph.incoming["2"]] == ["1"]


@pytest.mark.parametrize(
    "layer, shape, reason",
    [
        (nn.Conv2d(3, 4, 3), (1, 2, 8, 8), "it takes 3 channels, but gets 2."),
        (nn.BatchNorm2d(3), (1, 2, 8, 8), "it takes 3 channels, but gets 2."),
        (nn.Conv2d(1, 4, 5), (1, 2, 2), "an input of 5×5 or more, or a smaller kernel, would fit."),
    ],
)
def test_a_shape_error_says_what_would_be_right(layer, shape, reason):
    assert trace(nn.Sequential(layer), [torch.randn(shape)]).error.endswith(reason)


def test_a_failed_trace_has_the_ids_of_a_whole_one():
    layers = [nn.Linear(4, 5), nn.BatchNorm1d(5), nn.Linear(6, 3)]
    assert [node.id for node in trace(nn.Sequential(*layers), [torch.randn(2, 4)]).nodes] == ["input", "0", "1", "2"]


def test_an_error_in_python_code_names_the_module_it_arose_in():
    class Broken(nn.Module):
        def forward(self, x):
            raise KeyError("weights")

    graph = trace(nn.Sequential(nn.Linear(2, 2), nn.Sequential(Broken())), [torch.ones(1, 2)])
    assert graph.error == "Layer '1.0' (Broken) stopped with KeyError at an input of shape 1×2: 'weights'."
    assert [node.id for node in graph.nodes] == ["input", "0"]


def test_an_error_in_the_loss_says_so():
    graph = trace(nn.Linear(2, 3), [torch.ones(1, 2)], loss=lambda y: y @ torch.ones(5, 5))
    assert graph.error.startswith("The loss failed in matmul with an input of shape 1×3 and an input of shape 5×5")


def test_an_error_that_the_network_catches_is_none():
    class Careful(nn.Module):
        def __init__(self):
            super().__init__()
            self.wrong, self.right = nn.Linear(3, 2), nn.Linear(2, 2)

        def forward(self, x):
            try:
                return self.wrong(x)
            except RuntimeError:
                return self.right(x)

    graph = trace(Careful(), [torch.ones(1, 2)])
    assert not graph.error and [node.id for node in graph.nodes] == ["input", "right"]


def test_a_network_that_cannot_bear_to_be_watched_is_one_opaque_node():
    class Shy(nn.Linear):
        def forward(self, x):
            if torch.overrides._get_current_function_mode() is not None:
                raise RuntimeError("somebody is watching")
            return super().forward(x)

    graph = trace(Shy(2, 3), [torch.ones(1, 2)])
    assert [(node.kind, node.shapes) for node in graph.nodes] == [("input", [(1, 2)]), ("opaque", [(1, 3)])]
    assert not graph.error


def test_a_network_that_needs_gradients_in_its_forward_is_traced():
    class Slope(nn.Module):
        def forward(self, x):
            (slope,) = torch.autograd.grad(x.pow(3).sum(), x, create_graph=True)
            return slope

    graph = trace(Slope(), [torch.ones(2)])
    assert not graph.error and graph.node["grad"].shapes == [(2,)]


# Nothing is left behind.


class Footprint:
    """Everything in torch and in a network that a pass could leave changed."""

    def __init__(self, network: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        self.state = (
            [name for name in vars(torch_module) if name.startswith("_global") and vars(torch_module)[name]],
            [vars(functional)[f"has_torch_function{end}"] for end in ("", "_unary", "_variadic")],
            vars(Function)["apply"],
            torch._C._len_torch_function_stack(),
            torch.is_grad_enabled(),
            eval_frame._stance.stance,
            [module.training for module in network.modules()],
            [(id(p), id(p.grad), p.requires_grad, p._backward_hooks) for p in network.parameters()],
            [(len(m._forward_hooks), len(m._forward_pre_hooks), len(m._backward_hooks)) for m in network.modules()],
            [(x._version, x.requires_grad, x._backward_hooks) for x in inputs],
        )


@pytest.mark.parametrize("name", ZOO)
def test_nothing_is_left_behind(name):
    network, inputs = ZOO[name].build()
    for parameter in list(network.parameters())[::2]:
        parameter.grad = torch.zeros_like(parameter)
    copies = [x.clone() for x in inputs]
    before = Footprint(network, inputs)
    trace(network, inputs, loss=ZOO[name].loss)
    record(network, inputs, ZOO[name].loss)
    assert Footprint(network, inputs).state == before.state
    assert all(map(torch.equal, inputs, copies))
    assert all(not p.grad.any() for p in network.parameters() if p.grad is not None)


class Failing(nn.Module):
    def __init__(self, fail_in: str) -> None:
        super().__init__()
        self.fc, self.fail_in = nn.Linear(2, 2), fail_in

    def forward(self, x):
        x = self.fc(x)
        return x @ torch.ones(7, 7) if self.fail_in == "forward" else x

    def loss(self, y):
        return y @ torch.ones(7, 7) if self.fail_in == "loss" else y.sum()


@pytest.mark.parametrize("fail_in", ["forward", "loss"])
def test_nothing_is_left_behind_by_a_failure(fail_in):
    network, inputs = Failing(fail_in), (torch.ones(1, 2),)
    before = Footprint(network, inputs)
    assert trace(network, inputs, loss=network.loss).error
    with pytest.raises(Exception, match="failed in matmul"):
        record(network, inputs, network.loss)
    assert Footprint(network, inputs).state == before.state


def test_no_hook_stays_on_a_tensor_that_the_network_keeps():
    class Keeping(nn.Linear):
        def forward(self, x):
            self.kept = super().forward(x)
            return self.kept * 2

    network = Keeping(2, 2)
    record(network, [torch.ones(1, 2)], torch.sum)
    assert not network.kept._backward_hooks


def test_random_numbers_are_drawn_as_in_a_plain_pass():
    network = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5))
    torch.manual_seed(3)
    network(torch.ones(1, 4))
    after = torch.get_rng_state()
    for run in (trace, lambda *given: record(*given, torch.sum)):
        torch.manual_seed(3)
        run(network, [torch.ones(1, 4)])
        assert torch.equal(torch.get_rng_state(), after)


def test_attention_is_opened_only_while_somebody_watches():
    operations = {node.operation for node in traced("transformer").nodes}
    assert "scaled_dot_product_attention" in operations and "multi_head_attention_forward" not in operations
