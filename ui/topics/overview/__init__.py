"""With the right λ a network stops memorizing noise: what it answers at λ, cost and accuracy over all λ."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial

import pandas as pd

from core.settings import LAMS
from ui.base.tables import Runs, integer_table
from ui.base.words import joined, lam_label
from ui.pictures.picture import Later, Living, Picture, Scrub, Tables
from ui.topics.looks import chosen_in_folds, largest, no_penalty
from ui.topics.overview.chart import chart
from ui.topics.overview.living import jumps, living_of, shown_epochs, training_heads
from ui.topics.overview.notes import notes
from ui.topics.overview.scores import Scores, expected, scores_of, second
from ui.topics.overview.strips import Strips
from ui.topics.overview.tables import (
    end_table,
    field_heads,
    field_table,
    lefts_of,
    plane_of,
    rule_table,
    sample_table,
    score_readout,
    score_table,
    three_lams,
    words_of,
)
from ui.topics.topic import Context, Control, Look, Topic, at_any_lam

REST, TRAINING = "rest", "training"
SHOWN = Control(
    "overview_networks",
    "Networks",
    (REST, TRAINING),
    REST,
    lambda value, context: {REST: "at rest", TRAINING: "watch them train"}[value],
    help="At rest they show what a penalty does. Watched, they take the lecture's plain steps, and the "
    "second handle of the bar is the epoch.",
)


def draw(context: Context) -> Picture:
    """What each penalty's network answers at λ, and the costs of all."""
    data, runs, known = context.data, context.networks.runs, expected(context)
    scores = {label: scores_of(run, data, label, known) for label, run in runs.items()}
    shown = {label: three_lams(one, context.k)[0] for label, one in scores.items()}
    if not any(shown.values()):
        return Picture(
            "overview",
            missing=f"At every λ {joined(list(runs))} diverged, so there is nothing to draw. Choose a "
            "smaller α in the panel.",
        )
    moving, rows = at_every_lam(context, is_watched(context)), score_table(scores)
    tables = {
        "field_heads": field_heads(seen_scores(context) or scores),
        "readout": score_readout(scores, runs),
        "chosen": integer_table(k=[context.k]),
        "scores": rows,
        "line_names": end_table(rows),
        "rules": rule_table(scores, LAMS),
    }
    return Picture(
        "overview",
        chart(context.labels, strips_of(context), context.settings.is_synthetic, context.theme),
        Tables({**moving.parts, **tables}),
        f"{moving.alt} And against λ the cost and the accuracy on training rows, on rows kept aside in folds "
        "and, where they can be drawn, on new ones.",
        notes(scores, runs, shown, context.k, data, known),
        helpers=moving.helpers | {"chosen", "line_names", "field_heads"},
        scrub=moving.scrub,
        living=beside_the_networks(context, moving, tables["field_heads"], scores),
    )


def beside_the_networks(
    context: Context, moving: Picture, heads: pd.DataFrame, scores: Mapping[str, Scores]
) -> Living | None:
    """The picture that the browser draws, with what stands over its squares and the λ to jump to."""
    if moving.living is None:
        return None
    words = words_of(heads)
    if moving.scrub:
        runs = context.training.runs
        words = training_heads(runs, shown_epochs(runs, is_watched=True))
    second = moving.scrub.name if moving.scrub else ""
    told = {"heads": words, "jumps": jumps(scores, context.k), "second": second}
    return replace(moving.living, told={**moving.living.told, **told})


@at_any_lam
def at_every_lam(context: Context, watched: bool) -> Picture:
    """What does not depend on the chosen λ: what each network answers, for files and for the browser."""
    runs, data = seen_runs(context), context.data
    epochs = shown_epochs(runs, watched)
    labels = tuple(f"{epoch:,}" for epoch in next(iter(runs.values())).epochs[epochs])
    strips = None if data.in_a_plane else Strips.of(runs, data)
    alt, tables = in_the_plane(context, runs) if strips is None else along(strips, len(runs))
    return Picture(
        "fields",
        tables=Tables(tables),
        alt=alt,
        helpers=frozenset(tables) - {"field_points"},
        scrub=Scrub("Epoch", labels) if watched and labels else None,
        living=living_of(runs, data, strips, context.shelf, epochs, context.theme) if labels else None,
    )


def in_the_plane(context: Context, runs: Runs) -> tuple[str, dict[str, Later]]:
    """What is seen of data in a plane, in words and in tables."""
    data, plane = context.data, plane_of(context.data)
    return "The plane coloured by the answer of each penalty's network at λ, with the training samples.", {
        "fields": partial(field_table, runs, plane, context.ink.page),
        "field_points": partial(sample_table, len(runs), plane, data),
    }


def along(strips: Strips, n_squares: int) -> tuple[str, dict[str, Later]]:
    """What is seen of other data."""
    lefts = lefts_of(n_squares)
    words = (
        "The training rows along what each penalty's network at λ gives them, a strip for each class: "
        f"further to the right it is more {strips.said}."
    )
    return words, {
        "field_points": partial(strips.points, lefts),
        "guides": partial(strips.guides, lefts),
    }


def is_watched(context: Context) -> bool:
    """Whether the networks are seen on their way, in place of at rest."""
    return bool(context[SHOWN] == TRAINING)


def seen_runs(context: Context) -> Runs:
    """The networks whose answers are drawn."""
    return context.training.runs if is_watched(context) else context.networks.runs


def seen_scores(context: Context) -> dict[str, Scores]:
    """What those come to in training, where they are others than those of the curves."""
    if not is_watched(context):
        return {}
    return {label: scores_of(run, context.data, label) for label, run in context.training.runs.items()}


def strips_of(context: Context) -> int:
    """How many strips a square has; 0 where it shows a plane."""
    return 0 if context.data.in_a_plane else len(context.data.class_names)


def about(context: Context) -> str:
    """What is seen where that is not at rest."""
    if not is_watched(context):
        return ""
    return (
        f"Seen here: plain gradient steps at α = {context.settings.learning_rate:g}, up to epoch "
        f"{context.settings.epochs:,}. The curves and the sentences are of the networks at rest."
    )


def formulas(context: Context) -> dict[str, str]:
    """The numbers of the moment in J: λ, and how many rows it is a mean of."""
    data = context.data
    return {
        "lam": lam_label(context.lam),
        "m": str(data.m),
        "training_rows": f"{data.m:,}",
        "test_rows": f"{len(data.y_test):,}",
    }


def way_on(topics: Iterable[Topic]) -> dict[str, str]:
    """Where the overview leads: every other topic's page, and what the link to it says, in Markdown."""
    return {topic.file: f"**{topic.title}** · {topic.sentence}" for topic in topics if topic.key != TOPIC.key}


LOOKS = (
    Look(
        "Go to λ = 0, no penalty: how far apart are the costs on training rows and on new rows?",
        no_penalty,
        {SHOWN.key: REST},
    ),
    Look(
        "Go to the λ that cross-validation chooses for L2: what has become of both costs?",
        chosen_in_folds("l2"),
        {SHOWN.key: REST},
        "l2",
    ),
    Look(
        "Go to the largest λ: what is left of the signal, and does an answer still hang on the sample?",
        largest,
        {SHOWN.key: REST},
    ),
    Look(
        "Watch the training at λ = 0: play the epochs. From when on does the cost on its rows hardly fall?",
        no_penalty,
        {SHOWN.key: TRAINING},
    ),
)


TOPIC = Topic(
    key="overview",
    title="Overview",
    address="start",
    sentence="With the right λ a network stops memorizing noise.",
    todo="Move λ, at the foot of the window: when does the network stop following single samples?",
    idea="Without a penalty a network bends its answer around single noisy samples. A penalty on the "
    "weights makes that expensive: first the noise goes, and with too much of it the signal as well.",
    draw=draw,
    prepare=seen_runs,
    second=second,
    controls=(SHOWN,),
    about=about,
    formulas=formulas,
    looks=LOOKS,
)
