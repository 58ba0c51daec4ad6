"""One operation as one expression of PyTorch."""

from __future__ import annotations

from collections.abc import Callable

from visualizer.core.graph import NetworkGraph, Node
from visualizer.core.script.names import Names


class Written:
    """A node whose inputs go by their variables; `given` has them in the order of the arguments."""

    def __init__(self, graph: NetworkGraph, node: Node, names: Names) -> None:
        self.node = node
        edges = graph.incoming[node.id]
        self.inputs = [names[edge.tensor] for edge in edges]
        self.parameters = [names[name] for name in node.parameters]
        self.buffers = [names[name] for name in node.buffers]
        places = {edge.argument: names[edge.tensor] for edge in edges}
        own = [*self.parameters, *self.buffers]
        self.given: list[str] = []
        for place in range(max(places, default=-1) + 1 + len(own)):
            if place in places:
                self.given.append(places[place])
            elif own:
                self.given.append(own.pop(0))

    def keywords(self, *names: str) -> list[str]:
        """Return those arguments that are known, as `name=value`, without what goes without saying."""
        known = self.node.attributes
        return [f"{name}={_value(known[name])}" for name in names if name in known and not _usual(name, known[name])]


def expression(graph: NetworkGraph, node: Node, names: Names) -> str:
    """Return the right-hand side of the line that computes a node, "" where no single line does."""
    writer = _WRITERS.get(node.operation)
    if writer is None or node.kind != "operation":
        return ""
    return writer(Written(graph, node, names))


def _value(value: object) -> str:
    return repr(tuple(value)) if isinstance(value, list) else repr(value)


def _usual(name: str, value: object) -> bool:
    values = value if isinstance(value, list) else [value]
    return name in _USUAL and all(one == _USUAL[name] for one in values)


_USUAL = {
    "padding": 0, "output_padding": 0, "dilation": 1, "groups": 1, "ceil_mode": False, "count_include_pad": True,
    "is_causal": False, "reduction": "mean", "label_smoothing": 0.0, "ignore_index": -100,
}  # fmt: skip
RECURRENT = {"rnn_tanh": 1, "rnn_relu": 1, "gru": 1, "lstm": 2}
"""Fused recurrent operations and how many states each carries."""


def _functional(*attributes: str, module: str = "F") -> Callable[[Written], str]:
    """Return a writer of a call with all tensors first and these attributes as keywords."""

    def write(written: Written) -> str:
        given = ", ".join([*written.given, *written.keywords(*attributes)])
        return f"{module}.{written.node.operation}({given})"

    return write


def _convolution(*attributes: str) -> Callable[[Written], str]:
    call = _functional(*attributes)

    def write(written: Written) -> str:
        return call(written) if written.node.attributes.get("padding_mode", "zeros") == "zeros" else ""

    return write


def _binary(sign: str, *, turned: bool = False) -> Callable[[Written], str]:
    def write(written: Written) -> str:
        given, other = list(written.given), written.node.attributes.get("other")
        if written.node.attributes.get("alpha", 1) != 1 or written.node.attributes.get("rounding_mode"):
            return ""
        if len(given) == 1:
            given.append(repr(other) if other is not None else given[0])  # a tensor with itself is one edge
        if len(given) != 2:
            return ""
        left, right = reversed(given) if turned else given
        return f"{left} {sign} {right}"

    return write


def _batch_norm(written: Written) -> str:
    if len(written.buffers) < 2:
        return ""
    given = [*written.inputs, *written.buffers[:2], *written.parameters, *written.keywords("eps")]
    return f"F.batch_norm({', '.join(given)})"


def _layer_norm(written: Written) -> str:
    shape = written.node.attributes.get("normalized_shape")
    if shape is None or len(written.inputs) != 1:
        return ""
    return f"F.layer_norm({', '.join([*written.inputs, _value(shape), *written.parameters, *written.keywords('eps')])})"


def _joined(written: Written) -> str:
    listed = f"[{', '.join(written.given)}]"
    return f"torch.{written.node.operation}({', '.join([listed, *written.keywords('dim')])})"


def _method(*attributes: str) -> Callable[[Written], str]:
    def write(written: Written) -> str:
        given = ", ".join([*written.given[1:], *written.keywords(*attributes)])
        return f"{written.given[0]}.{written.node.operation}({given})"

    return write


def _shaped(name: str) -> Callable[[Written], str]:
    def write(written: Written) -> str:
        sizes = written.node.attributes.get(name)
        return f"{written.given[0]}.{written.node.operation}({_value(sizes)})" if sizes is not None else ""

    return write


def _reshaped(written: Written) -> str:
    return f"{written.given[0]}.reshape({_value(list(written.node.shape))})"


def _indexed(written: Written) -> str:
    index = str(written.node.attributes.get("index", "tensor"))
    return "" if "tensor" in index or len(written.given) != 1 else f"{written.given[0]}[{index}]"


def _dropout(written: Written) -> str:
    return f"F.dropout({written.given[0]}, training=False)"


def _padded(written: Written) -> str:
    if "pad" not in written.node.attributes:
        return ""
    return f"F.pad({', '.join([*written.given, *written.keywords('pad', 'mode', 'value')])})"


def _maximum(written: Written) -> str:
    sizes = written.keywords("kernel_size", "stride", "padding", "dilation", "ceil_mode")
    name = written.node.operation.removesuffix("_with_indices")
    return f"F.{name}({', '.join([*written.given, *sizes])})" if len(written.node.shapes) == 1 else ""


def _recurrent(written: Written) -> str:
    node, known = written.node, written.node.attributes
    sequence, *states = written.inputs
    if len(states) != RECURRENT[node.operation] or "hidden_size" not in known:
        return ""
    given = f"({', '.join(states)})" if len(states) > 1 else states[0]
    settings = {"has_biases": "bias", "num_layers": "num_layers", "dropout": "dropout", "train": "",
                "bidirectional": "bidirectional", "batch_first": "batch_first"}  # fmt: skip
    said = ", ".join(f"{name}={known.get(source, False)!r}" for name, source in settings.items())
    return f"torch.{node.operation}({sequence}, {given}, [{', '.join(written.parameters)}], {said})"


_CONV = ("stride", "padding", "dilation", "groups")
_WRITERS: dict[str, Callable[[Written], str]] = {
    "linear": _functional(),
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), _convolution(*_CONV)),
    **dict.fromkeys(
        ("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"),
        _convolution("stride", "padding", "output_padding", "groups", "dilation"),
    ),
    **dict.fromkeys(("relu", "tanh", "sigmoid", "exp", "log", "sqrt", "abs", "neg"), _functional(module="torch")),
    **dict.fromkeys(("silu", "relu6", "softsign", "mish", "selu", "hardswish", "hardsigmoid"), _functional()),
    "leaky_relu": _functional("negative_slope"),
    "elu": _functional("alpha"),
    "gelu": _functional("approximate"),
    "softplus": _functional("beta", "threshold"),
    "hardtanh": _functional("min_val", "max_val"),
    **dict.fromkeys([f"max_pool{axes}d{suffix}" for axes in (1, 2, 3) for suffix in ("", "_with_indices")], _maximum),
    **dict.fromkeys(
        ("avg_pool1d", "avg_pool2d", "avg_pool3d"),
        _functional("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override"),
    ),
    **dict.fromkeys(("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_max_pool2d"), _functional("output_size")),
    "batch_norm": _batch_norm,
    "layer_norm": _layer_norm,
    "add": _binary("+"),
    "sub": _binary("-"),
    "rsub": _binary("-", turned=True),
    "mul": _binary("*"),
    "div": _binary("/"),
    "rdiv": _binary("/", turned=True),
    "matmul": _binary("@"),
    "pow": _functional("exponent", module="torch"),
    **dict.fromkeys(("cat", "stack"), _joined),
    **dict.fromkeys(("mean", "sum"), _method("dim", "keepdim")),
    **dict.fromkeys(("squeeze", "unsqueeze", "softmax", "log_softmax"), _method("dim")),
    **dict.fromkeys(("chunk",), _method("chunks", "dim")),
    "transpose": _method("dim0", "dim1"),
    "permute": _shaped("dims"),
    **dict.fromkeys(("flatten", "unflatten", "view", "reshape"), _reshaped),
    "contiguous": _method(),
    "getitem": _indexed,
    **dict.fromkeys(("dropout", "dropout1d", "dropout2d"), _dropout),
    "pad": _padded,
    **dict.fromkeys(RECURRENT, _recurrent),
    "scaled_dot_product_attention": _functional("is_causal"),
    "embedding": _functional(),
    "cross_entropy": _functional("reduction", "label_smoothing", "ignore_index"),
    "mse_loss": _functional("reduction"),
}
