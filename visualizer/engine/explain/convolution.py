"""y = W * x + b (cross-correlation) and its transpose, one number at a time, in one, two or three dimensions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from visualizer.core.frames import Products
from visualizer.engine.explain.element import Account, Call, Element, Place, Places, Share, Source, product
from visualizer.engine.explain.linear import bias_operands, summed
from visualizer.engine.explain.window import Window, sliding

OPERATIONS = ("conv1d", "conv2d", "conv3d")
TRANSPOSED = ("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")


def explain(element: Element) -> Account:
    """Explain one output as a sum of products of a patch of the input channels of its group with one kernel."""
    inputs, weight = _inputs_and_weight(element)
    sample, output, *at = element.place
    kernel = weight.tensor.shape[1:]
    window = sliding(element, kernel[1:]).seen_from(at, inputs.tensor.shape[2:])
    first_channel = output // (len(weight.tensor) // _groups(element)) * kernel[0]
    channels = np.arange(first_channel, first_channel + kernel[0])
    products = _products(inputs, "x", sample, channels, window, weight, _kernel_places(kernel, output))
    bias = bias_operands(element, output)
    return Account(
        "b + sum(w * x)" if bias else "sum(w * x)",
        _sentence(products, output, bool(bias)),
        bias,
        products,
        formula=_formula(element, (first_channel, *window.start), bool(bias)),
    )


def explain_transposed(element: Element) -> Account:
    """Explain one output as the sum of what the inputs below the kernel have spread onto it."""
    inputs, weight = _inputs_and_weight(element)
    sample, output, *at = element.place
    channels, per_group = len(weight.tensor) // _groups(element), weight.tensor.shape[1]
    first_channel = output // per_group * channels
    window = sliding(element, weight.tensor.shape[2:]).seeing(at, inputs.tensor.shape[2:])
    chosen = np.arange(first_channel, first_channel + channels)
    places = _slice_places(chosen, output % per_group, weight.tensor.shape[2:])
    products = _products(inputs, "x", sample, chosen, window, weight, places)
    bias = bias_operands(element, output)
    said = f"The sum of what {int(products.inside.sum())} inputs spread onto this place, each through its weight"
    said += f"{', plus the bias' if bias else ''}."
    return Account("b + sum(w * x)" if bias else "sum(w * x)", said, bias, products)


def share(asked: Share) -> Account:
    """Explain the gradient of an input, a weight or a bias of a convolution."""
    inputs, weight = _inputs_and_weight(asked)
    if asked.argument == 2:
        return summed(asked, asked.place[0], 1)
    if asked.argument == 1:
        output, channel, *offset = asked.place
        first = output // (len(weight.tensor) // _groups(asked)) * weight.tensor.shape[1]
        return _weight_share(asked, asked.gradient, output, inputs, first + channel, offset)
    sample, channel, *at = asked.place
    per_group, outputs = weight.tensor.shape[1], len(weight.tensor) // _groups(asked)
    group = channel // per_group
    chosen = np.arange(group * outputs, (group + 1) * outputs)
    window = sliding(asked, weight.tensor.shape[2:]).seeing(at, asked.output.shape[2:])
    places = _slice_places(chosen, channel % per_group, weight.tensor.shape[2:])
    products = _products(asked.gradient, "g", sample, chosen, window, weight, places)
    said = f"The {int(products.inside.sum())} outputs that see this input send their gradients back through the kernels"
    return Account("sum(g * w)", f"{said}.", products=products)


def share_transposed(asked: Share) -> Account:
    """Explain the gradient of an input, a weight or a bias of a transposed convolution."""
    inputs, weight = _inputs_and_weight(asked)
    if asked.argument == 2:
        return summed(asked, asked.place[0], 1)
    per_group, channels = weight.tensor.shape[1], len(weight.tensor) // _groups(asked)
    if asked.argument == 1:
        channel, output, *offset = asked.place
        whole = channel // channels * per_group + output
        return _weight_share(asked, inputs, channel, asked.gradient, whole, offset)
    sample, channel, *at = asked.place
    window = sliding(asked, weight.tensor.shape[2:]).seen_from(at, asked.output.shape[2:])
    chosen = np.arange(per_group) + channel // channels * per_group
    places = _kernel_places(weight.tensor.shape[1:], channel)
    products = _products(asked.gradient, "g", sample, chosen, window, weight, places)
    said = f"The {int(products.inside.sum())} outputs that this input was spread onto send their gradients back."
    return Account("sum(g * w)", said, products=products)


def _weight_share(
    asked: Share, small: Source, small_channel: int, wide: Source, wide_channel: int, offset: Sequence[int]
) -> Account:
    """Pair each place of the slower picture with the place of the other that this weight of the kernel joins it to."""
    weight = asked.given[1].tensor
    slide = sliding(asked, weight.shape[2:])
    positions, sizes = [], wide.tensor.shape[2:]
    steps = zip(offset, small.tensor.shape[2:], slide.stride, slide.padding, slide.dilation, strict=True)
    for at, size, stride, padding, dilation in steps:
        positions.append(np.arange(size) * stride - padding + dilation * at)
    joined = Window(positions, sizes)
    picture = Window([np.arange(size) for size in small.tensor.shape[2:]], small.tensor.shape[2:])
    samples = np.arange(len(small.tensor))
    inside = np.broadcast_to(joined.inside, (len(samples), *joined.inside.shape)).copy()
    at_small = _placed(samples, small_channel, picture.places)
    at_wide = _placed(samples, wide_channel, joined.places)
    if small is asked.gradient:
        products = product(small.factors("g", at_small, inside), wide.factors("x", at_wide, inside), inside)
    else:
        products = product(wide.factors("g", at_wide, inside), small.factors("x", at_small, inside), inside)
    said = f"At {int(inside.sum())} places this weight was multiplied with an input; each adds gradient times input."
    return Account("sum(g * x)", said, products=products)


def _inputs_and_weight(call: Call) -> tuple[Source, Source]:
    if not 2 <= len(call.given) <= 3:
        raise call.unexplained("it is not known which of its inputs are the weights")
    inputs, weight = call.given[:2]
    if inputs.tensor.dim() != weight.tensor.dim():
        raise call.unexplained("it ran without a batch dimension")
    return inputs, weight


def _groups(call: Call) -> int:
    return int(call.number_of("groups", 1))


def _products(
    read: Source, symbol: str, sample: int, channels: npt.NDArray[np.int64], window: Window, weight: Source, at: Places
) -> Products:
    """Multiply a window in some channels of one sample with those weights."""
    inside = np.broadcast_to(window.inside, (len(channels), *window.inside.shape)).copy()
    places = np.stack([_placed(np.array([sample]), int(channel), window.places)[0] for channel in channels])
    return product(read.factors(symbol, places, inside), weight.factors("w", at), inside)


def _placed(samples: npt.NDArray[np.int64], channel: int, places: Places) -> Places:
    """Return (samples, *shape, 2 + axes): each place in one channel of each sample."""
    heads = np.stack([samples, np.full_like(samples, channel)], axis=-1)
    shape = (len(samples), *places.shape[:-1])
    head = np.broadcast_to(heads.reshape(len(samples), *[1] * (places.ndim - 1), 2), (*shape, 2))
    return np.concatenate([head, np.broadcast_to(places, (*shape, places.shape[-1]))], axis=-1)


def _kernel_places(kernel: Sequence[int], output: int) -> Places:
    """Return the places of one whole kernel, (channels, *sizes, rank)."""
    places = np.moveaxis(np.indices(kernel), 0, -1).astype(np.int64)
    return np.concatenate([np.full((*kernel, 1), output, np.int64), places], axis=-1)


def _slice_places(first: npt.NDArray[np.int64], second: int, sizes: Sequence[int]) -> Places:
    """Return the places of the kernels of several channels at one channel of the other side."""
    places = np.moveaxis(np.indices(sizes), 0, -1).astype(np.int64)
    return _placed(first, second, places)


def _formula(element: Element, start: Place, has_bias: bool) -> str:
    _, output, *at = element.place
    axes = len(at)
    gaps = ["" if gap == 1 else str(gap) for gap in (1, *element.per_axis("dilation", [1] * axes, axes))]
    letters = "cijk"[: axes + 1]
    read = [
        f"{first}+{gap}{letter}" if first else gap + letter
        for first, gap, letter in zip(start, gaps, letters, strict=True)
    ]
    here = ",".join(map(str, (output, *at)))
    summed_over = ",".join(letters)
    head = f"b_{{{output}}} + " if has_bias else ""
    return rf"y_{{{here}}} = {head}\sum_{{{summed_over}}} w_{{{output},{summed_over}}} \, x_{{{','.join(read)}}}"


def _sentence(products: Products, output: int, has_bias: bool) -> str:
    size = "×".join(map(str, products.inside.shape))
    start = products.first.indices.reshape(-1, products.first.indices.shape[-1])[0, 1:]
    said = f"A patch of {size} inputs from ({', '.join(map(str, start.tolist()))}) on, times kernel "
    said += f"{output}, summed{', plus the bias' if has_bias else ''}"
    padded = int(np.count_nonzero(~products.inside))
    return f"{said}; {padded} of the inputs are zero padding." if padded else f"{said}."
