"""The convolution of the sandbox against that of torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from visualizer.core.convolution import KERNELS, Setting, convolve, size_formula, terms
from visualizer.core.errors import UserError

settings = st.builds(Setting, st.integers(1, 5), st.integers(1, 4), st.integers(0, 4), st.integers(1, 3), st.booleans())


def by_torch(values: np.ndarray, weights: np.ndarray, setting: Setting) -> np.ndarray:
    given, kernel = torch.tensor(values)[None], torch.tensor(weights)
    sizes = {"stride": setting.stride, "padding": setting.padding, "dilation": setting.dilation}
    if setting.transposed:
        return functional.conv_transpose2d(given, kernel[:, None], **sizes)[0, 0].numpy()
    return functional.conv2d(given, kernel[None], **sizes)[0, 0].numpy()


@given(settings, st.integers(1, 3), st.integers(1, 9), st.integers(1, 9), st.integers(0, 99))
def test_it_is_what_torch_computes(setting: Setting, channels: int, height: int, width: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    values, weights = (
        random.normal(size=(channels, height, width)),
        random.normal(size=(channels, setting.kernel, setting.kernel)),
    )
    try:
        wanted = by_torch(values, weights, setting)
    except RuntimeError:
        with pytest.raises(UserError):
            convolve(values, weights, setting)
        return
    found = convolve(values, weights, setting)
    assert found.shape == wanted.shape == (setting.output_size(height), setting.output_size(width))
    np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-12)
    row, column = seed % found.shape[0], seed % found.shape[1]
    account = terms(values, weights, setting, row, column)
    assert account.result == pytest.approx(wanted[row, column], rel=1e-10, abs=1e-12)
    for channel, i, j in np.argwhere(account.inside):
        assert account.patch[channel, i, j] == values[channel, account.rows[i], account.columns[j]]


@given(settings, st.integers(1, 30))
def test_the_formula_says_the_size_or_a_sentence_says_why_not(setting: Setting, size: int) -> None:
    try:
        wanted = by_torch(np.zeros((1, size, size)), np.zeros((1, setting.kernel, setting.kernel)), setting).shape[0]
    except RuntimeError:
        with pytest.raises(UserError, match=r"^(The kernel|A padding) .*\.$"):
            size_formula(setting, size)
    else:
        assert size_formula(setting, size).endswith(f"= {wanted}")


def test_a_kernel_larger_than_its_input_is_told_what_would_fit() -> None:
    setting = Setting(kernel=5, dilation=2)
    with pytest.raises(UserError, match=r"kernel is 9 wide, its input of 4 with padding 0 only 4: a padding of 3"):
        setting.output_size(4)
    assert Setting(kernel=5, dilation=2, padding=3).output_size(4) == 2


def test_kernels_do_what_their_names_say() -> None:
    step = np.zeros((1, 5, 6))
    step[0, :, 3:] = 1
    kernels = {name: np.array([rows]) for name, rows in KERNELS.items()}
    assert (convolve(step, kernels["identity"], Setting()) == step[0, 1:-1, 1:-1]).all()
    assert convolve(step, kernels["vertical edges"], Setting())[1].tolist() == [0, 4, 4, 0]
    assert not convolve(step, kernels["horizontal edges"], Setting()).any()
    np.testing.assert_allclose(convolve(step, kernels["blur"], Setting())[1], [0, 1 / 3, 2 / 3, 1])
    for name in ("identity", "blur", "sharpen"):
        assert kernels[name].sum() == pytest.approx(1), name
    for name in ("vertical edges", "horizontal edges", "outline"):
        assert kernels[name].sum() == 0, name
