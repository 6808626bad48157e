"""Too much variance: get more data, or regularize."""

import streamlit as st

from core.datasets import TEST_SHARE
from ui import bias_variance, page, study
from ui.choices import choose, choose_penalty

TEST_SHARES = (0.2, TEST_SHARE, 0.5)

lesson = page.open_lesson(
    "Too much variance: get more data, or regularize",
    "A network that fits its training samples better than new ones has too much variance. Two things help: "
    "more samples, or a penalty. Here both are measured, each with several seeds, since one split and one "
    "start may be luck.",
)
penalty_column, seeds_column, share_column = st.columns(3)
with penalty_column:
    penalty = choose_penalty("variance_penalty")
with seeds_column:
    n_seeds = choose("Seeds", study.SEEDS, study.SEEDS[0], key="variance_seeds")
with share_column:
    test_share = choose(
        "Share of the rows kept for the test",
        TEST_SHARES,
        TEST_SHARE,
        key="variance_test_share",
        shown=lambda share: f"{share:.0%}",
    )
curves = study.studied(study.plans_for(lesson.settings, penalty, test_share, n_seeds))
if curves is None:
    st.stop()

picture = bias_variance.picture(lesson, curves, penalty, test_share)
page.show(picture, lesson.trained.data)
if picture.missing:
    st.stop()
with st.expander("The mathematics"):
    st.markdown(
        "The costs are the mean cross-entropy alone, without the penalty, so that all λ are measured alike:"
    )
    st.latex(bias_variance.formula(curves, penalty, lesson.k))
    st.markdown(
        "- Each smaller training set is a part of the next, with the same shares of classes, and "
        "standardized by its own rows. The test rows stay the same.\n"
        "- λ is divided by m in J, so the same λ weighs more where there are fewer samples: the best λ in "
        "this λ/2m convention need not move much with m.\n"
        "- The best λ is read off the test rows, as a mean over the seeds: its cost is therefore a little "
        "better than what new rows would give. To choose a λ in earnest, keep rows aside for it.\n"
        "- A dotted bridge starts at the best λ's cost and ends where the line of λ = 0 first comes down to "
        "it, drawn straight over log m between two measured sizes."
    )
