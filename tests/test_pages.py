"""Whole pages through the entry file, without a browser."""

import io
import json
import re
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

import core
import ui.menu
import ui.store
from core.measures import affine_r2, linear_band, share_within
from core.settings import LAMS

ROOT = Path(__file__).parents[1]
PAGES = ("pages/sparsity.py", "pages/histograms.py", "pages/linearity.py")
QUICK = {"epochs": "50"}


def open_app(page: str = PAGES[0], **query: str) -> AppTest:
    """The dashboard at an address, on one of its pages, without drawing the menu's first page before."""
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=120)
    for name, value in query.items():
        app.query_params[name] = value
    first = {
        name: tuple(entry._replace(default=entry.file == page) for entry in getattr(ui.menu, name))
        for name in ("MENU", "TOOLS")
    }
    with mock.patch.multiple("ui.menu", **first):
        app.run()
    return app.switch_page(page)  # where the next run goes


def chart(app: AppTest) -> tuple[dict, dict[str, pd.DataFrame]]:
    """Spec and tables of the page's only chart."""
    (element,) = app.get("vega_lite_chart")
    tables = {
        dataset.name: pa.ipc.open_stream(io.BytesIO(dataset.data.data)).read_all().to_pandas()
        for dataset in element.proto.datasets
    }
    return json.loads(element.proto.spec), tables


def sentences(app: AppTest) -> str:
    """Everything that the page says under the chart."""
    return next(m.value for m in app.main.markdown if m.value.startswith("- "))


def retrained(settings: core.Settings, penalty: str, lam: float) -> tuple[core.Dataset, core.Run]:
    """The one network that a caption speaks of, trained alone."""
    data = core.load_dataset(settings.dataset, settings.seed, settings.n_samples, settings.noise)
    run = core.train(
        data.X_train,
        data.y_train,
        settings.hidden,
        penalty,
        [lam],
        learning_rate=settings.learning_rate,
        epochs=settings.epochs,
        seed=settings.seed,
    )
    return data, run


def zeros_of(run: core.Run) -> int:
    return sum(int((W == 0).sum()) for W in run.W)


@pytest.mark.parametrize("page", PAGES)
def test_each_page_opens_at_the_defaults(page):
    app = open_app(page)
    assert not app.exception
    assert not app.warning
    assert len(app.title) == 1
    assert app.header[0].value == "What to notice"
    chart(app)


@pytest.mark.parametrize("hidden", ["none", "6", "5-4-3-2"])
@pytest.mark.parametrize("dataset", list(core.DATASETS))
def test_every_page_works_with_every_data_set_at_both_ends_of_the_grid(dataset, hidden):
    app = open_app(dataset=dataset, hidden=hidden, **QUICK)
    for lam in (LAMS[0], LAMS[-1]):
        app.select_slider(key="lam").set_value(lam)
        for page in PAGES:
            app.switch_page(page).run()
            assert not app.exception, (page, lam)
            assert app.title, (page, lam)
            if page == PAGES[2] and hidden == "none":
                assert "no hidden layer" in app.info[0].value
            else:
                chart(app)
                assert f"λ = {lam:g}" in sentences(app)


@pytest.mark.parametrize(
    ("dataset", "hidden", "lam"),
    [(name, *(("5-4", "0"), ("5-4-3", "1000"))[i % 2]) for i, name in enumerate(core.DATASETS)],
)
def test_the_whole_menu_works_with_two_and_three_hidden_layers(dataset, hidden, lam):
    app = open_app(dataset=dataset, hidden=hidden, lam=lam, **QUICK)
    for entry in ui.menu.MENU:
        app.switch_page(entry.file).run()
        assert not app.exception, entry.title
        assert app.title, entry.title
        assert app.get("vega_lite_chart") or app.info or app.button or app.code, entry.title


def test_l1_grows_from_no_zero_to_all_on_breast_cancer_and_l2_has_none():
    app = open_app(hidden="none")
    shares = chart(app)[1]["shares"]
    L1, L2 = (shares[shares.penalty == label].sort_values("k").share.to_numpy() for label in ("L1", "L2"))
    assert len(L1) == len(L2) == len(LAMS)
    assert L1[0] == 0
    assert L1[-1] == 1
    assert (np.diff(L1) >= 0).all()
    assert (L2 == 0).all()
    readout = chart(app)[1]["readout"]
    assert readout.L1.iloc[-1] == "L1: 30 of 30 weights exactly zero"
    assert readout.L2.iloc[-1] == "L2: 0 of 30 weights exactly zero"


@pytest.mark.parametrize("lam", [1.0, 10.0, 100.0])
def test_the_zeros_in_the_caption_are_those_of_a_network_trained_alone(lam):
    app = open_app(hidden="none", lam=f"{lam:g}", learning_rate="0.1", epochs="100")
    settings = core.Settings(hidden=(), lam=lam, learning_rate=0.1, epochs=100)
    data, run = retrained(settings, "l1", lam)
    said = re.search(r"L1 has set \*\*(\w+) of 30 weights", sentences(app))[1]
    assert int(said.replace("none", "0")) == zeros_of(run)
    accuracy = ((run.predict_proba(data.X_test)[0] > 0.5) == data.y_test).mean()
    said = re.search(r"test rows: L1 ([\d.]+) %", sentences(app))[1]
    assert float(said) == pytest.approx(100 * accuracy, abs=0.06)


def test_the_costs_in_the_caption_are_those_of_the_run():
    app = open_app(PAGES[1], lam="5", **QUICK)
    data, run = retrained(core.Settings(lam=5.0, epochs=50), "l2", 5.0)
    J, data_cost, penalty_cost = map(
        float, re.search(r"L2's J there is ([\d.]+): ([\d.]+) of \D+ ([\d.]+) of", sentences(app)).groups()
    )
    assert data_cost + penalty_cost == pytest.approx(J, rel=1e-3)
    P = run.predict_proba(data.X_train)[0]
    by_hand = -np.log(np.where(data.y_train == 1, P, 1 - P)).mean()
    assert data_cost == pytest.approx(by_hand, rel=2e-3)
    squares = sum(float(np.square(W).sum()) for W in run.W)
    assert penalty_cost == pytest.approx(5.0 / (2 * data.m) * squares, rel=2e-3)
    by_layer = re.search(
        rf"{penalty_cost} of penalty, layer by layer ([\d.]+) \+ (\d+\.\d+)", sentences(app)
    ).groups()
    for said, W in zip(by_layer, run.W, strict=True):
        assert float(said) == pytest.approx(5.0 / (2 * data.m) * np.square(W).sum(), rel=0.01)
    median = np.median(np.abs(np.concatenate([W.ravel() for W in run.W])))
    said = re.search(r"L2 takes the median size of a weight from [\d.]+ to \*\*([\d.]+)", sentences(app))[1]
    assert float(said) == pytest.approx(median, rel=0.05)


def test_the_linearity_in_the_caption_is_that_of_the_run():
    app = open_app(PAGES[2], lam="30", **QUICK)
    data, run = retrained(core.Settings(lam=30.0, epochs=50), "l2", 30.0)
    Z = run.layers(data.X_train)
    share, r2 = re.search(r"under L2, \*\*([\d.]+) %\*\* .* R² = \*\*([\d.]+)\*\*", sentences(app)).groups()
    assert float(share) == pytest.approx(100 * share_within(Z[0], linear_band(0.05))[0], abs=0.15)
    assert float(r2) == pytest.approx(affine_r2(data.X_train, Z[-1])[0], abs=2e-4)


def test_a_wider_band_holds_more_z():
    app = open_app(PAGES[2], **QUICK)
    narrow = chart(app)[1]["linearity"].share
    app.segmented_control(key="deviation").set_value(0.10).run()
    wide = chart(app)[1]["linearity"].share
    assert (wide >= narrow).all()
    assert (wide > narrow).any()
    assert chart(app)[1]["band"].high[0] == pytest.approx(0.584, abs=5e-4)


@pytest.mark.parametrize("page", PAGES)
def test_a_rerun_changes_the_tables_and_not_the_spec(page):
    app = open_app(page, **QUICK)
    spec, tables = chart(app)
    app.select_slider(key="lam").set_value(100.0)
    app.number_input(key="seed").set_value(3)
    app.select_slider(key="learning_rate").set_value(0.1).run()
    spec_after, tables_after = chart(app)
    assert spec_after == spec
    assert any(not tables_after[name].equals(tables[name]) for name in tables)


def test_the_chart_opens_at_the_chosen_lam():
    app = open_app(lam="70", **QUICK)
    assert chart(app)[1]["chosen"].k.tolist() == [LAMS.index(70.0)]


def test_a_broken_address_opens_at_the_defaults_and_says_so():
    app = open_app(lam="abc", dataset="nope", seed="-1", hidden="9999")
    assert not app.exception
    said = [warning.value for warning in app.warning]
    assert len(said) == 4
    for name in ("lam", "dataset", "seed", "hidden"):
        assert any(sentence.startswith(name) for sentence in said)
    default = core.Settings()
    assert app.select_slider(key="lam").value == default.lam
    assert app.selectbox(key="dataset").value == default.dataset
    assert app.number_input(key="seed").value == default.seed
    assert app.selectbox(key="hidden").value == "8"
    assert dict(app.query_params) == {}
    app.select_slider(key="lam").set_value(20.0).run()
    assert not app.warning, "the sentences go with the next choice"


def test_what_was_right_in_a_broken_address_stays():
    app = open_app(lam="abc", epochs="50", hidden="4")
    assert app.select_slider(key="epochs").value == 50
    assert app.selectbox(key="hidden").value == "4"
    assert len(app.warning) == 1


@pytest.mark.parametrize("text", ["", "none", "0", "8,4", " 8 4 "])
def test_other_ways_to_write_the_hidden_layers_are_understood(text):
    app = open_app(hidden=text, **QUICK)
    assert not app.exception
    assert not app.warning


@pytest.mark.parametrize("page", PAGES)
def test_divergence_is_told_on_every_page_and_the_rest_is_shown(page):
    app = open_app(page, dataset="wine", learning_rate="3", hidden="4", lam="1", **QUICK)
    assert not app.exception
    (warning,) = app.warning
    data = core.load_dataset("wine")
    run = core.train(data.X_train, data.y_train, (4,), "l2", LAMS, learning_rate=3.0, epochs=50)
    first = run.diverged_at[run.diverged_at >= 0].min()
    assert f"at epoch {first}" in warning.value
    assert "Lower the learning rate" in warning.value
    tables = chart(app)[1]
    gone = set(np.flatnonzero(run.diverged_at >= 0).tolist())
    if page == PAGES[0]:
        shares = tables["shares"]
        assert set(range(len(LAMS))) - set(shares[shares.penalty == "L2"].k) == gone


def test_a_chosen_lam_that_diverged_leaves_the_other_penalty():
    app = open_app(PAGES[1], dataset="wine", learning_rate="3", hidden="4", lam="1000", **QUICK)
    assert not app.exception
    assert set(chart(app)[1]["bins"].penalty) == {"L1"}
    assert chart(app)[1]["readout"].L2.iloc[-1] == "L2: diverged"


def test_the_button_gives_the_network_a_hidden_layer():
    app = open_app(PAGES[2], hidden="none", **QUICK)
    app.button[0].click().run()
    assert app.session_state.settings.hidden == (8,)
    chart(app)


def test_the_layer_can_be_chosen():
    app = open_app(hidden="6-3", **QUICK)
    for layer, (n_out, n_in) in enumerate([(6, 30), (3, 6), (1, 3)]):
        app.segmented_control(key="layer").set_value(layer).run()
        weights = chart(app)[1]["weights"]
        assert (weights.row_end.max(), weights.column_end.max()) == (n_out, n_in)


def test_a_layer_that_is_gone_is_not_chosen_any_more():
    app = open_app(hidden="6-3", **QUICK)
    app.segmented_control(key="layer").set_value(2).run()
    app.selectbox(key="hidden").set_value("8").run()
    assert not app.exception
    chart(app)


def test_pixels_are_drawn_as_pictures():
    app = open_app(dataset="digits", hidden="none", **QUICK)
    weights = chart(app)[1]["weights"]
    assert weights.row_end.max() == 9
    assert sorted(chart(app)[1]["units"].unit) == list("0123456789")


def test_the_store_trains_the_same_settings_once(monkeypatch):
    calls = []
    monkeypatch.setattr(ui.store, "train", lambda *args, **kw: calls.append(1) or core.train(*args, **kw))
    app = open_app(seed="77", **QUICK)
    app.select_slider(key="lam").set_value(50.0).run()
    app.switch_page(PAGES[1]).run()
    assert len(calls) == 1
