"""Recurrent networks: unrolled in time, writing, forecasting, and compared by how long they remember."""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakKeyDictionary

from visualizer.core import catalogue
from visualizer.core.topics.sequences import (
    CompareMemory,
    Forecast,
    Forecasted,
    Generate,
    Generated,
    MemoryCompared,
    Unroll,
    Unrolled,
)
from visualizer.engine.recordings import record_sample
from visualizer.engine.recurrence import comparing, forecasting, writing
from visualizer.engine.recurrence.frame import unrolled_frame
from visualizer.engine.session import TrainingSession

_asked: WeakKeyDictionary[TrainingSession, Unroll] = WeakKeyDictionary()


def unroll(session: TrainingSession, command: Unroll) -> Unrolled:
    """Answer with what is asked for of the observed sample; the live frame shows it from then on."""
    frame = _unrolled(session, command)
    _asked[session] = command
    return frame


def sequence(session: TrainingSession) -> Unrolled:
    """Return what was asked for last, as it is now; the first recurrent layer where the network has no such."""
    last = _asked.get(session, Unroll())
    known = session.recorded is not None and last.node in session.recorded.seen.graph.node
    return _unrolled(session, last if known else Unroll())


def generate(session: TrainingSession, command: Generate) -> Generated:
    """Let the network write."""
    training = session.training
    entry = catalogue.dataset(training.experiment.dataset)
    with training.freezer.evaluating():
        return writing.generate(training.network, entry, command, training.steps_done)


def forecast(session: TrainingSession, command: Forecast) -> Forecasted:
    """Let the network forecast."""
    training = session.training
    forecasting.check_series(training.experiment.dataset)
    with training.freezer.evaluating():
        return forecasting.forecast(training.network, training.data, command, training.steps_done)


def compare_memory(session: TrainingSession, command: CompareMemory) -> Iterator[MemoryCompared | None]:
    """Train networks of several kinds on the present data, beside the live one."""
    training = session.training
    return comparing.compare(training.experiment, training.data, command, _sample(session), session.passes)


def _unrolled(session: TrainingSession, command: Unroll) -> Unrolled:
    training = session.training
    return unrolled_frame(record_sample(training, _sample(session)), training, command)


def _sample(session: TrainingSession) -> int:
    return max(session.recorded.sample, 0) if session.recorded is not None else 0
