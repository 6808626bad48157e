"""Small weights keep units in tanh's linear part, and linear units make a linear model."""

import pandas as pd
import streamlit as st

from core.measures import linear_band
from ui import linearity, page
from ui.panel import choose_hidden
from ui.tables import whole

DEVIATIONS = (0.01, 0.05, 0.10)

lesson = page.open_lesson(
    "Small weights keep tanh in its linear part",
    "tanh is nearly a straight line around 0. The coloured bars are the z that the trained units really "
    "take on the training data. Move λ: as the weights shrink, the z crowd into the band, and the network "
    "comes close to an affine map of its input.",
)
if not lesson.settings.hidden:
    st.info("This network has no hidden layer, so no tanh: its logit is an affine map of the input as it is.")
    st.button("Give it a hidden layer of 8 units", on_click=choose_hidden, args=((8,),))
    st.stop()

data, runs, k = lesson.trained.data, lesson.trained.runs, lesson.k
deviation = st.segmented_control(
    "The band is where tanh z falls short of z by at most",
    DEVIATIONS,
    format_func=lambda share: f"{share:.0%}",
    default=0.05,
    required=True,
    key="deviation",
    persist_state="session",
)
band = linear_band(deviation)
Z = {label: run.layers(data.X_train) for label, run in runs.items()}
hidden = {label: layers[:-1] for label, layers in Z.items()}
table = linearity.linearity_table(Z, data.X_train, band, lesson.trained.lams)
page.draw(
    linearity.chart(
        lesson.labels,
        tuple(
            f"z of hidden layer {l + 1}: {n} units × {data.m:,} samples"
            for l, n in enumerate(lesson.settings.hidden)
        ),
        lesson.theme,
    ),
    {
        "readout": linearity.readout_table(table, lesson.trained.lams),
        "chosen": whole(k=[k]),
        "curve": linearity.curve_table(band),
        "band": pd.DataFrame({"low": [-band], "high": [band]}),
        "z": linearity.z_histograms(hidden),
        "linearity": table,
    },
    key="linearity",
    alt="tanh with its linear band, the distribution of z in each hidden layer at the λ of the slider, and "
    "against λ the share of z within the band and the R² of the best affine map.",
)
page.notice(linearity.notes(table, lesson.trained.lams, k, band))
