"""A large λ cancels hidden units."""

import streamlit as st

from ui import hidden_units, page
from ui.choices import choose
from ui.panel import choose_hidden
from ui.words import number

TOLERANCES = (0.0, 0.001, 0.01, 0.05)

lesson = page.open_lesson(
    "A large λ cancels hidden units",
    "Inputs on the left, the output on the right; a link is as wide as its weight is large. Move λ: links "
    "fade, and units fall out of the network. A unit is **cut** when no path leads from it to the output. "
    "It is **constant** when no path leads to it from the input: it then hands on the same tanh(b) for "
    "every sample.",
)
if not lesson.settings.hidden:
    st.info(hidden_units.NO_HIDDEN_LAYER)
    st.button("Give it two hidden layers, 16 and 8 units", on_click=choose_hidden, args=((16, 8),))
    st.stop()

runs = lesson.trained.runs
left, right = st.columns(2)
with left:
    drawn = choose("The network drawn is trained with", list(runs), "L1", key="drawn_penalty")
with right:
    share = choose(
        "A weight counts as none up to this share of its layer's largest",
        TOLERANCES,
        0.01,
        key="tolerance",
        shown=lambda share: f"{share:.1%}".replace(".0%", "%") if share else "exactly 0",
    )
page.show(hidden_units.picture(lesson, drawn, share), lesson.trained.data)
tol = hidden_units.tolerance(runs, share)
with st.expander("The mathematics"):
    st.markdown(
        "A unit passes on $a_i = \\tanh(\\sum_j W_{ij} a_j + b_i)$. If its weights $W_{ij}$ vanish, or if "
        "whatever feeds them is constant, what is left is"
    )
    st.latex(r"a_i = \tanh(b_i)")
    st.markdown(
        "which the next layer cannot tell from a bias. Nothing pulls $b_i$ to zero, since the penalty sums "
        "over weights alone. If instead the weights that read $a_i$ vanish, the unit changes nothing, "
        "whatever its value. Paths are followed through all layers, so a unit whose only readers are cut "
        "is cut as well."
    )
    st.markdown(
        "L1's proximal step leaves exact zeros. L2's step multiplies by $1 - \\alpha\\lambda/m$ and leaves "
        "small numbers, so a picture of L2 needs a size below which a weight counts as none. Here, layer by "
        f"layer, with the largest weight {tol.of}:"
    )
    for l, (largest, size) in enumerate(zip(tol.largest, tol.sizes, strict=True)):
        st.latex(rf"|W^{{[{l + 1}]}}_{{ij}}| \le {share:g} \cdot {number(largest)} = {number(size)}")
