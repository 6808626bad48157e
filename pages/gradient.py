"""dW = dW_bp + λ/m·W really is ∂J/∂W."""

import streamlit as st

from ui import gradient_check, page
from ui.checking import checked
from ui.choices import choose, choose_penalty

sheet = page.open_sheet(
    "The penalty's gradient, checked against J itself",
    "Backpropagation says how J changes with each weight. So does J itself: move one weight a little up, "
    "then a little down, and compare. If dW = dW_bp + the penalty's part is right, both give the same number "
    "and every mark lies on the diagonal. Break the gradient on purpose to see the check catch it.",
)
with st.container(horizontal=True, gap="large"):
    penalty = choose_penalty("gradient_penalty")
    mistake = choose(
        "Backpropagation forgets",
        list(gradient_check.FORGOTTEN),
        gradient_check.NONE,
        key="gradient_mistake",
        shown=gradient_check.FORGOTTEN.get,
    )
check = checked(gradient_check.deciding(sheet.settings), penalty, mistake, sheet.data)
page.show(gradient_check.picture(sheet, check), sheet.data)

with st.expander("The mathematics"):
    name, numeric, back = gradient_check.largest_weight(check)
    st.markdown("Two ways to the same number, for each weight and bias θ. The first knows nothing of layers:")
    st.latex(
        r"\frac{\partial J}{\partial\theta} = \frac{J(\theta+h) - J(\theta-h)}{2h} + O(h^2), "
        rf"\qquad h = \text{{{gradient_check.STEP_TEXT}}}"
    )
    st.markdown("The second goes down through the layers once, and adds the penalty's part to each:")
    st.latex(
        r"dZ^{[l]} = W^{[l+1]\top} dZ^{[l+1]} \odot \left(1 - A^{[l]\,2}\right), \qquad "
        r"dW^{[l]} = dZ^{[l]} A^{[l-1]\top} + " + gradient_check.TERMS[penalty]
    )
    st.markdown("The steepest weight of the first layer:")
    st.latex(
        rf"\frac{{\partial J}}{{\partial {name}}}: \quad {numeric:.9f} \text{{ numeric}}, \quad "
        rf"{back:.9f} \text{{ backpropagated}}"
    )
    st.markdown(
        "A layer's relative error is the length of the difference over the sum of both lengths. In float64, "
        "rounding and the $h^2$ term leave some 1e-10 of it. L1 has a corner at 0, where there is no "
        "derivative, so the check starts with no weight within ten steps of it."
    )
