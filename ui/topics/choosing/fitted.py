"""What is validated: logistic regression or the panel's network, and its fit to all training rows."""

from dataclasses import dataclass, replace

import numpy as np

from core import PENALTIES, Settings, degrees_of_freedom
from core.measures import count_weights, count_zeros
from core.network import cross_entropy, targets
from core.selection import Answers, Validation
from core.settings import LAMS
from ui.topics.topic import Context, Control, beside_lectured, penalty_control
from ui.work.networks import Networks, Shape
from ui.work.optimum import Optima, all_optima, free_optimum, optima
from ui.work.validation import by_label, is_exact, validation

LOGISTIC, NETWORK = "logistic", "network"
MODEL_TEXTS = {LOGISTIC: "logistic regression", NETWORK: "the panel's network"}
MODEL = Control(
    "model",
    "What is validated",
    (LOGISTIC, NETWORK),
    LOGISTIC,
    lambda model, context: MODEL_TEXTS[model],
    applies=lambda context: bool(context.settings.hidden),
    help="Logistic regression of two classes has an exact optimum: its folds are fitted in an instant.",
)
PENALTY = penalty_control("validated_penalty", default="l1", names=tuple(PENALTIES))


def validated_settings(context: Context) -> Settings:
    """The settings of what is validated."""
    return replace(context.settings, hidden=()) if context[MODEL] == LOGISTIC else context.settings


def is_fitted_exactly(context: Context) -> bool:
    """Whether there is an exact optimum, and no training."""
    return is_exact(validated_settings(context), Shape.of(context.data))


def validations_of(context: Context) -> dict[str, Validation]:
    """Those over the grid, validated, by label."""
    batch = validation(validated_settings(context), context.shelf, beside_lectured(context[PENALTY]))
    return by_label(context.run(batch))


def chosen_validation(context: Context) -> Validation:
    """That of the chosen penalty."""
    return validations_of(context)[PENALTIES[context[PENALTY]].label]


def optima_of(context: Context) -> Optima:
    """The exact optima of those."""
    penalties = beside_lectured(context[PENALTY])
    return all_optima(context.run(optima(validated_settings(context), context.shelf, penalties)))


def networks_of(context: Context) -> Networks:
    """The networks at rest of those."""
    return context.at(validated_settings(context)).networks_of(beside_lectured(context[PENALTY]))


@dataclass(frozen=True, eq=False)
class Fitted:
    """One penalty over the grid: validated, and fitted to all training rows."""

    validation: Validation
    size: np.ndarray  # (n_lams,) nonzero weights or degrees of freedom; NaN where nothing is fitted
    has_freedom: bool  # size is in degrees of freedom
    n_weights: int
    training: np.ndarray  # (n_lams,) cost on the training rows
    fresh: np.ndarray | None  # (n_lams,) cost on rows that nobody has seen, where they can be drawn
    on_test: np.ndarray  # (n_lams, n_out, n_test) logits
    kept: np.ndarray | None  # (n_lams, n_features) which columns are used; None with hidden layers
    columns: (
        np.ndarray
    )  # (n_lams, n_features) each column's weight, or the length of its weights; NaN: no fit
    refitted: float  # cost on fresh rows of the columns that λ₁ₛₑ keeps, without a penalty; NaN elsewhere


def fitted(context: Context, penalty: str) -> Fitted:
    """The fits of a penalty of the registry."""
    data, fresh = context.data, context.settings.load_fresh()
    X = [data.X_train, data.X_test] + ([] if fresh is None else [fresh[0]])
    model = _exact if is_fitted_exactly(context) else _trained
    answers, size, n_weights, kept, columns = model(context, penalty, np.concatenate(X))
    ends = data.m, data.m + len(data.y_test)
    training, on_test, others = np.split(answers.Z, ends, axis=2)

    def cost(Z: np.ndarray, y: np.ndarray) -> np.ndarray:
        mean: np.ndarray = Answers(Z, answers.nonzero).row_costs(y).mean(axis=1)
        return mean

    one = validations_of(context)[PENALTIES[penalty].label]
    has_refit = data.informative and model is _exact and kept is not None and one.k_1se >= 0
    return Fitted(
        validation=one,
        size=size,
        has_freedom=model is _exact and not PENALTIES[penalty].is_sparse,
        n_weights=n_weights,
        training=cost(training, data.y_train),
        fresh=None if fresh is None else cost(others, fresh[1]),
        on_test=on_test,
        kept=kept,
        columns=columns,
        refitted=refitted_cost(context, kept[one.k_1se]) if has_refit and kept is not None else np.nan,
    )


def refitted_cost(context: Context, kept: np.ndarray) -> float:
    """Cost on fresh rows of a fit without a penalty to some columns alone, (n_features,) bool.

    NaN where rows cannot be drawn anew, no column is kept or the columns part the classes.
    """
    fresh, data = context.settings.load_fresh(), context.data
    if fresh is None or not kept.any():
        return np.nan
    path = free_optimum(data.X_train[:, kept], data.y_train)
    if path is None:
        return np.nan
    Z = path.W @ fresh[0][:, kept].T + path.b[:, None]
    return float(cross_entropy(Z[:, None], targets(fresh[1], 2, "float64"))[0])


# with size, n_weights, kept and columns
Model = tuple[Answers, np.ndarray, int, np.ndarray | None, np.ndarray]


def _exact(context: Context, penalty: str, X: np.ndarray) -> Model:
    """The exact optima on all training rows, and their logits on X; NaN at λ = 0 where there is none."""
    optimum, data = optima_of(context), context.data
    n, size = data.n_features, np.full(len(LAMS), np.nan)
    Z, kept = np.full((len(LAMS), 1, len(X)), np.nan), np.ones((len(LAMS), n), bool)
    columns = np.full((len(LAMS), n), np.nan)
    for part, path in ((slice(1), optimum.free), (slice(1, None), optimum.paths[PENALTIES[penalty].label])):
        if path is not None:
            Z[part, 0], kept[part] = path.W @ X.T + path.b[:, None], path.W != 0
            is_counted = PENALTIES[penalty].is_sparse  # of a corner the weights that it leaves
            size[part] = kept[part].sum(axis=1) if is_counted else degrees_of_freedom(data.X_train, path)
            columns[part] = path.W
    return Answers(Z, kept.sum(axis=1)), size, n, kept, columns


def _trained(context: Context, penalty: str, X: np.ndarray) -> Model:
    """The networks at rest."""
    run = networks_of(context).runs[PENALTIES[penalty].label]
    Z = np.where(run.sound[:, None, None], run.layers(X)[-1].astype(float), np.nan)
    n = count_weights(run.W)
    nonzero = n - count_zeros(run.W)
    columns = np.where(run.sound[:, None], np.sqrt(np.square(run.W[0].astype(float)).sum(axis=1)), np.nan)
    kept = None if run.hidden else (run.W[0] != 0).any(axis=1)
    return Answers(Z, nonzero), np.where(run.sound, nonzero, np.nan), n, kept, columns
