"""Columns that are kept whatever half is seen, and the λ that the evidence names."""

import numpy as np
import pytest

import core
from core.stability import evidence, stability_selection


@pytest.fixture(scope="module")
def needles() -> core.Dataset:
    return core.load_dataset("needles", seed=0, n_samples=400)


def test_the_evidence_of_breast_cancer_is_that_of_the_reference(breast_cancer):
    found = evidence(*breast_cancer)
    assert found.settled
    assert [found.lam, found.gamma, found.square] == pytest.approx([0.882517, 14.0127, 15.8781], rel=1e-5)
    assert found.cost == pytest.approx(0.06478080, abs=1e-8)
    again = evidence(*breast_cancer, start=100.0)
    assert again.lam == pytest.approx(found.lam, rel=1e-6)


def test_noise_has_no_evidence_for_any_weight():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((400, 3)), np.arange(400) % 2
    found = evidence(X - X.mean(axis=0), y)
    assert not found.settled or found.lam > 20


def test_the_columns_that_decide_are_kept_in_nearly_every_half(needles):
    lams = [60.0, 30.0]
    found = stability_selection(needles.X_train, needles.y_train, lams, halves=40)
    decides = np.zeros(needles.n_features, bool)
    decides[list(needles.informative)] = True
    assert (found.share[0, decides] > 0.9).sum() >= 4
    assert found.share[0, ~decides].max() < 0.6
    assert (found.share[1] >= found.share[0] - 0.2).all()


def test_shares_are_those_of_a_plain_loop_over_the_same_halves(samples):
    X, y = samples
    found = stability_selection(X, y, [1.0], halves=6, seed=3)
    rng, kept = np.random.default_rng(3), np.zeros(X.shape[1])
    for _ in range(6):
        rows = core.variance.subset_order(y, rng)[: len(X) // 2]
        half = (X[rows] - X[rows].mean(axis=0)) / X[rows].std(axis=0)
        kept += core.fit_logistic(half, y[rows], "l1", [1.0 * len(rows) / len(X)]).W[0] != 0
    assert found.share[0].tolist() == (kept / 6).tolist()
    assert found.halves == 6


def test_half_samples_of_breast_cancer_keep_what_the_reference_says(breast_cancer):
    found = stability_selection(*breast_cancer, [21.4], halves=100)
    full = core.fit_logistic(*breast_cancer, "l1", [21.4])
    assert np.count_nonzero(full.W) == 8
    assert 3 <= (found.share[0] >= 0.9).sum() <= 5
    q = found.share[0].sum()
    assert found.kept == pytest.approx([q])
    assert found.false_bound(0.9) == pytest.approx([q * q / (0.8 * 30)])


def test_what_cannot_be_halved_or_bounded_is_refused(samples, three_classes):
    with pytest.raises(ValueError, match="two classes"):
        stability_selection(*three_classes, [1.0])
    with pytest.raises(ValueError, match="every λ must be a finite number above 0"):
        stability_selection(*samples, [0.0])
    found = stability_selection(*samples, [1.0], halves=2)
    for threshold in (0.5, 1.1):
        with pytest.raises(ValueError, match="threshold must be a share above 0"):
            found.false_bound(threshold)


def test_progress_counts_the_halves(samples):
    calls = []
    stability_selection(*samples, [1.0], halves=3, on_progress=lambda *now: calls.append(now))
    assert calls == [(1, 3), (2, 3), (3, 3)]
