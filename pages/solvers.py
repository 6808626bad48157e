"""Where exact zeros come from."""

import streamlit as st

from core.settings import LAMS
from ui import page, solvers
from ui.choices import choose
from ui.racing import raced
from ui.words import lam_label, number, plain

STEPS = (300, 1000, 3000, 10_000, 20_000)

sheet = page.open_sheet(
    "Where exact zeros come from",
    "L1 alone does not make a weight zero: the step has to. Three solvers start from the same weights and "
    "minimize the same J, with logistic regression, whose optimum can be computed and proven. The hidden "
    "layers of the panel play no part here. Move the step, or play it, and watch who lands on zero.",
)

data, settings = sheet.data, sheet.settings
names = data.class_names
told = [plain(name) for name in names]
with st.container(horizontal=True, gap="large"):
    steps = choose("Steps", STEPS, solvers.STEPS, key="solver_steps", shown=lambda n: f"{n:,}")
    target = 1
    if len(names) > 2:
        target = choose(
            "This class against the rest", range(len(names)), 0, key="solver_target", shown=told.__getitem__
        )
with st.container():  # there even when empty, so that the chart keeps its place
    if settings.lam == 0:
        st.info(
            "At λ = 0 there is no penalty, so nothing pulls a weight to zero and there is nothing to "
            f"compare. The page shows λ = {lam_label(LAMS[1])}, the smallest above it."
        )
result = raced(solvers.deciding(settings), data, target, steps)
page.show(solvers.picture(sheet, result, target, steps), data)

with st.expander("The mathematics"):
    st.markdown("With $g$ the gradient of the cross-entropy, one step of rate $\\alpha$ on each weight is")
    st.latex(
        r"\begin{aligned}"
        r"\text{subgradient: } & w := w - \alpha g - \tfrac{\alpha\lambda}{2m}\operatorname{sign} w \\"
        r"\text{clip: } & \text{the same, but } w := 0 \text{ for good once its sign would change} \\"
        r"\text{proximal: } & v = w - \alpha g, \quad "
        r"w := \operatorname{sign}(v)\,\max\left(|v| - \tfrac{\alpha\lambda}{2m},\, 0\right)"
        r"\end{aligned}"
    )
    st.latex(
        rf"\frac{{\alpha\lambda}}{{2m}} = \frac{{{number(result.learning_rate)} \cdot {number(result.lam)}}}"
        rf"{{2 \cdot {result.m}}} = {number(result.threshold)}"
    )
    st.markdown(
        "The subgradient subtracts that much however small $w$ is, and so steps over zero. The proximal step "
        "stops at zero, and lets a weight out again when $|\\alpha g|$ exceeds the threshold. Clipping stops "
        "too, but never lets go, so a weight that only passed through zero is lost."
    )
    st.markdown(
        "The optimum is that of Newton's method with a duality gap: a value that J can nowhere fall below. A "
        "zero weight belongs to it where $|g| \\le \\lambda/2m$."
    )
