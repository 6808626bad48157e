"""The same λ in other libraries."""

import streamlit as st

from ui.frame import page
from ui.takeaway.buttons import take_away
from ui.topics.converter import PENALTY, TOPIC, code_of, entries_of, html_table, problem_of

context = page.open_topic(TOPIC)
picture, entries = TOPIC.picture(context), entries_of(context)
st.html(html_table(entries))
take_away(picture, TOPIC, context)

st.header("Code to copy", anchor=False)
by_library = {entry.library: entry for entry in entries if entry.value is not None}
key = f"converter_library_{context[PENALTY]}"
entry = by_library[st.selectbox("Library", list(by_library), key=key, persist_state="session")]
code, language = code_of(entry, problem_of(context))
st.code(code, language=language)
st.caption(entry.caveat)

page.tell(TOPIC.idea)
page.notice(picture.notes)
page.explain(TOPIC, context)
