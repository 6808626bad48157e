"""L1 makes weights exactly zero, L2 only small."""

import streamlit as st

from ui import page, sparsity
from ui.tables import whole

lesson = page.open_lesson(
    "L1 makes weights exactly zero, L2 only small",
    "The same network, trained from the same start with each penalty at every λ. Move λ: the L1 penalty "
    "empties one cell after the other, the L2 penalty only fades them.",
)
data, runs, k = lesson.trained.data, lesson.trained.runs, lesson.k

n_layers = len(runs["L1"].W)
layer = 0
if n_layers > 1:
    layer = st.segmented_control(
        "Weights of layer",
        range(n_layers),
        format_func=lambda l: f"{l + 1}" if l < n_layers - 1 else f"{l + 1} (output)",
        default=0,
        required=True,
        key="layer",
    )
n_out, n_in = runs["L1"].W[layer].shape[1:]
picture = data.source.picture if layer == 0 else None
inputs = data.feature_names if layer == 0 else tuple(f"unit {i + 1}" for i in range(n_in))
units = tuple(f"{i + 1}" if picture else f"unit {i + 1}" for i in range(n_out))
if layer == n_layers - 1:
    units = data.class_names if n_out > 1 else (f"to {data.class_names[1]}",)
weights = sparsity.weights_over_lam(runs, layer, inputs, units, picture)

page.draw(
    sparsity.chart(
        lesson.labels,
        int(weights.row_end.max()),
        int(weights.column_end.max()),
        () if picture else inputs,
        lesson.theme,
    ),
    {
        "readout": sparsity.zero_readout(runs),
        "chosen": whole(k=[k]),
        "shares": sparsity.zero_shares(runs),
        "weights": weights,
        "units": sparsity.unit_labels(weights, picture is not None),
        "frame": sparsity.frame_of(weights),
    },
    key="sparsity",
    alt="Share of weights that are exactly zero against λ for L1 and L2, the weights at the λ of the "
    "slider as a matrix, and the path of each weight over λ.",
)
if n_out > sparsity.MAX_UNITS:
    st.caption(
        f"The matrix shows the {sparsity.MAX_UNITS} of {n_out} units with the largest weights at λ = 0."
    )
page.notice(sparsity.notes(runs, data, k))
