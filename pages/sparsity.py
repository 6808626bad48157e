"""L1 makes weights exactly zero, L2 only small."""

import streamlit as st

from ui.frame import page
from ui.pictures.picture import Picture
from ui.topics.sparsity import TOPIC, contours, twins
from ui.topics.topic import Context


def plane_of_two(context: Context) -> Picture:
    """The boxes for two columns, and the plane of their weights."""
    names = context.data.feature_names
    if len(names) < 2:
        return Picture("contours", missing=contours.TOO_FEW)
    pair = context.get(contours.first_pair(context.settings, context.shelf)).columns
    first, second = (
        place.selectbox(
            f"The column of {name}",
            range(len(names)),
            index=column,
            format_func=names.__getitem__,
            key=f"plane_{name}_{context.data.name}",
        )
        for place, name, column in zip(st.columns(2), ("w₁", "w₂"), pair, strict=True)
    )
    return contours.contours_picture(context, (first, second))


context = page.open_topic(TOPIC)
picture = page.show(TOPIC, context)
page.show_part("contours", contours.TITLE, contours.IDEA, plane_of_two, context, on_demand=True)

with page.part("twins"):
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
