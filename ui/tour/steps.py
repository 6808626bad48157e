"""The steps of the tour: at each a question to predict, asked of what its topic shows.

A step's name stands in the address, `?tour=exact-zeros`, so that a link goes on working where steps are added
or moved; links from before steps had names hold the number that a step had then.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core import DATASETS, Settings
from core.settings import SETTINGS, format_value
from core.validation import shown
from ui.base.session import Answer
from ui.base.words import lam_text
from ui.topics.bias_variance import TOPIC as BIAS_VARIANCE
from ui.topics.gradient_check import MISTAKE, NO_PENALTY
from ui.topics.gradient_check import TOPIC as GRADIENT_CHECK
from ui.topics.hidden_units import DRAWN
from ui.topics.hidden_units import TOPIC as HIDDEN_UNITS
from ui.topics.histograms import TOPIC as HISTOGRAMS
from ui.topics.linearity import TOPIC as LINEARITY
from ui.topics.looks import chosen_in_folds
from ui.topics.overview import TOPIC as OVERVIEW
from ui.topics.solvers import TOPIC as SOLVERS
from ui.topics.sparsity import TOPIC as SPARSITY
from ui.topics.topic import Context, Topic
from ui.topics.weight_decay import TOPIC as WEIGHT_DECAY
from ui.tour import answers
from ui.tour.drawings import CURVE, PLACE, Drawing

IN_ADDRESS = "tour"  # what stands before a step's name in the address


@dataclass(frozen=True, eq=False)
class Step:
    """A step of the tour. In its texts {lam} and {alpha} stand for what is chosen, as λ = 10 and α = 0.3.

    settings: what differs from the defaults. measure: for a context of the topic, the position of the right
    option and a sentence with numbers; it raises UnanswerableError where the question makes no sense.
    drawing: where the prediction can be drawn too. reveals: what is chosen at the page's controls with the
    answer, and leads: the λ to go to with it, so that the picture shows what it tells.
    """

    name: str
    title: str
    topic: Topic
    settings: Mapping[str, Any]
    lead_in: str
    question: str
    options: tuple[str, ...]
    measure: Callable[[Context], tuple[int, str]]
    drawing: Drawing | None = None
    reveals: Mapping[str, Any] = field(default_factory=dict)
    leads: Callable[[Context], float | None] | None = None

    def answer(self, context: Context) -> Answer:
        """The answer in a context of the step's topic."""
        try:
            return Answer(*self.measure(context))
        except answers.UnanswerableError as why:
            return Answer(None, str(why))


def with_values(text: str, settings: Settings) -> str:
    """One of a step's texts, with the λ and α that are chosen."""
    return text.format(lam=lam_text(settings.lam), alpha=f"α = {format_value(settings.learning_rate)}")


def settings_of(values: Mapping[str, Any]) -> Settings:
    """The settings that a step or scenario opens with, defaults for the others; controls are left out."""
    return Settings(**{name: values[name] for name in SETTINGS if name in values})


def step_of(text: str) -> Step:
    """The step that an address asks for, by its name or by its number in FROM_BEFORE.

    Raises ValueError where there is no such step.
    """
    step = STEPS.get(NUMBERED.get(text, text))
    if step is None:
        raise ValueError(
            f"{IN_ADDRESS} must be the name of a step, such as {TOUR[0].name}, or a number from 1 to "
            f"{len(FROM_BEFORE)}, got {shown(text)}"
        )
    return step


NOISY = {"dataset": "moons", **DATASETS["moons"].overfits_at}

TOUR: tuple[Step, ...] = (
    Step(
        "too-much-variance",
        "Too much variance",
        OVERVIEW,
        {**NOISY, "lam": 0.0},
        "A network with many weights learns a few noisy samples. There is no penalty yet.",
        "At λ = 0, how much larger will the cost be on new rows than on the training rows?",
        ("Less than 1.5 times", "1.5 to 3 times", "3 to 10 times", "More than 10 times"),
        answers.overfit,
    ),
    Step(
        "a-little-or-a-lot",
        "A little λ, or a lot",
        OVERVIEW,
        NOISY,
        "A penalty adds λ/2m·‖W‖² to J. Too little leaves the noise in, too much takes the signal out.",
        "Which λ will cross-validation choose for L2, as λ₁ₛₑ?",
        ("λ = 0", "λ below 1", "λ from 1 to below 10", "λ = 10 or more"),
        answers.best_lam,
        PLACE,
        leads=chosen_in_folds("l2"),
    ),
    Step(
        "zeros-over-lambda",
        "How zeros come over λ",
        SPARSITY,
        {"dataset": "needles", "hidden": (), "lam": 20.0},
        "L1 takes λα/2m off each weight at a step, however small the weight is, and stops at exactly 0.",
        "From which λ on will half of L1's weights be exactly zero?",
        ("Nowhere", "λ < 1", "1 ≤ λ < 10", "λ ≥ 10"),
        answers.half,
        CURVE,
    ),
    Step(
        "exact-zeros",
        "Exactly zero, or only small",
        SPARSITY,
        {"hidden": (), "lam": 20.0},
        "The same model from the same start, once with λ/2m·‖w‖₁ and once with λ/2m·‖w‖².",
        "Which will have more weights exactly zero at {lam}?",
        ("L1, and L2 has none", "L1, but L2 has some", "Both the same", "L2"),
        answers.zeros,
    ),
    Step(
        "fewer-bytes",
        "Fewer bytes?",
        SPARSITY,
        {"lam": 20.0},
        "Zeros need not be stored, so a sparse model can be packed. The lecture calls that a small effect.",
        "How much of its plain size will the L1 model need at {lam}, packed?",
        ("Less than a quarter", "A quarter to a half", "A half to 90 %", "90 % or more"),
        answers.compression,
    ),
    Step(
        "all-layers",
        "The sum over all layers",
        HISTOGRAMS,
        {"dataset": "wine", "hidden": (16, 8), "learning_rate": 0.1, "epochs": 500},
        "In a network the penalty sums ‖W‖² over all layers, and the first ones often have most weights.",
        "Which layer will pay most of L2's penalty at {lam}, once trained?",
        ("The first layer", "A layer between", "The output layer"),
        answers.layers,
    ),
    Step(
        "the-gradient",
        "The gradient's second part",
        GRADIENT_CHECK,
        {},
        "To what backpropagation gives, the penalty adds its part of dW, which is λ/m·W. Measuring J tells.",
        "Forget λ/m·W at {lam}: how large will the worst layer's relative error be?",
        ("Below one millionth", "Below 1 %", "1 to 20 %", "20 % or more"),
        answers.gradient,
        reveals={MISTAKE.key: NO_PENALTY},
    ),
    Step(
        "weight-decay",
        "Weight decay, and beyond",
        WEIGHT_DECAY,
        {"learning_rate": 1.0, "lam": 1000.0},
        "Each L2 step multiplies W by 1 − αλ/m. Called weight decay, for a factor between 0 and 1.",
        "With {alpha} and {lam}, what will the factor 1 − αλ/m do to the weights at each step?",
        (
            "Shrink them",
            "Turn their signs, but shrink them",
            "Turn their signs and let them grow without end",
        ),
        answers.decay,
    ),
    Step(
        "cancelled-units",
        "Cancelled units",
        HIDDEN_UNITS,
        {"dataset": "wine", "hidden": (16, 8), "learning_rate": 0.1, "epochs": 500},
        "A unit is cut when nothing leads on from it, constant when nothing leads to it: then it hands on "
        "tanh(b), not 0.",
        "What will most hidden units be under L1 at {lam}?",
        ("Alive", "Constant", "Cut", "None of these is more than half"),
        answers.units,
        reveals={DRAWN.key: "l1"},
    ),
    Step(
        "linear-part",
        "tanh's linear part",
        LINEARITY,
        {"lam": 300.0},
        "Small weights keep z near 0, where tanh is nearly a straight line: within ±0.399 it is 5 % off at "
        "most.",
        "At {lam} under L2, how many of the z will lie in the page's linear band?",
        ("Less than 20 %", "20 to 50 %", "50 to 90 %", "90 % or more"),
        answers.linear_part,
    ),
    Step(
        "linear-model",
        "Linear units, linear model",
        LINEARITY,
        {"dataset": "moons", "lam": 20.0},
        "Linear units on linear units make one linear model, whatever their number.",
        "On how many test rows will network and logistic regression differ at {lam}?",
        ("On none", "On up to 5 %", "On more than 5 %"),
        answers.linear_model,
    ),
    Step(
        "more-data-or-lambda",
        "More data, or more λ",
        BIAS_VARIANCE,
        {"dataset": "needles", "hidden": (), "noise": 0.5, "epochs": 200},
        "Against variance help more samples, or a penalty. So a penalty is worth samples.",
        "How many samples will no penalty need, to cost as little as some λ with a quarter of them?",
        ("Less than 1.25 times as many", "Up to twice as many", "Twice as many or more", "All are too few"),
        answers.worth,
    ),
    Step(
        "where-zeros-come-from",
        "Where zeros come from",
        SOLVERS,
        {"lam": 20.0},
        "Four solvers lower the same J with an L1 penalty. The first takes its subgradient at a constant α.",
        "How many weights will the subgradient's steps leave exactly zero at {lam}?",
        ("None", "Fewer than the optimum has", "As many as the optimum", "More than the optimum has"),
        answers.solver_zeros,
    ),
)

STEPS = {step.name: step for step in TOUR}
# The steps that had numbers, 1 to 12, in links; a step that is added has none, so this never changes.
FROM_BEFORE = (
    "too-much-variance",
    "a-little-or-a-lot",
    "exact-zeros",
    "fewer-bytes",
    "all-layers",
    "the-gradient",
    "weight-decay",
    "cancelled-units",
    "linear-part",
    "linear-model",
    "more-data-or-lambda",
    "where-zeros-come-from",
)
NUMBERED = {str(number): name for number, name in enumerate(FROM_BEFORE, start=1)}
