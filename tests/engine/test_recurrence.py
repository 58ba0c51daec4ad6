"""Recurrent layers opened: every vector equals torch's own, every gradient autograd's of the whole network."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from visualizer.core.errors import UserError
from visualizer.engine.recording import Pass, record
from visualizer.engine.recurrence import recorded_call, recurrent_nodes, unroll
from visualizer.engine.recurrence.unrolling import Track

LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
CELLS = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}
FEATURES, UNITS = 3, 4


class Reader(nn.Module):
    """Output, and for good measure the final states, go on to the loss."""

    def __init__(self, kind: str, **options: object) -> None:
        super().__init__()
        self.layer = LAYERS[kind](FEATURES, UNITS, **options)

    def forward(self, sequence: Tensor) -> tuple[Tensor, ...]:
        output, final = self.layer(sequence)
        return (output, *final) if isinstance(final, tuple) else (output, final)


def weighted(outputs: tuple[Tensor, ...]) -> Tensor:
    """A loss to which each output has a weight of its own."""
    ramps = (torch.linspace(-1, 2, output.numel()).view_as(output) for output in outputs)
    return sum(((ramp * output).sum() for ramp, output in zip(ramps, outputs, strict=True)), torch.zeros(()))


def recorded(network: nn.Module, sequence: Tensor) -> Pass:
    return record(network.eval(), (sequence,), loss=weighted, input_gradient=False)


def opened(network: nn.Module, seen: Pass, layer: int = 0, reverse: bool = False, cuts: tuple = ()) -> Track:
    return unroll(recorded_call(seen, dict(network.named_parameters())), layer, reverse, cuts)


def cell_by_cell(kind: str, layer: nn.RNNBase, number: int, reverse: bool, track: Track) -> list[Tensor]:
    """The states of one layer by torch's own cell, read in its direction; leaves of a graph, in order of the steps."""
    cell = CELLS[kind](track.inputs.shape[-1], UNITS, bias=layer.bias)
    if kind == "rnn":
        cell.nonlinearity = layer.nonlinearity
    suffix = f"_l{number}" + ("_reverse" if reverse else "")
    cell.load_state_dict({name: getattr(layer, f"{name}{suffix}") for name in cell.state_dict()})
    steps = range(len(track.inputs))
    hidden: dict[int, Tensor] = {}
    state = (track.initial["h"], track.initial["c"]) if kind == "lstm" else track.initial["h"]
    for step in reversed(steps) if reverse else steps:
        state = cell(track.inputs[step], state)
        hidden[step] = state[0] if kind == "lstm" else state
    return [hidden[step] for step in steps]


shapes = st.fixed_dictionaries(
    {
        "num_layers": st.integers(1, 3),
        "bidirectional": st.booleans(),
        "bias": st.booleans(),
        "batch_first": st.booleans(),
    }
)


@settings(max_examples=40)
@given(kind=st.sampled_from(sorted(LAYERS)), options=shapes, steps=st.integers(1, 9), seed=st.integers(0, 2**31))
def test_an_unrolled_layer_equals_torch(kind: str, options: dict, steps: int, seed: int) -> None:
    torch.manual_seed(seed)
    network = Reader(kind, **options)
    shape = (1, steps, FEATURES) if options["batch_first"] else (steps, 1, FEATURES)
    sequence = torch.randn(shape)
    seen = recorded(network, sequence)
    (node,) = recurrent_nodes(seen.graph)
    assert (node.kind, node.layers, node.units) == (kind, options["num_layers"], UNITS)
    for number in range(options["num_layers"]):
        for reverse in (False, True) if options["bidirectional"] else (False,):
            track = opened(network, seen, number, reverse)
            assert track.difference < 1e-6
            truth = cell_by_cell(kind, network.layer, number, reverse, track)
            torch.testing.assert_close(track.vectors["h"], torch.stack(truth).detach(), rtol=0, atol=1e-6)
            if number == options["num_layers"] - 1:
                output = seen.output[0].transpose(0, 1) if options["batch_first"] else seen.output[0]
                own = output[..., UNITS:] if reverse else output[..., :UNITS]
                torch.testing.assert_close(track.vectors["h"], own, rtol=0, atol=1e-6)


@pytest.mark.parametrize("kind", sorted(LAYERS))
@pytest.mark.parametrize("reverse", [False, True])
def test_gradients_are_those_of_the_whole_network(kind: str, reverse: bool) -> None:
    # An upper layer's derivative by its gates gives that by its weights, which autograd knows of the real network.
    torch.manual_seed(1)
    network = Reader(kind, num_layers=2, bidirectional=True, batch_first=True)
    sequence = torch.randn(1, 6, FEATURES)
    seen = recorded(network, sequence)
    for number in range(2):
        track = opened(network, seen, number, reverse)
        suffix = f"layer.bias_ih_l{number}" + ("_reverse" if reverse else "")
        torch.testing.assert_close(bias_gradient(kind, track), seen.parameter_gradients[suffix], rtol=1e-5, atol=1e-6)


def bias_gradient(kind: str, track: Track) -> Tensor:
    """The gradient of the input bias, by hand: local derivatives of the gates times what comes back to them."""
    value, gradient = track.vectors, track.gradients
    sigmoid = {name: gradient[name] * value[name] * (1 - value[name]) for name in "ifozr" if name in value}
    tanh = {name: gradient[name] * (1 - value[name] ** 2) for name in "gn" if name in value}
    parts = {
        "rnn": lambda: [gradient["a"]],
        "lstm": lambda: [sigmoid["i"], sigmoid["f"], tanh["g"], sigmoid["o"]],
        "gru": lambda: [sigmoid["r"], sigmoid["z"], tanh["n"]],
    }[kind]()
    return torch.cat(parts, dim=-1).sum(dim=(0, 1))


@pytest.mark.parametrize("kind", sorted(LAYERS))
def test_the_gradient_of_each_hidden_state_is_autograds(kind: str) -> None:
    torch.manual_seed(2)
    network = Reader(kind)
    seen = recorded(network, torch.randn(7, 1, FEATURES))
    track = opened(network, seen)
    hidden = cell_by_cell(kind, network.layer, 0, False, track)
    output = torch.stack(hidden)
    node = recurrent_nodes(seen.graph)[0].id
    gradients = [seen.gradients[node], seen.gradients[f"{node}:1"]]
    start = [output, hidden[-1].unsqueeze(0)]
    if kind == "lstm":  # its final cell state counts as well: leave it out on both sides
        call = recorded_call(seen, dict(network.named_parameters()))
        call.result_gradients.pop(2)
        track = unroll(call)
    truth = torch.autograd.grad(start, hidden, gradients)
    torch.testing.assert_close(track.gradients["h"], torch.stack(truth), rtol=1e-5, atol=1e-6)


def test_a_finite_difference_agrees_with_the_gradient_of_a_cell_state() -> None:
    torch.manual_seed(3)
    network = Reader("lstm").double()
    sequence = torch.randn(5, 1, FEATURES).double()
    seen = recorded(network, sequence)
    track = opened(network, seen)
    rest = sequence[3:]

    def loss(cell: Tensor) -> Tensor:
        output, (hidden, last) = network.layer(rest, (track.vectors["h"][2:3], cell))
        whole = torch.cat([track.vectors["h"][:3], output])
        return weighted((whole, hidden, last))

    cell = track.vectors["c"][2:3]
    for unit in range(UNITS):
        step = torch.zeros_like(cell)
        step[..., unit] = 1e-6
        slope = (loss(cell + step) - loss(cell - step)) / 2e-6
        through_time = track.gradients["c"][2, 0, unit] - through_hidden(network, seen, track, unit)
        assert float(slope.detach()) == pytest.approx(float(through_time), rel=1e-5, abs=1e-7)


def through_hidden(network: nn.Module, seen: Pass, track: Track, unit: int) -> Tensor:
    """What reaches c_2 by way of h_2: dL/dh_2 times o_2 times the local derivative of tanh."""
    squashed = track.vectors["tanh(c)"][2, 0, unit]
    return track.gradients["h"][2, 0, unit] * track.vectors["o"][2, 0, unit] * (1 - squashed**2)


def test_relu_cells_and_learned_initial_states_are_unrolled() -> None:
    class Learned(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.RNN(FEATURES, UNITS, nonlinearity="relu")
            self.start = nn.Parameter(torch.randn(1, 1, UNITS))

        def forward(self, sequence: Tensor) -> tuple[Tensor, ...]:
            return self.layer(sequence, self.start)

    torch.manual_seed(4)
    network = Learned()
    track = opened(network, recorded(network, torch.randn(6, 1, FEATURES)))
    assert track.difference < 1e-6
    assert torch.equal(track.initial["h"], network.start[0].detach())
    assert float(track.vectors["h"].min()) == 0


@pytest.mark.parametrize("kind", sorted(LAYERS))
def test_a_cut_stops_the_gradient_at_the_border_of_a_window(kind: str) -> None:
    torch.manual_seed(5)
    network = Reader(kind, num_layers=2, batch_first=True)
    sequence = torch.randn(1, 7, FEATURES)
    seen = recorded(network, sequence)
    track = opened(network, seen, layer=0, cuts=(3, 6))

    network.zero_grad()
    state, outputs = None, []
    for window in sequence.split(3, dim=1):
        output, state = network.layer(window, state)
        outputs.append(output)
        last, state = state, detached(state)
    finals = last if isinstance(last, tuple) else (last,)
    weighted((torch.cat(outputs, dim=1), *finals)).backward()
    truth = network.layer.bias_ih_l0.grad
    torch.testing.assert_close(bias_gradient(kind, track), truth, rtol=1e-5, atol=1e-6)
    assert not torch.allclose(bias_gradient(kind, opened(network, seen)), truth, rtol=1e-3)


def detached(state: Tensor | tuple[Tensor, ...]) -> Tensor | tuple[Tensor, ...]:
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()


def test_no_gradient_comes_to_a_network_whose_parameters_are_frozen() -> None:
    network = Reader("gru").requires_grad_(False)
    assert opened(network, recorded(network, torch.randn(3, 1, FEATURES))).gradients == {}


def test_what_cannot_be_unrolled_is_refused_in_a_sentence() -> None:
    network = Reader("lstm", num_layers=2)
    sequence = torch.randn(3, 1, FEATURES)
    with pytest.raises(UserError, match="has no layer 2: it has the layers 0 to 1"):
        opened(network, recorded(network, sequence), layer=2)
    with pytest.raises(UserError, match="reads its sequence forward only"):
        opened(network, recorded(network, sequence), reverse=True)
    seen = recorded(network, sequence)
    with pytest.raises(UserError, match="'input' is 'input' and cannot be unrolled in time: layer/lstm can"):
        recorded_call(seen, dict(network.named_parameters()), "input")
    plain = nn.Sequential(nn.Linear(FEATURES, 2))
    seen = record(plain, (torch.randn(1, FEATURES),), loss=lambda output: output.sum())
    with pytest.raises(UserError, match="has no recurrent layer"):
        recorded_call(seen, dict(plain.named_parameters()))
    projected = Reader("lstm", proj_size=2)
    with pytest.raises(UserError, match="only layers with proj_size=0 can be unrolled"):
        opened(projected, recorded(projected, sequence))


def test_a_packed_sequence_is_refused() -> None:
    class Packing(Reader):
        def forward(self, sequence: Tensor) -> tuple[Tensor, ...]:
            packed = nn.utils.rnn.pack_padded_sequence(sequence, torch.tensor([2]))
            return self.layer(packed)[0].data, torch.zeros(1)

    network = Packing("gru")
    with pytest.raises(UserError, match="got a packed sequence"):
        opened(network, recorded(network, torch.randn(3, 1, FEATURES)))


def test_five_hundred_steps_are_unrolled() -> None:
    torch.manual_seed(6)
    network = Reader("lstm", batch_first=True)
    track = opened(network, recorded(network, torch.randn(1, 500, FEATURES)))
    assert track.difference < 1e-6 and track.vectors["c"].shape == (500, 1, UNITS)
