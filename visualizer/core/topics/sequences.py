"""Recurrent networks: one unrolled in time, what a trained one writes and forecasts, and how long gradients last."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

from visualizer.core import tagged

Array = npt.NDArray[np.float32]
CellKind = Literal["rnn", "lstm", "gru"]


class Unroll(tagged.Command, frozen=True):
    """Unroll one recurrent operation of the observed sample in time; answered with Unrolled.

    `node` is a node of the graph, "" the first recurrent one; `layer` counts from 0; `reverse` is the direction that
    reads from the end. The live frame "sequence" shows from then on what was asked for last.
    """

    node: str = ""
    layer: int = 0
    reverse: bool = False


class Generate(tagged.Command, frozen=True):
    """Let a network that was trained on text write; answered with Generated.

    `prompt` is where the text begins and may be empty. At `temperature` 0 the likeliest character is taken, at 1 the
    network's own probabilities decide, above they are flattened. At most `length` characters are written.
    """

    prompt: str = ""
    temperature: float = 1.0
    length: int = 20
    seed: int = 0


class Forecast(tagged.Command, frozen=True):
    """Let a network that was trained on a series of numbers forecast it; answered with Forecasted.

    The forecast begins at the held-out sample `start` and covers `length` steps.
    """

    start: int = 0
    length: int = 50


class CompareMemory(tagged.Command, frozen=True):
    """Train several kinds of recurrent networks alike on the present data; answered with MemoryCompared as it goes on.

    Data, seed, batch size, optimizer and learning rate are those of the present experiment, `units` the size of each
    hidden state, `steps` the number of updates. `Cancel("CompareMemory")` ends it.
    """

    networks: tuple[CellKind, ...] = ("rnn", "lstm")
    steps: int = 200
    units: int = 24


class RecurrentNode(msgspec.Struct, frozen=True):
    """A recurrent operation of a network, and what can be chosen in it."""

    id: str
    kind: CellKind
    layers: int
    bidirectional: bool
    units: int


class Vector(msgspec.Struct, frozen=True):
    """One of the vectors that a cell computes at every time step: a gate, a state or a candidate.

    name: "a", "h" (rnn); "i", "f", "g", "o", "c", "tanh(c)", "h" (lstm); "r", "z", "n", "h" (gru). `symbol` and
    `formula` are TeX, `title` says it in words. `values` and `gradients` have shape (steps, units); `gradients` is the
    total derivative of the loss by each value, along all paths, also those through later steps. `norms` (steps,) are
    the L2 norms of all units' gradients at each step. Both have no rows where no gradient comes to the operation.
    """

    name: str
    title: str
    symbol: str
    formula: str
    values: Array
    gradients: Array
    norms: Array


class Outcome(msgspec.Struct, frozen=True):
    """What a network said, and what was right: of every step of a sequence, or once, of its end.

    `outputs` are probabilities (rows, classes), or numbers (rows, numbers) where `classes` is empty. `steps` (rows,)
    says at which time steps, `losses` (rows,) what each cost: the loss is the mean of those that count. `targets`
    (rows,) are classes, -1 where a step does not count (its loss is 0); empty where `wanted` (rows, numbers) holds
    numbers.
    """

    classes: tuple[str, ...]
    steps: list[int]
    outputs: Array
    targets: npt.NDArray[np.int64]
    wanted: Array
    losses: Array


class Unrolled(tagged.Frame, frozen=True):
    """One layer of one recurrent operation, one direction, step by step; recomputed from its weights.

    Rows of all arrays are time steps in the order of the sequence, also where `reverse` reads them backwards. `names`
    says what each step is (a character, a year), `inputs` (steps, features) what goes into this layer there.
    `vectors` are in the order in which a cell computes them. `initial` holds the states before the first step read:
    "h", for an LSTM also "c", (units,) each. `difference` is the largest difference between the recomputed outputs and
    those that the network itself gave, of numbers beyond one in their own size.

    `cuts` are the steps before which truncated backpropagation through time cuts the gradient: none comes from step t
    back to step t - 1. It is empty without truncation; `gradients` are then those of the whole network.
    `outcome` is None where the output of the network is neither per step nor per sequence. `note` says what was left
    out: "64 of 512 units"; norms are always of all units. `calls` holds the node of each step where the layer is a
    loop of single cells, and is empty where one operation reads the whole sequence.
    """

    step: int
    sample: int
    node: str
    nodes: list[RecurrentNode]
    kind: CellKind
    layer: int
    reverse: bool
    names: list[str]
    inputs: Array
    initial: dict[str, Array]
    vectors: list[Vector]
    cuts: list[int]
    difference: float
    loss: float
    outcome: Outcome | None
    note: str
    calls: list[str] = msgspec.field(default_factory=list)


class Generated(tagged.Frame, frozen=True):
    """A text that a network wrote.

    `written` holds the characters after the prompt, the end sign with them where it came (`ended`). `probabilities`
    (len(written), classes) are those that each was drawn from, at the `temperature`, `chosen` its own among them.
    """

    step: int
    prompt: str
    text: str
    written: list[str]
    classes: tuple[str, ...]
    probabilities: Array
    chosen: Array
    ended: bool
    temperature: float = 1.0


class Forecasted(tagged.Frame, frozen=True):
    """A series and two forecasts of it, all (steps,), in the unit of the series.

    `one_step` forecasts each value from the observed ones before it, `free_running` from its own forecasts as soon as
    nothing observed is left in its window. `before` holds the observed window that both begin with, that of the
    held-out sample `start`, `errors` the root mean squared errors of one_step, of free_running, and of repeating the
    last value.
    """

    step: int
    names: list[str]
    names_before: list[str]
    unit: str
    before: Array
    observed: Array
    one_step: Array
    free_running: Array
    errors: tuple[float, float, float]
    start: int = 0


class MemoryCurve(msgspec.Struct, frozen=True):
    """How one kind of network has learned so far: `losses` and `accuracy` (updates,) of the mini-batches.

    `norms` (steps,) are the L2 norms of dL/dh_t at each time step now, of the held-out sample; 0 where nothing flows,
    which a logarithmic scale has to leave out. `initial_norms` are those before the first update.
    """

    network: CellKind
    losses: Array
    accuracy: Array
    norms: Array
    initial_norms: Array


class MemoryCompared(tagged.Frame, frozen=True):
    """Networks that differ in nothing but the kind of their cell, as far as they are trained.

    `names` says what each time step is, `progress` goes from 0 to 1. `accuracy` is NaN where the data are numbers.
    """

    dataset: str
    seed: int
    sample: int
    units: int
    names: list[str]
    curves: list[MemoryCurve]
    steps: int
    progress: float
    finished: bool

    @property
    def done(self) -> int:
        """How many updates were made."""
        return round(self.progress * self.steps)
