"""What questions and scenarios both measure of one network of a run, the k-th of the grid."""

from core import Dataset, Run
from core.measures import accuracy, is_constant


def accuracy_at(run: Run, data: Dataset, k: int) -> float:
    """Share of the test rows that the k-th network gets right; NaN where it diverged."""
    P = run.at(k).predict_proba(data.X_test)
    return float(accuracy(P, data.y_test)[0])


def has_collapsed(run: Run, data: Dataset, k: int) -> bool:
    """Whether the k-th network answers the same to every training row."""
    logit = run.at(k).layers(data.X_train)[-1]
    return bool(is_constant(logit)[0])
