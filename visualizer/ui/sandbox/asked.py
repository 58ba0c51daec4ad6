"""What an output of the sandbox can be asked: the products that it is the sum of."""

from __future__ import annotations

import numpy as np

from visualizer.core.convolution import Floats, Terms
from visualizer.core.frames import Factors, Products
from visualizer.core.numbers import whole
from visualizer.ui.explanations.questions import Told
from visualizer.ui.explanations.told import number_tex, told


def output_of(terms: Terms, place: tuple[int, int]) -> Told:
    """Return the question for one output."""
    title = f"y({place[0]}, {place[1]}) of the sandbox"
    products = Products(_given("x", terms.patch), _given("w", terms.weights), terms.inside)
    counted = int(terms.inside.sum())
    sentence = f"The sum of {whole(counted)} products of an input and its weight, both chosen on this page."
    numbers = f"= {number_tex(terms.result)}"
    return Told(
        title,
        lambda _: told(title, r"y = \sum_i x_i w_i", numbers, "sum(x * w)", sentence, terms.result, (), products),
    )


def _given(symbol: str, values: Floats) -> Factors:
    return Factors(symbol, values.astype(np.float32), "constant", "", np.zeros((*values.shape, 0), np.int64))
