"""Numbers of passes that were not recorded: equal to what is shown, and followed to the data or to initial weights."""

from __future__ import annotations

import random

import pytest
import torch

from tests.engine.test_sequences import asked, session_of
from visualizer.core.errors import UserError
from visualizer.core.frames import Explanation
from visualizer.core.messages import Explain
from visualizer.core.passes import taken_apart, words
from visualizer.core.topics.sequences import CompareMemory, Forecast, Generate, MemoryCompared
from visualizer.engine.explain.expressions import bindings, evaluate
from visualizer.engine.session import TrainingSession

STEPS = 4


def recorded(*what: object, **changes: object) -> TrainingSession:
    session = session_of(*what, **changes)
    session.record(0)
    return session


def told(session: TrainingSession, name: str, *index: int, kind: str = "inner") -> Explanation:
    return session.explain(name, index, kind)


def operands(known: Explanation) -> list[Explain]:
    """Everything that an explanation leads on to; of long sums the first and the last term."""
    found = [Explain(o.origin, o.index, o.kind) for o in known.operands if o.kind != "constant"]
    for side in () if known.products is None else (known.products.first, known.products.second):
        places = side.indices.reshape(-1, side.indices.shape[-1])[[0, -1]].tolist()
        found += [Explain(side.origin, tuple(place), side.kind) for place in places if side.kind != "constant"]
    return found


def ends_of(session: TrainingSession, known: Explanation) -> set[str]:
    """Go ways from a number at random, seldom to a parameter, and return the kinds of the numbers at their ends.

    Each formula has to give its result on the way. What was measured in earlier steps is left to other tests.
    """
    ends, order = set(), random.Random(0)
    for _ in range(6):
        answer, further = known, operands(known)
        while further:
            leads = [one for one in further if one.kind != "parameter"]
            chosen = order.choice(leads if leads and order.random() < 0.96 else further)
            if chosen.kind == "metric":
                break
            answer = session.explain(chosen.name, chosen.index, chosen.kind)
            value = evaluate(answer.expression, bindings(answer.operands, answer.products))
            assert value == pytest.approx(answer.result, rel=1e-4, abs=1e-6), chosen
            further = operands(answer)
        ends.add(answer.kind)
    return ends


def last(frames: object) -> MemoryCompared:
    *_, frame = (frame for frame in frames if frame is not None)
    return frame


@pytest.mark.parametrize("temperature", [0.0, 0.5, 1.0])
def test_the_probability_of_a_written_character_is_followed_to_the_data(temperature: float) -> None:
    session = recorded(steps=STEPS)
    written = asked(session, Generate("an", temperature, length=5, seed=3))
    before = {name: tensor.clone() for name, tensor in session.network.state_dict().items()}
    text = "an"
    for character, shares in zip(written.written, written.probabilities, strict=True):
        for sign in (0, 5, written.classes.index(character)):
            known = told(session, f"text/{STEPS}/{text}|probability of {written.classes[sign]} at {temperature:g}")
            assert known.result == pytest.approx(float(shares[sign]), rel=1e-6, abs=1e-12)
        text += character
    assert ends_of(session, known) >= {"data"}
    assert session.steps_done == STEPS
    assert all(torch.equal(before[name], tensor) for name, tensor in session.network.state_dict().items())


def test_a_text_is_explained_by_the_network_that_wrote_it() -> None:
    session = recorded(steps=STEPS)
    then = asked(session, Generate("b", length=1))
    for _ in range(3):
        session.step()
    known = told(session, f"text/{STEPS}/b|probability of a at 1")
    assert known.result == pytest.approx(float(then.probabilities[0, 1]), rel=1e-6)
    now = told(session, f"text/{STEPS + 3}/b|probability of a at 1").result
    assert now == pytest.approx(float(asked(session, Generate("b", length=1)).probabilities[0, 1]), rel=1e-6)
    assert now != pytest.approx(known.result, rel=1e-3)


def test_what_a_text_has_read_ends_the_way() -> None:
    session = recorded(steps=1)
    one = told(session, "text/1/ab|input", 2, 2, kind="activation")
    assert (one.kind, one.result, one.operands[0].kind) == ("data", 1.0, "constant")
    assert "character 2 of “ab”, “b”" in one.sentence
    assert told(session, "text/1/ab|input", 0, 1, kind="data").result == 0.0


@pytest.mark.parametrize("network", ["rnn", "gru"])
def test_a_forecast_and_its_errors_are_followed_to_the_years(network: str) -> None:
    session = recorded(network, "sunspots", steps=STEPS)
    shown = asked(session, Forecast(30, 28))
    of = f"forecast/{STEPS}/30/28"
    for place in (0, 3, 27):
        for name, line in (("one step ahead", shown.one_step), ("running free", shown.free_running)):
            assert told(session, f"{of}|{name}", place).result == pytest.approx(float(line[place]), rel=1e-6)
        assert told(session, f"{of}|before", min(place, 23)).result == float(shown.before[min(place, 23)])
        assert told(session, f"{of}|observed", place).result == pytest.approx(float(shown.observed[place]), rel=1e-6)
    for name, error in zip(("one step ahead", "running free", "repeated"), shown.errors, strict=True):
        known = told(session, f"{of}|error of {name}")
        assert known.result == pytest.approx(error, rel=1e-5)
        assert operands(known)[0] == Explain(f"{of}|{name}", (0,), "inner")
    assert ends_of(session, told(session, f"{of}|running free", 27)) >= {"data"}
    assert ends_of(session, told(session, f"{of}|one step ahead", 2)) >= {"data"}


def test_a_window_that_runs_free_holds_earlier_forecasts() -> None:
    session = recorded("rnn", "sunspots", steps=1)
    shown = asked(session, Forecast(0, 6))
    observed = told(session, "free/1/0/5|input", 18, 0, kind="data")
    assert operands(observed) == [Explain("sample/1/0|input", (23, 0), "data")]
    own = told(session, "free/1/0/5|input", 19, 0, kind="data")
    assert operands(own) == [Explain("free/1/0/0|head", (0,), "activation")]
    assert own.result * 100 == pytest.approx(float(shown.free_running[0]), rel=1e-6)


def test_networks_that_are_compared_are_followed_to_their_own_first_weights() -> None:
    session = recorded("lstm", "names", steps=1)
    shown = last(asked(session, CompareMemory(("rnn", "lstm"), steps=5, units=6)))
    for curve in shown.curves:
        of = f"compared/{curve.network}"
        for step in (0, 7):
            assert told(session, f"{of}/5|norm of ∂L/∂h", step).result == pytest.approx(
                float(curve.norms[step]), rel=1e-5
            )
            first = told(session, f"{of}/0|norm of ∂L/∂h", step).result
            assert first == pytest.approx(float(curve.initial_norms[step]), rel=1e-5)
        assert told(session, f"{of}/5|loss", 3, kind="metric").result == pytest.approx(float(curve.losses[3]), rel=1e-6)
        assert told(session, f"{of}/5|mean of last losses").result == pytest.approx(
            float(curve.losses.mean()), rel=1e-6
        )
        right = told(session, f"{of}/5|mean of last accuracies").result
        assert right == pytest.approx(float(curve.accuracy.mean()), rel=1e-6)
        kept = told(session, f"{of}/5|gradient kept").result
        assert kept == pytest.approx(float(curve.norms[0] / curve.norms.max()), rel=1e-5)
        assert "initial" in ends_of(session, told(session, f"{of}/0|norm of ∂L/∂h", 2))
    weights = told(session, "compared/rnn/0|rnn.weight_hh_l0", 1, 2, kind="initial")
    assert weights.result != session.explain("lstm.weight_hh_l0", (1, 2), "initial").result


def test_what_is_gone_is_refused_in_a_sentence() -> None:
    session = recorded("lstm", "names", steps=2)
    with pytest.raises(UserError, match=r"comparison .* is gone: start it again"):
        told(session, "compared/rnn/5|norm of ∂L/∂h", 0)
    with pytest.raises(UserError, match="out of reach: this run is known from step 0 to 2"):
        told(session, "text/9/a|probability of a at 1")
    with pytest.raises(UserError, match="is no series that can be forecast"):
        told(session, "forecast/0/0/5|error of observed")
    last(asked(session, CompareMemory(("rnn",), steps=2, units=3)))
    with pytest.raises(UserError, match="no time step 40"):
        told(session, "compared/rnn/2|norm of ∂L/∂h", 40)


def test_a_network_that_has_diverged_neither_writes_nor_forecasts() -> None:
    for network, dataset, command in (("lstm", "names", Generate("a", 0.0)), ("rnn", "sunspots", Forecast())):
        session = recorded(network, dataset)
        with torch.no_grad():
            session.network.get_parameter("head.bias")[0] = torch.nan
        with pytest.raises(UserError, match="gives out no finite numbers"):
            asked(session, command)


@pytest.mark.parametrize("name", ["probability of ß at 1", "probability of a at hot", "gradient kept"])
def test_a_figure_that_there_is_not_is_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(UserError):
        told(recorded(), f"text/0/a|{name}")


def test_names_are_taken_apart_and_said() -> None:
    assert taken_apart("lstm/lstm/h") == ("", (), "lstm/lstm/h")
    assert taken_apart("block|2/h").kind == ""
    assert taken_apart("text/3/a/b|c|head") == ("text", ("3", "a/b|c"), "head")
    assert words("text/1200/emm|head") == "after “emm” · step 1200"
    for foreign in ("text/x/a|head", "sample/0|head", "free/0/0/-1|head", "compared/rnn|loss", "a|b"):
        assert taken_apart(foreign) == ("", (), foreign)
    assert words("compared/lstm/600|norm of ∂L/∂h") == "compared LSTM · update 600"
    assert words("head") == ""
    assert words("fake 3 at step 600|output") == "fake 3 at step 600"
    assert all(
        taken_apart(f"compared/rnn/2|{name}").is_figure
        for name in ("norm of ∂L/∂h", "gradient kept", "mean of last losses")
    )
    assert not taken_apart("compared/rnn/2|loss").is_figure and not taken_apart("norm").is_figure
