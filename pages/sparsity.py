"""L1 makes weights exactly zero, L2 only small."""

import streamlit as st

from core.logistic import lam_max
from core.twins import first_to_enter, twins
from ui import page, sparsity
from ui.choices import choose
from ui.tables import whole

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
beside = sparsity.partners(runs, data, how)
limit = None if lesson.settings.hidden else lam_max(data.X_train, data.y_train)
n_out, n_in = runs["L1"].W[layer].shape[1:]
picture = data.source.picture if layer == 0 else None
inputs = data.feature_names if layer == 0 else tuple(f"unit {i + 1}" for i in range(n_in))
units = tuple(f"{i + 1}" if picture else f"unit {i + 1}" for i in range(n_out))
if layer == n_layers - 1:
    units = data.class_names if n_out > 1 else (f"to {data.class_names[1]}",)
weights = sparsity.weights_over_lam(runs, beside, layer, inputs, units, picture)
tables = {
    "readout": sparsity.zero_readout(runs, beside, limit),
    "chosen": whole(k=[k]),
    "marks": sparsity.lam_max_mark(limit, lesson.trained.lams),
    "shares": sparsity.zero_shares(runs),
    "weights": weights,
    "units": sparsity.unit_labels(weights, picture is not None),
    "frame": sparsity.frame_of(weights),
    "bytes": sparsity.byte_sizes(runs),
}
if data.informative:
    tables["needles"] = sparsity.needles(runs, data.informative)

page.draw(
    sparsity.chart(
        lesson.labels,
        int(weights.row_end.max()),
        int(weights.column_end.max()),
        () if picture else inputs,
        bool(data.informative),
        lesson.theme,
    ),
    tables,
    key="sparsity",
    alt="Share of weights that are exactly zero against λ for L1 and L2, the weights at the λ of the "
    "slider as a matrix, the path of each weight over λ, and the size of the model in bytes.",
)
if n_out > sparsity.MAX_UNITS:
    st.caption(
        f"The matrix shows the {sparsity.MAX_UNITS} of {n_out} units with the largest weights at λ = 0."
    )
page.notice(sparsity.notes(runs, data, k, beside, limit))

st.subheader("Twins: a column that is there twice", anchor=False)
st.markdown(
    "Measured columns are often near copies of each other. Here one column is given twice to a logistic "
    "regression, fitted exactly."
)
if lesson.settings.lam == 0:
    st.info("At λ = 0 there is no penalty to share out between the twins. Choose a larger λ in the panel.")
else:
    y = data.y_train if len(data.class_names) == 2 else (data.y_train == 0).astype(int)
    column = st.selectbox(
        "The column to double",
        range(data.n_features),
        index=first_to_enter(data.X_train, y),
        format_func=data.feature_names.__getitem__,
        key=f"twin_{data.name}",
    )
    pairs = [twins(data.X_train, y, column, name, lesson.settings.lam) for name in ("l1", "l2")]
    st.dataframe(sparsity.twin_table(pairs), hide_index=True)
    if len(data.class_names) > 2:
        st.caption(f"The classes are {data.class_names[0]} against the rest.")
    st.markdown("\n".join(f"- {sentence}" for sentence in sparsity.twin_notes(pairs, lesson.settings.lam)))

with st.expander("The mathematics"):
    st.markdown("Near w = 0 the two penalties pull differently. Of one step of gradient descent with rate α:")
    st.latex(
        r"\text{L2: } w := w\left(1-\frac{\alpha\lambda}{m}\right) - \alpha\,dw \qquad "
        r"\text{L1: } w := \operatorname{sign}(v)\max\left(|v|-\frac{\alpha\lambda}{2m},\,0\right),"
        r"\quad v = w - \alpha\,dw"
    )
    st.markdown(sparsity.step_in_numbers(runs, k))
