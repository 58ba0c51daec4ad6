"""Backpropagation through time reaches the beginning of a sequence in an LSTM, not in a plain recurrent network."""

from __future__ import annotations

from visualizer.engine.claims.claim import Claim, Outcome
from visualizer.engine.recurrence import memory


def run(seed: int) -> Outcome:
    """Let both remember the first item of a sequence to its end."""
    found = memory.run(seed)
    return Outcome(
        effect=found.effect,
        held=found.held,
        figures={
            "accuracy of the LSTM": found.accuracy["lstm"],
            "accuracy of the RNN": found.accuracy["rnn"],
            "gradient carried by the LSTM": found.carried["lstm"],
            "gradient carried by the RNN": found.carried["rnn"],
        },
    )


CLAIM = Claim(
    id="lstm-keeps-gradients",
    statement=(
        "Where the beginning of a sequence decides its end, an LSTM whose gates start open (chrono initialization) "
        "carries the gradient back to the first step and learns the task; a plain recurrent network of the same size, "
        "trained alike, loses the gradient on the way and does not."
    ),
    source=(
        "Bengio, Simard and Frasconi 1994; Hochreiter and Schmidhuber 1997; "
        "chrono initialization: Tallec and Ollivier 2018"
    ),
    measure=f"held-out accuracy of the LSTM minus that of the RNN on 'recall', after {memory.STEPS} steps of training",
    criterion="a difference above 0.25, and |dL/dh_1| / |dL/dh_T| before training above 100 times that of the RNN",
    run=run,
)
