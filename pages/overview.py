"""With the right λ a network stops memorizing noise."""

import streamlit as st

from core import PENALTIES
from ui import guide, log, overview, page, words
from ui.choices import choose
from ui.data import load
from ui.menu import MENU
from ui.store import trained

panel = st.session_state.settings
brought = load(panel)
settings = overview.shown_settings(panel, brought)
page.introduce(
    "With the right λ a network stops memorizing noise",
    "Without a penalty a network bends its boundary around single noisy samples. A penalty on the weights "
    "makes that expensive: first the noise goes, and with too much of it the signal as well.",
)
result = trained(settings)
lesson = page.Lesson(settings, result, page.current_theme())
is_example = settings.dataset != panel.dataset
with st.container():
    if not is_example:
        log.note(lesson)
        for sentence in words.divergence(result.runs):
            st.warning(sentence)
    else:
        st.caption(overview.about_example(settings, brought))
labels = [penalty.label for penalty in PENALTIES.values()]
penalty = choose("Boundaries under", labels, "L2", key="overview_penalty")
page.show(overview.picture(lesson, penalty, is_example), brought, settings)

data = result.data
st.header("The way on", anchor=False)
st.button("Start the tour", icon=":material/school:", on_click=guide.go, args=(1,), key="start_tour")
with st.container(key="way_on", gap="small"):
    for entry in MENU:
        if entry.file != "pages/overview.py":  # one element each: a row of columns is five, for every visitor
            label = f"**{entry.title}** · {entry.sentence}"
            st.page_link(entry.file, label=label, icon=":material/arrow_forward:")
with st.expander("The mathematics"):
    st.markdown("What is minimized is a cost on the training samples and a price for large weights:")
    st.latex(
        r"J = \underbrace{\frac{1}{m}\sum_{i=1}^m \mathcal{L}(\hat y^{(i)}, y^{(i)})}_{\text{fit}}"
        rf" + \underbrace{{\frac{{{words.lam_label(settings.lam)}}}{{2\cdot {data.m}}}"
        r"\sum_l \|W^{[l]}\|^2}_{\text{price of large weights}}"
    )
    st.markdown(
        "for L2; L1 sums sizes in place of squares. The curves above show the first term alone, on the "
        f"{data.m:,} training and on the {len(data.y_test):,} test rows. The best λ has the lowest cost on "
        "these test rows, which flatters it a little: in earnest, keep rows aside to choose λ with."
    )
