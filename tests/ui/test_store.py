from __future__ import annotations

import gc
import sys

import pytest
from PySide6.QtWidgets import QApplication, QLabel

from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment
from visualizer.ui import fields
from visualizer.ui.store import Store


def test_undo_and_redo_go_through_all_states() -> None:
    store = Store()
    states = [store.experiment]
    for rate in (0.1, 0.2, 0.3):
        store.patch(f"Learning rate {rate}", learning_rate=rate)
        states.append(store.experiment)
    store.patch("Freeze stem", frozen=("stem",))
    states.append(store.experiment)
    for state in reversed(states[:-1]):
        store.undo_stack.undo()
        assert store.experiment == state
    for state in states[1:]:
        store.undo_stack.redo()
        assert store.experiment == state
    assert store.undo_stack.undoText() == "Freeze stem"


def test_what_makes_no_sense_changes_nothing() -> None:
    store, told = Store(), []
    store.changed.connect(lambda old, new: told.append(new))
    with pytest.raises(UserError, match="learning rate"):
        store.patch("Learning rate −1", learning_rate=-1.0)
    with pytest.raises(UserError, match="did you mean 'resnet20'"):
        store.patch("Network", network="resnet2")
    store.patch("Nothing", seed=store.experiment.seed)
    assert not told
    assert not store.undo_stack.canUndo()


def test_a_rejected_change_leaves_no_trace() -> None:
    store = Store()
    good = store.experiment
    store.patch("Seed 1", seed=1)
    store.patch("Seed 2", seed=2)
    store.reject(Experiment(seed=1))
    assert store.experiment == Experiment(seed=1)
    assert not store.undo_stack.canRedo()
    store.undo_stack.undo()
    assert store.experiment == good


def test_looking_is_told_but_not_undone() -> None:
    store, told = Store(), []
    store.view_changed.connect(lambda old, new: told.append((old.sample, new.sample)))
    store.look(sample=3)
    store.look(sample=3)
    assert told == [(0, 3)]
    assert not store.undo_stack.canUndo()


def test_qt_calls_keep_the_references_to_none(qapp: QApplication) -> None:
    # PySide6 6.12.0 drops one per call on Python 3.11; the program then aborts after some thousand calls
    label = QLabel()
    gc.collect()
    before = sys.getrefcount(None)
    for number in range(2000):
        label.setText(str(number))
    assert sys.getrefcount(None) > before - 1000


def test_pretrained_weights_are_left_where_other_data_do_not_fit_them() -> None:
    store = Store()
    store.patch("LSTM", **fields.NETWORK.changes(store.experiment, "lstm"))
    assert (store.experiment.dataset, store.experiment.weights) == ("names", "pretrained")
    assert [option.value for option in fields.WEIGHTS.options(store.experiment)] == ["pretrained", "initial"]
    store.patch("Sunspots", **fields.DATASET.changes(store.experiment, "sunspots"))
    assert (store.experiment.weights, store.experiment.loss) == ("initial", "mean-squared-error")
    assert [option.value for option in fields.WEIGHTS.options(store.experiment)] == ["initial"]
    store.patch("LeNet", **fields.NETWORK.changes(store.experiment, "lenet"))
    store.patch("Digits", **fields.DATASET.changes(store.experiment, "mnist"))
    assert store.experiment.weights == "pretrained"
