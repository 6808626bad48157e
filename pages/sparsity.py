"""L1 makes weights exactly zero, L2 only small."""

import streamlit as st

from core.twins import first_to_enter
from ui import page, sparsity
from ui.choices import choose
from ui.words import plain

COMPARE = {"lam": "the same λ", "cost": "equal test cost"}

lesson = page.open_lesson(
    "L1 makes weights exactly zero, L2 only small",
    "The same network, trained from the same start with each penalty at every λ. Move λ: the L1 penalty "
    "empties one cell after the other, the L2 penalty only fades them.",
)
data, runs, k = lesson.trained.data, lesson.trained.runs, lesson.k

n_layers = len(runs["L1"].W)
with st.container(horizontal=True, gap="large"):
    how = choose(
        "L2 beside L1 at",
        list(COMPARE),
        "lam",
        key="compare",
        shown=COMPARE.get,
        help="The same λ is not the same strength. Equal test cost shows L2 at the λ whose cost on the test "
        "rows is nearest to that of L1.",
    )
    layer = choose(
        "Weights of layer",
        range(n_layers),
        0,
        key="layer",
        shown=lambda l: f"{l + 1}" if l < n_layers - 1 else f"{l + 1} (output)",
    )
page.show(sparsity.picture(lesson, how, layer), data)

st.header("Twins: a column that is there twice", anchor=False)
st.markdown(
    "Measured columns are often near copies of each other. Here one column is given twice to a logistic "
    "regression, fitted exactly."
)
if lesson.settings.lam == 0:
    st.info("At λ = 0 there is no penalty to share out between the twins. Choose a larger λ in the panel.")
else:
    column = st.selectbox(
        "The column to double",
        range(data.n_features),
        index=first_to_enter(data.X_train, sparsity.binary(data)),
        format_func=data.feature_names.__getitem__,
        key=f"twin_{data.name}",
    )
    doubled = sparsity.twins_picture(lesson, column)
    st.dataframe(doubled.tables["twins"], hide_index=True)
    if len(data.class_names) > 2:
        st.caption(f"The classes are {plain(data.class_names[0])} against the rest.")
    st.markdown("\n".join(f"- {sentence}" for sentence in doubled.notes))

with st.expander("The mathematics"):
    st.markdown("Near w = 0 the two penalties pull differently. Of one step of gradient descent with rate α:")
    st.latex(
        r"\text{L2: } w := w\left(1-\frac{\alpha\lambda}{m}\right) - \alpha\,dw \qquad "
        r"\text{L1: } w := \operatorname{sign}(v)\max\left(|v|-\frac{\alpha\lambda}{2m},\,0\right),"
        r"\quad v = w - \alpha\,dw"
    )
    st.markdown(sparsity.step_in_numbers(runs, k))
