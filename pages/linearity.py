"""Small weights keep units in tanh's linear part, and linear units make a linear model."""

from dataclasses import replace

import streamlit as st

from core.measures import linear_band
from ui import linearity, page
from ui.choices import choose
from ui.panel import choose_hidden
from ui.store import trained

DEVIATIONS = (0.01, 0.05, 0.10)

lesson = page.open_lesson(
    "Small weights keep tanh in its linear part",
    "tanh is nearly a straight line around 0. The coloured bars are the z that the trained units really "
    "take on the training data. Move λ: as the weights shrink, the z crowd into the band, and the network "
    "comes close to an affine map of its input.",
)
if not lesson.settings.hidden:
    st.info(linearity.NO_HIDDEN_LAYER)
    st.button("Give it a hidden layer of 8 units", on_click=choose_hidden, args=((8,),))
    st.stop()

with st.container(horizontal=True, gap="large"):
    deviation = choose(
        "The band: tanh z falls short of z by at most",
        DEVIATIONS,
        0.05,
        key="deviation",
        shown=lambda share: f"{share:.0%}",
    )
    drawn = "L2"
    if lesson.trained.data.in_a_plane:
        drawn = choose("Boundary under", list(lesson.trained.runs), "L2", key="drawn")
band = linear_band(deviation)
logistic = trained(replace(lesson.settings, hidden=())).runs
page.show(linearity.picture(lesson, logistic, deviation, drawn), lesson.trained.data)

with st.expander("The mathematics"):
    st.markdown("Around 0, tanh is its tangent up to the third power:")
    st.latex(r"\tanh z = z - \tfrac{z^3}{3} + \dots \qquad 1 - \frac{\tanh z}{z} \approx \frac{z^2}{3}")
    st.markdown(
        f"The band here ends where the shortfall is {deviation:.0%}, at |z| = {band:.3f}. If every unit "
        "stays within it, each layer is nearly a = z, and layers of affine maps are one affine map:"
    )
    st.latex(r"W_2\,(W_1 x + b_1) + b_2 = (W_2 W_1)\,x + (W_2 b_1 + b_2)")
    st.markdown(
        "A bias is not penalized, so small weights alone do not make z small: a unit can sit at z = b, far "
        "from the band, and hand on the constant tanh b."
    )
