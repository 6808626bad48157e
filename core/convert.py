"""The same λ in other libraries: the option's name, its value there, and why.

Every library minimizes its own multiple of J, and so scales the penalty in its own way:

    here           1/m·Σ loss + λ/2m·‖W‖₁                   1/m·Σ loss + λ/2m·‖W‖²
    scikit-learn   C·Σ loss + ‖W‖₁          C = 2/λ         C·Σ loss + ‖W‖²/2        C = 1/λ
    glmnet         1/m·Σ loss + l·‖W‖₁      l = λ/2m        1/m·Σ loss + l/2·‖W‖²    l = λ/m
    Keras          1/m·Σ loss + l·‖W‖₁      l = λ/2m        1/m·Σ loss + l·‖W‖²      l = λ/2m
    PyTorch's SGD  no L1                                    W := W − α(dW + d·W)     d = λ/m

All follow from the penalty's shares (see `core.penalties.Penalty.strength`), for a mixture too where the
library can express one; the second number that it then needs stands in the caveat.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core import validation
from core.penalties import PENALTIES, Penalty

PLAYGROUND_RATES = (0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10)


@dataclass(frozen=True)
class Problem:
    """What is to be said in another library's words. Raises ValueError for values out of range."""

    lam: float  # λ ≥ 0
    penalty: str  # a name of PENALTIES
    m: int  # training samples
    learning_rate: float = 0.3  # α > 0
    hidden: tuple[int, ...] = ()
    n_features: int = 2
    n_classes: int = 2
    epochs: int = 300

    def __post_init__(self) -> None:
        validation.check_lams([self.lam])
        validation.check_choice("penalty", self.penalty, tuple(PENALTIES))
        validation.check_positive("learning_rate", self.learning_rate)
        validation.check_hidden(self.hidden)
        for name, at_least in (("m", 1), ("n_features", 1), ("n_classes", 2), ("epochs", 1)):
            validation.check_integer(name, getattr(self, name), at_least)

    @property
    def shares(self) -> Penalty:
        """The penalty itself."""
        return PENALTIES[self.penalty]


@dataclass(frozen=True)
class Entry:
    """One library: how λ is called there, what it becomes, and what to beware of."""

    key: str
    library: str
    option: str
    value: float | None  # None where the library has no such penalty
    formula: str
    caveat: str


def converted(problem: Problem) -> list[Entry]:
    """The problem's λ in every library of LIBRARIES."""
    return [convert(problem) for convert in LIBRARIES]


def per_sample(problem: Problem) -> float:
    """What λ makes of a penalty in the mean loss, λ/2m, before its shares."""
    return problem.lam / (2 * problem.m)


def logistic_regression(problem: Problem) -> Entry:
    """scikit-learn's LogisticRegression: C·Σ loss + r·‖W‖₁ + (1 − r)/2·‖W‖², C = 1/(strength·λ)."""
    penalty = problem.shares
    inverse = 1 / penalty.strength
    caveat = (
        "The inverse of a strength, and not divided by m. No hidden layers. Not liblinear, which penalizes "
        "the intercept."
    )
    if problem.lam == 0:
        caveat += " Separable classes have no optimum without a penalty."
    if penalty.is_mixture:
        caveat += f" With l1_ratio = {penalty.l1_ratio:.6g}, which only the solver saga has."
    return Entry(
        "logistic_regression",
        "scikit-learn: LogisticRegression",
        "C",
        1 / (penalty.strength * problem.lam) if problem.lam > 0 else float("inf"),
        f"{inverse:g}/λ" if inverse == round(inverse) else f"1/({penalty.strength:g}·λ)",
        caveat,
    )


def mlp_classifier(problem: Problem) -> Entry:
    """scikit-learn's MLPClassifier, which has L2 only."""
    key, library, option = "mlp_classifier", "scikit-learn: MLPClassifier", "alpha"
    if problem.shares.is_sparse:
        return Entry(key, library, option, None, "none", "Has no L1.")
    return Entry(
        key,
        library,
        option,
        problem.shares.l2 * problem.lam,
        _times(problem.shares.l2, "λ"),
        f"Equal to {_times(problem.shares.l2, 'λ')} on the full batch only: on minibatches alpha is divided "
        "by the batch's size, not by m.",
    )


def glmnet(problem: Problem) -> Entry:
    """R's glmnet: the mean loss + l·((1 − alpha)/2·‖W‖² + alpha·‖W‖₁), l = strength·λ/m."""
    penalty = problem.shares
    caveat = (
        "Its cost has the mean over the samples and, for L2, half the square. It standardizes the columns "
        "itself unless told not to. No hidden layers."
    )
    if penalty.is_mixture:
        caveat += f" With alpha = {penalty.l1_ratio:.6g}."
    return Entry(
        "glmnet", "glmnet (R)", "lambda", _strength_per_sample(problem), _strength_text(penalty), caveat
    )


def keras(problem: Problem) -> Entry:
    """Keras: a regularizer on each kernel, λ/2m times the share; for a mixture L1's number, then L2's."""
    penalty, each = problem.shares, per_sample(problem)
    names = [name for name, share in (("L1", penalty.l1), ("L2", penalty.l2)) if share > 0]
    share = penalty.l1 if penalty.is_sparse else penalty.l2
    caveat = f"{_square_in_keras(penalty)} On kernels only, as here. " + (
        "Its L1 is a subgradient: no exact zeros."
        if penalty.is_sparse
        else "Take the full batch for the same J."
    )
    if penalty.is_mixture:
        caveat += f" With l2 = {_times(penalty.l2, 'λ/2m')} = {penalty.l2 * each:.6g}."
    return Entry(
        "keras",
        f"Keras: regularizers.{''.join(names)}",
        names[0].lower(),
        share * each,
        _times(share, "λ/2m"),
        caveat,
    )


def _square_in_keras(penalty: Penalty) -> str:
    """That Keras takes λ/2m for the square too, times its share where that is another."""
    if {penalty.l1, penalty.l2} <= {0, 1}:
        return "The square is not halved, so L2 is λ/2m too."
    number = f", so L2 is {_times(penalty.l2, 'λ/2m')}" if penalty.l2 > 0 else ""
    return f"The square is not halved{number}."


def torch_sgd(problem: Problem) -> Entry:
    """PyTorch's SGD: weight_decay on the weights; for L1 the proximal step by hand."""
    penalty, key, library = problem.shares, "torch_sgd", "PyTorch: SGD"
    threshold = penalty.threshold(problem.lam, problem.m, problem.learning_rate)
    threshold_text = _times(penalty.l1, "αλ/2m")
    if penalty.l2 == 0:
        return Entry(
            key,
            library,
            "softshrink",
            threshold,
            threshold_text,
            "No optimizer has L1. A soft threshold after each step gives exact zeros; adding "
            f"{_times(penalty.l1, 'λ/2m')}·‖W‖₁ to the loss does not.",
        )
    caveat = "Decays the biases too unless they have a group of their own. Plain SGD only."
    if penalty.is_mixture:
        caveat += f" L1's part is a softshrink of {threshold_text} = {threshold:.6g} after each step."
    return Entry(key, library, "weight_decay", _decay(problem), _times(penalty.l2, "λ/m"), caveat)


def torch_adamw(problem: Problem) -> Entry:
    """PyTorch's AdamW, whose decay is not L2."""
    key, library, option = "torch_adamw", "PyTorch: AdamW", "weight_decay"
    penalty = problem.shares
    if penalty.is_sparse:
        return Entry(key, library, option, None, "none", "Has no L1.")
    return Entry(
        key,
        library,
        option,
        _decay(problem),
        f"{_times(penalty.l2, 'λ/m')}, decay only",
        f"Not the same as L2. It shrinks by the same {penalty.decay_text}, but Adam rescales the gradient "
        "and not the decay, so the weights settle elsewhere. For L2 under Adam add "
        f"{_times(penalty.l2, 'λ/2m')}·Σw² to the loss.",
    )


def playground(problem: Problem) -> Entry:
    """TensorFlow Playground, whose penalties are |w| and w²/2."""
    key, library, option = "playground", "TensorFlow Playground", "Regularization rate"
    if problem.shares.is_mixture:
        return Entry(key, library, option, None, "none", "Has one penalty at a time.")
    value = _strength_per_sample(problem)
    nearest = min(PLAYGROUND_RATES, key=lambda rate: abs(rate - value))
    caveat = (
        f"Its menu's nearest rate is {nearest:g}. Its data cost is half the squared error, not "
        "cross-entropy, so the same rate weighs more or less there."
    )
    if problem.shares.is_sparse:
        caveat += " A weight that crosses zero stays zero for good."
    return Entry(key, library, option, value, _strength_text(problem.shares), caveat)


LIBRARIES: Sequence[Callable[[Problem], Entry]] = (
    logistic_regression,
    mlp_classifier,
    glmnet,
    keras,
    torch_sgd,
    torch_adamw,
    playground,
)


def _strength_per_sample(problem: Problem) -> float:
    """strength·λ/m: the weight of |w| for L1, of w²/2 for L2, of both in an elastic net."""
    return problem.shares.strength * problem.lam / problem.m


def _strength_text(penalty: Penalty) -> str:
    """How `_strength_per_sample` is written, λ/2m for L1 and λ/m for L2, times what differs."""
    return _times(penalty.l1, "λ/2m") if penalty.l2 == 0 else _times(penalty.strength, "λ/m")


def _decay(problem: Problem) -> float:
    """l2·λ/m, the weight decay of plain gradient descent."""
    return problem.shares.l2 * problem.lam / problem.m


def _times(share: float, text: str) -> str:
    """A share of something as a formula; a share of 1 is not written."""
    return text if share == 1 else f"{share:g}·{text}"
