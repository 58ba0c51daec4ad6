"""What kinds of numbers there are: each is named by its kind, the tensor it belongs to, and its index there."""

from __future__ import annotations

from typing import Literal

Kind = Literal[
    "activation", "gradient", "edge_gradient", "parameter", "buffer", "initial", "parameter_gradient", "update",
    "memory", "data", "metric", "inner", "constant",
]  # fmt: skip
"""The kinds, and what the name of such a number is.

- activation, gradient: the name of a tensor; gradient is the derivative of the loss with respect to it, or with
  respect to a number inside of a recurrent operation, which goes by its inner name
- edge_gradient: an edge id; the part of the source's gradient that comes back over this edge
- parameter, buffer, initial, parameter_gradient, update: the name of a parameter (buffer); `initial` is its value
  at step 0, `update` what the optimizer would add to it for the recorded gradient
- memory: `QUANTITY/PARAMETER`, what the optimizer remembers (Adam: `exp_avg/fc.weight`, `exp_avg_sq/fc.weight`)
- data: the name of an input of the network; a number of the recorded sample
- metric: `loss`, `discriminator_loss`, `accuracy`, `validation_loss`, `validation_accuracy`, `gradient_norm/LAYER`, and
  of single numbers of parameters `gradient/PARAMETER`, `update/PARAMETER`, ... ; the index begins with the step
- inner: `NODE/QUANTITY`, a number inside of an operation: `lstm/lstm/i` with index (layer * directions + direction,
  time, unit), `loss/L` of a sample
- constant: no further origin
"""
