"""What a rule tells of its λ is held against rows that had no say; what leaks is found by plain loops."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import log_expit, log_softmax
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import core
from core import network
from core.choosing import COMPARED, WAYS, Choice, Comparison, Leak, compare_rules, leak
from core.datasets import Dataset, Table, fresh_rows, split
from core.run import Run
from core.selection import Answers, Fit, cross_validate, splits

LAMS = np.array([0.3, 1.0, 3.0, 10.0, 30.0])
SMALL = {"rows": 20, "columns": 30, "keep": 5, "folds": 2, "draws": 2}  # a leak that takes no time


def in_a_line(classes: list[int], m_test: int = 8) -> Dataset:
    """Rows 0, 1, 2, … of one column in these classes; the test rows are spread over the same line."""
    X, y = np.arange(float(len(classes)))[:, None], np.array(classes)
    X, seen = (X - X.mean()) / X.std(), np.linspace(0, len(y) - 1, m_test).round().astype(int)
    return Dataset("line", X, y, X[seen], y[seen], ("x",), ("0", "1"))


def costs_of(W: np.ndarray, b: np.ndarray, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Cross-entropy of each row at each λ, (n_lams, n), written without the core."""
    Z = W @ X.T + b[:, None]
    return np.logaddexp(0, Z) - y * Z


def picked_and_measured_by_parts(costs: np.ndarray, y: np.ndarray, seed: int) -> float:
    """Mean cost of the rows, each at the λ that is lowest on the parts that it is not in."""
    parts, measured = [aside for _, aside in splits(y, 5, np.random.default_rng(seed))], []
    for part in parts:
        others = np.setdiff1d(np.arange(len(y)), part)
        best = min(range(len(costs)), key=lambda k, others=others: costs[k, others].mean())
        measured.extend(costs[best, part])
    return float(np.mean(measured))


@pytest.fixture(scope="module")
def on_breast_cancer() -> list[tuple[Dataset, Comparison]]:
    """Ten splits and what the rules find on them."""
    each = [core.load_dataset("breast_cancer", seed=seed) for seed in range(10)]
    return [(data, compare_rules(data, seed=seed)) for seed, data in enumerate(each)]


def mean_of(found: list[tuple[Dataset, Comparison]], read: Callable[[Choice], float]) -> dict[str, float]:
    """Mean over the splits of what is read off each rule's choice."""
    return {
        rule: float(np.mean([read(comparison.by_rule[rule]) for _, comparison in found])) for rule in COMPARED
    }


def test_on_breast_cancer_every_rule_flatters_itself_and_the_test_rows_tell_what_the_reference_did(
    on_breast_cancer,
):
    told = mean_of(on_breast_cancer, lambda choice: choice.told)
    cost = mean_of(on_breast_cancer, lambda choice: choice.cost)
    flattery = mean_of(on_breast_cancer, lambda choice: choice.flattery)
    assert told["test"] == pytest.approx(0.093, rel=0.03)
    assert [cost["min"], cost["1se"]] == pytest.approx([0.124, 0.113], rel=0.03)
    assert cost["1se"] < cost["min"]
    assert flattery["min"] > flattery["1se"] > 0
    assert flattery["test"] == pytest.approx(cost["test"] - told["test"])
    assert flattery["test"] > 0


def test_the_largest_lam_within_one_error_leaves_the_fewest_weights(on_breast_cancer):
    nonzero = mean_of(on_breast_cancer, lambda choice: choice.nonzero)
    assert nonzero["1se"] < nonzero["test"] < 30
    assert nonzero["1se"] < nonzero["min"] < 30
    for data, found in on_breast_cancer:
        path = core.fit_logistic(data.X_train, data.y_train, "l1", found.lams[1:])
        for choice in found.by_rule.values():
            assert choice.nonzero == (path.W[choice.k - 1] != 0).sum()


def test_the_two_rules_inside_tell_the_cross_validations_mean_and_cost_what_the_test_rows_say(
    on_breast_cancer,
):
    for seed, (data, found) in enumerate(on_breast_cancer[:4]):
        inside = cross_validate(data.X_train, data.y_train, penalty="l1", seed=seed)
        path = core.fit_logistic(data.X_train, data.y_train, "l1", found.lams[1:])
        costs = costs_of(path.W, path.b, data.X_test, data.y_test).mean(axis=1)
        for rule, k in (("min", inside.k_min), ("1se", inside.k_1se)):
            choice = found.by_rule[rule]
            assert (choice.k, choice.told) == (k, inside.mean[k])
            assert choice.cost == pytest.approx(costs[k - 1], rel=1e-3)
            assert choice.flattery == choice.cost - choice.told


def test_picking_on_the_test_rows_is_a_plain_loop_over_their_fifths(on_breast_cancer):
    for seed, (data, found) in enumerate(on_breast_cancer):
        path = core.fit_logistic(data.X_train, data.y_train, "l1", found.lams[1:], 1e-6)
        costs = costs_of(path.W, path.b, data.X_test, data.y_test)
        choice = found.by_rule["test"]
        assert choice.k == costs.mean(axis=1).argmin() + 1
        assert choice.told == pytest.approx(costs.mean(axis=1).min(), rel=1e-3)
        expected = picked_and_measured_by_parts(costs, data.y_test, seed)
        assert choice.cost == pytest.approx(expected, rel=1e-3)
        assert choice.cost >= choice.told - 1e-12  # on its half, each λ costs no less than that half's best


def test_every_rule_has_its_choice_in_the_order_of_the_rules_and_nothing_was_drawn_anew(on_breast_cancer):
    for _, found in on_breast_cancer:
        assert tuple(found.by_rule) == COMPARED == ("min", "1se", "test")
        assert found.n_fresh == 0
        assert found.lams.tolist() == list(core.LAMS)
        assert found.nbytes >= found.lams.nbytes


@pytest.mark.parametrize("penalty", ["l1", "l2"])
def test_rows_drawn_anew_measure_all_three_rules_and_change_nothing_of_what_these_tell(penalty):
    data, fresh = core.load_dataset("needles", seed=3, n_samples=80), fresh_rows("needles", 3, 80, n=2001)
    plain = compare_rules(data, (), penalty, LAMS, 4, 3)
    found = compare_rules(data, (), penalty, LAMS, 4, 3, fresh=fresh)
    path = core.fit_logistic(data.X_train, data.y_train, penalty, LAMS)
    costs = costs_of(path.W, path.b, *fresh).mean(axis=1)
    on_test = costs_of(path.W, path.b, data.X_test, data.y_test).mean(axis=1)
    inside = cross_validate(data.X_train, data.y_train, (), penalty, LAMS, 4, 3)
    assert found.n_fresh == 2001
    assert [found.by_rule[rule].k for rule in COMPARED] == [inside.k_min, inside.k_1se, on_test.argmin()]
    for rule in COMPARED:
        choice = found.by_rule[rule]
        assert choice.cost == pytest.approx(costs[choice.k], rel=2e-3)
        assert (choice.k, choice.told, choice.nonzero) == (
            plain.by_rule[rule].k,
            pytest.approx(plain.by_rule[rule].told),
            plain.by_rule[rule].nonzero,
        )
        assert abs(plain.by_rule[rule].cost - choice.cost) > 1e-3
    assert found.by_rule["test"].told == pytest.approx(on_test.min(), rel=2e-3)


def test_networks_and_several_classes_are_compared_as_they_are_trained():
    data = core.load_dataset("wine", seed=2)
    lams, options = [2.0, 20.0], {"learning_rate": 0.1, "epochs": 20}
    found = compare_rules(data, (3,), "l2", lams, 3, 2, **options)
    inside = cross_validate(data.X_train, data.y_train, (3,), "l2", lams, 3, 2, **options)
    run = core.train(
        data.X_train,
        data.y_train,
        (3,),
        "l2",
        lams,
        0.1,
        [core.grid.epochs_to_rest(20, lam) for lam in lams],
        2,
        method="accelerated",
        until_rest=True,
    )
    P = run.predict_proba(data.X_test)
    costs = -np.log(P[:, data.y_test, np.arange(len(data.y_test))])
    for rule, k in (("min", inside.k_min), ("1se", inside.k_1se)):
        choice = found.by_rule[rule]
        assert (choice.k, choice.told) == (k, inside.mean[k])
        assert choice.cost == pytest.approx(costs[k].mean(), rel=1e-3)
        assert choice.nonzero == 13 * 3 + 3 * 3
    choice = found.by_rule["test"]
    assert choice.told == pytest.approx(costs.mean(axis=1).min(), rel=1e-3)
    assert choice.cost == pytest.approx(picked_and_measured_by_parts(costs, data.y_test, 2), rel=1e-3)


def test_where_no_optimum_exists_no_rule_finds_a_lam():
    data = in_a_line([0] * 10 + [1] * 10)
    for fresh in (None, (data.X_test, data.y_test)):
        found = compare_rules(data, lams=[0.0], fresh=fresh)
        for choice in found.by_rule.values():
            assert (choice.k, choice.nonzero) == (-1, 0)
            assert np.isnan([choice.told, choice.cost, choice.flattery]).all()
    found = compare_rules(data, lams=[0.0, 1.0])
    assert [choice.k for choice in found.by_rule.values()] == [1, 1, 1]
    assert all(np.isfinite(choice.flattery) for choice in found.by_rule.values())


def test_a_lam_that_only_the_folds_cannot_fit_is_still_picked_on_the_test_rows():
    data = in_a_line([0] * 4 + [1] + [0] * 5 + [1] * 10)  # without the fifth row a point parts them
    found = compare_rules(data, lams=[0.0])
    assert [found.by_rule[rule].k for rule in COMPARED] == [-1, -1, 0]
    for rule in ("min", "1se"):
        assert np.isnan([found.by_rule[rule].told, found.by_rule[rule].cost]).all()
        assert found.by_rule[rule].nonzero == 0
    path = core.fit_logistic(data.X_train, data.y_train, "l1", [0.0])
    costs = costs_of(path.W, path.b, data.X_test, data.y_test)
    assert found.by_rule["test"].told == pytest.approx(costs.mean(), rel=1e-3)
    assert found.by_rule["test"].cost == pytest.approx(costs.mean(), rel=1e-3)  # there is nothing to pick


def test_of_equal_costs_on_the_test_rows_the_largest_lam_is_picked():
    data = core.load_dataset("moons", n_samples=60)
    top = core.lam_max(data.X_train, data.y_train)
    found = compare_rules(data, lams=np.array([2, 3, 4]) * top)
    for choice in found.by_rule.values():
        assert (choice.k, choice.nonzero) == (2, 0)


def test_a_class_of_one_test_row_cannot_be_halved_and_what_picking_on_it_costs_is_not_known():
    rng = np.random.default_rng(0)
    table = Table(rng.standard_normal((44, 3)), np.repeat([0, 1], [40, 4]), ("a", "b", "c"), ("0", "1"))
    data = split("few", table)
    assert np.bincount(data.y_test).tolist() == [12, 1]
    found = compare_rules(data, lams=LAMS, folds=3)
    choice = found.by_rule["test"]
    assert choice.k >= 0
    assert np.isfinite(choice.told)
    assert np.isnan([choice.cost, choice.flattery]).all()
    assert np.isfinite([found.by_rule[rule].cost for rule in ("min", "1se")]).all()
    fresh = rng.standard_normal((50, 3)), np.arange(50) % 2
    assert np.isfinite(compare_rules(data, lams=LAMS, folds=3, fresh=fresh).by_rule["test"].cost)


@pytest.mark.parametrize("hidden", [(), (2,)])
def test_progress_of_a_comparison_rises_to_its_total_and_raising_in_it_stops_the_work(hidden):
    data = core.load_dataset("moons", n_samples=40)
    options = {"hidden": hidden, "lams": [0.5, 2.0], "folds": 3, "epochs": 20}
    calls = []
    compare_rules(data, **options, on_progress=lambda *now: calls.append(now))
    assert calls == sorted(calls)
    assert len({total for _, total in calls}) == 1
    assert calls[0][0] < calls[0][1] / 2
    assert calls[-1][0] == calls[-1][1]
    if hidden:  # what is trained on all rows has its steps as well
        assert len([done for done, total in calls if 0.9 * total < done < total]) > 1
    for n in range(0, len(calls), max(1, len(calls) // 4)):
        seen = []

        def stop(done, total, seen=seen, last=calls[n][0]):
            seen.append(done)
            if done >= last:
                raise InterruptedError

        with pytest.raises(InterruptedError):
            compare_rules(data, **options, on_progress=stop)
        assert [done < calls[n][0] for done in seen] == [True] * (len(seen) - 1) + [False]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"folds": 1}, "folds must be"),
        ({"lams": [-1.0]}, "every λ must be"),
        ({"penalty": "l3"}, "penalty must be"),
    ],
)
def test_arguments_that_a_comparison_cannot_use_are_refused(changed, sentence):
    with pytest.raises(ValueError, match=sentence):
        compare_rules(core.load_dataset("moons", n_samples=40), **{"lams": [1.0]} | changed)


def test_on_noise_columns_chosen_before_the_folds_look_right_and_all_else_finds_chance():
    found = leak(draws=60)
    mean = {way: accuracy.mean() for way, accuracy in found.accuracy.items()}
    error = {way: accuracy.std(ddof=1) / np.sqrt(60) for way, accuracy in found.accuracy.items()}
    assert tuple(mean) == WAYS == ("inside", "scaled", "chosen")
    for way in ("inside", "scaled"):
        assert found.accuracy[way].shape == (60,)
        assert abs(mean[way] - 0.5) < 3 * error[way] < 0.04
    assert abs(mean["inside"] - mean["scaled"]) < 0.02
    assert mean["chosen"] > 0.85
    assert found.accuracy["chosen"].min() > 0.7


@pytest.mark.parametrize(
    ("rows", "columns", "keep", "folds", "draws", "lam"), [(41, 120, 9, 4, 2, 0.4), (12, 20, 4, 3, 6, 3.0)]
)
def test_each_way_is_a_pipeline_of_scikit_learn_at_the_same_folds(rows, columns, keep, folds, draws, lam):
    seed = 22  # no logit so near 0 that a tolerance could turn it
    found = leak(rows, columns, keep, folds, draws, lam, seed)
    assert rows > 12 or not np.array_equal(found.accuracy["inside"], found.accuracy["scaled"])
    rng, y = np.random.default_rng(seed), np.arange(rows) % 2
    fit = LogisticRegression(C=1 / lam, tol=1e-10, max_iter=1000)
    best, scale = SelectKBest(f_classif, k=keep), StandardScaler()  # F rises with the correlation's square
    for i in range(draws):
        X = rng.standard_normal((rows, columns))
        parts = list(splits(y, folds, rng))
        ways = {
            "inside": (make_pipeline(scale, best, fit), X),
            "scaled": (make_pipeline(best, fit), scale.fit_transform(X)),
            "chosen": (make_pipeline(scale, fit), best.fit_transform(X, y)),
        }
        for way, (model, seen) in ways.items():
            right = (cross_val_predict(model, seen, y, cv=parts) == y).mean()
            assert found.accuracy[way][i] == pytest.approx(right), way


def test_where_every_column_is_kept_nothing_is_chosen_and_nothing_leaks():
    found = leak(rows=30, columns=6, keep=6, draws=10)
    np.testing.assert_array_equal(found.accuracy["chosen"], found.accuracy["inside"])


def test_the_more_columns_there_are_to_choose_from_the_more_leaks():
    mean = [leak(columns=columns, draws=15).accuracy["chosen"].mean() for columns in (20, 100, 1000)]
    assert mean[0] + 0.1 < mean[1] < mean[2] - 0.1


def test_a_seed_draws_the_same_noise_twice_and_another_seed_other_noise():
    one, same, other = (
        np.concatenate(list(leak(**SMALL, seed=seed).accuracy.values())).tolist() for seed in (0, 0, 1)
    )
    assert one == same != other
    assert leak(**SMALL).nbytes == 3 * 2 * 8
    assert isinstance(leak(**SMALL), Leak)


def test_progress_of_a_leak_counts_the_draws_and_raising_in_it_stops_the_work():
    calls = []
    leak(**SMALL | {"draws": 3}, on_progress=lambda *now: calls.append(now))
    assert calls == [(1, 3), (2, 3), (3, 3)]
    seen = []

    def stop(done, total):
        seen.append(done)
        raise InterruptedError

    with pytest.raises(InterruptedError):
        leak(**SMALL, on_progress=stop)
    assert seen == [1]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"rows": 3}, "rows must be a whole number of at least 4, got 3"),
        ({"rows": 9, "folds": 5}, "rows must be a whole number of at least 10, got 9"),
        ({"folds": 1}, "folds must be a whole number of at least 2, got 1"),
        ({"columns": 0}, "columns must be a whole number of at least 1, got 0"),
        ({"keep": 0}, "keep must be a whole number of at least 1, got 0"),
        ({"keep": 31}, "keep must be at most the 30 columns, got 31"),
        ({"draws": 0}, "draws must be a whole number of at least 1, got 0"),
        ({"draws": 1.5}, r"draws must be a whole number of at least 1, got 1\.5"),
        ({"lam": -1.0}, "every λ must be a finite number of at least 0, got -1"),
    ],
)
def test_a_leak_that_cannot_be_is_refused(changed, sentence):
    with pytest.raises(ValueError, match=sentence):
        leak(**SMALL | changed)


def test_the_fewest_rows_and_the_most_columns_that_are_allowed_are_taken():
    found = leak(**SMALL | {"rows": 4, "keep": 30})
    assert all(np.isin(accuracy * 4, range(5)).all() for accuracy in found.accuracy.values())


@given(n_out=st.sampled_from([1, 3, 4]), size=st.floats(0, 1e4), seed=st.integers(0, 10_000))
def test_what_a_row_costs_is_scipys_log_probability_of_its_class_however_sure_the_answer(n_out, size, seed):
    rng = np.random.default_rng(seed)
    Z, y = size * rng.standard_normal((2, n_out, 9)), rng.integers(0, max(2, n_out), 9)
    if n_out == 1:
        expected = np.stack([-log_expit(np.where(y == 1, z[0], -z[0])) for z in Z])
    else:
        expected = -log_softmax(Z, axis=1)[:, y, np.arange(9)]
    costs = Answers(Z, np.zeros(2, int)).row_costs(y)
    assert costs.shape == (2, 9)
    np.testing.assert_allclose(costs, expected, rtol=1e-9, atol=1e-9)
    Y = network.targets(y, max(2, n_out), "float64")
    np.testing.assert_array_equal(network.row_costs(Z, Y), costs)
    np.testing.assert_allclose(network.cross_entropy(Z, Y), expected.mean(axis=1), rtol=1e-9, atol=1e-9)


@given(seed=st.integers(0, 10_000), shift=st.floats(-100, 100))
def test_only_the_differences_of_a_rows_logits_count(seed, shift):
    rng = np.random.default_rng(seed)
    z, y = 3 * rng.standard_normal(7), rng.integers(0, 2, 7)
    one = network.row_costs(z[None, None], network.targets(y, 2, "float64"))
    two = network.row_costs(np.stack([np.zeros(7), z])[None] + shift, np.stack([1 - y, y]))
    np.testing.assert_allclose(one, two, atol=1e-9)


@given(n_out=st.sampled_from([1, 3, 4]), seed=st.integers(0, 10_000))
def test_a_hit_is_the_class_of_the_largest_logit_and_of_one_logit_its_sign(n_out, seed):
    rng = np.random.default_rng(seed)
    Z, y = rng.standard_normal((2, n_out, 8)), rng.integers(0, max(2, n_out), 8)
    hits = Answers(Z, np.zeros(2, int)).hits(y)
    for k in range(2):
        for i in range(8):
            logits = [0.0, Z[k, 0, i]] if n_out == 1 else Z[k, :, i].tolist()
            assert hits[k, i] == (logits.index(max(logits)) == y[i])


def test_where_nothing_was_fitted_costs_and_hits_are_nan_and_nowhere_else():
    for n_out in (1, 3):
        Z = np.ones((3, n_out, 5))
        Z[1] = np.nan
        answers, y = Answers(Z, np.zeros(3, int)), np.array([0, 1, 0, 1, 1])
        for found in (answers.row_costs(y), answers.hits(y)):
            assert np.isnan(found[1]).all()
            assert np.isfinite(found[[0, 2]]).all()


def test_answers_in_any_units_are_those_of_the_optimum_in_the_training_rows_own(samples):
    X, y = samples
    rng = np.random.default_rng(1)
    far = rng.standard_normal((12, 5))
    lams, penalties = np.array([6.0, 1.0, 2.0, 0.5]), ("l1", "l2", "l1", "l2")
    answers = Fit().answers((10 * X - 4, y), 10 * far - 4, penalties, lams, share=0.5)
    scaled, other = (X - X.mean(axis=0)) / X.std(axis=0), (far - X.mean(axis=0)) / X.std(axis=0)
    y_other = rng.integers(0, 2, 12)
    for k, (lam, penalty) in enumerate(zip(lams / 2, penalties, strict=True)):
        path = core.fit_logistic(scaled, y, penalty, [lam])
        np.testing.assert_allclose(answers.Z[k, 0], other @ path.W[0] + path.b[0], atol=5e-3)
        assert answers.nonzero[k] == (path.W[0] != 0).sum()
        if penalty == "l2":
            model = LogisticRegression(C=1 / lam, tol=1e-10).fit(scaled, y)
            P = model.predict_proba(other)
            assert answers.row_costs(y_other)[k].mean() == pytest.approx(log_loss(y_other, P), rel=5e-3)
            assert answers.hits(y_other)[k].mean() == model.score(other, y_other)
    assert answers.nonzero[0] < answers.nonzero[1] == 5


def test_at_lam_zero_of_parted_classes_there_is_no_answer_and_at_every_other_lam_there_is():
    data = in_a_line([0] * 6 + [1] * 6)
    answers = Fit().answers(
        (data.X_train, data.y_train), data.X_test, ("l1", "l1", "l2", "l2"), np.array([1.0, 0.0, 0.0, 1.0])
    )
    assert answers.Z.shape == (4, 1, 8)
    assert np.isnan(answers.Z).all(axis=(1, 2)).tolist() == [False, True, True, False]
    assert np.isfinite(answers.Z[[0, 3]]).all()
    assert answers.nonzero.tolist() == [1, 0, 0, 1]


def test_networks_answer_where_they_are_sound_and_their_weights_are_counted_in_all_layers(
    three_classes, monkeypatch
):
    X, y = three_classes
    fit, lams = Fit((3,), 0.1, 30, 4), np.array([1.0, 200.0])
    plain = fit.answers((X, y), X[:7] + 1, ("l1", "l1"), lams)
    scaled, other = (X - X.mean(axis=0)) / X.std(axis=0), (X[:7] + 1 - X.mean(axis=0)) / X.std(axis=0)
    epochs = [core.grid.epochs_to_rest(30, lam) for lam in lams]
    run = core.train(
        scaled, y, (3,), "l1", lams, 0.1, epochs, 4, method="accelerated", snapshots=2, until_rest=True
    )
    np.testing.assert_allclose(plain.Z, run.layers(other)[-1], rtol=1e-4, atol=1e-5)
    kept = [(W[k] != 0).sum() for W in run.W for k in range(2)]
    assert plain.nonzero.tolist() == [kept[0] + kept[2], kept[1] + kept[3]]
    assert 0 == plain.nonzero[1] < plain.nonzero[0]
    monkeypatch.setattr(Run, "sound", property(lambda run: np.array([False, True])))
    answers = fit.answers((X, y), X[:7] + 1, ("l1", "l1"), lams)
    assert np.isnan(answers.Z[0]).all()
    np.testing.assert_array_equal(answers.Z[1], plain.Z[1])


@pytest.mark.parametrize(
    ("fit", "n_classes", "exact"),
    [
        (Fit(), 2, True),
        (Fit(), 3, False),
        (Fit((2,)), 2, False),
        (Fit(exact=False), 2, False),
    ],
)
def test_an_optimum_is_computed_only_for_two_classes_without_a_hidden_layer(fit, n_classes, exact):
    assert fit.is_exact(n_classes) is exact
