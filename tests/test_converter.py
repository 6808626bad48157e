"""The same λ elsewhere: the very code that is shown is run where its library is there."""

import os
import re

import numpy as np
import pytest
from scipy.optimize import minimize

import core
from core import convert
from core.convert import Entry, Problem, converted
from core.logistic import fit_logistic
from core.penalties import PENALTIES
from core.settings import LAMS
from tests.test_gradient_page import noticed, open_at

PAGE = "pages/converter.py"
each_penalty = pytest.mark.parametrize("penalty", list(PENALTIES))


def entry(problem: Problem, library: str) -> Entry:
    (found,) = [e for e in converted(problem) if e.library.startswith(library)]
    return found


def run(code: str, X: np.ndarray, y: np.ndarray) -> dict:
    """What the names of the code stand for after it has run."""
    names = {"X": X, "y": y}
    exec(compile(code, "<shown>", "exec"), names)
    return names


def problem_of(X: np.ndarray, y: np.ndarray, lam: float, penalty: str, **more: object) -> Problem:
    return Problem(lam, penalty, len(X), n_features=X.shape[1], n_classes=len(np.unique(y)), **more)


def J(X, y, W, b, lam, penalty):
    """By hand: mean cross-entropy of two classes through tanh layers, and the penalty of all layers."""
    A = X
    for l, (layer, bias) in enumerate(zip(W, b, strict=True)):
        Z = A @ layer + bias
        A = np.tanh(Z) if l < len(W) - 1 else Z[:, 0]
    size = sum((np.abs(w) if penalty == "l1" else w**2).sum() for w in W)
    return np.logaddexp(0, -(2 * y - 1) * A).mean() + lam / (2 * len(X)) * size


@each_penalty
@pytest.mark.parametrize("lam", [20.0, 100.0])
def test_logistic_regression_as_shown_has_the_exact_optimums_weights(breast_cancer, penalty, lam):
    X, y = breast_cancer
    model = run(entry(problem_of(X, y, lam, penalty), "scikit-learn: Log").code, X, y)["model"]
    best = fit_logistic(X, y, penalty, [lam], tol=1e-12)
    np.testing.assert_allclose(model.coef_[0], best.W[0], atol=2e-3)
    np.testing.assert_allclose(model.intercept_, best.b, atol=2e-3)
    if penalty == "l1":
        assert (model.coef_ != 0).sum() == {20.0: 8, 100.0: 4}[lam]


@each_penalty
def test_logistic_regression_without_a_penalty(samples, penalty):
    X, y = samples
    shown = entry(problem_of(X, y, 0.0, penalty), "scikit-learn: Log")
    assert shown.value == float("inf")
    best = fit_logistic(X, y, penalty, [0.0])
    np.testing.assert_allclose(run(shown.code, X, y)["model"].coef_[0], best.W[0], atol=1e-3)


@each_penalty
def test_logistic_regression_of_three_classes_rests_where_the_softmaxs_gradient_is_zero(
    three_classes, penalty
):
    X, y = three_classes
    lam, m = 6.0, len(X)
    model = run(entry(problem_of(X, y, lam, penalty), "scikit-learn: Log").code, X, y)["model"]
    dW = (model.predict_proba(X) - np.eye(3)[y]).T @ X / m
    if penalty == "l2":
        np.testing.assert_allclose(dW + lam / m * model.coef_, 0, atol=1e-5)
    else:
        at_zero = model.coef_ == 0
        assert at_zero.any()
        assert (np.abs(dW[at_zero]) <= lam / (2 * m) + 1e-4).all()
        np.testing.assert_allclose((dW + lam / (2 * m) * np.sign(model.coef_))[~at_zero], 0, atol=1e-4)


@pytest.mark.parametrize("hidden", [(), (4,), (4, 3)])
def test_mlp_classifier_as_shown_minimizes_this_j(samples, hidden):
    X, y = samples
    shown = entry(problem_of(X, y, 3.0, "l2", hidden=hidden), "scikit-learn: MLP")
    model = run(shown.code, X, y)["model"]
    by_hand = J(X, y, model.coefs_, model.intercepts_, 3.0, "l2")
    assert model.loss_ == pytest.approx(by_hand, abs=1e-9)
    if not hidden:
        assert by_hand == pytest.approx(fit_logistic(X, y, "l2", [3.0]).cost[0], abs=1e-5)


def glmnets_cost(theta, X, y, lam, alpha):
    """As glmnet's manual has it: mean deviance/2 + lambda·((1 − alpha)/2·‖w‖² + alpha·‖w‖₁)."""
    w, b = theta[:-1], theta[-1]
    data = np.logaddexp(0, -(2 * y - 1) * (X @ w + b)).mean()
    return data + lam * ((1 - alpha) / 2 * w @ w + alpha * np.abs(w).sum())


@each_penalty
def test_glmnets_own_cost_has_the_same_optimum(samples, penalty):
    X, y = samples
    code = entry(problem_of(X, y, 5.0, penalty), "glmnet").code
    lam, alpha = (float(re.search(rf"{name} = ([\d.e-]+)", code)[1]) for name in ("lambda", "alpha"))
    n = X.shape[1]

    def split(parts):  # w = u − v with u, v ≥ 0: ‖w‖₁ has no corner there
        u, v, b = parts[:n], parts[n : 2 * n], parts[-1]
        smooth = glmnets_cost(np.append(u - v, b), X, y, lam, alpha) - lam * alpha * np.abs(u - v).sum()
        return smooth + lam * alpha * (u + v).sum()

    bounds = [(0, None)] * (2 * n) + [(None, None)]
    found = minimize(split, np.zeros(2 * n + 1), bounds=bounds, options={"ftol": 1e-15, "gtol": 1e-9}).x
    best = fit_logistic(X, y, penalty, [5.0], tol=1e-12)
    np.testing.assert_allclose(found[:n] - found[n : 2 * n], best.W[0], atol=2e-4)
    assert f"alpha = {1 if penalty == 'l1' else 0}," in code
    assert "standardize = FALSE" in code


@each_penalty
@pytest.mark.parametrize("hidden", [(), (4,)])
def test_torchs_sgd_as_shown_reaches_the_same_optimum(samples, penalty, hidden):
    torch = pytest.importorskip("torch")
    X, y = samples
    problem = problem_of(X, y, 4.0, penalty, learning_rate=0.5, epochs=3000, hidden=hidden)
    torch.manual_seed(0)
    model = run(entry(problem, "PyTorch: SGD").code, X, y)["model"]
    state = {name: p.detach().double().numpy() for name, p in model.named_parameters()}
    W = [p.T for name, p in state.items() if name.endswith("weight")]
    b = [p for name, p in state.items() if name.endswith("bias")]
    if hidden:  # several minima: the gradient of this J rests there
        zero = J(X, y, W, b, 4.0, penalty)
        for w in W:
            for at in np.ndindex(w.shape):
                if w[at] != 0:
                    w[at] += 1e-4
                    up = J(X, y, W, b, 4.0, penalty)
                    w[at] -= 2e-4
                    down = J(X, y, W, b, 4.0, penalty)
                    w[at] += 1e-4
                    assert (up - down) / 2e-4 == pytest.approx(0, abs=1e-3), zero
    else:
        best = fit_logistic(X, y, penalty, [4.0], tol=1e-12)
        np.testing.assert_allclose(W[0][:, 0], best.W[0], atol=1e-4)
        np.testing.assert_array_equal(W[0][:, 0] == 0, best.W[0] == 0)


def test_torchs_sgd_as_shown_leaves_the_biases_alone(samples):
    pytest.importorskip("torch")
    X, y = samples
    shown = entry(problem_of(X, y, 4.0, "l2", hidden=(3,), epochs=1), "PyTorch: SGD")
    weights, biases = run(shown.code, X, y)["optimizer"].param_groups
    assert weights["weight_decay"] == pytest.approx(4.0 / len(X))
    assert biases["weight_decay"] == 0
    assert [p.ndim for p in weights["params"]] == [2, 2]
    assert [p.ndim for p in biases["params"]] == [1, 1]


def test_torchs_adamw_as_shown_shrinks_alike_and_settles_elsewhere(samples):
    torch = pytest.importorskip("torch")
    X, y = samples
    torch.manual_seed(0)
    problem = problem_of(X, y, 4.0, "l2", learning_rate=0.01, epochs=3000)
    shown = entry(problem, "PyTorch: AdamW")
    assert "Not the same as L2" in shown.caveat
    w = run(shown.code, X, y)["model"][0].weight.detach().numpy()[0]
    best = fit_logistic(X, y, "l2", [4.0]).W[0]
    assert np.abs(w - best).max() > 0.05


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Keras itself, about NumPy 2
@each_penalty
def test_keras_as_shown_reaches_the_same_optimum(samples, penalty):
    if "KERAS_BACKEND" not in os.environ:
        pytest.importorskip("torch")
        os.environ["KERAS_BACKEND"] = "torch"
    pytest.importorskip("keras")
    X, y = samples
    problem = problem_of(X, y, 4.0, penalty, learning_rate=0.5, epochs=400)
    model = run(entry(problem, "Keras").code, X, y)["model"]
    w = np.asarray(model.get_weights()[0])[:, 0]
    best = fit_logistic(X, y, penalty, [4.0], tol=1e-12)
    # L1 steps by its subgradient there, and so comes no nearer than a few αλ/2m
    np.testing.assert_allclose(w, best.W[0], atol=2e-3 if penalty == "l2" else 0.05)


@each_penalty
def test_playgrounds_rate_times_its_slope_is_the_penaltys_gradient(penalty):
    problem = Problem(20.0, penalty, m=300)
    url = entry(problem, "TensorFlow").code
    rate = float(re.search(r"regularizationRate=([\d.e-]+)", url)[1])
    assert f"regularization={penalty.upper()}&" in url
    W = np.array([-2.0, 0.5, 3.0])
    slope = W if penalty == "l2" else np.sign(W)  # of its own w²/2 and |w|
    np.testing.assert_allclose(rate * slope, PENALTIES[penalty].gradient(W, 20.0, 300), rtol=1e-9)


@each_penalty
def test_no_rate_is_left_without_a_penalty(penalty):
    values = {e.library: e.value for e in converted(Problem(0.0, penalty, m=300)) if e.value is not None}
    assert values.pop("scikit-learn: LogisticRegression") == float("inf")
    assert set(values.values()) == {0.0}


@each_penalty
@pytest.mark.parametrize("lam", [0.0, 0.1, 1000.0])
@pytest.mark.parametrize("hidden", [(), (6,), (5, 4, 3, 2)])
@pytest.mark.parametrize("n_classes", [2, 10])
def test_python_code_compiles_and_carries_its_value(penalty, lam, hidden, n_classes):
    problem = Problem(lam, penalty, 398, hidden=hidden, n_features=30, n_classes=n_classes)
    for e in converted(problem):
        if e.language == "python":
            compile(e.code, e.library, "exec")
        if e.value is not None:
            assert convert.literal(e.value) in e.code, e.library


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("lam", -1.0, "every λ must be"),
        ("penalty", "l3", "penalty must be 'l1' or 'l2', got 'l3'"),
        ("m", 0, "m must be a whole number of at least 1"),
        ("learning_rate", 0.0, "learning_rate must be"),
        ("n_classes", 1, "n_classes must be a whole number of at least 2"),
    ],
)
def test_a_problem_that_is_none_is_refused(name, value, message):
    with pytest.raises(ValueError, match=message):
        Problem(**{"lam": 1.0, "penalty": "l2", "m": 10} | {name: value})


def table(app) -> dict[str, float]:
    """Library and value as the page's table has them."""
    html = "".join(element.proto.body for element in app.get("html"))
    rows = re.findall(r"<th scope='row'>(.*?)</th>.*?<strong>(.*?)</strong>", html)
    return {library: float(value) for library, value in rows if value not in ("–", "∞")}


@each_penalty
def test_the_values_on_the_page_are_those_of_the_formulas(penalty):
    app = open_at(PAGE, "wine", lam="50", learning_rate="0.1")
    app.segmented_control(key="converter_penalty").set_value(penalty).run()
    m = core.load_dataset("wine").m
    expected = {
        "l1": {
            "scikit-learn: LogisticRegression": 2 / 50,
            "glmnet (R)": 50 / (2 * m),
            "Keras: regularizers.L1": 50 / (2 * m),
            "PyTorch: SGD": 0.1 * 50 / (2 * m),
            "TensorFlow Playground": 50 / (2 * m),
        },
        "l2": {
            "scikit-learn: LogisticRegression": 1 / 50,
            "scikit-learn: MLPClassifier": 50,
            "glmnet (R)": 50 / m,
            "Keras: regularizers.L2": 50 / (2 * m),
            "PyTorch: SGD": 50 / m,
            "PyTorch: AdamW": 50 / m,
            "TensorFlow Playground": 50 / m,
        },
    }[penalty]
    assert table(app) == pytest.approx(expected, rel=1e-5)
    low, high, factor = re.search(
        r"from \*\*([\d.e-]+)\*\* to \*\*([\d.]+)\*\*, a factor of ([\d,]+)", noticed(app)
    ).groups()
    assert float(low) == pytest.approx(min(expected.values()), rel=0.01)
    assert float(high) == pytest.approx(max(expected.values()), rel=0.01)
    ratio = max(expected.values()) / min(expected.values())
    assert float(factor.replace(",", "")) == pytest.approx(ratio, abs=0.6)
    assert f"m = {m}," in noticed(app)


@pytest.mark.parametrize("hidden", ["none", "6", "5-4-3-2"])
def test_the_page_works_with_every_data_set_at_both_ends_of_the_grid(hidden):
    app = open_at(PAGE, hidden=hidden)
    for dataset in core.DATASETS:
        app.selectbox(key="dataset").set_value(dataset)
        for lam, penalty in ((LAMS[0], "l1"), (LAMS[0], "l2"), (LAMS[-1], "l1"), (LAMS[-1], "l2")):
            app.select_slider(key="lam").set_value(lam)
            app.segmented_control(key="converter_penalty").set_value(penalty).run()
            assert not app.exception
            assert f"λ = {lam:g}" in noticed(app)
            assert app.main.code[-1].value


def test_every_library_with_the_option_can_be_chosen_and_its_code_is_shown():
    app = open_at(PAGE, hidden="6", lam="10")
    data = core.load_dataset("breast_cancer")
    problem = Problem(
        10.0, "l2", data.m, hidden=(6,), n_features=30, epochs=50, learning_rate=core.Settings().learning_rate
    )
    for e in converted(problem):
        app.selectbox(key="converter_library_l2").set_value(e.library).run()
        assert app.main.code[-1].value == e.code
