"""The same λ in each library as code to copy; none of these libraries is imported here.

The code is text in the templates of the folder code, for whoever has the library. It is written by the
penalty's shares, so that another penalty needs no other template.
"""

from itertools import pairwise
from pathlib import Path

from core.convert import Entry, Problem, per_sample
from core.network import layer_sizes
from ui.base.templates import filled

FOLDER = Path(__file__).parent / "code"
LANGUAGES = {"py": "python", "R": "r", "txt": "text"}  # by the ending before .jinja


def code_of(entry: Entry, problem: Problem) -> tuple[str, str]:
    """The code for one library, and the language that it is in: "python", "r" or "text".

    Raises ValueError where the library does not have the penalty.
    """
    if entry.value is None:
        raise ValueError(f"{entry.library} has no {problem.shares.label} to be written: {entry.caveat}")
    (template,) = FOLDER.glob(f"{entry.key}.*.jinja")
    ending = template.name.split(".")[1]
    penalty = problem.shares
    layers = list(pairwise(layer_sizes(problem.n_features, problem.hidden, problem.n_classes)))
    text = filled(
        template,
        entry=entry,
        problem=problem,
        penalty=penalty,
        layers=layers,
        n_outputs=layers[-1][1],
        is_binary=problem.n_classes == 2,
        per_sample=per_sample(problem),
        threshold=penalty.threshold(problem.lam, problem.m, problem.learning_rate),
        literal=literal,
    )
    return text.rstrip(), LANGUAGES[ending]


def literal(value: float) -> str:
    """A number as code, short and exact to ten digits; whole ones keep their point, as Keras wants it."""
    if value == float("inf"):
        return 'float("inf")'
    return text if set(text := f"{value:.10g}") & set(".e") else f"{text}.0"
