"""The same λ elsewhere: the code that is shown is run where its library is there; table, sentences, page."""

import os
import re
import warnings
from dataclasses import replace
from importlib import import_module
from itertools import pairwise
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from streamlit.testing.v1 import AppTest

import core
from core.convert import Entry, Problem, converted
from core.logistic import fit_logistic, lam_max
from core.penalties import PENALTIES, Penalty
from tests.app import context_at, open_app, sentences
from tests.ui.topics.places import at_both_ends
from tests.ui.topics.scripts import numbers_in, printed_by, words_of
from ui.base.templates import filled
from ui.topics.converter import PENALTY, TOPIC, code_of, entries_of, gaps, html_table, problem_of
from ui.topics.converter.snippets import FOLDER, literal

MIXTURE = Penalty("mixture", "Mixture", l1=0.5, l2=0.5)
DOUBLE = Penalty("double", "Double", l1=0.0, l2=2.0)
each_penalty = pytest.mark.parametrize("penalty", [*PENALTIES, MIXTURE.name, DOUBLE.name])


@pytest.fixture(autouse=True)
def others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the registry's own, a penalty with a corner and a square, and a square of another weight."""
    for penalty in (MIXTURE, DOUBLE):
        monkeypatch.setitem(PENALTIES, penalty.name, penalty)


def entry(problem: Problem, library: str) -> Entry:
    (found,) = [e for e in converted(problem) if e.library.startswith(library)]
    return found


def code(problem: Problem, library: str) -> str:
    return code_of(entry(problem, library), problem)[0]


def run(code: str, X: np.ndarray, y: np.ndarray) -> dict[str, Any]:
    """What the names of the code stand for after it has run."""
    names = {"X": X, "y": y}
    exec(compile(code, "<shown>", "exec"), names)
    return names


def problem_for(X: np.ndarray, y: np.ndarray, lam: float, penalty: str, **more: Any) -> Problem:
    return Problem(lam, penalty, len(X), n_features=X.shape[1], n_classes=len(np.unique(y)), **more)


def J(X, y, W, b, lam, penalty):
    """By hand: mean cross-entropy of two classes through tanh layers, and the penalty of all layers."""
    A, shares = X, PENALTIES[penalty]
    for l, (layer, bias) in enumerate(zip(W, b, strict=True)):
        Z = A @ layer + bias
        A = np.tanh(Z) if l < len(W) - 1 else Z[:, 0]
    size = sum(shares.l1 * np.abs(w).sum() + shares.l2 * (w**2).sum() for w in W)
    return np.logaddexp(0, -(2 * y - 1) * A).mean() + lam / (2 * len(X)) * size


@each_penalty
@pytest.mark.parametrize("lam", [20.0, 100.0])
def test_logistic_regression_as_shown_has_the_exact_optimums_weights(breast_cancer, penalty, lam):
    X, y = breast_cancer
    model = run(code(problem_for(X, y, lam, penalty), "scikit-learn: Log"), X, y)["model"]
    best = fit_logistic(X, y, penalty, [lam], tol=1e-12)
    np.testing.assert_allclose(model.coef_[0], best.W[0], atol=2e-3)
    np.testing.assert_allclose(model.intercept_, best.b, atol=2e-3)
    if penalty == "l1":
        assert (model.coef_ != 0).sum() == {20.0: 8, 100.0: 4}[lam]


@each_penalty
def test_logistic_regression_without_a_penalty(samples, penalty):
    X, y = samples
    problem = problem_for(X, y, 0.0, penalty)
    assert entry(problem, "scikit-learn: Log").value == float("inf")
    best = fit_logistic(X, y, penalty, [0.0])
    model = run(code(problem, "scikit-learn: Log"), X, y)["model"]
    np.testing.assert_allclose(model.coef_[0], best.W[0], atol=1e-3)


@each_penalty
def test_logistic_regression_of_three_classes_rests_where_the_softmaxs_gradient_is_zero(
    three_classes, penalty
):
    X, y = three_classes
    lam, m, shares = 6.0, len(X), PENALTIES[penalty]
    model = run(code(problem_for(X, y, lam, penalty), "scikit-learn: Log"), X, y)["model"]
    dW = (model.predict_proba(X) - np.eye(3)[y]).T @ X / m + shares.l2 * lam / m * model.coef_
    corner = shares.l1 * lam / (2 * m)
    at_zero = model.coef_ == 0
    assert at_zero.any() == (shares.l1 > 0)
    assert (np.abs(dW[at_zero]) <= corner + 1e-4).all()
    tolerance = 1e-4 if shares.l1 else 1e-5
    np.testing.assert_allclose((dW + corner * np.sign(model.coef_))[~at_zero], 0, atol=tolerance)


@pytest.mark.parametrize("hidden", [(), (4,), (4, 3)])
def test_mlp_classifier_as_shown_minimizes_this_j(samples, hidden):
    X, y = samples
    model = run(code(problem_for(X, y, 3.0, "l2", hidden=hidden), "scikit-learn: MLP"), X, y)["model"]
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
    shown = code(problem_for(X, y, 5.0, penalty), "glmnet")
    lam = float(re.search(r"^s <- ([\d.e-]+)", shown, re.MULTILINE)[1])
    alpha = float(re.search(r"alpha = ([\d.e-]+)", shown)[1])
    assert "lambda = s * 1.5^(20:0)," in shown, "from large to small, ending with s"
    assert "coef(fit, s = s)" in shown
    n = X.shape[1]

    def split(parts):  # w = u − v with u, v ≥ 0: ‖w‖₁ has no corner there
        u, v, b = parts[:n], parts[n : 2 * n], parts[-1]
        smooth = glmnets_cost(np.append(u - v, b), X, y, lam, alpha) - lam * alpha * np.abs(u - v).sum()
        return smooth + lam * alpha * (u + v).sum()

    bounds = [(0, None)] * (2 * n) + [(None, None)]
    found = minimize(split, np.zeros(2 * n + 1), bounds=bounds, options={"ftol": 1e-15, "gtol": 1e-9}).x
    best = fit_logistic(X, y, penalty, [5.0], tol=1e-12)
    np.testing.assert_allclose(found[:n] - found[n : 2 * n], best.W[0], atol=2e-4)
    assert alpha == {"l1": 1, "l2": 0}.get(penalty, pytest.approx(PENALTIES[penalty].l1_ratio))
    assert f"alpha = {literal(PENALTIES[penalty].l1_ratio)}," in shown
    assert "standardize = FALSE" in shown


def library(name: str) -> ModuleType:
    """One of requirements-libraries.txt; its tests are skipped without it, but not in the CI's step."""
    return import_module(name) if "LIBRARIES" in os.environ else pytest.importorskip(name)


@each_penalty
@pytest.mark.parametrize("hidden", [(), (4,)])
def test_torchs_sgd_as_shown_reaches_the_same_optimum(samples, penalty, hidden):
    torch = library("torch")
    X, y = samples
    problem = problem_for(X, y, 4.0, penalty, learning_rate=0.5, epochs=3000, hidden=hidden)
    torch.manual_seed(0)
    model = run(code(problem, "PyTorch: SGD"), X, y)["model"]
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


@pytest.mark.parametrize("penalty", ["l2", MIXTURE.name])
def test_torchs_sgd_as_shown_leaves_the_biases_alone(samples, penalty):
    library("torch")
    X, y = samples
    shown = code(problem_for(X, y, 4.0, penalty, hidden=(3,), epochs=1), "PyTorch: SGD")
    weights, biases = run(shown, X, y)["optimizer"].param_groups
    assert weights["weight_decay"] == pytest.approx(PENALTIES[penalty].l2 * 4.0 / len(X))
    assert biases["weight_decay"] == 0
    assert [p.ndim for p in weights["params"]] == [2, 2]
    assert [p.ndim for p in biases["params"]] == [1, 1]


def test_torchs_adamw_as_shown_shrinks_alike_and_settles_elsewhere(samples):
    torch = library("torch")
    X, y = samples
    torch.manual_seed(0)
    problem = problem_for(X, y, 4.0, "l2", learning_rate=0.01, epochs=3000)
    assert "Not the same as L2" in entry(problem, "PyTorch: AdamW").caveat
    w = run(code(problem, "PyTorch: AdamW"), X, y)["model"][0].weight.detach().numpy()[0]
    best = fit_logistic(X, y, "l2", [4.0]).W[0]
    assert np.abs(w - best).max() > 0.05


def test_a_whole_number_keeps_its_point_in_code():
    found = [literal(value) for value in (1.0, 0.3, 3.0, 1e-7, 400.0, float("inf"))]
    assert found == ["1.0", "0.3", "3.0", "1e-07", "400.0", 'float("inf")']
    assert "SGD(1.0)" in code(Problem(20.0, "l2", m=300, learning_rate=1.0), "Keras")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Keras itself, about NumPy 2
@each_penalty
def test_keras_as_shown_reaches_the_same_optimum(samples, penalty):
    if "KERAS_BACKEND" not in os.environ:
        library("torch")
        os.environ["KERAS_BACKEND"] = "torch"
    library("keras")
    X, y = samples
    problem = problem_for(X, y, 4.0, penalty, learning_rate=0.5, epochs=400)
    model = run(code(problem, "Keras"), X, y)["model"]
    w = np.asarray(model.get_weights()[0])[:, 0]
    best = fit_logistic(X, y, penalty, [4.0], tol=1e-12)
    # L1 steps by its subgradient there, and so comes no nearer than a few αλ/2m
    np.testing.assert_allclose(w, best.W[0], atol=0.05 if PENALTIES[penalty].is_sparse else 2e-3)


@pytest.mark.parametrize("penalty", ["l1", "l2"])
def test_playgrounds_rate_times_its_slope_is_the_penaltys_gradient(penalty):
    problem = Problem(20.0, penalty, m=300)
    url = code(problem, "TensorFlow")
    rate = float(re.search(r"regularizationRate=([\d.e-]+)", url)[1])
    assert f"regularization={penalty.upper()}&" in url
    W = np.array([-2.0, 0.5, 3.0])
    slope = W if penalty == "l2" else np.sign(W)  # of its own w²/2 and |w|
    np.testing.assert_allclose(rate * slope, PENALTIES[penalty].gradient(W, 20.0, 300), rtol=1e-9)


def test_kerass_numbers_for_a_mixture_times_their_parts_are_the_penalty():
    problem = Problem(20.0, MIXTURE.name, m=300)
    shown = code(problem, "Keras: regularizers.L1L2")
    l1, l2 = (float(re.search(rf" {name}=([\d.e-]+),", shown)[1]) for name in ("l1", "l2"))
    W = np.array([-2.0, 0.5, 3.0])
    own = l1 * np.abs(W).sum() + l2 * np.square(W).sum()
    assert own == pytest.approx(MIXTURE.value(W, 20.0, 300), rel=1e-9)


@each_penalty
@pytest.mark.parametrize("lam", [0.0, 0.1, 1000.0])
@pytest.mark.parametrize("hidden", [(), (6,), (5, 4, 3, 2)])
@pytest.mark.parametrize("n_classes", [2, 10])
def test_python_code_compiles_and_carries_its_value(penalty, lam, hidden, n_classes):
    problem = Problem(lam, penalty, 398, hidden=hidden, n_features=30, n_classes=n_classes)
    for e in converted(problem):
        if e.value is None:
            continue
        text, language = code_of(e, problem)
        if language == "python":
            compile(text, e.library, "exec")
        assert literal(e.value) in text, e.library
        assert text == text.strip()


@pytest.mark.parametrize("hidden", [(), (6,), (5, 4, 3, 2)])
@pytest.mark.parametrize("n_classes", [2, 10])
def test_the_networks_written_are_those_of_the_panel(hidden, n_classes):
    problem = Problem(1.0, "l2", 398, hidden=hidden, n_features=30, n_classes=n_classes)
    sizes = (30, *hidden, 1 if n_classes == 2 else n_classes)
    torch = code(problem, "PyTorch: SGD")
    found = re.findall(r"torch\.nn\.Linear\((\d+), (\d+)\)", torch)
    assert [tuple(map(int, pair)) for pair in found] == list(pairwise(sizes))
    assert torch.count("torch.nn.Tanh()") == len(hidden)
    keras = re.findall(
        r'Dense\((\d+), activation="(\w+)", kernel_regularizer=penalty\)', code(problem, "Keras")
    )
    assert [int(width) for width, _ in keras] == list(sizes[1:])
    assert [activation for _, activation in keras] == ["tanh"] * len(hidden) + [
        "sigmoid" if n_classes == 2 else "softmax"
    ]


@pytest.mark.parametrize("library", ["scikit-learn: MLP", "PyTorch: AdamW"])
@pytest.mark.parametrize("penalty", ["l1", MIXTURE.name])
def test_what_a_library_does_not_have_has_no_code(library, penalty):
    problem = Problem(1.0, penalty, 398)
    assert entry(problem, library).value is None
    with pytest.raises(ValueError, match=f"has no {PENALTIES[penalty].label} to be written"):
        code(problem, library)


def test_every_library_has_a_template_and_every_template_a_library():
    keys = [e.key for e in converted(Problem(1.0, "l2", 398))]
    assert len(set(keys)) == len(keys)
    shared = {"torch"}  # what both of PyTorch's optimizers extend
    assert {path.name.split(".")[0] for path in FOLDER.iterdir()} == {*keys, *shared}


@pytest.mark.parametrize(
    ("library", "language"), [("glmnet", "r"), ("TensorFlow", "text"), ("Keras", "python")]
)
def test_code_comes_with_its_language(library, language):
    problem = Problem(1.0, "l2", 398)
    assert code_of(entry(problem, library), problem)[1] == language


def test_foreign_signs_in_the_table_are_text():
    shown = html_table([Entry("a", "<b>&", "o'ption", float("inf"), "<i>", "1 < 2")])
    assert "&lt;b&gt;&amp;" in shown
    assert "<i>" not in shown
    assert "1 &lt; 2" in shown
    assert "<strong>∞</strong>" in shown
    assert "<style>" in shown


def values_in(html: str) -> dict[str, float]:
    """Library and value as the page's table has them."""
    rows = re.findall(r"<th scope='row'>(.*?)</th>.*?<strong>(.*?)</strong>", html, re.S)
    return {library: float(value) for library, value in rows if value not in ("–", "∞")}


def table(app: AppTest) -> dict[str, float]:
    return values_in("".join(element.proto.body for element in app.get("html")))


@pytest.mark.parametrize("penalty", ["l1", "l2"])
def test_the_values_on_the_page_are_those_of_the_formulas(penalty):
    app = open_app(TOPIC, dataset="wine", lam="50", learning_rate="0.1")
    app.segmented_control(key=PENALTY.key).set_value(penalty).run()
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
    low, high = re.search(
        r"from \*\*([\d.e-]+)\*\* to \*\*([\d.]+)\*\*: not larger and smaller, but other things",
        sentences(app),
    ).groups()
    assert float(low) == pytest.approx(min(expected.values()), rel=0.01)
    assert float(high) == pytest.approx(max(expected.values()), rel=0.01)
    assert f"For {PENALTIES[penalty].label} and m = {m}," in sentences(app)
    assert ("C and alpha do not change" in sentences(app)) == (penalty == "l2")


def test_every_data_set_has_its_code_in_every_library_at_both_ends_of_the_grid():
    for context in at_both_ends():
        for penalty in PENALTY.values:
            chosen = replace(context, choices={PENALTY.key: penalty})
            assert context.lam_text in "\n".join(TOPIC.picture(chosen).notes)
            problem = problem_of(chosen)
            assert (problem.lam, problem.penalty, problem.m) == (context.lam, penalty, context.data.m)
            assert all(code_of(e, problem)[0] for e in entries_of(chosen) if e.value is not None)


@pytest.mark.parametrize("penalty", PENALTY.values)
def test_every_library_with_the_option_can_be_chosen_and_its_code_is_shown(penalty):
    app = open_app(TOPIC, hidden="6", lam="10", epochs="50")
    app.segmented_control(key=PENALTY.key).set_value(penalty).run()
    data = core.load_dataset("breast_cancer")
    problem = Problem(
        10.0,
        penalty,
        data.m,
        hidden=(6,),
        n_features=30,
        epochs=50,
        learning_rate=core.Settings().learning_rate,
    )
    offered = [e for e in converted(problem) if e.value is not None]
    assert app.selectbox(key=f"converter_library_{penalty}").options == [e.library for e in offered]
    for e in offered:
        app.selectbox(key=f"converter_library_{penalty}").set_value(e.library).run()
        assert app.main.code[-1].value == code_of(e, problem)[0]
        assert e.caveat in [element.value for element in app.main.caption]


def test_the_problem_is_that_of_the_panel():
    context = context_at(
        dataset="digits", hidden=(9, 5), learning_rate=0.1, epochs=100, lam=3.0, choices={PENALTY.key: "l1"}
    )
    assert problem_of(context) == Problem(3.0, "l1", context.data.m, 0.1, (9, 5), 64, 10, 100)
    assert entries_of(context) == converted(problem_of(context))


def test_the_pictures_table_has_a_row_for_each_library():
    context = context_at(dataset="moons", lam=0.0)
    rows = TOPIC.picture(context).tables["libraries"]
    assert rows.library.tolist() == [e.library for e in entries_of(context)]
    assert rows.value[0] == "∞"
    assert set(rows.value[1:]) == {"0"}
    assert values_in(html_table(entries_of(context))) == dict.fromkeys(rows.library[1:], 0.0)


def mathematics(penalty: str) -> str:
    return filled(TOPIC.folder / "mathematics.md", **gaps(Problem(6.0, penalty, m=300)))


def test_the_mathematics_of_one_penalty_says_nothing_of_the_other():
    l1, l2 = mathematics("l1"), mathematics("l2")
    assert r"\frac{\lambda}{2m}\|W\|_1" in l1
    assert r"\frac{\lambda}{2m}\|W\|^2" in l2
    assert r"\|W\|^2" not in l1
    assert r"\|W\|_1" not in l2
    assert "so that its C is $2/\\lambda$" in l1
    assert "so that its C is $1/\\lambda$" in l2
    assert all(r"$\lambda = 6$ and $m = 300$" in text for text in (l1, l2))


def test_the_mathematics_of_a_mixture_has_its_shares():
    text = mathematics(MIXTURE.name)
    assert r"\frac{\lambda}{2m}\left(0.5\,\|W\|_1 + 0.5\,\|W\|^2\right)" in text
    strength, ratio = map(float, re.search(r"l_2 = ([\d.]+)\$ and \$r .*?= ([\d.]+)\$", text).groups())
    assert 1 / (strength * 6.0) == pytest.approx(
        entry(Problem(6.0, MIXTURE.name, m=300), "scikit-learn: Log").value
    )
    assert ratio == pytest.approx(MIXTURE.l1_ratio, rel=2e-3)


def test_the_script_of_other_settings_prints_theirs(tmp_path):
    context = context_at(dataset="wine", hidden=(), lam=0.5, choices={PENALTY.key: "l1"})
    picture = TOPIC.picture(context)
    printed = printed_by(picture.script, tmp_path)
    assert "scikit-learn: LogisticRegression, C: 4\n" in printed
    assert "scikit-learn: MLPClassifier, alpha: none\n" in printed
    assert numbers_in(printed) <= numbers_in(words_of(picture)), printed


def test_where_no_weight_is_left_sagas_intercept_is_not_the_optimums_and_the_code_says_so():
    data = core.load_dataset("breast_cancer")
    X, y = data.X_train, data.y_train
    lam = 3 * lam_max(X, y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = LogisticRegression(C=2 / lam, l1_ratio=1, solver="saga", tol=1e-7, max_iter=100_000).fit(X, y)
    assert not model.coef_.any()
    odds = np.log(y.mean() / (1 - y.mean()))
    assert fit_logistic(X, y, "l1", [lam]).b[0] == pytest.approx(odds)
    assert abs(model.intercept_[0] - odds) > 0.05
    shown = code(problem_for(X, y, lam, "l1"), "scikit-learn: LogisticRegression")
    assert "saga stops before it has found" in shown
    assert "the log-odds of the classes' shares" in shown
    assert "saga" not in code(problem_for(X, y, lam, "l2"), "scikit-learn: LogisticRegression")
