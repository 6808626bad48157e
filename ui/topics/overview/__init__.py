"""With the right λ a network stops memorizing noise: boundaries at three λ, cost and accuracy over all."""

from collections.abc import Iterable

from core import PENALTIES
from core.settings import LAMS
from ui.base.tables import integer_table
from ui.base.words import lam_label
from ui.pictures.picture import Picture, Tables
from ui.topics.overview.chart import chart
from ui.topics.overview.example import about, adapted
from ui.topics.overview.notes import notes
from ui.topics.overview.scores import expected, scores_of, second
from ui.topics.overview.tables import (
    boundary_labels,
    end_table,
    field_heads,
    field_table,
    plane_of,
    rule_table,
    sample_table,
    score_readout,
    score_table,
    square_table,
    three_lams,
)
from ui.topics.topic import Context, Topic, at_any_lam, penalty_control

PENALTY = penalty_control("overview_penalty", "Three λ side by side, below, under")


def draw(context: Context) -> Picture:
    """Boundaries of the chosen penalty, and the costs of all, in a context that `adapted` gives."""
    data, runs, penalty = context.data, context.networks.runs, PENALTIES[context[PENALTY]].label
    known = expected(context)
    scores = {label: scores_of(run, data, label, known) for label, run in runs.items()}
    ks, roles = three_lams(scores[penalty], context.k)
    if not ks:
        return Picture(
            "overview",
            missing=f"At every λ {penalty} diverged, so there is no boundary to draw. Choose a smaller α in "
            "the panel.",
        )
    plane, moving, rows = plane_of(data), fields(context), score_table(scores)
    return Picture(
        "overview",
        chart(context.labels, len(ks), penalty, context.settings.is_synthetic, context.theme),
        Tables(
            moving.packed
            | {
                "field_heads": field_heads(scores),
                "squares": square_table(runs[penalty], ks, plane, context.ink.page),
                "points": sample_table(len(ks), plane, data),
                "headings": boundary_labels(ks, roles, LAMS, scores[penalty]),
                "readout": score_readout(scores, runs),
                "chosen": integer_table(k=[context.k]),
                "scores": rows,
                "line_names": end_table(rows),
                "rules": rule_table(scores, LAMS),
            }
        ),
        "The plane coloured by the answer of each penalty's network at λ, with the training samples; the "
        "same at λ = 0, at λ₁ₛₑ and at one too large; and against λ the cost and the accuracy on training "
        "rows, on rows kept aside in folds and, where they can be drawn, on new ones.",
        notes(scores, runs, ks, penalty, context.k, data, known),
        helpers=frozenset({"chosen", "line_names", "fields", "field_heads", "headings", "squares"}),
    )


@at_any_lam
def fields(context: Context) -> Picture:
    """Tables alone: what the network of each penalty says of the plane at every λ, and the samples on it."""
    runs, plane = context.networks.runs, plane_of(context.data)
    return Picture(
        "fields",
        tables={
            "fields": field_table(runs, plane, context.ink.page),
            "field_points": sample_table(len(runs), plane, context.data),
        },
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


TOPIC = Topic(
    key="overview",
    title="Overview",
    address="start",
    sentence="With the right λ a network stops memorizing noise.",
    todo="Move λ, at the foot of the window: where does the boundary stop following single points?",
    idea="Without a penalty a network bends its boundary around single noisy samples. A penalty on the "
    "weights makes that expensive: first the noise goes, and with too much of it the signal as well.",
    draw=draw,
    second=second,
    controls=(PENALTY,),
    adapted=adapted,
    about=about,
    formulas=formulas,
)
