"""The test rows are for the end."""

import streamlit as st

from ui.base.words import lam_text
from ui.controls.panel import choose_lam
from ui.frame import page
from ui.topics.choosing import TOPIC, chosen_by_rule, leaks, rules, stable

context = page.open_topic(TOPIC)
if not page.show(TOPIC, context).missing:
    lam = chosen_by_rule(context)
    if lam not in (None, context.lam):
        st.button(f"Choose {lam_text(lam)}", on_click=choose_lam, args=(lam,), key="take_rule")
    page.explain(TOPIC, context)
    page.show_part("rules", rules.TITLE, rules.IDEA, rules.rules_picture, context)
    page.show_part("stable", stable.TITLE, stable.IDEA, stable.stable_picture, context)
    page.show_part("leak", leaks.TITLE, leaks.IDEA, leaks.leak_picture, context)
