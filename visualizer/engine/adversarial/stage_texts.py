"""The stages of a step in words and formulas, with the numbers of this very step."""

from __future__ import annotations

import math
from dataclasses import dataclass

from torch import Tensor

from visualizer.core import catalogue
from visualizer.engine.adversarial.training import AdversarialTraining, Moment
from visualizer.engine.explain.tex import number

LOG_LOSS = r"L_D = -\overline{\log D(x)} - \overline{\log(1 - D(\tilde x))}"
DISCRIMINATOR = {
    "non-saturating": LOG_LOSS,
    "minimax": LOG_LOSS,
    "least-squares": r"L_D = \frac{1}{2} \overline{(D(x) - 1)^2} + \frac{1}{2} \overline{D(\tilde x)^2}",
}
GENERATOR = {
    "non-saturating": r"L_G = -\overline{\log D(\tilde x)}",
    "minimax": r"L_G = \overline{\log(1 - D(\tilde x))}",
    "least-squares": r"L_G = \frac{1}{2} \overline{(D(\tilde x) - 1)^2}",
}


@dataclass(frozen=True)
class Text:
    """What a stage is called, what happens in it, and its formula in TeX, without and with numbers."""

    title: str
    sentence: str
    formula: str
    formula_with_numbers: str


def text_of(training: AdversarialTraining, moment: Moment, before: dict[str, Tensor]) -> Text:
    """Return the text of a stage; `before` holds the parameters from before this round."""
    write = {
        "noise": _noise,
        "generate": _generate,
        "judge": _judge,
        "loss": _loss,
        "samples": _samples,
        "gradients": _gradients,
        "update": _update,
    }[moment.stage]
    return write(training, moment, before)


def _noise(training: AdversarialTraining, moment: Moment, before: dict[str, Tensor]) -> Text:
    count, size = moment.noise.shape
    real = "" if moment.real is None else f", and {len(moment.real)} real samples are taken from the data"
    return Text(
        "Sample noise",
        f"{count} vectors of {size} random numbers are drawn from the normal distribution{real}.",
        r"z \sim \mathcal{N}(0, 1)^{" + str(size) + "}",
        r"z_1 = " + _vector(moment.noise[0]),
    )


def _generate(training: AdversarialTraining, moment: Moment, before: dict[str, Tensor]) -> Text:
    assert moment.fake is not None
    return Text(
        "Generate",
        f"The generator turns each noise vector into a sample: {len(moment.fake)} fakes.",
        r"\tilde x = G(z)",
        r"\tilde x_1 = " + _vector(moment.fake[0].flatten()),
    )


def _judge(training: AdversarialTraining, moment: Moment, before: dict[str, Tensor]) -> Text:
    assert moment.fake_outputs is not None
    read = training.loss.judgement
    fake = read(moment.fake_outputs).mean().item()
    formula, numbers = r"\overline{D(\tilde x)}", rf"\overline{{D(\tilde x)}} = {number(fake)}"
    if moment.real_outputs is None:
        return Text(
            "Judge the fakes", f"The discriminator finds the fakes {fake:.1%} real on average.", formula, numbers
        )
    real = read(moment.real_outputs).mean().item()
    return Text(
        "Judge real and fake",
        f"The discriminator finds the real samples {real:.1%} real on average, the fakes {fake:.1%}.",
        r"\overline{D(x)}, \quad " + formula,
        rf"\overline{{D(x)}} = {number(real)}, \quad " + numbers,
    )


def _loss(training: AdversarialTraining, moment: Moment, before: dict[str, Tensor]) -> Text:
    assert moment.loss is not None and moment.fake_outputs is not None
    value, loss = number(moment.loss.item()), training.loss
    if moment.real_outputs is None:
        return Text(
            "The generator's loss",
            "It is low where the discriminator takes the fakes for real.",
            GENERATOR[training.experiment.loss],
            f"L_G = {value}",
        )
    real, fake = (number(part.item()) for part in (loss.real(moment.real_outputs), loss.fake(moment.fake_outputs)))
    return Text(
        "The discriminator's loss",
        "It is low where real samples are judged real and fakes are judged fake.",
        DISCRIMINATOR[training.experiment.loss],
        f"L_D = {real} + {fake} = {value}",
    )


def _samples(training: AdversarialTraining, moment: Moment, before: dict[str, Tensor]) -> Text:
    symbol = r"-\frac{\partial L_G}{\partial \tilde x_1}"
    if moment.arrows is None:
        return Text(
            "The gradient at the samples",
            "The generator is frozen: no gradient is asked for.",
            symbol,
            "",
        )
    return Text(
        "The gradient at the samples",
        "Through the discriminator each fake learns which way it would have to go to look more real.",
        symbol + r"\cdot n",
        symbol + r"\cdot n = " + _vector(moment.arrows[0].flatten()),
    )


def _gradients(training: AdversarialTraining, moment: Moment, before: dict[str, Tensor]) -> Text:
    letter = _letter(moment)
    gradients = [parameter.grad for parameter in _own(training, moment) if parameter.grad is not None]
    if not gradients:
        sentence = f"The {moment.player} is frozen: its parameters get no gradient."
    else:
        sentence = f"Backpropagation gives each trainable parameter of the {moment.player}, and no other, its gradient."
    symbol = rf"\nabla_{{\theta_{letter}}} L_{letter}"
    return Text(
        f"The {moment.player}'s gradients",
        sentence,
        symbol,
        rf"\lVert {symbol} \rVert = {number(_norm(gradients))}",
    )


def _update(training: AdversarialTraining, moment: Moment, before: dict[str, Tensor]) -> Text:
    letter = _letter(moment)
    entry = catalogue.optimizer(training.experiment.optimizer)
    names = [name for name, _ in training.network.named_parameters() if name.startswith(moment.player)]
    parameters = dict(training.network.named_parameters())
    change = _norm([parameters[name].detach() - before[name] for name in names])
    return Text(
        f"The {moment.player}'s update",
        f"{entry.title} moves the {moment.player}'s parameters; the {_other(moment)} stays as it is.",
        entry.update,
        rf"\lVert \Delta \theta_{letter} \rVert = {number(change)}",
    )


def _own(training: AdversarialTraining, moment: Moment) -> list[Tensor]:
    return list(training.network.get_submodule(moment.player).parameters())


def _letter(moment: Moment) -> str:
    return "D" if moment.player == "discriminator" else "G"


def _other(moment: Moment) -> str:
    return "generator" if moment.player == "discriminator" else "discriminator"


def _norm(tensors: list[Tensor]) -> float:
    return math.sqrt(sum(tensor.double().square().sum().item() for tensor in tensors))


def _vector(values: Tensor) -> str:
    """Return the first two numbers of a vector in TeX."""
    shown = [number(value) for value in values[:2].tolist()]
    return "(" + ", ".join([*shown, r"\dots"] if len(values) > 2 else shown) + ")"
