"""Choosing λ: the curve and its rules, the test rows once, the rules compared, stable columns, the leak."""

import re
from dataclasses import replace

import numpy as np
import pytest

import core
from core.choosing import PICKED, compare_rules, leak
from core.intervals import of_mean
from core.network import cross_entropy, targets
from core.selection import Validation
from core.settings import LAMS
from tests.app import chart, context_at, open_app
from ui.data.shelf import SHARED
from ui.topics.choosing import TOPIC, chosen_by_rule, leaks, rules, stable
from ui.topics.choosing.fitted import fitted
from ui.topics.choosing.notes import notes
from ui.topics.choosing.tables import rule_table
from ui.work import validation as work
from ui.work.tasks import SECOND

PLACES = (
    core.Settings(),
    core.Settings(dataset="moons", hidden=(4,), n_samples=50, epochs=100, lam=0.0),
    core.Settings(dataset="needles", n_samples=200, lam=3.0),
    core.Settings(dataset="wine", hidden=(4,), epochs=100, lam=1000.0),
)
WINE = {"model": "network", "validated_penalty": "l2", "rule": "min"}


def said(settings: core.Settings, **choices: str) -> str:
    """All notes of the page's picture."""
    return "\n".join(TOPIC.picture(context_at(settings, choices)).notes)


@pytest.mark.parametrize("settings", PLACES, ids=lambda one: one.dataset)
@pytest.mark.parametrize("choices", [{}, {"validated_penalty": "l2", "rule": "min"}, {"model": "network"}])
def test_no_sentence_holds_a_number_that_is_none(settings, choices):
    for lam in (0.0, settings.lam, 1000.0):
        text = said(replace(settings, lam=lam), **choices)
        assert not re.search(r"\bnan\b|\binf\b|None|-0\b", text), text
        assert text.count("test rows are used once") == 1
        assert "λ_min = " in text


@pytest.mark.parametrize("penalty", ["l1", "l2"])
@pytest.mark.parametrize("rule", ["min", "1se"])
def test_the_choice_and_the_test_rows_are_those_of_the_core(penalty, rule):
    text = said(core.Settings(), validated_penalty=penalty, rule=rule)
    data = core.load_dataset("breast_cancer")
    one = core.cross_validate(data.X_train, data.y_train, (), penalty)
    assert f"**λ_min = {one.lam_min:g}**: {one.mean[one.k_min]:.3g}" in text
    assert f"standard error of {one.se[one.k_min]:.2g};" in text
    assert f"**λ_1se = {one.lam_1se:g}** is the largest λ within that error of it" in text
    k = one.k_by(rule)
    path = core.fit_logistic(data.X_train, data.y_train, penalty, LAMS[1:])
    Z = data.X_test @ path.W[k - 1] + path.b[k - 1]
    mean = of_mean(np.logaddexp(0, np.where(data.y_test == 1, -Z, Z)))
    ends = f"95 % interval {mean.low:.3g} to {mean.high:.3g}"
    assert f"at λ_{rule} = {LAMS[k]:g}: cost **{mean.value:.3g}** ({ends})" in text
    assert f"**{100 * ((Z > 0) == data.y_test).mean():.1f} %** right" in text
    assert ("Without a fold: the evidence for L2" in text) == (penalty == "l2")
    full = core.fit_logistic(data.X_train, data.y_train, penalty, [one.lam_min])
    size = core.degrees_of_freedom(data.X_train, full)[0]
    words = "weights not zero" if penalty == "l1" else "degrees of freedom"
    assert re.search(rf"with {size:.3g} (of 30 )?{words}", text)


def test_the_chosen_lam_is_within_one_error_beyond_it_or_the_lowest():
    one = core.cross_validate(*core_rows(), (), "l1")
    for k in (one.k_min, one.k_1se, len(LAMS) - 1):
        text = said(core.Settings(lam=LAMS[k]))
        within = one.mean[k] <= one.mean[one.k_min] + one.se[one.k_min]
        end = (
            "is λ_min." if k == one.k_min else f"{'within' if within else 'beyond'} one standard error of it."
        )
        (note,) = [note for note in text.splitlines() if note.startswith(f"The chosen λ = {LAMS[k]:g} ")]
        assert note.endswith(end)


def core_rows() -> tuple[np.ndarray, np.ndarray]:
    data = core.load_dataset("breast_cancer")
    return data.X_train, data.y_train


def test_drawn_data_have_the_truth_and_their_network_is_that_of_the_panel():
    settings = PLACES[1]
    context = context_at(settings, {"model": "network"})
    found, run = fitted(context, "l1"), context.networks.runs["L1"]
    X, y = settings.load_fresh()
    np.testing.assert_allclose(found.fresh, run.cross_entropy(X, y), rtol=1e-6)
    np.testing.assert_allclose(found.training, run.data_cost[-1], rtol=1e-4)
    text, one = said(settings, model="network"), found.validation
    assert f"{found.fresh[one.k_1se]:.3g} at λ_1se, where {one.mean[one.k_1se]:.3g} was expected" in text
    assert f"lowest there is {np.nanmin(found.fresh):.3g}" in text
    assert fitted(context_at(), "l1").fresh is None


def test_the_needles_are_counted_and_fitted_anew():
    settings = PLACES[2]
    data, (X, y) = settings.load(), settings.load_fresh()
    one = core.cross_validate(data.X_train, data.y_train, (), "l1")
    decides = np.isin(np.arange(40), data.informative)
    kept = core.fit_logistic(data.X_train, data.y_train, "l1", [one.lam_1se]).W[0] != 0
    text = said(settings)
    hits, others = (kept & decides).sum(), (kept & ~decides).sum()
    assert f"λ_1se keeps {'all' if hits == 5 else hits} {'of ' if hits < 5 else ''}5 columns" in text
    assert f"columns that decide and {others} other" in text
    path = core.fit_logistic(data.X_train[:, kept], data.y_train, "l2", [0.0])
    Z = path.W @ X[:, kept].T + path.b[:, None]
    again = cross_entropy(Z[:, None], targets(y, 2, "float64"))[0]
    assert f"the columns that λ_1se keeps cost {again:.3g} on the fresh rows" in text


def test_where_no_lam_can_be_chosen_the_page_says_so():
    found = fitted(context_at(), "l1")
    nothing = Validation(np.array(LAMS), *(np.full((10, len(LAMS)), np.nan),) * 2, 10)
    (note,) = notes(replace(found, validation=nothing), core.load_dataset("breast_cancer"), "1se", 3, None)
    assert "no λ can be chosen" in note
    assert rule_table(nothing, np.nan).empty


def test_the_rules_stand_on_the_grid_and_the_evidence_between():
    found = fitted(context_at(), "l1").validation
    table = rule_table(found, 10 ** (np.log10(2.0) / 2 + np.log10(3.0) / 2)).set_index("rule")
    assert table.k["min"] == found.k_min
    assert table.k["1se"] == found.k_1se
    assert table.k["evidence"] == pytest.approx(LAMS.index(2.0) + 0.5)


def test_the_rules_are_compared_on_ten_splits():
    settings = core.Settings(dataset="moons", hidden=(), n_samples=50)
    context = context_at(settings)
    picture = rules.rules_picture(context)
    found = [
        compare_rules(one.load(), (), "l1", seed=one.seed, fresh=one.load_fresh())
        for one in (replace(settings, seed=seed) for seed in range(10))
    ]
    means = picture.tables["means"].set_index("rule")
    for rule in ("min", "1se", PICKED):
        each = [one.by_rule[rule] for one in found]
        told, cost = (np.mean([getattr(one, name) for one in each]) for name in ("told", "cost"))
        assert means.told[rule] == pytest.approx(told)
        assert means.cost[rule] == pytest.approx(cost)
        (note,) = [note for note in picture.notes if f"told {told:.3g} and costs {cost:.3g}" in note]
        assert f"{abs(cost - told):.2g} {'more' if cost > told else 'less'}" in note
        away = [one.cost - one.told for one in each]
        error = np.std(away, ddof=1) / np.sqrt(10)
        assert ("10 splits do not tell from 0" in note) == (abs(np.mean(away)) <= 2 * error)
    assert picture.notes[-1].startswith("True is the cost on 20,000 rows")
    real = rules.rules_picture(context_at())
    assert "picked on four fifths of them and measured on the fifth" in real.notes[-1]


def test_columns_are_sorted_by_how_often_they_are_kept():
    data = core.load_dataset("breast_cancer")
    halves = core.stability_selection(data.X_train, data.y_train, [10.0], work.HALVES, 0)
    picture = stable.stable_picture(context_at(lam=10.0))
    table = picture.tables["columns"]
    assert table.share.tolist() == sorted(halves.share[0], reverse=True)
    n = int((halves.share[0] >= stable.STABLE).sum())
    assert f"{n} of 30 columns are kept in 90 % of the halves or more" in picture.notes[0]
    assert f"at most {halves.false_bound(0.9)[0]:.2g} columns" in picture.notes[1]
    assert "At λ = 0.1," in stable.stable_picture(context_at(lam=0.0)).notes[0]
    assert stable.stable_picture(context_at(dataset="wine")).missing == stable.TWO_CLASSES


def test_the_leak_is_told_as_it_was_measured():
    found, picture = leak(), leaks.leak_picture(context_at())
    for way, note in zip(("inside", "chosen", "scaled"), picture.notes, strict=True):
        assert f"{100 * found.accuracy[way].mean():.1f} %" in note
    assert len(picture.tables["draws"]) == 60


def test_the_page_has_its_parts_and_chooses_the_rules_lam():
    app = open_app(TOPIC)
    assert not app.exception
    headers = [header.value for header in app.header]
    assert headers == ["What to notice", rules.TITLE, stable.TITLE, leaks.TITLE]
    assert len(app.get("vega_lite_chart")) == 4
    lam = chosen_by_rule(context_at())
    app.button(key="take_rule").click().run()
    assert app.select_slider(key="lam").value == lam
    assert not [button for button in app.button if button.key == "take_rule"]
    assert chart(app)[1]["chosen"].k.tolist() == [LAMS.index(lam)]


def test_a_part_that_was_stopped_waits_for_its_button_and_the_others_come():
    app = open_app(TOPIC, seed="5")
    key = rules.choices_of(context_at(seed=5)).key
    app.session_state["stopped"] = frozenset({key})
    SHARED.stores.clear()
    app.run()
    assert not app.exception
    assert len(app.get("vega_lite_chart")) == 3
    assert any("splits λ is still to be chosen by every rule" in info.value for info in app.info)
    app.button(key="train_themrules").click().run()
    assert len(app.get("vega_lite_chart")) == 4


def test_the_parts_come_after_what_screens_wait_for(monkeypatch):
    ranks = []
    real = work_run_shared()

    def watched(task, *args, rank=0, **more):
        ranks.append((task.depends_on[0], rank))
        return real(task, *args, rank=rank, **more)

    monkeypatch.setattr("ui.work.progress.run_shared", watched)
    open_app(TOPIC, seed="6")
    by_work = dict(ranks)
    assert by_work["validation"] != SECOND
    assert by_work["rules"] == by_work["stability"] == SECOND


def work_run_shared():
    from ui.work.tasks import run_shared

    return run_shared
