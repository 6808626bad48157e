"""What the tests share: the data of the lesson's numbers, and Hypothesis without chance or clock."""

import ui  # noqa: F401, I001 -- before NumPy, as in the dashboard: one thread for each matrix product

import numpy as np
import pytest
from hypothesis import settings
from sklearn.datasets import load_breast_cancer

settings.register_profile("lab", derandomize=True, deadline=None, database=None, max_examples=50)
settings.load_profile("lab")


@pytest.fixture(scope="session")
def breast_cancer() -> tuple[np.ndarray, np.ndarray]:
    """All 569 rows, each column (x − mean)/std with ddof = 0, y = 1 benign; read-only."""
    X, y = load_breast_cancer(return_X_y=True)
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    Z.flags.writeable = y.flags.writeable = False
    return Z, y


@pytest.fixture
def samples() -> tuple[np.ndarray, np.ndarray]:
    """40 rows of 5 columns in two classes that a line does not separate."""
    rng = np.random.default_rng(7)
    X = rng.standard_normal((40, 5))
    return X, (X[:, 0] * X[:, 1] + 0.3 * rng.standard_normal(40) > 0).astype(int)


@pytest.fixture
def three_classes() -> tuple[np.ndarray, np.ndarray]:
    """45 rows of 4 columns in three classes."""
    rng = np.random.default_rng(8)
    y = np.arange(45) % 3
    return rng.standard_normal((45, 4)) + 0.7 * y[:, None], y
