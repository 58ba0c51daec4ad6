from __future__ import annotations

import struct

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from visualizer.core import frames, messages, wire
from visualizer.core.experiment import Experiment
from visualizer.core.graph import NetworkGraph, Node

arrays_sent = arrays.arrays(
    st.sampled_from([np.float32, np.int64, np.uint8, np.bool_]),
    arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5),
)


def metrics(values: np.ndarray) -> frames.Metrics:
    steps = np.arange(len(values))
    return frames.Metrics(0, ["a"], steps, values, values, values, values, values[:, None])


@given(st.lists(st.integers(0, 50), min_size=1, max_size=4), st.integers(1, 200))
def test_messages_survive_any_cutting_of_the_bytes(sizes: list[int], portion: int) -> None:
    sent = [metrics(np.linspace(0, 1, size).astype(np.float32)) for size in sizes]
    data = b"".join(wire.encode(frame) for frame in sent)
    decoder = wire.frame_decoder()
    got = [frame for start in range(0, len(data), portion) for frame in decoder.feed(data[start : start + portion])]
    assert len(got) == len(sent)
    for one, other in zip(sent, got, strict=True):
        assert isinstance(other, frames.Metrics)
        np.testing.assert_array_equal(one.loss, other.loss)
        np.testing.assert_array_equal(one.gradient_norms, other.gradient_norms)


@given(arrays_sent)
def test_an_array_arrives_bit_for_bit(values: np.ndarray) -> None:
    sample = frames.Samples(0, values, np.zeros(0, np.int64), np.zeros(0, np.float32), [])
    (got,) = wire.frame_decoder().feed(wire.encode(sample))
    assert got.inputs.dtype == values.dtype
    assert got.inputs.shape == values.shape
    assert got.inputs.tobytes() == values.tobytes()


def test_arrays_that_do_not_lie_in_order_arrive_in_order() -> None:
    values = np.arange(24, dtype=np.float32).reshape(4, 6)
    for odd in (values.T, values[::2, ::-1], np.asfortranarray(values), values.astype(">f4")):
        (got,) = wire.frame_decoder().feed(wire.encode(frames.Samples(0, odd, np.zeros(1, np.int64), odd, [])))
        np.testing.assert_array_equal(got.inputs, odd)


COMMANDS = [
    messages.Configure(Experiment(network="mlp", frozen=("hidden1",))),
    messages.Step(3, "epoch"),
    messages.Explain("conv1", (1, 2, 3)),
    messages.Scan("path", 31, 0.5, 7),
    *(kind() for kind in (messages.Play, messages.Pause, messages.Reset, messages.Cancel, messages.Shutdown)),
    messages.Credit("recording"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)
def test_a_command_arrives_as_it_was_sent(command: messages.Command) -> None:
    assert wire.command_decoder().feed(wire.encode(command)) == [command]


def test_a_graph_keeps_its_numbers_and_lists() -> None:
    node = Node(
        "a",
        "operation",
        "conv2d",
        "a",
        "a",
        "Conv2d",
        [(1, 2)],
        attributes={"stride": [1, 1], "eps": 1e-5, "bias": True},
    )
    sent = frames.Configured(Experiment(), True, NetworkGraph([node], [], []), "regression", (), (1,), 1, 1, 1, 1, 1)
    assert wire.frame_decoder().feed(wire.encode(sent)) == [sent]


def framed(payload: bytes) -> bytes:
    return struct.pack("<I", len(payload)) + payload


@pytest.mark.parametrize(
    "data",
    [
        framed(b"\xc1"),
        framed(msgspec.msgpack.encode({"type": "Unheard"})),
        framed(msgspec.msgpack.encode({"type": "Heartbeat", "step": "three"})),
        framed(msgspec.msgpack.encode({"type": "Samples", "start": 0, "inputs": [1, 2], "targets": [1]})),
        struct.pack("<I", wire.LIMIT + 1),
    ],
    ids=["no msgpack", "unknown type", "wrong type", "a list for an array", "too long"],
)
def test_bytes_that_are_no_message_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # msgspec's own error is one of them
        wire.frame_decoder().feed(data)


def test_an_array_of_objects_is_neither_sent_nor_accepted() -> None:
    with pytest.raises(TypeError, match="cannot be sent"):
        wire.encode(frames.Samples(0, np.array([object()]), np.zeros(1, np.int64), np.zeros(0, np.float32), []))
    head = msgspec.msgpack.encode(("|O", (1,)))
    evil = msgspec.msgpack.Ext(1, struct.pack("<I", len(head)) + head + b"\0" * 8)
    with pytest.raises(ValueError):
        wire.frame_decoder().feed(
            framed(msgspec.msgpack.encode({"type": "Samples", "start": 0, "inputs": evil, "targets": evil}))
        )


def test_other_things_are_not_sent() -> None:
    with pytest.raises(TypeError, match="object cannot be sent"):
        wire.encode(object())
