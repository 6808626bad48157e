"""The same λ has another number in each library: it is written for each of them, with code to copy."""

from typing import Any

from core import PENALTIES
from core.convert import Entry, Problem, converted
from ui.base.words import lam_label, lam_text, number
from ui.pictures.picture import Picture
from ui.topics.converter.html import html_table
from ui.topics.converter.notes import notes
from ui.topics.converter.snippets import code_of
from ui.topics.converter.tables import library_table
from ui.topics.looks import at
from ui.topics.topic import Context, Look, Need, Topic, penalty_control

__all__ = ["PENALTY", "TOPIC", "code_of", "entries_of", "gaps", "html_table", "problem_of"]

PENALTY = penalty_control("converter_penalty", names=tuple(PENALTIES))


def problem_of(context: Context) -> Problem:
    """What the panel asks for, as a problem for other libraries."""
    settings, data = context.settings, context.data
    return Problem(
        lam=settings.lam,
        penalty=context[PENALTY],
        m=data.m,
        learning_rate=settings.learning_rate,
        hidden=settings.hidden,
        n_features=data.n_features,
        n_classes=len(data.class_names),
        epochs=settings.epochs,
    )


def entries_of(context: Context) -> list[Entry]:
    """λ in every library."""
    return converted(problem_of(context))


def draw(context: Context) -> Picture:
    """The table of libraries, as numbers and words; it has no chart."""
    problem = problem_of(context)
    entries = converted(problem)
    return Picture(
        "converter",
        tables={"libraries": library_table(entries)},
        alt=f"What {lam_text(problem.lam)} is called in each library, and its value there.",
        notes=notes(problem, entries),
    )


def gaps(problem: Problem) -> dict[str, Any]:
    """What fills the mathematics: where λ and m stand, the penalty's shares, and what they make."""
    penalty = problem.shares
    return {
        "lam": lam_label(problem.lam),
        "m": problem.m,
        "norm": penalty.norm_tex.replace("_F", ""),  # as the libraries' own pages write it
        "l1_share": penalty.l1,
        "l2_share": penalty.l2,
        "strength": number(penalty.strength),
        "l1_ratio": number(penalty.l1_ratio),
    }


def constants(context: Context) -> dict[str, Any]:
    """What the script has to know beside the settings."""
    return {"penalty": context[PENALTY]}


LOOKS = (
    Look(
        "Choose L1 at λ = 10: by what does each library divide it, or multiply?",
        at(10.0),
        {PENALTY.key: "l1"},
    ),
    Look("Choose L2: whose number is another one now?", chosen={PENALTY.key: "l2"}),
    Look(
        "Choose the elastic net: who asks for a second number, and for which?",
        chosen={PENALTY.key: "elastic_net"},
    ),
)


TOPIC = Topic(
    key="converter",
    title="Converter",
    address="same-lambda-elsewhere",
    sentence="The same λ has another number in each library.",
    heading="The same λ in other libraries",
    todo="Choose λ, and copy the number that your library means by it.",
    idea="Each library scales its cost in its own way, so one penalty has many numbers. Here the chosen λ is "
    "written for each of them, for the rows, the network and the learning rate of the panel, with code to "
    "copy. This dashboard itself needs none of them.",
    draw=draw,
    needs=Need.DATA,
    controls=(PENALTY,),
    formulas=lambda context: gaps(problem_of(context)),
    constants=constants,
    looks=LOOKS,
)
