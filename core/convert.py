"""The same λ in other libraries: the option's name, its value, why, and code to copy.

Every library minimizes its own multiple of J, and so scales the penalty in its own way:

    here           1/m·Σ loss + λ/2m·‖W‖₁                   1/m·Σ loss + λ/2m·‖W‖²
    scikit-learn   C·Σ loss + ‖W‖₁          C = 2/λ         C·Σ loss + ‖W‖²/2        C = 1/λ
    glmnet         1/m·Σ loss + l·‖W‖₁      l = λ/2m        1/m·Σ loss + l/2·‖W‖²    l = λ/m
    Keras          1/m·Σ loss + l·‖W‖₁      l = λ/2m        1/m·Σ loss + l·‖W‖²      l = λ/2m
    PyTorch's SGD  no L1                                    W := W − α(dW + d·W)     d = λ/m

None of these libraries is imported here: the code is text, for whoever has them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from core import validation
from core.penalties import PENALTIES


@dataclass(frozen=True)
class Problem:
    """What is to be said in another library's words. Raises ValueError for values out of range."""

    lam: float  # λ ≥ 0
    penalty: str  # "l1" or "l2"
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
            validation.check_whole(name, getattr(self, name), at_least)


@dataclass(frozen=True)
class Entry:
    """One library: how λ is called there, what it becomes, what to beware of, and code to copy."""

    library: str
    option: str
    value: float | None  # None where the library has no such option
    formula: str
    caveat: str
    code: str
    language: str = "python"


def converted(problem: Problem) -> list[Entry]:
    """The problem's λ in every library of LIBRARIES."""
    return [convert(problem) for convert in LIBRARIES]


def sklearn_c(lam: float, penalty: str) -> float:
    """C = 2/λ for L1, 1/λ for L2; infinite for λ = 0. lam ≥ 0."""
    return (2 if penalty == "l1" else 1) / lam if lam > 0 else float("inf")


def per_sample(problem: Problem) -> float:
    """λ/2m."""
    return problem.lam / (2 * problem.m)


def decay(problem: Problem) -> float:
    """λ/m, the weight decay of plain gradient descent under L2."""
    return problem.lam / problem.m


def literal(value: float) -> str:
    """A number as code, short and exact to ten digits."""
    return f"{value:.10g}" if value < float("inf") else 'float("inf")'


def logistic_regression(problem: Problem) -> Entry:
    """scikit-learn's LogisticRegression."""
    C = sklearn_c(problem.lam, problem.penalty)
    is_l1 = problem.penalty == "l1"
    formula = "2/λ" if is_l1 else "1/λ"
    if problem.lam == 0:
        options = [f"C={literal(C)},  # no penalty"]
    elif is_l1:
        options = [
            f"C={literal(C)},  # 2/λ",
            'l1_ratio=1,  # L1; before scikit-learn 1.8 write penalty="l1"',
            'solver="saga",  # liblinear would penalize the intercept too',
        ]
    else:
        options = [f"C={literal(C)},  # 1/λ"]
    return Entry(
        "scikit-learn: LogisticRegression",
        "C",
        C,
        formula,
        "The inverse of a strength, and not divided by m. No hidden layers. Not liblinear, which penalizes "
        "the intercept." + (" Separable classes have no optimum without a penalty." * (problem.lam == 0)),
        _lines(
            "# X: (m, n_features), standardized; y: (m,) classes",
            "from sklearn.linear_model import LogisticRegression",
            "",
            "model = LogisticRegression(",
            *(f"    {option}" for option in options),
            f"    tol={'1e-7' if is_l1 else '1e-10'},",
            "    max_iter=100_000,",
            ")",
            "model.fit(X, y)",
        ),
    )


def mlp_classifier(problem: Problem) -> Entry:
    """scikit-learn's MLPClassifier, which has L2 only."""
    if problem.penalty == "l1":
        return Entry(
            "scikit-learn: MLPClassifier",
            "alpha",
            None,
            "none",
            "Has no L1.",
            "# MLPClassifier has no L1 penalty.",
        )
    return Entry(
        "scikit-learn: MLPClassifier",
        "alpha",
        problem.lam,
        "λ",
        "Equal to λ on the full batch only: on minibatches alpha is divided by the batch's size, not by m.",
        _lines(
            "# X: (m, n_features), standardized; y: (m,) classes",
            "from sklearn.neural_network import MLPClassifier",
            "",
            "model = MLPClassifier(",
            f"    hidden_layer_sizes={problem.hidden!r},",
            '    activation="tanh",',
            f"    alpha={literal(problem.lam)},  # λ",
            '    solver="lbfgs",  # the full batch; for "sgd" or "adam" set batch_size=len(X)',
            "    max_iter=10_000,",
            "    max_fun=100_000,",
            "    random_state=0,",
            ")",
            "model.fit(X, y)",
        ),
    )


def glmnet(problem: Problem) -> Entry:
    """R's glmnet."""
    is_l1 = problem.penalty == "l1"
    value = per_sample(problem) if is_l1 else decay(problem)
    family = "binomial" if problem.n_classes == 2 else "multinomial"
    return Entry(
        "glmnet (R)",
        "lambda",
        value,
        "λ/2m" if is_l1 else "λ/m",
        "Its cost has the mean over the samples and, for L2, half the square. It standardizes the columns "
        "itself unless told not to. No hidden layers.",
        _lines(
            "# X: a matrix, one row a sample, standardized; y: a factor of classes",
            "library(glmnet)",
            "",
            "fit <- glmnet(",
            "  X, y,",
            f'  family = "{family}",',
            f"  alpha = {int(is_l1)},  # {'L1' if is_l1 else 'L2'}",
            f"  lambda = {literal(value)},  # {'λ/2m' if is_l1 else 'λ/m'}",
            "  standardize = FALSE,",
            "  thresh = 1e-12",
            ")",
            "coef(fit)",
        ),
        "r",
    )


def keras(problem: Problem) -> Entry:
    """Keras: a regularizer on each kernel."""
    name = "L1" if problem.penalty == "l1" else "L2"
    out, activation, loss = (
        (1, "sigmoid", "binary_crossentropy")
        if problem.n_classes == 2
        else (problem.n_classes, "softmax", "sparse_categorical_crossentropy")
    )
    dense = "    keras.layers.Dense({}, activation={!r}, kernel_regularizer=penalty),"
    layers = [dense.format(n, "tanh").replace("'", '"') for n in problem.hidden]
    layers.append(dense.format(out, activation).replace("'", '"'))
    return Entry(
        f"Keras: regularizers.{name}",
        name.lower(),
        per_sample(problem),
        "λ/2m",
        "The square is not halved, so L2 is λ/2m too. On kernels only, as here. "
        + (
            "Its L1 is a subgradient: no exact zeros."
            if name == "L1"
            else "Take the full batch for the same J."
        ),
        _lines(
            "# X: (m, n_features), standardized; y: (m,) classes 0, 1, …",
            "import keras",
            "",
            f"penalty = keras.regularizers.{name}({literal(per_sample(problem))})  # λ/2m",
            "model = keras.Sequential([",
            f"    keras.Input(shape=({problem.n_features},)),",
            *layers,
            "])",
            f"model.compile(keras.optimizers.SGD({literal(problem.learning_rate)}), loss={loss!r})".replace(
                "'", '"'
            ),
            f"model.fit(X, y, batch_size=len(X), epochs={problem.epochs}, verbose=0)",
        ),
    )


def torch_sgd(problem: Problem) -> Entry:
    """PyTorch's SGD: weight_decay on the weights; for L1 the proximal step by hand."""
    is_l1 = problem.penalty == "l1"
    if is_l1:
        threshold = problem.learning_rate * per_sample(problem)
        return Entry(
            "PyTorch: SGD",
            "softshrink",
            threshold,
            "αλ/2m",
            "No optimizer has L1. A soft threshold after each step gives exact zeros; adding λ/2m·‖W‖₁ to "
            "the loss does not.",
            _lines(
                *_torch_model(problem),
                f"optimizer = torch.optim.SGD(model.parameters(), lr={literal(problem.learning_rate)})",
                *_torch_loop(
                    problem,
                    "    with torch.no_grad():",
                    "        for name, p in model.named_parameters():",
                    '            if name.endswith("weight"):',
                    "                # αλ/2m",
                    f"                p.copy_(torch.nn.functional.softshrink(p, {literal(threshold)}))",
                ),
            ),
        )
    return Entry(
        "PyTorch: SGD",
        "weight_decay",
        decay(problem),
        "λ/m",
        "Decays the biases too unless they have a group of their own. Plain SGD only.",
        _lines(
            *_torch_model(problem),
            *_torch_groups(),
            "optimizer = torch.optim.SGD(",
            "    [",
            f'        {{"params": weights, "weight_decay": {literal(decay(problem))}}},  # λ/m',
            '        {"params": biases, "weight_decay": 0.0},',
            "    ],",
            f"    lr={literal(problem.learning_rate)},",
            ")",
            *_torch_loop(problem),
        ),
    )


def torch_adamw(problem: Problem) -> Entry:
    """PyTorch's AdamW, whose decay is not L2."""
    if problem.penalty == "l1":
        return Entry(
            "PyTorch: AdamW", "weight_decay", None, "none", "Has no L1.", "# AdamW has no L1 penalty."
        )
    return Entry(
        "PyTorch: AdamW",
        "weight_decay",
        decay(problem),
        "λ/m, decay only",
        "Not the same as L2. It shrinks by the same 1 − αλ/m, but Adam rescales the gradient and not the "
        "decay, so the weights settle elsewhere. For L2 under Adam add λ/2m·Σw² to the loss.",
        _lines(
            *_torch_model(problem),
            *_torch_groups(),
            "# The same shrink each step as SGD, another optimum: decoupled decay is not the L2 of J.",
            "optimizer = torch.optim.AdamW(",
            "    [",
            f'        {{"params": weights, "weight_decay": {literal(decay(problem))}}},  # λ/m',
            '        {"params": biases, "weight_decay": 0.0},',
            "    ],",
            f"    lr={literal(problem.learning_rate)},",
            ")",
            *_torch_loop(problem),
        ),
    )


def playground(problem: Problem) -> Entry:
    """TensorFlow Playground: its address."""
    is_l1 = problem.penalty == "l1"
    value = per_sample(problem) if is_l1 else decay(problem)
    shape = ",".join(map(str, problem.hidden))
    query = (
        f"activation=tanh&regularization={problem.penalty.upper()}&regularizationRate={literal(value)}"
        f"&learningRate={literal(problem.learning_rate)}&networkShape={shape}"
    )
    nearest = min(PLAYGROUND_RATES, key=lambda rate: abs(rate - value))
    return Entry(
        "TensorFlow Playground",
        "Regularization rate",
        value,
        "λ/2m" if is_l1 else "λ/m",
        f"Its menu's nearest rate is {nearest:g}. Its data cost is half the squared error, not "
        "cross-entropy, so the same rate weighs more or less there."
        + (" A weight that crosses zero stays zero for good." if is_l1 else ""),
        f"https://playground.tensorflow.org/#{query}",
        "text",
    )


PLAYGROUND_RATES = (0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10)
LIBRARIES: Sequence[Callable[[Problem], Entry]] = (
    logistic_regression,
    mlp_classifier,
    glmnet,
    keras,
    torch_sgd,
    torch_adamw,
    playground,
)


def _torch_model(problem: Problem) -> list[str]:
    """A network of the problem's shape, in PyTorch."""
    sizes = (problem.n_features, *problem.hidden, 1 if problem.n_classes == 2 else problem.n_classes)
    last, layers = len(sizes) - 2, []
    for l, (n_in, n_out) in enumerate(pairwise(sizes)):
        layers.append(f"    torch.nn.Linear({n_in}, {n_out}),")
        if l < last:
            layers.append("    torch.nn.Tanh(),")
    return [
        "# X: (m, n_features), standardized; y: (m,) classes 0, 1, …; both NumPy arrays",
        "import torch",
        "",
        "inputs = torch.tensor(X, dtype=torch.float32)",
        f"targets = torch.tensor(y, dtype=torch.{'float32' if problem.n_classes == 2 else 'int64'})",
        "model = torch.nn.Sequential(",
        *layers,
        ")",
    ]


def _torch_groups() -> list[str]:
    return [
        'weights = [p for name, p in model.named_parameters() if name.endswith("weight")]',
        'biases = [p for name, p in model.named_parameters() if name.endswith("bias")]',
    ]


def _torch_loop(problem: Problem, *after: str) -> list[str]:
    """Full-batch training; `after` are lines to do after each step."""
    two = problem.n_classes == 2
    loss = "BCEWithLogitsLoss" if two else "CrossEntropyLoss"
    return [
        f"loss = torch.nn.{loss}()  # the mean over the samples",
        f"for _ in range({problem.epochs}):",
        "    optimizer.zero_grad()",
        f"    loss(model(inputs){'.squeeze(1)' if two else ''}, targets).backward()",
        "    optimizer.step()",
        *after,
    ]


def _lines(*lines: str) -> str:
    return "\n".join(lines)
