"""What was tried in this session."""

import streamlit as st

from ui import export, log
from ui.words import plain

st.title("What was tried", anchor=False)
st.markdown(
    "Each setting that a page has trained in this session, at the λ that was chosen, with what came of it. "
    "A click on a column sorts; tick two rows to see them side by side. The list ends with the session: "
    "download it to keep it."
)
tried = log.trials()
if not tried:
    st.info("Nothing was tried yet. Open a page such as L1 vs L2, change a setting, and come back.")
    st.page_link("pages/sparsity.py", label="L1 vs L2", icon=":material/arrow_forward:")
    st.stop()

picked = st.dataframe(
    log.table(tried),
    hide_index=True,
    key="tried_table",
    on_select="rerun",
    selection_mode="multi-row",
    selection_default={"selection": {"rows": log.pinned(tried)}},
    column_config={
        **{
            name: st.column_config.NumberColumn(format="%.4g")
            for name in ("α", "λ", "training cost", "test cost")
        },
        **{
            name: st.column_config.NumberColumn(format="percent") for name in ("test accuracy", "exact zeros")
        },
    },
    alt="One row for each setting and penalty that was tried, with training cost, test cost, test accuracy "
    "and the share of weights that are exactly zero.",
)
rows = picked.selection.rows
log.pin([tried[i].number for i in rows])
st.download_button(
    "Download the list (CSV)",
    export.csv(log.table(tried)),
    "regularization-lab-tried.csv",
    "text/csv",
    key="tried_csv",
    on_click="ignore",
    icon=":material/download:",
)
pair = [tried[i] for i in rows[: log.PINS]]
if len(pair) < log.PINS:
    st.caption("Tick two rows to compare them. A cost that is missing is that of a network that diverged.")
else:
    st.header("Side by side", anchor=False)
    if len(rows) > log.PINS:
        st.caption(f"More than two rows are ticked; here are no. {pair[0].number} and no. {pair[1].number}.")
    st.dataframe(log.comparison(*pair), hide_index=True, key="tried_pair")
    st.markdown("\n".join(f"- {sentence}" for sentence in log.sentences(*pair)))
for trial in pair:
    st.button(
        f"Go back to no. {trial.number}: {plain(trial.data)}, {trial.penalty}, λ = {trial.settings.lam:g}",
        on_click=log.go_back,
        args=(trial.settings,),
        disabled=not log.can_return(trial),
        help="Sets the panel on the left; every page then shows this setting.",
        key=f"tried_back_{trial.number}",
        icon=":material/undo:",
    )
