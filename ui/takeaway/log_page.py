"""The page of what was tried: the list, two of its rows side by side, and a way back."""

from collections.abc import Sequence

import streamlit as st

from ui.base.foreign import markdown
from ui.base.session import Trial
from ui.base.words import lam_text
from ui.pictures.export import csv
from ui.takeaway import log
from ui.topics.sparsity import TOPIC as SPARSITY


def say_nothing_was_tried() -> None:
    """What stands in place of an empty list, with the way to a page that fills it."""
    st.info(f"Nothing was tried yet. Open a page such as {SPARSITY.title}, change a setting, and come back.")
    st.page_link(SPARSITY.file, label=SPARSITY.title, icon=":material/arrow_forward:")


def choose_trials(tried: Sequence[Trial]) -> list[Trial]:
    """Draw the list, with a button to download it; return and remember the trials whose rows are ticked."""
    table = log.table(tried)
    picked = st.dataframe(
        table,
        hide_index=True,
        key="tried_table",
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": log.pinned(tried)}},
        column_config={
            **dict.fromkeys(log.DECIMALS, st.column_config.NumberColumn(format="%.4g")),
            **dict.fromkeys(log.SHARES, st.column_config.NumberColumn(format="percent")),
        },
        alt="One row for each setting and penalty that was tried, with the cost in training, cost and "
        "accuracy in the folds where they are validated, and the share of weights that are exactly zero.",
    )
    ticked = [tried[i] for i in picked.selection.rows]
    log.pin(ticked)
    st.download_button(
        "Download the list (CSV)",
        csv(table),
        "regularization-lab-tried.csv",
        "text/csv",
        key="tried_csv",
        on_click="ignore",
        icon=":material/download:",
    )
    return ticked


def compare(ticked: Sequence[Trial]) -> None:
    """The first two of the ticked trials side by side, with what differs between them."""
    if len(ticked) < log.PINS:
        st.caption(
            "Tick two rows to compare them. Validated is what was shown on a page that validates, as "
            f"{SPARSITY.title}, and only of networks at rest. A training cost is missing where the network "
            "diverged or swings."
        )
        return
    first, second = ticked[: log.PINS]
    st.header("Side by side", anchor=False)
    if len(ticked) > log.PINS:
        st.caption(f"More than two rows are ticked; here are no. {first.number} and no. {second.number}.")
    st.dataframe(log.comparison(first, second), hide_index=True, key="tried_pair")
    st.markdown("\n".join(f"- {sentence}" for sentence in log.sentences(first, second)))


def offer_return(ticked: Sequence[Trial]) -> None:
    """A button for each of the trials compared, which sets the panel as it was then."""
    for trial in ticked[: log.PINS]:
        where = f"{markdown(trial.data)}, {trial.penalty}, {lam_text(trial.settings.lam)}"
        st.button(
            f"Go back to no. {trial.number}: {where}",
            on_click=log.go_back,
            args=(trial,),
            disabled=not log.can_return(trial),
            help="Sets the panel on the left; every page then shows this setting.",
            key=f"tried_back_{trial.number}",
            icon=":material/undo:",
        )
