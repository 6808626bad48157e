"""Training with a penalty pulls weights to zero, epoch by epoch."""

import streamlit as st

from ui import histograms, page

lesson = page.open_lesson(
    "A penalty pulls the weights to zero, epoch by epoch",
    "The same start, two penalties. Play the training: the cross-entropy pulls some weights outwards, the "
    "penalty pulls all of them in. A weight that is exactly zero leaves the histogram for the bars on the "
    "right.",
)
page.show(histograms.picture(lesson), lesson.trained.data)

with st.expander("The mathematics"):
    st.markdown("What the training lowers is the cross-entropy and the penalty of all layers together:")
    st.latex(
        r"J = \frac1m\sum_i \mathcal L(\hat y_i, y_i) + \frac{\lambda}{2m}\sum_l \lVert W_l\rVert, \qquad "
        r"\lVert W\rVert = \sum_{jk} |w_{jk}| \;\text{ (L1)} \quad\text{or}\quad "
        r"\sum_{jk} w_{jk}^2 \;\text{ (L2)}"
    )
    st.markdown("L1 pulls each weight with the same force whatever its size, L2 with one that fades with it:")
    st.latex(
        r"\frac{\partial}{\partial w}\,\frac{\lambda}{2m}|w| = \frac{\lambda}{2m}\operatorname{sign} w "
        r"\qquad \frac{\partial}{\partial w}\,\frac{\lambda}{2m}w^2 = \frac{\lambda}{m}\,w"
    )
