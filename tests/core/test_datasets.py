"""The data sets: the same rows as scikit-learn's, splits that leak nothing, and truths that hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ks_2samp
from sklearn import datasets as sklearn_datasets
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

import core
from core.datasets import DATASETS, N_FRESH, Source, Table, fresh_rows, standardize, stratified_split
from core.settings import UPLOAD, Settings

REAL = {
    "breast_cancer": sklearn_datasets.load_breast_cancer,
    "digits": sklearn_datasets.load_digits,
    "wine": sklearn_datasets.load_wine,
}
SYNTHETIC = [name for name, source in DATASETS.items() if source.synthetic]
each_set = pytest.mark.parametrize("name", list(DATASETS))
each_synthetic = pytest.mark.parametrize("name", SYNTHETIC)


def draw(name: str, noise: float = 0.0, n_samples: int = 400, seed: int = 0) -> Table:
    """All rows, before the split."""
    return DATASETS[name].make(np.random.default_rng(seed), n_samples, noise)


@pytest.mark.parametrize("name", list(REAL))
def test_a_real_set_holds_the_rows_that_scikit_learn_has(name):
    table, oracle = draw(name), REAL[name]()
    np.testing.assert_allclose(table.X, oracle.data, rtol=1e-9)
    np.testing.assert_array_equal(table.y, oracle.target)
    assert len(table.feature_names) == table.X.shape[1] == len(set(table.feature_names))
    assert np.bincount(table.y).tolist() == np.bincount(oracle.target).tolist()


def test_breast_cancer_calls_benign_one():
    table = draw("breast_cancer")
    assert table.class_names == ("malignant", "benign")
    assert np.bincount(table.y).tolist() == [212, 357]
    assert table.X.shape == (569, 30)
    assert table.feature_names[27] == "worst concave points"


@each_set
def test_every_set_names_its_source_and_licence(name):
    source = DATASETS[name]
    assert all(isinstance(text, str) and text for text in (source.label, source.about, source.source))
    assert source.licence in ("Creative Commons Attribution 4.0", "MIT")
    assert core.load_dataset(name).source is source


@each_set
def test_the_shapes_agree_with_the_names(name):
    data = core.load_dataset(name)
    assert data.X_train.shape == (data.m, data.n_features) == (len(data.y_train), len(data.feature_names))
    assert data.X_test.shape == (len(data.y_test), data.n_features)
    assert set(data.y_train) == set(data.y_test) == set(range(len(data.class_names)))
    assert np.isfinite(data.X_train).all()
    assert np.isfinite(data.X_test).all()


def test_an_image_has_as_many_pixels_as_columns():
    images = {name: source.image for name, source in DATASETS.items() if source.image}
    assert images == {"digits": (8, 8)}
    assert draw("digits").X.shape[1] == 8 * 8


@each_set
def test_three_tenths_of_each_class_are_test_rows(name):
    data = core.load_dataset(name, seed=3)
    for label in range(len(data.class_names)):
        test, train = (data.y_test == label).sum(), (data.y_train == label).sum()
        assert test == round(0.3 * (test + train))


@given(counts=st.lists(st.integers(2, 30), min_size=2, max_size=5), seed=st.integers(0, 99))
def test_a_stratified_split_leaves_every_class_on_both_sides(counts, seed):
    y = np.repeat(np.arange(len(counts)), counts)
    train = stratified_split(y, 0.3, np.random.default_rng(seed))
    for label, count in enumerate(counts):
        assert (y[~train] == label).sum() == max(1, round(0.3 * count))
        assert (y[train] == label).any()


@each_set
def test_the_training_rows_have_mean_zero_and_deviation_one(name):
    X = core.load_dataset(name, seed=1).X_train
    constant = np.ptp(X, axis=0) == 0
    np.testing.assert_allclose(X.mean(axis=0), 0, atol=1e-10)
    np.testing.assert_allclose(X[:, ~constant].std(axis=0), 1)
    assert (X[:, constant] == 0).all()


def test_standardizing_is_scikit_learns_fitted_on_the_training_rows():
    rng = np.random.default_rng(0)
    X_train, X_test = 5 + 3 * rng.standard_normal((30, 4)), rng.standard_normal((10, 4))
    scaler = StandardScaler().fit(X_train)
    train, test = standardize(X_train, X_test)
    np.testing.assert_allclose(train, scaler.transform(X_train))
    np.testing.assert_allclose(test, scaler.transform(X_test))


def test_the_test_rows_do_not_influence_the_training_rows(monkeypatch):
    before = core.load_dataset("wine", seed=2)
    table = draw("wine")
    test = ~stratified_split(table.y, 0.3, np.random.default_rng(2))
    spoilt = table.X.copy()
    spoilt[test] *= 1000
    source = Source("Spoilt", "", "", "", lambda *_: table._replace(X=spoilt), synthetic=False)
    monkeypatch.setitem(DATASETS, "wine", source)
    after = core.load_dataset("wine", seed=2)
    np.testing.assert_array_equal(after.X_train, before.X_train)
    assert not np.allclose(after.X_test, before.X_test)


@pytest.mark.parametrize("value", [0.0, 7.0, 0.1, 1e9])
def test_a_constant_column_is_only_centred(value):
    X_train, X_test = standardize(np.full((9, 1), value), np.array([[value + 2]]))
    np.testing.assert_allclose(X_train, 0, atol=1e-6)
    np.testing.assert_allclose(X_test, 2, rtol=1e-6)


@each_set
def test_a_seed_gives_the_same_split_twice_and_another_seed_another(name):
    one, two, other = (core.load_dataset(name, seed=seed) for seed in (4, 4, 5))
    np.testing.assert_array_equal(one.X_train, two.X_train)
    np.testing.assert_array_equal(one.y_test, two.y_test)
    assert not np.array_equal(one.X_train, other.X_train)


@each_set
def test_no_row_is_both_trained_on_and_tested(name):
    data = core.load_dataset(name)
    n_rows = len(draw(name).y)
    assert len(data.y_train) + len(data.y_test) == n_rows


def test_a_set_from_a_file_cannot_be_changed_for_the_next_reader():
    with pytest.raises(ValueError, match="read-only"):
        draw("wine").X[0, 0] = 0


@each_synthetic
@pytest.mark.parametrize("n_samples", [20, 51, 1000])
def test_a_synthetic_set_has_the_rows_asked_for(name, n_samples):
    data = core.load_dataset(name, n_samples=n_samples)
    assert len(data.y_train) + len(data.y_test) == n_samples


@each_synthetic
def test_noise_moves_the_rows_or_their_labels(name):
    still, noisy = draw(name, noise=0.0), draw(name, noise=0.5)
    assert not (np.array_equal(still.X, noisy.X) and np.array_equal(still.y, noisy.y))


def test_moons_without_noise_lie_on_their_half_circles():
    X, y = draw("moons")[:2]
    np.testing.assert_allclose(np.hypot(*X[y == 0].T), 1)
    np.testing.assert_allclose(np.hypot(X[y == 1, 0] - 1, X[y == 1, 1] - 0.5), 1)
    assert (X[y == 0, 1] >= 0).all()
    assert (X[y == 1, 1] <= 0.5).all()


def test_circles_without_noise_have_radius_one_and_a_half():
    X, y = draw("circles")[:2]
    np.testing.assert_allclose(np.hypot(*X.T), np.where(y == 1, 0.5, 1))


def test_xor_is_labelled_by_whether_the_signs_agree():
    X, y = draw("xor")[:2]
    assert (y == (np.sign(X[:, 0]) == np.sign(X[:, 1]))).all()
    assert np.abs(X).max() <= 1


def test_spirals_are_one_arm_turned_by_half_a_circle():
    X, y = draw("spirals")[:2]
    radius = np.hypot(*X.T)
    angle = (
        np.arctan2(X[:, 1], X[:, 0]) - np.pi * radius - np.pi * y
    )  # an arm turns by π for each unit of radius
    np.testing.assert_allclose(np.cos(angle), 1)
    assert radius.max() <= 3


def test_the_noise_has_the_deviation_asked_for():
    X, y = draw("circles", noise=0.1, n_samples=4000)[:2]
    off = np.hypot(*X.T) - np.where(y == 1, 0.5, 1)
    assert off.std() == pytest.approx(0.1, rel=0.1)


def test_the_needles_decide_the_class_and_the_hay_does_not():
    table = draw("needles", n_samples=1000)
    needles = np.isin(np.arange(40), table.informative)
    assert needles.sum() == 5
    model = LogisticRegression(C=1e6, max_iter=5000)
    assert model.fit(table.X[:, needles], table.y).score(table.X[:, needles], table.y) == 1
    hay = table.X[:, ~needles]
    assert model.fit(hay[:700], table.y[:700]).score(hay[700:], table.y[700:]) < 0.6


def test_each_needle_is_needed():
    table = draw("needles", n_samples=1000)
    correlation = np.abs([np.corrcoef(column, table.y)[0, 1] for column in table.X.T])
    assert set(np.argsort(correlation)[-5:]) == set(table.informative)


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ({"name": "iris"}, "name must be 'breast_cancer'.* or 'needles', got 'iris'"),
        ({"seed": -1}, "seed must be a whole number of at least 0, got -1"),
        ({"n_samples": 19}, "n_samples must be a whole number of at least 20, got 19"),
        ({"noise": -0.1}, "noise must be a finite number of at least 0, got -0.1"),
        ({"noise": np.inf}, "noise must be a finite number"),
        ({"noise": np.nan}, "noise must be a finite number"),
    ],
)
def test_bad_arguments_are_refused(argument, message):
    with pytest.raises(ValueError, match=message):
        core.load_dataset(**{"name": "moons", **argument})


def test_the_share_of_test_rows_can_be_chosen():
    for share in (0.2, 0.5):
        data = core.load_dataset("wine", seed=2, test_share=share)
        assert len(data.y_test) / (data.m + len(data.y_test)) == pytest.approx(share, abs=0.01)
        np.testing.assert_allclose(data.X_train.mean(axis=0), 0, atol=1e-9)
    default, told = core.load_dataset("wine", seed=2), core.load_dataset("wine", seed=2, test_share=0.3)
    np.testing.assert_array_equal(default.X_train, told.X_train)


@pytest.mark.parametrize("share", [0, 1, -0.1, 1.5, float("nan")])
def test_a_share_that_leaves_one_side_empty_is_refused(share):
    with pytest.raises(ValueError, match="test_share must be a share between 0 and 1"):
        core.load_dataset("wine", test_share=share)


@pytest.mark.parametrize("share", [0.001, 0.999])
def test_every_class_stays_on_both_sides_at_any_share(share):
    data = core.load_dataset("digits", test_share=share)
    assert set(data.y_train) == set(data.y_test) == set(range(10))


@each_synthetic
@pytest.mark.parametrize("share", [0.3, 0.5])
def test_fresh_rows_are_in_the_unit_of_the_training_rows(name, share):
    rng = np.random.default_rng(3)
    table = DATASETS[name].make(rng, 61, 0.2)
    raw = table.X[stratified_split(table.y, share, rng)]
    mean, deviation = raw.mean(axis=0), raw.std(axis=0)
    data = core.load_dataset(name, 3, 61, test_share=share)
    np.testing.assert_allclose(data.X_train * deviation + mean, raw, atol=1e-12)
    X, y = fresh_rows(name, 3, 61, test_share=share, n=500)
    more = draw(name, 0.2, 561, 3)  # of the same seed, so of the same truth
    np.testing.assert_allclose(X * deviation + mean, more.X[61:], atol=1e-12)
    np.testing.assert_array_equal(y, more.y[61:])


def test_fresh_rows_lie_where_the_truth_has_them_in_that_unit():
    rng = np.random.default_rng(5)
    table = DATASETS["circles"].make(rng, 50, 0.0)
    raw = table.X[stratified_split(table.y, 0.3, rng)]
    X, y = fresh_rows("circles", 5, 50, 0.0, n=300)
    np.testing.assert_allclose(
        np.hypot(*(X * raw.std(axis=0) + raw.mean(axis=0)).T), np.where(y == 1, 0.5, 1)
    )


@each_synthetic
def test_fresh_rows_are_distributed_as_those_of_the_data_set(name):
    data, (X, _) = core.load_dataset(name, n_samples=3000), fresh_rows(name, n_samples=3000, n=3000)
    for seen, fresh in zip(np.concatenate([data.X_train, data.X_test]).T, X.T, strict=True):
        assert ks_2samp(seen, fresh).pvalue > 1e-3


@each_synthetic
@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_no_fresh_row_is_one_of_the_data_set_or_comes_twice(name, noise):
    data = core.load_dataset(name, 2, 100, noise)
    X, y = fresh_rows(name, 2, 100, noise, n=1000)
    assert X.shape == (1000, data.n_features)
    assert y.shape == (1000,)
    rows = np.concatenate([data.X_train, data.X_test, X]).round(9)
    assert len(np.unique(rows, axis=0)) == 1100


@pytest.mark.parametrize("name", [name for name in SYNTHETIC if name != "needles"])
def test_what_is_learnt_of_a_data_set_is_true_of_its_fresh_rows(name):
    data = core.load_dataset(name, 1, 601, 0.05)
    X, y = fresh_rows(name, 1, 601, 0.05, n=2000)
    assert KNeighborsClassifier(5).fit(data.X_train, data.y_train).score(X, y) > 0.93


@pytest.mark.parametrize("seed", range(4))
def test_fresh_needles_have_the_same_columns_and_signs_and_those_of_another_seed_have_not(seed):
    data = core.load_dataset("needles", seed, 400, 0.2)
    needles = list(data.informative)
    model = LogisticRegression().fit(data.X_train[:, needles], data.y_train)
    best = 1 - np.arctan(0.2) / np.pi  # of a sum with noise, the share whose sign is the sum's
    X, y = fresh_rows("needles", seed, 400, 0.2)
    assert best - 0.04 < model.score(X[:, needles], y) < best + 0.01
    X_other, y_other = fresh_rows("needles", seed + 10, 400, 0.2)
    assert model.score(X_other[:, needles], y_other) < 0.8


@pytest.mark.parametrize("noise", [0.0, 0.2, 0.5])
def test_fresh_rows_are_as_noisy_as_asked_for(noise):
    X, y = fresh_rows("needles", 0, 400, noise)
    best = LogisticRegression(C=100.0).fit(X, y).score(X, y)
    assert best == pytest.approx(1 - np.arctan(noise) / np.pi, abs=0.01)


@each_synthetic
@pytest.mark.parametrize("n_samples", [50, 51])
def test_about_half_of_the_fresh_rows_are_of_each_class(name, n_samples):
    _, y = fresh_rows(name, 7, n_samples, n=4001)
    assert set(y) == {0, 1}
    assert y.mean() == pytest.approx(0.5, abs=0.03)


def test_fresh_rows_are_the_same_twice_and_others_for_another_seed_and_as_many_as_asked_for():
    (one, y), (same, _), (other, _) = (fresh_rows("xor", seed, 50) for seed in (4, 4, 5))
    assert len(one) == len(y) == N_FRESH
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)
    assert len(fresh_rows("xor", 4, 50, n=1)[0]) == 1


@pytest.mark.parametrize("name", [*REAL, UPLOAD, "iris"])
def test_what_is_not_drawn_has_no_fresh_rows(name):
    with pytest.raises(ValueError, match=f"name must be 'moons', .* or 'needles', got '{name}'"):
        fresh_rows(name)


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ({"seed": -1}, "seed must be a whole number of at least 0, got -1"),
        ({"n_samples": 19}, "n_samples must be a whole number of at least 20, got 19"),
        ({"noise": np.nan}, "noise must be a finite number"),
        ({"test_share": 1.5}, "test_share must be a share between 0 and 1"),
        ({"n": 0}, "n must be a whole number of at least 1, got 0"),
        ({"n": 2.5}, r"n must be a whole number of at least 1, got 2\.5"),
    ],
)
def test_fresh_rows_that_cannot_be_drawn_are_refused(argument, message):
    with pytest.raises(ValueError, match=message):
        fresh_rows(**{"name": "moons", **argument})


@each_synthetic
def test_settings_load_the_fresh_rows_of_their_own_data(name):
    chosen = Settings(name, seed=6, n_samples=50, noise=0.4)
    X, y = chosen.load_fresh()
    expected = fresh_rows(name, 6, 50, 0.4)
    np.testing.assert_array_equal(X, expected[0])
    np.testing.assert_array_equal(y, expected[1])
    data = chosen.load()
    assert X.shape == (N_FRESH, data.n_features)
    for seen, fresh in zip(data.X_train.T, X.T, strict=True):
        assert ks_2samp(seen, fresh).pvalue > 1e-4


@pytest.mark.parametrize("name", [*REAL, UPLOAD])
def test_settings_of_data_that_are_not_drawn_have_no_fresh_rows(name):
    assert Settings(name).load_fresh() is None
