"""With the right λ a network stops memorizing noise."""

import streamlit as st

from ui.frame import page
from ui.topics import TOPICS
from ui.topics.overview import TOPIC, way_on
from ui.tour import bar
from ui.tour.steps import TOUR

context = page.open_topic(TOPIC)
page.show(TOPIC, context)

st.header("The way on", anchor=False)
st.button("Start the tour", icon=":material/school:", on_click=bar.go, args=(TOUR[0].name,), key="start_tour")
with st.container(key="way_on", gap="small"):
    for file, label in way_on(TOPICS).items():  # an element each: a row of columns is five, for every visitor
        st.page_link(file, label=label, icon=":material/arrow_forward:")

page.explain(TOPIC, context)
page.follow(TOPIC, context)
