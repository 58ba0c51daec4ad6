"""Samples for any noise, and the discriminator's opinion of any sample."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from visualizer.core.errors import UserError
from visualizer.core.numbers import shape_text
from visualizer.core.topics.adversarial import Array, Imagined, Judgement
from visualizer.engine.adversarial.training import AdversarialTraining
from visualizer.engine.adversarial.view import minus_gradient

Vectors = npt.NDArray[np.float64]
MOST = 256  # samples at once


def imagine(training: AdversarialTraining, noise: Array) -> Imagined:
    """Return what the generator makes of noise (count, noise); raise UserError for noise that does not fit."""
    if noise.ndim != 2 or noise.shape[1] != training.noise_size or not 1 <= len(noise) <= MOST:
        raise UserError(
            f"The noise has the shape {shape_text(noise.shape)}, but the generator takes "
            f"1 to {MOST} rows of {training.noise_size} numbers."
        )
    if not np.isfinite(noise).all():
        raise UserError("The noise holds NaN or infinite values: all of its numbers have to be finite.")
    given = torch.tensor(noise, dtype=torch.float32)
    samples = training.imagine(given)
    with training.freezer.evaluating(), torch.no_grad():
        judgements = training.loss.judgement(training.discriminator(samples))[:, 0]
    return Imagined(training.steps_done, given.numpy(), samples.numpy(), judgements.numpy())


def walk(training: AdversarialTraining, start: Sequence[float], end: Sequence[float], places: int) -> Imagined:
    """Return samples on the way between two noise vectors; raise UserError where they do not fit."""
    for name, vector in (("start", start), ("end", end)):
        if len(vector) != training.noise_size:
            raise UserError(
                f"The {name} of the walk has {len(vector)} numbers, the generator takes {training.noise_size}."
            )
    if not 2 <= places <= MOST:
        raise UserError(f"A walk cannot have {places} places: 2 to {MOST}.")
    return imagine(training, arc(np.asarray(start, np.float64), np.asarray(end, np.float64), places))


def arc(start: Vectors, end: Vectors, places: int) -> Array:
    """Return vectors (places, size) from one to the other: direction and length change evenly.

    White 2016, section 2.1. A straight line where the two have no angle between them.
    """
    share = np.linspace(0, 1, places)[:, None]
    first, last = float(np.linalg.norm(start)), float(np.linalg.norm(end))
    cosine = float(start @ end) / (first * last) if first and last else 1.0
    if abs(cosine) > 1 - 1e-9:
        return (start + share * (end - start)).astype(np.float32)
    angle = math.acos(cosine)
    direction = np.sin((1 - share) * angle) * start / first + np.sin(share * angle) * end / last
    return (direction / math.sin(angle) * (first + share * (last - first))).astype(np.float32)


def judge(training: AdversarialTraining, sample: Array) -> Judgement:
    """Return the discriminator's opinion of a sample; raise UserError for one that does not fit."""
    shape = tuple(training.data.training_inputs.shape[1:])
    if sample.shape != shape:
        raise UserError(
            f"The sample given has the shape {shape_text(sample.shape)}, "
            f"but the discriminator takes {shape_text(shape)}."
        )
    bad = np.argwhere(~np.isfinite(sample))
    if len(bad):
        where = ", ".join(map(str, bad[0].tolist()))
        raise UserError(f"The sample given is not finite at ({where}): all its values have to be finite numbers.")
    given = torch.tensor(sample, dtype=torch.float32).unsqueeze(0).requires_grad_()
    with training.freezer.evaluating(), torch.enable_grad():
        output: Tensor = training.discriminator(given).sum()
        (gradient,) = torch.autograd.grad(output, given)
        wish = minus_gradient(training, given)
    return Judgement(
        step=training.steps_done,
        sample=given[0].detach().numpy(),
        output=output.item(),
        judgement=training.loss.judgement(output.detach()).item(),
        gradient=gradient[0].numpy(),
        wish=wish[0].numpy(),
    )
