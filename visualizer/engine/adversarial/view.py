"""The pair as it stands, as a picture."""

from __future__ import annotations

import torch
from torch import Tensor

from visualizer.core.plane import HALF
from visualizer.core.topics.adversarial import Adversary, Evolution, PlaneView
from visualizer.engine.adversarial.noise import held_out_noise
from visualizer.engine.adversarial.quality import PICTURES, POINTS, quality
from visualizer.engine.adversarial.training import AdversarialTraining
from visualizer.engine.adversarial.verdict import verdict

SHOWN_POINTS = 256
SHOWN_PICTURES = 36
CELLS = 48
LINES = 21
NOISE_HALF = 2.0  # 95 % of the numbers of noise lie within


def adversary(training: AdversarialTraining) -> Adversary:
    """Return samples, judgements, arrows and quality of the pair; nothing in the run changes."""
    points = training.data.training_inputs.dim() == 2
    real = training.data.training_inputs[: POINTS if points else PICTURES]
    noise = held_out_noise(training.noise_size, POINTS if points else PICTURES)
    shown = SHOWN_POINTS if points else SHOWN_PICTURES
    fake = training.imagine(noise)
    loss = training.loss
    with training.freezer.evaluating():
        arrows = minus_gradient(training, fake[:shown])
        with torch.no_grad():
            outputs = training.discriminator(real[:shown]), training.discriminator(fake[:shown])
            plane = _plane(training) if points else None
    real_judgements, fake_judgements = (loss.judgement(part)[:, 0] for part in outputs)
    found = quality(training.experiment.dataset, fake, real)
    judged = real_judgements.mean().item(), fake_judgements.mean().item()
    return Adversary(
        step=training.steps_done,
        real=real[:shown].numpy(),
        noise=noise[:shown].numpy(),
        fake=fake[:shown].numpy(),
        arrows=arrows.numpy(),
        real_judgements=real_judgements.numpy(),
        fake_judgements=fake_judgements.numpy(),
        discriminator_loss=loss.discriminator(*outputs).item(),
        generator_loss=loss.generator(outputs[1]).item(),
        plane=plane,
        quality=found,
        verdict=verdict(training.experiment, training.steps_done, found, *judged),
    )


def minus_gradient(training: AdversarialTraining, samples: Tensor) -> Tensor:
    """Return for each sample minus the gradient of the generator's loss of that sample alone, in the present mode."""
    given = samples.detach().requires_grad_()
    with torch.enable_grad():
        loss = training.loss.generator(training.discriminator(given)) * len(given)
    return -torch.autograd.grad(loss, given)[0]


def evolution(training: AdversarialTraining) -> Evolution:
    """Return what the generator made of the same noise so far, and what it makes of it now."""
    thumbnails = training.thumbnails
    earlier = [(step, samples) for step, samples in thumbnails.kept if step < training.steps_done]
    times = [*earlier, (training.steps_done, training.imagine(thumbnails.noise))]
    return Evolution(
        steps=[step for step, _ in times],
        noise=thumbnails.noise.numpy(),
        samples=torch.stack([samples for _, samples in times]).numpy(),
    )


def _plane(training: AdversarialTraining) -> PlaneView:
    axis = torch.linspace(-HALF, HALF, CELLS)
    lines = torch.linspace(-NOISE_HALF, NOISE_HALF, LINES)
    judgements = training.loss.judgement(training.discriminator(crossings(axis)))
    manifold = torch.empty(0, 0, 2)
    if training.noise_size == 2:
        manifold = training.generator(crossings(lines)).reshape(LINES, LINES, 2)
    return PlaneView(axis.numpy(), judgements.reshape(CELLS, CELLS).numpy(), lines.numpy(), manifold.numpy())


def crossings(axis: Tensor) -> Tensor:
    """Return all points (x, y) of a grid, row by rising y, (len(axis)², 2)."""
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    return torch.stack([x.reshape(-1), y.reshape(-1)], dim=1)
