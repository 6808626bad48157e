"""One L2 step is a shrink and a gradient step."""

import streamlit as st

from ui import page, weight_decay
from ui.words import number

lesson = page.open_lesson(
    "One L2 step is a shrink and a gradient step",
    "Each step of the training first multiplies W by 1 − αλ/m, and then moves it against the gradient of the "
    "cross-entropy. The bars are the next real step of this network, weight by weight: what shrinking "
    "changes, what the gradient step adds from there, and a tick where both end. Play the epochs.",
)
run, k = lesson.trained.runs["L2"], lesson.k
with st.container():  # there even when empty, so that the chart keeps its place
    if run.diverged_at[k] >= 0:
        st.info(
            f"At {lesson.lam} the L2 network stopped being finite at epoch {run.diverged_at[k]:,}: only the "
            "steps before it can be taken apart."
        )
page.show(weight_decay.picture(lesson), lesson.trained.data)
with st.expander("The mathematics"):
    st.markdown(
        "The penalty adds $\\frac{\\lambda}{m} W$ to the gradient that backpropagation gives, so that"
    )
    st.latex(
        r"W := W - \alpha\Big(dW_{bp} + \frac{\lambda}{m} W\Big) = "
        r"W\Big(1 - \frac{\alpha\lambda}{m}\Big) - \alpha\, dW_{bp}"
    )
    st.markdown("With the numbers of this page:")
    st.latex(
        rf"1 - \frac{{\alpha\lambda}}{{m}} = 1 - \frac{{{number(run.learning_rate)} \cdot "
        rf"{number(float(run.lams[k]), 4)}}}{{{run.m}}} = {number(weight_decay.shrink_factor(run, k), 4)}"
    )
    st.markdown(
        "Without a gradient, $w_t = (1 - \\alpha\\lambda/m)^t\\, w_0$. It decays for "
        "$0 < \\alpha\\lambda/m < 1$, flips its sign at each step and still decays between 1 and 2, and "
        "grows beyond 2."
    )
    st.markdown(
        "Adam divides each step by the recent size of the gradient, $\\sqrt{\\hat v}$. A decay $d$ put into "
        "the gradient, as $d\\,w$, is divided with it: the larger the gradient, the less the weight decays. "
        "AdamW keeps $w := w(1 - \\alpha d)$ outside, and the decay is the same for every weight."
    )
