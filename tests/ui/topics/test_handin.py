"""What a study on a person's own table hands in: each number against the core's own."""

import numpy as np
import pytest

import core
from core.datasets import Source, Table, split
from core.settings import LAMS, UPLOAD
from ui.base.session import Own
from ui.data.shelf import Shelf
from ui.takeaway import report
from ui.topics.choosing.handin import hand_in
from ui.topics.choosing.stable import STABLE
from ui.topics.choosing.tables import RULE_TEXTS
from ui.topics.topic import Context
from ui.work.tasks import Batch, RefusedError, run_now

NAMES = ("age", "<b>dose</b>", "noise 1", "noise 2", "noise 3")


def table_of(n_classes: int = 2) -> Table:
    """120 rows with gaps, of which the first two columns say something."""
    rng = np.random.default_rng(4)
    X = rng.standard_normal((120, 5))
    score = 1.5 * X[:, 0] - X[:, 1] + rng.standard_normal(120)
    y = np.digitize(score, np.quantile(score, np.arange(1, n_classes) / n_classes))
    X[::17, 2] = np.nan
    return Table(X, y, NAMES, tuple(f"class {i}" for i in range(n_classes)))


def context_of(table: Table, runner=run_now, **choices: str) -> Context:
    own = Own(table, Source("a.csv", "", "", "", lambda *_: table, False), f"digest {len(table.class_names)}")
    settings = core.Settings(dataset=UPLOAD, hidden=(), epochs=300, seed=2)
    return Context(settings, Shelf(own), "light", runner, choices)


@pytest.fixture(scope="module")
def block() -> dict[str, str]:
    return dict(hand_in(context_of(table_of()), "1se"))


@pytest.fixture(scope="module")
def data() -> core.Dataset:
    return split(UPLOAD, table_of(), 2)


def test_the_table_is_told_of_with_its_gaps_split_and_scaling(block):
    assert block["rows"] == "120: 84 to train, 36 to test"
    assert block["columns"] == "5"
    assert block["gaps"] == "8, each filled by its column's median over the training rows"
    assert block["seed"].startswith("2, which draws")
    assert "training rows" in block["scaling"]


def test_a_table_without_gaps_has_none():
    table = table_of()
    assert dict(hand_in(context_of(table._replace(X=np.nan_to_num(table.X))), "1se"))["gaps"] == "none"


@pytest.mark.parametrize("rule", ["min", "1se"])
def test_the_choice_is_that_of_the_cores_cross_validation(data, rule):
    rows = dict(hand_in(context_of(table_of()), rule))
    found = core.cross_validate(data.X_train, data.y_train, (), "l1", seed=2)
    k = found.k_by(rule)
    assert rows["rule"].startswith(f"{RULE_TEXTS[rule]}, the ")
    assert rows["λ"] == f"{LAMS[k]:g}, of 26 from 0 to 1000"
    assert rows["folds"].startswith("10 of the training rows")
    assert rows["validated cost"] == f"{found.mean[k]:.3g}, with a standard error of {found.se[k]:.2g}"


def test_the_size_and_the_stable_columns_are_those_of_exact_fits(block, data):
    found = core.cross_validate(data.X_train, data.y_train, (), "l1", seed=2)
    kept = core.fit_logistic(data.X_train, data.y_train, "l1", [found.lam_1se]).W[0] != 0
    assert 0 < kept.sum() < 5, "the table is meant to lose columns"
    assert block["size"] == f"{kept.sum()} of 5 weights not zero"
    halves = core.stability_selection(data.X_train, data.y_train, [found.lam_1se], 100, 2)
    stable = [NAMES[i] for i in np.flatnonzero(kept & (halves.share[0] >= STABLE))]
    assert stable
    assert block["stable columns"].startswith(
        f"{len(stable)} of the {kept.sum()} kept are kept in 90 % of 100 halves or more: {stable[0]}"
    )


def test_the_test_rows_are_used_once_beside_a_constant_answer(block, data):
    found = core.cross_validate(data.X_train, data.y_train, (), "l1", seed=2)
    path = core.fit_logistic(data.X_train, data.y_train, "l1", [found.lam_1se])
    Z = data.X_test @ path.W[0] + path.b[0]
    costs = np.logaddexp(0, np.where(data.y_test == 1, -Z, Z))
    assert block["test cost, once"].startswith(f"{costs.mean():.3g} (95 % interval ")
    right = f"{100 * ((Z > 0) == data.y_test).mean():.1f} %".replace(".0 %", " %")
    assert block["test accuracy, once"].startswith(f"{right} (95 % interval ")
    share = data.y_train.mean()
    constant = -np.log(np.where(data.y_test == 1, share, 1 - share)).mean()
    assert f"costs {constant:.3g} on the test rows" in block["baseline"]


def test_of_three_classes_and_networks_no_columns_are_called_stable():
    rows = dict(hand_in(context_of(table_of(3)), "1se"))
    assert "stable columns" not in rows
    assert rows["model"] == "logistic regression, trained until at rest"
    assert "test accuracy, once" in rows


def test_the_report_of_own_data_has_the_block_as_text_and_no_other_report_has_it():
    html = report.html(context_of(table_of()))
    assert '<section id="hand-in">' in html
    assert "<th>test accuracy, once</th>" in html
    assert "<b>dose</b>" not in html
    assert report.handed_in(Context(core.Settings(hidden=()), Shelf(), "light", run_now)) == []


def test_where_the_folds_are_refused_the_report_says_why():
    def refuse(batch: Batch) -> list:
        raise RefusedError("Too long.")

    assert report.handed_in(context_of(table_of(), refuse)) == [("not validated", "Too long.")]
