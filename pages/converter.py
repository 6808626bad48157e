"""The same λ in other libraries."""

import streamlit as st

from core.convert import converted
from ui import converter, page
from ui.choices import choose_penalty
from ui.words import number

sheet = page.open_sheet(
    "The same λ in other libraries",
    "Each library scales its cost in its own way, so one penalty has many numbers. Here the chosen λ is "
    "written for each of them, for the rows, the network and the learning rate of the panel, with code to "
    "copy. This dashboard itself needs none of them.",
)
penalty = choose_penalty("converter_penalty")
problem = converter.problem_of(sheet.settings, sheet.data, penalty)
entries = converted(problem)
st.html(converter.html_table(entries, sheet.theme))
picture = converter.picture(problem, entries)
page.take_away(picture, sheet.theme, sheet.data)

st.header("Code to copy", anchor=False)
names = [entry.library for entry in entries if entry.value is not None]
chosen = st.selectbox("Library", names, key=f"converter_library_{penalty}", persist_state="session")
entry = next(entry for entry in entries if entry.library == chosen)
st.code(entry.code, language=entry.language)
st.caption(entry.caveat)
page.notice(picture.notes)

with st.expander("The mathematics"):
    norm = r"\|W\|_1" if penalty == "l1" else r"\|W\|^2"
    st.markdown(
        "A cost times a positive number has the same optimum. With $\\ell_i$ the cross-entropy of sample "
        f"$i$, here and now, with $\\lambda = {number(problem.lam)}$ and $m = {problem.m}$:"
    )
    st.latex(rf"J = \frac{{1}}{{m}}\sum_i \ell_i + \frac{{\lambda}}{{2m}}{norm}")
    if penalty == "l1":
        st.markdown("Times $2m/\\lambda$ this is what scikit-learn minimizes, so that its C is $2/\\lambda$:")
        st.latex(r"\frac{2m}{\lambda} J = \underbrace{\frac{2}{\lambda}}_{C}\sum_i \ell_i + \|W\|_1")
        st.markdown("glmnet and Keras have $1/m\\sum\\ell_i + l\\,\\|W\\|_1$, and so $l = \\lambda/2m$.")
    else:
        st.markdown("Times $m/\\lambda$ this is what scikit-learn minimizes, so that its C is $1/\\lambda$:")
        st.latex(
            r"\frac{m}{\lambda} J = \underbrace{\frac{1}{\lambda}}_{C}\sum_i \ell_i + \frac{1}{2}\|W\|^2"
        )
        st.markdown(
            "glmnet has half the square, and so $\\lambda/m$; Keras the whole square, and so $\\lambda/2m$. "
            "SGD's weight decay is the slope of the penalty itself:"
        )
        st.latex(r"\frac{\partial}{\partial W}\,\frac{\lambda}{2m}\|W\|^2 = \frac{\lambda}{m} W")
