"""The settings panel: one widget for each field of Settings, kept in the address by the field's name.

The widgets are made in the entry file, so every page shares them. Streamlit binds each to the address: a
widget takes its value from there by itself, and some values it drops in silence while others end the page.
So the address is corrected before any widget is drawn, and what was wrong is said. What a browser sends for a
widget is looked at as well (`ui.controls.forged`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NoReturn

import streamlit as st

from core import Settings
from core.datasets import Source
from core.settings import SETTINGS, UPLOAD, Setting, format_value, parse, parse_hidden
from core.validation import shown
from ui.base import problems
from ui.base.address import OFF, ON, PRESENT, correct_address
from ui.base.foreign import markdown
from ui.base.session import Problem, session
from ui.controls.forged import refuse_forged_values, refused_keys
from ui.data.own import choices, source_of

DEFAULT = Settings()
NO_OWN = (
    "This address means a person's own data, which no address carries and which end with their session or "
    "with the server. If they were yours, load the file again under Your data."
)
SEEN = "_seen"  # how the key of a box ends that is seen in place of the bound one


def settings_panel() -> Settings:
    """Draw the panel in the sidebar and return what is chosen; say what was wrong in the address."""
    if session.lam_next is not None:
        choose_lam(session.lam_next)
        session.lam_next = None
    refuse_forged_values()
    _check_address()
    with st.sidebar:
        _draw("lam")
        for name in SETTINGS:
            if name != "lam" and (
                not SETTINGS[name].synthetic or source_of(st.session_state.dataset).synthetic
            ):
                _draw(name)
        _about_the_data(st.session_state.dataset)
    _say_what_was_refused()
    values = {name: st.session_state.get(name, getattr(DEFAULT, name)) for name in SETTINGS}
    return Settings(**values | {"hidden": _hidden_or_rerun()})


def choose_lam(lam: float) -> None:
    """Set λ, from wherever: the one way in which it is chosen. Raises ValueError for one off the grid."""
    SETTINGS["lam"].check("lam", lam)
    st.session_state.lam = lam


def draw_anew_at(lam: float) -> NoReturn:
    """Choose λ in the middle of a page, whose panel is drawn already: the page begins anew."""
    session.lam_next = lam
    st.rerun()


def choose_hidden(hidden: tuple[int, ...]) -> None:
    """A button's callback: set the hidden layers from elsewhere."""
    st.session_state.hidden = session.last_hidden = format_value(hidden)


def choose_epochs(epochs: int) -> None:
    """A button's callback: set the epochs from elsewhere."""
    SETTINGS["epochs"].check("epochs", epochs)
    st.session_state.epochs = epochs


def choose(values: Mapping[str, Any]) -> dict[str, Any]:
    """Set the panel from elsewhere, as a button's callback: these fields of Settings, and defaults else.

    Names that are no field are controls of a page, which are set as well. Returns the values of widgets that
    this session has never drawn: set here, they would not come into the address, so they belong into it.
    """
    state = st.session_state
    given = {name: values.get(name, getattr(DEFAULT, name)) for name in SETTINGS}
    unseen = {name: given[name] for name in values if name in given and name not in state}
    for name, value in {**values, **given}.items():
        if name == "lam":
            choose_lam(value)
        elif name == "hidden":
            choose_hidden(value)
        elif name in state or name not in given:
            state[name] = value
    return unseen


def add_problems(sentences: Sequence[str], at: Settings | None = None) -> None:
    """Have these said at the next `show_problems`, beside those that were not said yet.

    at: the settings of a page that begins anew, at which what it has said is said again.
    """
    if sentences:
        known = session.settings_problem
        before = known.sentences if known.at in (None, at) else ()
        session.settings_problem = Problem(tuple(dict.fromkeys((*before, *sentences))), None)


def say_own_is_gone(file: str) -> None:
    """Say which file of this person's is not here any more, in place of what is said of any address."""
    problem = session.settings_problem
    used = [one.removeprefix(NO_OWN).strip() for one in problem.sentences if one.startswith(NO_OWN)]
    others = tuple(one for one in problem.sentences if not one.startswith(NO_OWN))
    sentence = (
        f"Your table of {file} is not here any more. It lay in the server's memory alone, and the server has "
        "started again, or the page was loaded anew. Load the file again under Your data; "
        "what was tried with it is still listed."
    )
    session.settings_problem = problem._replace(sentences=(" ".join([sentence, *used]), *others))


def show_problems(settings: Settings) -> None:
    """Say what was refused and what is used instead, as long as nothing else is chosen."""
    with st.container():  # there even when empty, so that the page under it keeps its place
        session.settings_problem = problems.say(session.settings_problem, settings)


def _draw(name: str) -> None:
    """The widget of a setting, by the kind that its field names."""
    WIDGETS[SETTINGS[name].widget](name, SETTINGS[name])


def _slider(name: str, setting: Setting) -> None:
    st.select_slider(
        setting.label,
        setting.choices,
        value=getattr(DEFAULT, name),
        format_func=format_value,
        key=name,
        bind="query-params",
        help=setting.help or None,
    )


def _box(name: str, setting: Setting) -> None:
    """A box to choose from: the data sets, of which a person may have brought one.

    What a bound box shows is what Streamlit writes into the address, where data sets go by other names. So
    the bound one is out of sight (theme.css), and the box that is seen follows it and sets it.
    """
    offered, seen = choices(), name + SEEN
    index = offered.index(getattr(DEFAULT, name))
    with st.container(key="bound"):
        st.selectbox(setting.label, offered, index=index, key=name, bind="query-params")
    st.session_state[seen] = st.session_state[name]
    labels = {one: source_of(one).label for one in offered}
    st.selectbox(
        setting.label,
        offered,
        format_func=labels.__getitem__,
        key=seen,
        on_change=_choose_seen,
        args=(name,),
        help=setting.help or None,
    )


def _choose_seen(name: str) -> None:
    """Set what is bound to what was chosen in the box that is seen, and what goes with it."""
    before, st.session_state[name] = st.session_state[name], st.session_state[name + SEEN]
    if name == "dataset":
        _go_with_the_data(source_of(before), source_of(st.session_state.dataset))


def _go_with_the_data(before: Source, now: Source) -> None:
    """Settings at which the data are overfitted, where nothing else was chosen than what went with others."""
    state = st.session_state
    unseen: dict[str, str | None] = {}  # widgets that this session has never drawn
    for name in {**before.overfits_at, **now.overfits_at}:
        default = getattr(DEFAULT, name)
        value = now.overfits_at.get(name, default)
        if format_value(state.get(name, default)) != format_value(before.overfits_at.get(name, default)):
            continue  # chosen by hand
        if name == "hidden":
            choose_hidden(value)
        elif name in state:
            state[name] = value
        else:
            unseen[name] = format_value(value)
    correct_address(unseen)


def _text(name: str, setting: Setting) -> None:
    """A box to choose from or to type into: the hidden layers."""
    offered = [format_value(choice) for choice in setting.choices]
    st.selectbox(
        setting.label,
        dict.fromkeys((*offered, session.last_hidden)),
        index=offered.index(format_value(getattr(DEFAULT, name))),
        key=name,
        bind="query-params",
        accept_new_options=True,
        help=setting.help or None,
    )


def _number(name: str, setting: Setting) -> None:
    low, high = setting.choices[0], setting.choices[-1]
    st.number_input(
        setting.label,
        min_value=low,
        max_value=high,
        value=getattr(DEFAULT, name),
        key=name,
        bind="query-params",
        help=setting.help or None,
    )


WIDGETS: dict[str, Callable[[str, Setting], None]] = {
    "slider": _slider,
    "choice": _box,
    "text": _text,
    "number": _number,
}


def _about_the_data(dataset: str) -> None:
    source = source_of(dataset)
    origin = markdown(source.source) if dataset == UPLOAD else source.source
    st.caption(f"**{source.label}.** {source.about} Source: {origin}. Licence: {source.licence}.")


def _check_address() -> None:
    """Leave in the address what is allowed, before a widget reads it, and keep why the rest was not."""
    state = st.session_state
    if state.get("dataset") == UPLOAD and session.own is None:  # a browser that comes back to a new server
        state.dataset = DEFAULT.dataset
    if session.last_hidden is not None:
        if session.restore_hidden:
            state.hidden, session.restore_hidden = session.last_hidden, False
        _check_later_address()
        return
    settings, problems = Settings.from_query(st.query_params.to_dict())
    if settings.dataset == UPLOAD and session.own is None:
        settings = replace(settings, dataset=DEFAULT.dataset)
        problems.append(f"{NO_OWN} {source_of(DEFAULT.dataset).label} is used")
    corrected: dict[str, str | None] = {**dict.fromkeys(SETTINGS), **settings.to_query()}
    if (text := st.query_params.get(PRESENT, "")).lower() not in ON + OFF:
        problems.append(f"{PRESENT} must be 1 or 0, got {shown(text)}; 0 is used")
        corrected[PRESENT] = None
    session.settings_problem = Problem(tuple(problems), None)
    session.last_hidden = format_value(settings.hidden)
    correct_address(corrected)


def _check_later_address() -> None:
    """The same once the widgets hold what is chosen: what is not allowed in the address goes, and no more.

    Text that a person types is left to `_hidden_or_rerun`.
    """
    sentences = []
    wrong: dict[str, str | None] = {}
    for name, text in st.query_params.items():
        if name in SETTINGS and SETTINGS[name].widget != "text":
            try:
                parse(name, text)
            except ValueError as error:
                wrong[name] = None
                if not any(known.startswith(str(error)) for known in session.settings_problem.sentences):
                    sentences.append(f"{error}; what was chosen before is kept")
    correct_address(wrong)
    add_problems(sentences)


def _say_what_was_refused() -> None:
    """What a browser sent for a widget, and no person can have chosen there."""
    names = [key.removesuffix(SEEN) for key in refused_keys()]
    labels = [SETTINGS[name].label if name in SETTINGS else "a control of the page" for name in names]
    add_problems(
        [
            f"What came from the browser for {label} cannot be chosen there; what was chosen before is kept"
            for label in dict.fromkeys(labels)
        ]
    )


def _hidden_or_rerun() -> tuple[int, ...]:
    """The widths in the box. Where it holds something else, put back the last good ones and start over."""
    state = st.session_state
    try:
        hidden = parse_hidden(state.hidden or "")
    except ValueError as error:
        sentences = (*session.settings_problem.sentences, f"{error}; {session.last_hidden} is used")
        session.settings_problem = Problem(tuple(dict.fromkeys(sentences)), None)
        hidden = parse_hidden(session.last_hidden or "")
    else:
        session.last_hidden = format_value(hidden)
    if state.hidden != session.last_hidden:
        session.restore_hidden = True
        st.rerun()
    return hidden
