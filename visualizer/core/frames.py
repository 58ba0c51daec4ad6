"""What the engine tells the window: copied numbers, ready to be drawn."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

from visualizer.core import tagged
from visualizer.core.catalogue import Task
from visualizer.core.experiment import Experiment
from visualizer.core.graph import NetworkGraph
from visualizer.core.operand import Operand as Operand
from visualizer.core.quantities import Kind
from visualizer.core.topics.adversarial import Adversary, Evolution, Imagined, Judgement, Stages
from visualizer.core.topics.chain_rule import Chain, Costs, Proof, Script
from visualizer.core.topics.neurons import Responses
from visualizer.core.topics.pictures import ReceptiveField, Saliency
from visualizer.core.topics.sequences import Forecasted, Generated, MemoryCompared, Unrolled

Array = npt.NDArray[np.float32]


class TensorView(msgspec.Struct, frozen=True):
    """One tensor as it is sent: float32 values and exact statistics of the whole.

    `shape` is the full shape without the batch dimension. `values` has that shape unless `note` says what
    was left out ("16 of 64 channels"); then `values` holds the leading part. Statistics are of the whole tensor.
    """

    shape: tuple[int, ...]
    values: Array
    minimum: float
    maximum: float
    mean: float
    standard_deviation: float
    norm: float
    note: str = ""


class Share(msgspec.Struct, frozen=True):
    """The gradient that comes back over one edge, in short: its L2 norm and its mean."""

    norm: float
    mean: float


class LayerStatus(msgspec.Struct, frozen=True):
    """One module that holds parameters of its own, in forward order.

    `fingerprint` is a SHA-256 over the bytes of its parameters and buffers. `verified` says that it has not changed
    since the layer was frozen (None while it is trainable).
    """

    path: str
    parameter_count: int
    frozen: bool
    verified: bool | None
    fingerprint: str


class Ready(tagged.Frame, frozen=True):
    """The engine runs; versions by package, the process id."""

    versions: dict[str, str]
    process: int


class Heartbeat(tagged.Frame, frozen=True):
    """Sent about once a second, also while a step is being computed.

    `busy_seconds` is how long the present piece of work has lasted; a network whose code never ends keeps growing it.
    """

    step: int
    busy_seconds: float = 0.0


class Configured(tagged.Frame, frozen=True):
    """The session runs this experiment. `rebuilt` is false where the change was applied live."""

    experiment: Experiment
    rebuilt: bool
    graph: NetworkGraph
    task: Task
    classes: tuple[str, ...]
    input_shape: tuple[int, ...]
    training_count: int
    validation_count: int
    steps_per_epoch: int
    trainable_count: int
    parameter_count: int


class Freezing(tagged.Frame, frozen=True):
    """Which layers are frozen, the proof, and what it saves; milliseconds per step are medians (0: not measured)."""

    layers: list[LayerStatus]
    trainable_count: int
    parameter_count: int
    milliseconds_all_trainable: float
    milliseconds_now: float


class Status(tagged.Frame, frozen=True):
    """Where the session stands. `earliest` is the first step that Seek can reach."""

    training: bool
    step: int
    epoch: int
    steps_per_second: float
    earliest: int = 0


class Metrics(tagged.Frame, frozen=True):
    """Scalars of the steps measured since the last such frame, one row each, to be appended.

    Steps that follow each other fast are not all measured: `steps` says which.

    `loss` and `accuracy` are of the step's mini-batch before its update. `validation_*` is NaN where not measured.
    `gradient_norms` has shape (steps, len(layers)), NaN for frozen layers. `from_step` says that rows from there on
    replace what was there (after a Seek or Reset). Of a pair `loss` is the generator's; without one there is no
    `discriminator_loss`.
    """

    from_step: int
    layers: list[str]
    steps: npt.NDArray[np.int64]
    loss: Array
    accuracy: Array
    validation_loss: Array
    validation_accuracy: Array
    gradient_norms: Array
    discriminator_loss: Array | None = None


class Recording(tagged.Frame, frozen=True):
    """One pass of one sample: all its values, in forward and in backward order.

    Keys: activations and gradients by tensor name, edge shares by edge id, the rest by parameter name.
    `updates` is what the optimizer would add to each parameter for this gradient (p_after - p_before on a copy).
    Frozen parameters have neither gradient nor update. `live` marks a pass recorded while training goes on.
    `target` is the right class, -1 where the target is not one class: then `probabilities` is empty, and `wanted` holds
    what the target is, flat: the numbers of a regression, the classes of a sequence step by step.
    """

    step: int
    sample: int
    live: bool
    target: int
    wanted: Array
    loss: float
    probabilities: Array
    graph: NetworkGraph
    forward_order: list[str]
    backward_order: list[str]
    activations: dict[str, TensorView]
    gradients: dict[str, TensorView]
    edge_shares: dict[str, Share]
    parameters: dict[str, TensorView]
    parameter_gradients: dict[str, TensorView]
    updates: dict[str, TensorView]


class Factors(msgspec.Struct, frozen=True):
    """One side of a sum of products, in the shape of the sum: `symbol` in the formula, values, and what they are.

    `indices` has shape (*shape, rank): where in `origin` each factor was read. Of constants `origin` is empty.
    """

    symbol: str
    values: Array
    kind: Kind
    origin: str
    indices: npt.NDArray[np.int64]


class Products(msgspec.Struct, frozen=True):
    """The two sides of a sum of products: (inputs,) or (channels, height, width) long.

    `inside` is false where a factor lies in the zero padding: its index then lies outside of the tensor.
    """

    first: Factors
    second: Factors
    inside: npt.NDArray[np.bool_]

    @property
    def terms(self) -> npt.NDArray[np.float64]:
        """The products in float64, zero in the padding."""
        products = self.first.values.astype(np.float64) * self.second.values
        return np.where(self.inside, products, 0.0)


class Explanation(tagged.Frame, frozen=True):
    """How one number came about; `kind`, `name` and `index` say which (core.quantities).

    `formula` and `formula_with_numbers` are TeX; `sentence` says it in words. `expression` is the formula in Python:
    an operand goes by its symbol without signs (`gamma`), those with a subscript in braces, `x_{0,1}`, together as one
    array in their order (`x`), the sides of `products` as arrays of the terms inside. Evaluated in float64 it gives
    `result`, the number as the program computed it in float32, within float32 rounding. The index of an activation,
    a gradient or an input is without a leading dimension of one, as a Recording shows it.
    """

    kind: Kind
    name: str
    index: tuple[int, ...]
    formula: str
    formula_with_numbers: str
    expression: str
    sentence: str
    operands: list[Operand]
    products: Products | None
    result: float


class Surface(tagged.Frame, frozen=True):
    """The loss on a plane, as far as it is computed (NaN elsewhere); x, y are multiples of the two directions.

    `trajectory` has rows (x, y) of this run's snapshots projected onto the plane, `trajectory_loss` their true loss,
    `explained` the share of the trajectory's movement that lies in the plane (0 to 1).
    """

    plane: Literal["random", "path"]
    x: Array
    y: Array
    values: Array
    trajectory: Array
    trajectory_steps: list[int]
    trajectory_loss: Array
    explained: float
    step: int
    sample_count: int
    progress: float
    finished: bool


class Samples(tagged.Frame, frozen=True):
    """Held-out samples to choose from; `inputs` has shape (count, *input_shape), `labels` says what each is.

    `targets` are classes, (count,) or (count, steps); empty for a regression, whose numbers are in `numbers`
    (count, numbers).
    """

    start: int
    inputs: Array
    targets: npt.NDArray[np.int64]
    numbers: Array
    labels: list[str]


class Checkpoint(tagged.Frame, frozen=True):
    """A file from which a new engine can go on."""

    path: str
    step: int


class Saved(tagged.Frame, frozen=True):
    """The weights were written."""

    path: str


class Problem(tagged.Frame, frozen=True):
    """Something did not work; the session goes on with its last good state.

    kind: "input" = a UserError of a command, "diverged" = the loss is not finite and training is paused,
    "internal" = a fault of ours, with its traceback in `detail`. `command` names the command that failed, if one did.
    """

    kind: Literal["input", "diverged", "internal"]
    sentence: str
    detail: str = ""
    step: int = 0
    command: str = ""


Frame = (
    Ready | Heartbeat | Configured | Freezing | Status | Metrics | Recording | Explanation | Surface | Samples
    | Checkpoint | Saved | Problem | Chain | Proof | Costs | Script
    | Unrolled | Generated | Forecasted | MemoryCompared
    | ReceptiveField | Saliency | Responses
    | Adversary | Stages | Imagined | Judgement | Evolution
)  # fmt: skip
