"""Learn from a table of your own."""

from dataclasses import replace

import streamlit as st

from core import Settings
from core.datasets import FAR, TEST_SHARE
from core.settings import UPLOAD
from ui import page
from ui.data import bring, far_out, forget, load, opened, own, prepared, uploaded
from ui.store import refusal, seconds
from ui.upload import BOUNDS, DROP, GAPS, likely_target
from ui.words import duration, plain

WIDTHS = {
    "column": st.column_config.TextColumn(width="medium"),
    "read as": st.column_config.TextColumn(width="medium"),
    "gaps": st.column_config.NumberColumn(width="small"),
    "becomes": st.column_config.TextColumn(width="large"),
}

settings = st.session_state.settings
page.introduce(
    "Learn from your own data",
    "Bring a table, say which column is the class, and every page works on it. It stays in this session: "
    "nobody else sees it, it is not written to disk, and it is gone when you close the page.",
)
st.caption(BOUNDS)
file, problem = uploaded()
in_use = own()
with st.container():  # there even when empty, so that what follows keeps its place
    if problem:
        st.error(problem)
        if file:
            st.markdown(f"Nothing is lost: {plain(file.name)}, read before, is still here.")
    if in_use:
        st.success(f"In use: {plain(in_use.source.source)}. {in_use.source.about}")
        if cut := far_out(load(replace(settings, dataset=UPLOAD))):
            st.info(
                f"{cut:,} numbers of the test rows lie over {FAR:,.0f} standard deviations from the mean of "
                f"the "
                "training rows, and count as that far."
            )
if file is None:
    if in_use:
        st.button("Forget it", on_click=forget, args=(Settings().dataset,))
    st.stop()

key = file.digest[:12]
raw = opened(file)
has_header = st.checkbox(
    "The first row holds the names of the columns",
    value=raw.has_header,
    key=f"own_header_{key}",
    persist_state="session",
)
try:
    raw = opened(file, has_header)
except ValueError as error:
    st.error(str(error))
    st.stop()
key += str(has_header)
left, middle, right = st.columns(3)
with left:
    target = st.selectbox(
        "The column of the class",
        raw.columns,
        index=raw.columns.index(likely_target(raw)),
        key=f"own_target_{key}",
        persist_state="session",
    )
with middle:
    gaps = st.selectbox(
        "Where a value is missing",
        list(GAPS),
        index=list(GAPS).index(DROP),
        format_func=GAPS.get,
        key="own_gaps",
        persist_state="session",
    )
with right:
    left_out = st.multiselect(
        "Columns to leave out",
        [name for name in raw.columns if name != target],
        key=f"own_left_out_{key}{target}",
        persist_state="session",
        help="Such as numbers of rows, or what is only known after the class is.",
    )
try:
    result = prepared(raw, target, gaps, tuple(left_out))
except ValueError as error:
    result = None
    st.error(str(error))
if result is not None:
    rows, n_features = result.table.X.shape
    shape = n_features, len(result.table.class_names), round(rows * (1 - TEST_SHARE))
    expected = seconds(replace(settings, dataset=UPLOAD), *shape)
    cost = refusal(replace(settings, dataset=UPLOAD), expected) or (
        f"Training the panel's network at every λ takes about {duration(expected)}."
    )
    st.markdown("\n".join(f"- {sentence}" for sentence in (*result.notes, *raw.notes, cost)))
    with st.container(horizontal=True):
        use = st.button("Use this data", type="primary", on_click=bring, args=(result, raw.file_name))
        st.button("Forget it", on_click=forget, args=(Settings().dataset,))
    if use:
        st.switch_page("pages/sparsity.py", query_params={})  # the panel writes its own values again
    st.subheader("What is done with each column", anchor=False)
    st.dataframe(result.columns, hide_index=True, column_config=WIDTHS)
st.subheader("The first rows, as they were read", anchor=False)
st.dataframe(raw.cells.head(8), hide_index=True)
