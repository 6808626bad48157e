"""One L2 step is a shrink and a gradient step."""

import pandas as pd
import streamlit as st

from core.decay import take_apart
from ui import page, weight_decay
from ui.words import number

lesson = page.open_lesson(
    "One L2 step is a shrink and a gradient step",
    "Each step of the training first multiplies W by 1 − αλ/m, and then moves it against the gradient of the "
    "cross-entropy. The bars are the next real step of this network, weight by weight: what shrinking "
    "changes, what the gradient step adds from there, and a tick where both end. Play the epochs.",
)
data, run, k = lesson.trained.data, lesson.trained.runs["L2"], lesson.k
update = take_apart(run, data.X_train, data.y_train, k)
ratio = run.learning_rate * float(run.lams[k]) / run.m
steps = weight_decay.step_table(update, data)
rows = tuple(steps.groupby("layer").size())
layers = tuple(
    f"Layer {l + 1}: {shown} of {W[0].size:,} weights"
    for l, (W, shown) in enumerate(zip(update.W, rows, strict=True))
)
with st.container():  # there even when empty, so that the chart keeps its place
    if run.diverged_at[k] >= 0:
        st.info(
            f"At {lesson.lam} the L2 network stopped being finite at epoch {run.diverged_at[k]:,}: only the "
            "steps before it can be taken apart."
        )
page.draw(
    weight_decay.chart(layers, rows, len(update.epochs), lesson.theme),
    {
        "epochs": weight_decay.epoch_lines(update, ratio),
        "steps": steps,
        "reach": weight_decay.reach_table(steps),
        "lines": weight_decay.layer_lines(update),
        "sizes": weight_decay.size_table(update),
        "dial": weight_decay.dial_table(),
        "paths": weight_decay.path_table(ratio),
        "current": pd.DataFrame({"ratio": [ratio]}),
        "adam": weight_decay.adam_table(),
        "adam_lines": weight_decay.adam_lines(),
    },
    key="weight_decay",
    alt="For each layer the next L2 step at the epoch of the slider as a shrink and a gradient step; the "
    "size of both over the epochs; what the factor 1 − αλ/m does alone in its three regimes; and a weight "
    "under Adam with L2 and under AdamW.",
)
st.caption(
    f"Drawn are the {weight_decay.MAX_ROWS} weights of each layer strongest over the epochs, or all "
    "of a small one; on the left of the bars stands the weight before the step. Dashed: αλ/m at the panel's "
    "settings. Last picture: one weight from 1, its gradient alternating between −g and +g, learning rate "
    f"{number(weight_decay.ADAM_RATE)}, decay {number(weight_decay.ADAM_DECAY)}."
)
page.notice(weight_decay.notes(run, update, data, k))
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
        rf"{number(float(run.lams[k]), 4)}}}{{{run.m}}} = {number(update.factor, 4)}"
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
