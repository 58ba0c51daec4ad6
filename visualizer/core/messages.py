"""What the window asks of the engine: frozen, typed commands."""

from __future__ import annotations

from typing import Literal

from visualizer.core import tagged
from visualizer.core.experiment import Experiment
from visualizer.core.quantities import Kind
from visualizer.core.topics.adversarial import AskEvolution, AskStages, Imagine, Judge, Walk
from visualizer.core.topics.chain_rule import AskChain, MeasureCost, Prove, WriteScript
from visualizer.core.topics.pictures import AskReceptiveField, AskSaliency, Feed
from visualizer.core.topics.sequences import CompareMemory, Forecast, Generate, Unroll

LiveFrame = Literal["responses", "sequence", "adversary"]
HeavyFrame = Literal["recording", "surface", "responses", "sequence", "adversary"]


class Configure(tagged.Command, frozen=True):
    """Make the session run this experiment; what can change live does, the rest is rebuilt at step 0."""

    experiment: Experiment


class Play(tagged.Command, frozen=True):
    """Train until paused, or until `until` steps are done (0: without end)."""

    until: int = 0


class Pause(tagged.Command, frozen=True):
    """Stop training after the current step."""


class Step(tagged.Command, frozen=True):
    """Train a number of steps, or to the end of an epoch, then pause."""

    count: int = 1
    unit: Literal["batch", "epoch"] = "batch"


class Seek(tagged.Command, frozen=True):
    """Go to a step of this run: back to an earlier state, or forward by training."""

    step: int


class Reset(tagged.Command, frozen=True):
    """Go back to step 0: the same initial weights, an empty history."""


class Record(tagged.Command, frozen=True):
    """Record one pass of one held-out sample with the present weights."""

    sample: int = 0


class Explain(tagged.Command, frozen=True):
    """Say how one number comes about, by default an activation; core.quantities says what `name` is.

    The index of an activation, a gradient or an input is without a leading dimension of one.
    """

    name: str
    index: tuple[int, ...]
    kind: Kind = "activation"


class Scan(tagged.Command, frozen=True):
    """Compute the loss on a plane through the present weights.

    plane: "random" = two filter-normalised random directions (Li et al. 2018, section 4),
    "path" = the two principal directions of this run's trajectory.
    """

    plane: Literal["random", "path"] = "random"
    resolution: int = 21
    radius: float = 1.0
    seed: int = 0


class Cancel(tagged.Command, frozen=True):
    """End the running scan, or the work that the named command began."""

    command: str = "Scan"


class Browse(tagged.Command, frozen=True):
    """Send held-out samples to choose from."""

    start: int = 0
    count: int = 64


class Observe(tagged.Command, frozen=True):
    """Say which heavy frames visible views want while training, and of which sample."""

    recording: bool = True
    sample: int = 0
    live: tuple[LiveFrame, ...] = ()


class Credit(tagged.Command, frozen=True):
    """The window has drawn the last heavy frame of this kind and can take the next."""

    kind: HeavyFrame


class Restore(tagged.Command, frozen=True):
    """Go on from a checkpoint file that an earlier engine wrote."""

    path: str


class Save(tagged.Command, frozen=True):
    """Write the present weights to a safetensors file."""

    path: str


class Shutdown(tagged.Command, frozen=True):
    """End the process."""


Command = (
    Configure | Play | Pause | Step | Seek | Reset | Record | Explain | Scan | Cancel | Browse | Observe | Credit
    | Restore | Save | Shutdown | AskChain | Prove | MeasureCost | WriteScript
    | Unroll | Generate | Forecast | CompareMemory
    | AskReceptiveField | AskSaliency | Feed
    | AskStages | AskEvolution | Imagine | Walk | Judge
)  # fmt: skip
