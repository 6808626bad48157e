"""The gradient check's page, and the bound on how much it computes."""

import re

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import core
from core.datasets import stratified_split
from core.gradient import gradients
from core.settings import LAMS
from tests.test_pages import ROOT, chart
from ui import gradient_check

PAGE = "pages/gradient.py"


def noticed(app: AppTest) -> str:
    """The sentences under "What to notice"."""
    (said,) = [element.value for element in app.main.markdown if element.value.startswith("- ")]
    return said


def open_at(page: str, dataset: str = "breast_cancer", **query: str) -> AppTest:
    """A page that trains nothing: the dashboard starts with little to train, and then changes the data."""
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60)
    for name, value in ({"dataset": "moons", "epochs": "50"} | query).items():
        app.query_params[name] = value
    app.run().selectbox(key="dataset").set_value(dataset)
    return app.switch_page(page).run()


def choose(app: AppTest, penalty: str = "l2", mistake: str = gradient_check.NONE) -> AppTest:
    app.segmented_control(key="gradient_penalty").set_value(penalty)
    return app.segmented_control(key="gradient_mistake").set_value(mistake).run()


def off_the_diagonal(app: AppTest) -> np.ndarray:
    points = chart(app)[1]["points"]
    return np.abs(points.numeric - points.backpropagated).to_numpy()


@pytest.mark.parametrize("hidden", ["none", "6", "5-4-3-2"])
def test_the_check_passes_on_every_data_set_at_both_ends_of_the_grid(hidden):
    app = open_at(PAGE, hidden=hidden)
    for dataset in core.DATASETS:
        app.selectbox(key="dataset").set_value(dataset)
        for lam, penalty in ((LAMS[0], "l1"), (LAMS[-1], "l1"), (LAMS[-1], "l2")):
            app.select_slider(key="lam").set_value(lam)
            choose(app, penalty)
            assert not app.exception
            assert f"At λ = {lam:g} under {penalty.upper()}, the two gradients agree" in noticed(app)
            errors = chart(app)[1]["errors"]
            assert len(errors) == len(core.settings.parse_hidden(hidden)) + 1
            assert (errors.error < 1e-6).all()


@pytest.mark.parametrize("penalty", ["l1", "l2"])
def test_the_error_in_the_sentence_is_the_share_of_the_penalty_that_was_forgotten(penalty):
    lam, seed = 30.0, 4
    app = choose(open_at(PAGE, hidden="none", lam="30", seed="4"), penalty, "no_penalty")
    data = core.load_dataset("breast_cancer", seed)
    kept = stratified_split(data.y_train, 1 - 50 / data.m, np.random.default_rng(seed))
    X, y = data.X_train[kept], data.y_train[kept]
    w = np.random.default_rng(seed).standard_normal(30) / np.sqrt(30)
    P = 1 / (1 + np.exp(-X @ w))
    from_data = np.append(X.T @ (P - y), (P - y).sum()) / len(y)
    part = lam / len(y) * np.append(w if penalty == "l2" else np.sign(w) / 2, 0)
    expected = np.linalg.norm(part) / (np.linalg.norm(from_data + part) + np.linalg.norm(from_data))
    said = noticed(app)
    assert float(re.search(r"relative error is \*\*([\d.e-]+)\*\*", said)[1]) == pytest.approx(
        expected, rel=0.05
    )
    assert f"J is taken on {len(y)} of {data.m} training rows" in said
    strength = lam / len(y) / (1 if penalty == "l2" else 2)
    assert float(re.search(r"λ/2?m is ([\d.]+)\. ", said)[1]) == pytest.approx(strength, rel=0.005)
    points = chart(app)[1]["points"]
    gap = (points.numeric - points.backpropagated).to_numpy()
    np.testing.assert_allclose(gap, part, atol=1e-8)
    np.testing.assert_allclose(points.backpropagated, from_data, atol=1e-12)


def test_the_mathematics_shows_a_weight_of_the_check():
    app = open_at(PAGE, hidden="none", lam="5")
    numeric, back = map(float, re.search(r"quad ([-\d.]+) .*? ([-\d.]+) ", app.latex[-1].value).groups())
    points = chart(app)[1]["points"]
    steepest = points.loc[points[points.name.str.startswith("W")].numeric.abs().idxmax()]
    assert numeric == pytest.approx(steepest.numeric, abs=1e-9)
    assert back == pytest.approx(steepest.backpropagated, abs=1e-9)


def test_a_mistake_throws_the_weights_off_the_diagonal_and_no_bias():
    app = open_at(PAGE, hidden="6-4", lam="10")
    assert off_the_diagonal(app).max() < 1e-8
    choose(app, "l2", "no_penalty")
    is_weight = chart(app)[1]["points"].name.str.startswith("W").to_numpy()
    assert (off_the_diagonal(app)[is_weight] > 1e-8).mean() > 0.99
    assert off_the_diagonal(app)[~is_weight].max() < 1e-8
    points = chart(app)[1]["points"]
    assert (points.off[is_weight]).mean() > 0.5
    assert not points.off[~is_weight].any()
    assert "The biases stay on the diagonal" in noticed(app)
    assert set(chart(app)[1]["points"].missing) == {"L2"}


def test_a_forgotten_slope_leaves_the_output_right_and_the_page_says_so():
    app = choose(open_at(PAGE, hidden="6-4", lam="10"), "l2", "no_slope")
    assert chart(app)[1]["errors"].passes.tolist() == [False, False, True]
    said = noticed(app)
    assert "fails** in layer 1 and layer 2:" in said
    assert "in every layer but the output" in said


def test_mistakes_that_cannot_be_seen_are_told():
    app = choose(open_at(PAGE, hidden="none", lam="0"), "l2", "no_penalty")
    assert "At λ = 0 the penalty's gradient is 0" in noticed(app)
    assert "caught" not in noticed(app)
    choose(app, "l2", "no_slope")
    assert "no tanh" in noticed(app)
    assert "the two gradients agree" in noticed(app)


def test_a_wide_network_is_checked_in_part_and_the_page_says_how_much():
    settings = core.Settings(dataset="digits", hidden=(32, 32))
    check = gradient_check.measure(settings, "l2", gradient_check.NONE)
    n = 65 * 32 + 33 * 32 + 33 * 10
    points = gradient_check.point_table(check)
    assert len(points) == gradient_check.MAX_CHECKED < n
    assert (
        f"moved {len(points)} of {n:,} weights and biases, drawn by the seed"
        in gradient_check.notes(check)[-1]
    )
    assert set(points.layer) == {"Layer 1", "Layer 2", "Output"}


def test_a_rerun_changes_the_tables_and_not_the_spec():
    app = open_at(PAGE, hidden="6")
    spec, tables = chart(app)
    app.select_slider(key="lam").set_value(100.0)
    choose(app, "l1", "no_penalty")
    assert chart(app)[0] == spec
    assert not chart(app)[1]["points"].equals(tables["points"])


def test_rows_are_drawn_from_every_class():
    check = gradient_check.measure(core.Settings(dataset="digits", hidden=()), "l2", gradient_check.NONE)
    assert check.gradients.numeric[0].shape == (10, 64)
    assert 45 <= check.rows <= 55


def test_what_is_checked_in_part_is_what_a_whole_check_finds(samples):
    whole = gradients(*samples, hidden=(6, 5), lam=3.0)
    part = gradients(*samples, hidden=(6, 5), lam=3.0, at_most=30)
    assert part.n_checked == 30 < part.n_parameters == whole.n_checked == whole.n_parameters
    for some, all_of in zip(
        (*part.numeric, *part.numeric_b), (*whole.numeric, *whole.numeric_b), strict=True
    ):
        seen = ~np.isnan(some)
        assert seen.any(), "each array of parameters is looked at"
        np.testing.assert_allclose(some[seen], all_of[seen], atol=1e-12)
    assert (part.relative_error < 1e-6).all()


def test_a_check_in_part_notices_mistakes_too(samples):
    part = gradients(*samples, hidden=(6, 5), lam=3.0, at_most=30, mistake="no_penalty")
    assert (part.relative_error > 1e-3).all()


def test_no_parameter_at_all_is_refused(samples):
    with pytest.raises(ValueError, match="at_most must be a whole number of at least 1"):
        gradients(*samples, at_most=0)
