"""`python -m tests.gallery.render [--golden] [SCENE]...`: every view as pictures, dark and light, small and large.

The pictures go to build/gallery; with --golden also to tests/gallery/golden, where README and tests look.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from tests.gallery.stage import Stage
from visualizer.core import catalogue
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Explanation, Problem, Surface
from visualizer.core.messages import Explain, Play, Scan
from visualizer.core.topics.adversarial import Adversary
from visualizer.core.topics.chain_rule import Chain, Proof, Prove
from visualizer.core.topics.sequences import Unrolled
from visualizer.ui.chain_rule.opening import follow_gradient
from visualizer.ui.explanations.trail import explain

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "build" / "gallery"
GOLDEN = Path(__file__).parent / "golden"
SIZES = ((1280, 720), (1600, 900), (1920, 1080))
SHIPPED = ("opening_dark", "chain_rule_dark", "sequence_dark", "gan_plane_dark")

TRANSFER = Experiment(network="resnet20", dataset="mnist", weights="pretrained", learning_rate=0.002)
MOONS = Experiment(network="mlp", dataset="moons", weights="initial", optimizer="sgd", learning_rate=0.3)


def everywhere(stage: Stage, name: str) -> None:
    """Photograph a scene in both themes and all sizes; the middle size has no size in its name."""
    for width, height in SIZES:
        suffix = "" if width == 1600 else f"_{width}"
        for theme in ("dark", "light"):
            stage.shoot(FOLDER / f"{name}_{theme}{suffix}.png", (width, height), theme)


def usual(network: str) -> Experiment:
    """Return the experiment that a network of the catalogue opens with."""
    entry = catalogue.network(network)
    return Experiment(
        network=entry.id,
        dataset=entry.dataset,
        weights="pretrained" if entry.pretrained_on else "initial",
        loss=entry.loss,
        optimizer=entry.optimizer,
        learning_rate=entry.learning_rate,
        batch_size=entry.batch_size,
    )


def transfer() -> None:
    """ResNet-20, pretrained on clothes, learns digits with its front frozen."""
    with Stage(TRANSFER) as stage:
        everywhere(stage, "start")
        stage.patch(frozen=("stem", "stage1"))
        stage.show_sample_of(3)
        stage.train_to(120)
        stage.look(selected="stem.conv", channel=6, element=(6, 9, 10), opened="stage1.0", plane="path")
        stage.send(Scan(plane="path"))
        stage.until(lambda: Surface in stage.last and stage.last[Surface].finished)
        stage.seek("forward", 8, 0.3)
        everywhere(stage, "opening")
        stage.seek("loss", 1, 0.8)
        everywhere(stage, "loss")
        stage.look(selected="stage3.2.conv2", channel=0, element=(0, 3, 3), opened="stage3.2")
        stage.seek("backward", 3, 0.2)
        everywhere(stage, "backward")
        for page in ("train", "surface", "data"):
            stage.look(page=page)
            everywhere(stage, page)


def neurons() -> None:
    """A small network on two moons, forward and backward."""
    with Stage(MOONS) as stage:
        stage.train_to(25)
        stage.look(selected="hidden2", element=(0,))
        stage.seek("forward", 2, 0.3)
        everywhere(stage, "neurons_forward")
        stage.seek("backward", 2, 0.25)
        everywhere(stage, "neurons_backward")


def lenet() -> None:
    """LeNet-5, pretrained on clothes, in the middle of its forward pass."""
    with Stage(Experiment(network="lenet", dataset="fashion-mnist", weights="pretrained")) as stage:
        stage.look(selected="conv2", element=(0, 5, 5))
        stage.seek("forward", 3, 0.5)
        everywhere(stage, "lenet")


def diverged() -> None:
    """A learning rate far too high, and what the window says to it."""
    with Stage(MOONS) as stage:
        stage.patch(dataset="wave", loss=catalogue.loss_for("mlp", "wave"), learning_rate=100.0)
        stage.send(Play())
        stage.until(lambda: Problem in stage.last and stage.last[Problem].kind == "diverged")
        everywhere(stage, "diverged")


def chain_rule() -> None:
    """The factors of one gradient, and the proof that their product is right."""
    with Stage(MOONS) as stage:
        stage.train_to(25)
        stage.seek("backward", 2, 0.25)
        follow_gradient(stage.context, "hidden2.weight", (3, 1))
        stage.until(lambda: Chain in stage.last)
        stage.send(Prove("hidden2.weight", (3, 1)))
        stage.until(lambda: Proof in stage.last)
        everywhere(stage, "chain_rule")


def explanation() -> None:
    """Where one number of LeNet-5 comes from."""
    with Stage(usual("lenet")) as stage:
        stage.seek("forward", 3, 0.5)
        explain(stage.context, Explain("conv2", (0, 5, 5)))
        stage.until(lambda: Explanation in stage.last)
        everywhere(stage, "explanation")


def sandbox() -> None:
    """A convolution taken apart."""
    with Stage(usual("lenet")) as stage:
        stage.look(page="sandbox")
        everywhere(stage, "sandbox")


def sequence() -> None:
    """An LSTM on first names, unrolled in time."""
    with Stage(usual("lstm")) as stage:
        stage.look(page="sequence")
        stage.until(lambda: Unrolled in stage.last)
        everywhere(stage, "sequence")


def pairs() -> None:
    """Generators and discriminators, in the plane and for pictures."""
    with Stage(usual("gan-2d")) as stage:
        stage.train_to(2000)
        stage.look(page="gan")
        stage.until(lambda: Adversary in stage.last)
        everywhere(stage, "gan_plane")
    with Stage(usual("gan-images")) as stage:
        stage.look(page="gan")
        stage.until(lambda: Adversary in stage.last)
        everywhere(stage, "gan_pictures")


SCENES: dict[str, Callable[[], None]] = {
    scene.__name__: scene
    for scene in (transfer, neurons, lenet, diverged, chain_rule, explanation, sandbox, sequence, pairs)
}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.gallery.render", description=__doc__)
    parser.add_argument("scenes", nargs="*", choices=[[], *SCENES], metavar="SCENE")
    parser.add_argument("--golden", action="store_true")
    options = parser.parse_args(arguments)
    for name in options.scenes or SCENES:
        SCENES[name]()
    if options.golden:
        GOLDEN.mkdir(exist_ok=True)
        for name in SHIPPED:
            shutil.copy(FOLDER / f"{name}.png", GOLDEN)
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
