"""The same λ elsewhere: each library's own cost, with the number it is given, is a multiple of J."""

import re

import numpy as np
import pytest

from core.convert import PLAYGROUND_RATES, Entry, Problem, converted
from core.penalties import PENALTIES, Penalty

KEYS = ["logistic_regression", "mlp_classifier", "glmnet", "keras", "torch_sgd", "torch_adamw", "playground"]
M, LAM, ALPHA = 300, 20.0, 0.3
W = np.array([-2.0, 0.5, 0.0, 3.0])
NORM, SQUARE = np.abs(W).sum(), np.square(W).sum()
each_penalty = pytest.mark.parametrize("penalty", list(PENALTIES))


def entries(penalty: str, lam: float = LAM) -> dict[str, Entry]:
    return {e.key: e for e in converted(Problem(lam, penalty, M, learning_rate=ALPHA))}


def beside(entry: Entry, name: str) -> float:
    """The second number that a mixture needs, from the caveat."""
    return float(re.search(rf"{name} = (?:\S+ = )?([\d.e-]+\d)", entry.caveat)[1])


def own_penalties(penalty: str) -> dict[str, float]:
    """What each library adds to the mean loss for W, by its own formula, for those that have the penalty."""
    found, is_mixture = entries(penalty), PENALTIES[penalty].is_mixture
    is_l1 = PENALTIES[penalty].is_sparse
    C, lam, keras = (found[key].value for key in ("logistic_regression", "glmnet", "keras"))
    r = beside(found["logistic_regression"], "l1_ratio") if is_mixture else float(is_l1)
    alpha = beside(found["glmnet"], "alpha") if is_mixture else float(is_l1)
    l1 = keras if is_l1 else 0.0
    l2 = beside(found["keras"], "l2") if is_mixture else 0.0 if is_l1 else keras
    costs = {
        "logistic_regression": (r * NORM + (1 - r) / 2 * SQUARE) / (C * M),
        "glmnet": lam * (alpha * NORM + (1 - alpha) / 2 * SQUARE),
        "keras": l1 * NORM + l2 * SQUARE,
    }
    if not is_l1:
        costs["mlp_classifier"] = found["mlp_classifier"].value / (2 * M) * SQUARE
    if not is_mixture:
        costs["playground"] = found["playground"].value * (NORM if is_l1 else SQUARE / 2)
    return costs


@each_penalty
def test_every_librarys_own_penalty_is_that_of_J(penalty):
    expected = PENALTIES[penalty].value(W, LAM, M)
    for key, cost in own_penalties(penalty).items():
        assert cost == pytest.approx(expected, rel=1e-5), key


def test_a_mixtures_numbers_are_those_of_J_too(mixture):
    expected = PENALTIES[mixture].value(W, LAM, M)
    costs = own_penalties(mixture)
    assert list(costs) == ["logistic_regression", "glmnet", "keras"]
    assert list(costs.values()) == pytest.approx([expected] * 3, rel=1e-5)


@each_penalty
def test_sgd_with_the_number_takes_the_step_that_training_takes(penalty):
    assert_sgd_takes_the_step(penalty)


def test_sgd_takes_a_mixtures_step_too(mixture):
    assert_sgd_takes_the_step(mixture)


def test_a_square_of_another_weight_has_its_own_numbers_everywhere(double):
    expected = PENALTIES[double].value(W, LAM, M)
    costs = own_penalties(double)
    assert list(costs) == ["logistic_regression", "glmnet", "keras", "mlp_classifier", "playground"]
    assert list(costs.values()) == pytest.approx([expected] * 5, rel=1e-12)
    assert_sgd_takes_the_step(double)
    said = {key: e.caveat for key, e in entries(double).items()}
    assert said["mlp_classifier"].startswith("Equal to 2·λ on the full batch")
    assert "so L2 is 2·λ/2m. On kernels" in said["keras"]
    assert "the same 1 − 2·αλ/m, but" in said["torch_adamw"]
    assert "add 2·λ/2m·Σw² to the loss" in said["torch_adamw"]


def test_a_corner_of_another_weight_is_not_said_to_be_l1s(monkeypatch):
    monkeypatch.setitem(PENALTIES, "steep", Penalty("steep", "Steep", l1=2.0, l2=0.0))
    said = {key: e.caveat for key, e in entries("steep").items()}
    assert "adding 2·λ/2m·‖W‖₁ to the loss does not" in said["torch_sgd"]
    assert said["keras"].startswith("The square is not halved. On kernels")


def test_the_caveats_of_l1_and_l2_are_their_own():
    l1, l2 = ({key: e.caveat for key, e in entries(penalty).items()} for penalty in ("l1", "l2"))
    assert l2["mlp_classifier"].startswith("Equal to λ on the full batch only: on minibatches")
    assert l2["keras"].startswith(
        "The square is not halved, so L2 is λ/2m too. On kernels only, as here. Take"
    )
    assert l1["keras"].startswith(
        "The square is not halved, so L2 is λ/2m too. On kernels only, as here. Its"
    )
    assert "shrinks by the same 1 − αλ/m, but Adam" in l2["torch_adamw"]
    assert "add λ/2m·Σw² to the loss" in l2["torch_adamw"]
    assert "adding λ/2m·‖W‖₁ to the loss does not" in l1["torch_sgd"]


def assert_sgd_takes_the_step(name):
    """W − α(dW + weight_decay·W), then a softshrink, against decay and prox."""
    penalty, found = PENALTIES[name], entries(name)["torch_sgd"]
    dW = np.array([0.3, -0.1, 0.2, 1.0])
    is_decay = found.option == "weight_decay"
    decay = found.value if is_decay else 0.0
    shrink = 0.0 if penalty.is_round else found.value
    if penalty.is_mixture:
        shrink = float(re.search(r"softshrink of \S+ = ([\d.e-]+\d)", found.caveat)[1])
    V = W - ALPHA * (dW + decay * W)
    step = np.sign(V) * np.maximum(np.abs(V) - shrink, 0)
    expected = penalty.prox(W * penalty.decay(LAM, M, ALPHA) - ALPHA * dW, LAM, M, ALPHA)
    assert is_decay == (penalty.l2 > 0)
    np.testing.assert_allclose(step, expected, rtol=1e-5)


def test_l1_and_l2_are_said_as_their_libraries_say_them():
    said = {p: [(e.option, e.formula) for e in entries(p).values()] for p in ("l1", "l2")}
    assert said["l1"] == [
        ("C", "2/λ"),
        ("alpha", "none"),
        ("lambda", "λ/2m"),
        ("l1", "λ/2m"),
        ("softshrink", "αλ/2m"),
        ("weight_decay", "none"),
        ("Regularization rate", "λ/2m"),
    ]
    assert said["l2"] == [
        ("C", "1/λ"),
        ("alpha", "λ"),
        ("lambda", "λ/m"),
        ("l2", "λ/2m"),
        ("weight_decay", "λ/m"),
        ("weight_decay", "λ/m, decay only"),
        ("Regularization rate", "λ/m"),
    ]
    assert entries("l1")["keras"].library == "Keras: regularizers.L1"
    assert entries("l2")["keras"].library == "Keras: regularizers.L2"
    assert "Not the same as L2" in entries("l2")["torch_adamw"].caveat


def test_a_mixtures_formulas_are_written_from_its_shares(monkeypatch):
    monkeypatch.setitem(PENALTIES, "half", Penalty("half", "Half", 0.5, 0.5))
    found = entries("half")
    assert {key: e.formula for key, e in found.items() if e.value is not None} == {
        "logistic_regression": "1/(0.75·λ)",
        "glmnet": "0.75·λ/m",
        "keras": "0.5·λ/2m",
        "torch_sgd": "0.5·λ/m",
    }
    assert found["keras"].library == "Keras: regularizers.L1L2"
    for key in ("mlp_classifier", "torch_adamw", "playground"):
        assert (found[key].value, found[key].formula) == (None, "none")


@each_penalty
def test_every_library_has_its_key_and_says_what_to_beware_of(penalty):
    found = entries(penalty)
    assert list(found) == KEYS
    assert all(e.caveat.endswith(".") for e in found.values())


def test_the_menus_nearest_rate_is_named_for_playground():
    for lam in (0.0, 3.0, 700.0):
        shown = entries("l2", lam)["playground"]
        nearest = float(re.search(r"nearest rate is ([\d.]+)\. ", shown.caveat)[1])
        assert nearest == min(PLAYGROUND_RATES, key=lambda rate: abs(rate - lam / M))


@each_penalty
def test_no_rate_is_left_without_a_penalty(penalty):
    found = entries(penalty, lam=0.0)
    assert found.pop("logistic_regression").value == float("inf")
    assert {e.value for e in found.values()} <= {0.0, None}


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("lam", -1.0, "every λ must be"),
        ("penalty", "l3", "penalty must be 'l1'.* or '.*', got 'l3'"),
        ("m", 0, "m must be a whole number of at least 1"),
        ("learning_rate", 0.0, "learning_rate must be"),
        ("n_classes", 1, "n_classes must be a whole number of at least 2"),
    ],
)
def test_a_problem_that_is_none_is_refused(name, value, message):
    with pytest.raises(ValueError, match=message):
        Problem(**{"lam": 1.0, "penalty": "l2", "m": 10} | {name: value})
