"""What questions and scenarios both measure of one network of a run, the k-th of the grid."""

from core import Dataset, Run
from core.measures import tells_apart


def has_collapsed(run: Run, data: Dataset, k: int) -> bool:
    """Whether the k-th network answers the same to every training row, to the digits that could be shown."""
    logit = run.at(k).layers(data.X_train)[-1]
    return not tells_apart(logit)[0]
