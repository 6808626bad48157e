"""L1 makes weights exactly zero, L2 only small."""

import streamlit as st

from ui.frame import page
from ui.topics.sparsity import TOPIC, twins

context = page.open_topic(TOPIC)
picture = page.show(TOPIC, context)

st.header(twins.TITLE, anchor=False)
st.markdown(twins.IDEA)
if context.lam == 0:
    st.info(twins.NOTHING_TO_SHARE)
else:
    names = context.data.feature_names
    column = st.selectbox(
        "The column to double",
        range(len(names)),
        index=twins.first_column(context.data),
        format_func=names.__getitem__,
        key=f"twin_{context.data.name}",
    )
    page.show_table(twins.twins_picture(context, column))

page.explain(TOPIC, context)
page.follow(TOPIC, context)
