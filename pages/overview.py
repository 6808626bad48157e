"""With the right λ a network stops memorizing noise."""

import streamlit as st

from core import DATASETS, PENALTIES
from ui import overview, page, words
from ui.choices import choose
from ui.menu import MENU
from ui.store import trained
from ui.tables import whole

panel = st.session_state.settings
settings = overview.shown_settings(panel)
page.introduce(
    "With the right λ a network stops memorizing noise",
    "Without a penalty a network bends its boundary around single noisy samples. A penalty on the weights "
    "makes that expensive: first the noise goes, and with too much of it the signal as well.",
)
result = trained(settings)
lesson = page.Lesson(settings, result, result.lams.tolist().index(settings.lam), page.current_theme())
is_example = settings.dataset != panel.dataset
with st.container():
    if not is_example:
        for sentence in words.divergence(result.runs):
            st.warning(sentence)
    else:
        st.caption(
            f"{DATASETS[panel.dataset].label} has too many columns to draw, so this page trains its own "
            f"example: {settings.n_samples} noisy moons, {words.joined([str(n) for n in settings.hidden])} "
            f"hidden units, α = {settings.learning_rate:g}, {settings.epochs:,} epochs. Seed and λ are the "
            "panel's; choose moons, circles, xor or spirals there to set the rest."
        )
labels = [penalty.label for penalty in PENALTIES.values()]
penalty = choose("Boundaries under", labels, "L2", key="overview_penalty")
data, runs, k = result.data, result.runs, lesson.k
scores = {label: overview.scores_of(run, data) for label, run in runs.items()}
ks, roles = overview.three_lams(scores[penalty])
if not ks:
    st.info(
        f"At every λ {penalty} diverged, so there is no boundary to draw. Choose a smaller α in the panel."
    )
else:
    page.draw(
        overview.chart(lesson.labels, len(ks), penalty, lesson.theme),
        {
            "cells": overview.boundary_cells(runs[penalty], ks, data),
            "points": overview.boundary_points(len(ks), data),
            "pictures": overview.boundary_labels(ks, roles, result.lams, scores[penalty], len(data.y_test)),
            "readout": overview.score_readout(scores, result.lams),
            "chosen": whole(k=[k]),
            "scores": overview.score_table(scores),
            "best": overview.best_table(scores, result.lams),
        },
        key="overview",
        alt="The plane coloured by the network's answer at λ = 0, at the best λ and at one too large, with "
        "the training samples; and the cost and the accuracy on training and test rows against λ.",
    )
    told = [overview.left_out(run, label) for label, run in runs.items()] if is_example else []
    page.notice(
        overview.notes(scores, ks, penalty, result.lams, k, data)
        + [sentence for sentence in told if sentence]
    )

st.subheader("The way on", anchor=False)
for entry in MENU:
    if entry.file != "pages/overview.py":
        link, sentence = st.columns([1, 4], vertical_alignment="center", gap="small")
        link.page_link(entry.file, label=entry.title, icon=":material/arrow_forward:")
        sentence.markdown(entry.sentence)
with st.expander("The mathematics"):
    st.markdown("What is minimized is a cost on the training samples and a price for large weights:")
    st.latex(
        r"J = \underbrace{\frac{1}{m}\sum_{i=1}^m \mathcal{L}(\hat y^{(i)}, y^{(i)})}_{\text{fit}}"
        rf" + \underbrace{{\frac{{{words.lam_label(settings.lam)}}}{{2\cdot {data.m}}}"
        r"\sum_l \|W^{[l]}\|^2}_{\text{price of large weights}}"
    )
    st.markdown(
        "for L2; L1 sums sizes in place of squares. The curves above show the first term alone, on the "
        f"{data.m:,} training and on the {len(data.y_test):,} test rows. The best λ has the lowest cost on "
        "these test rows, which flatters it a little: in earnest, keep rows aside to choose λ with."
    )
