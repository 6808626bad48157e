"""The page on which a person brings a table: the file, what is done with it, and its use on every page."""

from dataclasses import replace
from weakref import ref

import streamlit as st

from core import Settings
from core.datasets import FAR, TEST_SHARE
from core.settings import UPLOAD
from ui.base.foreign import markdown
from ui.base.session import File, session
from ui.base.words import duration, joined
from ui.data.own import (
    Choices,
    bring,
    far_out,
    forget,
    guessed_class,
    numbering_columns,
    opened,
    prepared,
    uploaded,
)
from ui.data.shelf import shelf_of
from ui.data.upload import (
    BOUNDS,
    DROP,
    ENCODINGS,
    GAPS,
    MARKS,
    SEPARATORS,
    Prepared,
    Raw,
    gap_words,
    marks_of,
)
from ui.work.networks import Shape, refusal, seconds

WIDTHS = {
    "column": st.column_config.TextColumn(width="medium"),
    "read as": st.column_config.TextColumn(width="medium"),
    "gaps": st.column_config.NumberColumn(width="small"),
    "rows it costs": st.column_config.NumberColumn(width=120),
    "becomes": st.column_config.TextColumn(width="large"),
}


def choose_file() -> File:
    """The uploader, and what is in use; the page ends here until there is a file that can be read."""
    st.caption(BOUNDS)
    file, problem = uploaded()
    with st.container():  # there even when empty, so that what follows keeps its place
        if problem:
            st.error(problem)
            if file:
                st.markdown(f"Nothing is lost: {markdown(file.name)}, read before, is still here.")
        _say_what_is_in_use()
    if file is None:
        if session.own:
            _forget_button()
        st.stop()
    return file


def _say_what_is_in_use() -> None:
    if session.own is None:
        return
    source, settings = session.own.source, replace(session.settings, dataset=UPLOAD)
    st.success(f"In use: {markdown(source.source)}. {source.about}")
    if cut := far_out(shelf_of(settings).load(settings).data):
        st.info(
            f"{cut:,} numbers of the test rows lie over {FAR:,.0f} standard deviations from the mean of the "
            "training rows, and count as that far."
        )


def choose_cells(file: File) -> tuple[Raw, str]:
    """What stands between the cells, and whether names come first; the cells, and a key of both choices."""
    digest, found = file.digest[:12], SEPARATORS.get(file.separator, file.separator)
    separators: dict[str | None, str] = {None: f"what was found: {found}"}
    separators.update(SEPARATORS)
    separator: str | None = None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if file.separator:  # a workbook has none
            separator = st.selectbox(
                "Between the cells stand",
                list(separators),
                format_func=separators.__getitem__,
                key=f"own_separator_{digest}",
                persist_state="session",
                width=320,
            )
        has_header = st.checkbox(
            "The first row holds the names of the columns",
            value=file.has_header is not False,
            key=f"own_header_{digest}",
            persist_state="session",
        )
        encoding = None if file.encoding not in ENCODINGS else _choose_encoding(file.encoding, digest)
    try:
        raw = opened(file, has_header, separator, encoding)
    except ValueError as error:
        st.error(str(error))
        st.stop()
    return raw, f"{digest}{has_header}{separator or ''}{encoding or ''}"


def _choose_encoding(found: str, digest: str) -> str | None:
    """The encoding of a file of which it had to be guessed; None for the guess."""
    names: dict[str | None, str] = {None: f"what was found: {ENCODINGS[found]}"}
    names.update(ENCODINGS)
    chosen: str | None = st.selectbox(
        "The characters are",
        list(names),
        format_func=names.__getitem__,
        key=f"own_encoding_{digest}",
        persist_state="session",
        width=360,
    )
    return chosen


def choose_columns(raw: Raw, key: str) -> Prepared | None:
    """The class, the gaps, what is left out; the table that this makes, None where it makes none."""
    left, middle, right = st.columns(3)
    guess = guessed_class(raw)
    target = left.selectbox(
        "The column of the class",
        raw.columns,
        index=None if guess.rivals else raw.columns.index(guess.name),
        placeholder="Choose it",
        key=f"own_target_{key}",
        persist_state="session",
    )
    gaps = middle.selectbox(
        "Where a value is missing",
        list(GAPS),
        index=list(GAPS).index(DROP),
        format_func=GAPS.__getitem__,
        key="own_gaps",
        persist_state="session",
    )
    if target is None:
        names = joined([markdown(name) for name in (guess.name, *guess.rivals)], "or")
        st.info(f"Which column names the class? As likely are {names}.")
        return None
    left_out = right.multiselect(
        "Columns to leave out",
        [name for name in raw.columns if name != target],
        key=f"own_left_out_{key}{target}",
        persist_state="session",
        help="Such as numbers of rows, or what is only known after the class is.",
    )
    choices = _choose_readings(raw, target, Choices(gaps, tuple(left_out)), f"{key}{target}")
    try:
        return prepared(raw, target, choices)
    except ValueError as error:
        st.error(str(error))
        return None


def _choose_readings(raw: Raw, target: str, choices: Choices, key: str) -> Choices:
    """What a person decides where the file leaves it open: each question only where there is one."""
    words, numbering = gap_words(raw.cells[target]), numbering_columns(raw, target)
    doubt = any(mark.doubtful for mark in marks_of(raw).values())
    if not (words or numbering or doubt):
        return choices
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if doubt:
            mark = st.selectbox(
                "The decimal mark",
                ["", *MARKS],
                format_func=lambda one: MARKS.get(one, "as it seems"),
                key=f"own_mark_{key}",
                persist_state="session",
                width=240,
            )
            choices = choices._replace(mark=mark)
        if words:
            listed = joined([markdown(word) for word in words])
            decided = st.selectbox(
                f"In the class, {listed} counts",
                [None, True, False],
                format_func={None: "as it seems", True: "as a class", False: "as no value"}.__getitem__,
                key=f"own_words_{key}",
                persist_state="session",
                width=240,
            )
            choices = choices._replace(words_are_classes=decided)
        if numbering:
            kept = st.multiselect(
                "Learn from these, though they seem to number the rows",
                numbering,
                key=f"own_kept_{key}",
                persist_state="session",
                width=420,
            )
            choices = choices._replace(kept=tuple(kept))
    return choices


def offer_to_use(raw: Raw, table: Prepared | None) -> None:
    """What the table is and what training on it takes, a button to use it, and what became of each column."""
    if table is not None:
        lines = (*table.notes, *raw.notes, _expected_time(table))
        st.markdown("\n".join(f"- {sentence}" for sentence in lines))
        with st.container(horizontal=True):
            args = (ref(table), raw.file_name)  # Streamlit keeps them in the session, where the table may go
            use = st.button("Use this data", type="primary", on_click=_use, args=args)
            _forget_button()
        if use and session.own is not None:
            del session.own_steps  # not before: this run still shows them
            st.switch_page("pages/sparsity.py", query_params={})  # the panel writes its own values again
        st.subheader("What is done with each column", anchor=False)
        st.dataframe(table.columns, hide_index=True, column_config=WIDTHS)
    st.subheader("The first rows, as they were read", anchor=False)
    st.dataframe(raw.cells.head(8), hide_index=True)


def _use(table: "ref[Prepared]", file_name: str) -> None:
    """A button's callback: take the table into use; where memory was short it is offered again."""
    if (found := table()) is not None:
        bring(found, file_name)


def _expected_time(table: Prepared) -> str:
    """How long the panel's network takes to train on it, or why it is not trained."""
    settings = replace(session.settings, dataset=UPLOAD)
    rows, n_features = table.table.X.shape
    shape = Shape(n_features, len(table.table.class_names), round(rows * (1 - TEST_SHARE)))
    return refusal(settings, shape) or (
        f"Training the panel's network at every λ takes about {duration(seconds(settings, shape))}."
    )


def _forget_button() -> None:
    st.button("Forget it", on_click=forget, args=(Settings().dataset,))
