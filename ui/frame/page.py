"""The skeleton that every page shares: idea, controls, picture, what to notice, the mathematics."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from html import escape
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.grid import epochs_to_rest
from core.settings import EPOCHS
from ui.base.address import ON, keep_in_address
from ui.base.session import session
from ui.base.tables import Runs
from ui.base.theme import INKS, page_variables, penalty_rules, style
from ui.base.words import failures
from ui.controls import beside, looks
from ui.controls.choices import chosen_controls, draw_controls
from ui.controls.panel import choose_epochs, choose_hidden
from ui.data.shelf import shelf_of
from ui.pictures.picture import Chart, Picture
from ui.stage import lam_bar, living
from ui.takeaway import log
from ui.takeaway.buttons import take_away
from ui.topics.topic import Context, Need, Topic
from ui.work.progress import Progress, UnfinishedError
from ui.work.steady import steady

HERE = Path(__file__).parent
AFTER = "after"  # key of what comes after the page
SEVERAL = 3  # times the epochs, which are offered where a network is not at rest
THEME_RULES = HERE.parent / "base" / "theme.css"


def current_theme() -> str:
    """The theme the browser shows, light until it is known."""
    theme = st.context.theme.type
    return theme if theme in INKS else "light"


def page_style(present: bool) -> str:
    """The style sheets of the frame; present: for a projector."""
    sheets = [
        THEME_RULES,
        lam_bar.RULES,
        living.RULES,
        HERE / "toolbar.css",
        *([HERE / "presented.css"] if present else []),
    ]
    ink = INKS[current_theme()]
    return style(*sheets, variables=page_variables(ink), more=penalty_rules(ink))


def panel_context() -> Context:
    """What the panel asks for; its work is shown at this place of the page."""
    settings = session.settings
    context = Context(settings, shelf_of(settings), current_theme(), Progress(st.empty()), chosen_controls())
    if session.landed is not None:  # though it may not be kept where memory is short
        key, results = session.landed
        context.made[key] = results
    return context


def introduce(title: str, idea: str) -> None:
    """A page's sentence, and its idea."""
    st.title(title, anchor=False)
    tell(idea)


def tell(idea: str) -> None:
    """The idea of a page, which is left to the speaker where it is presented."""
    with st.container(key="idea"):
        st.markdown(idea)


def open_topic(topic: Topic) -> Context:
    """Say what the page is about, make what it needs, draw its controls; the page ends here without it."""
    st.title(topic.page_heading, anchor=False)
    with st.container(key="todo"):
        looks.show(topic)
    context = panel_context()
    about = st.container(key="about")  # there even when empty, so that what follows keeps its place
    if topic.needs in (Need.REST, Need.TRAINING):
        log.note(context, topic.networks(context).runs)
        with about:
            _say_what_failed(context, topic.networks(context).runs)
    if topic.remedy and topic.lacks_hidden(context):
        st.info(topic.remedy.sentence)
        st.button(topic.remedy.label, on_click=choose_hidden, args=(topic.remedy.hidden,), key="remedy")
        st.stop()
    lam_bar.show_track(topic.measured(context), is_binary=topic.needs is Need.RACE)
    context = draw_controls(topic, context)
    if words := topic.about(context):  # which may hang on what is chosen there
        about.caption(words)
    return context


def show(topic: Topic, context: Context) -> Picture:
    """The topic's picture with what can be taken away of it and what to notice, or why there is none."""
    with st.container(key="remark"):  # there even when empty, so that what follows keeps its place
        if remark := topic.remark(context):
            st.info(remark)
    picture = topic.picture(context)
    with st.container():
        if picture.missing:
            st.info(picture.missing)
            return picture
    with st.container(key="stage"):
        _draw_stages(picture, topic, context)
    with st.container(key="unrest"):  # under the picture, so that it stays under the hand
        if sentence := topic.unrest(context):
            _say_who_is_not_at_rest(sentence, context)
    lam_bar.offer(picture.scrub)
    with st.container(key="tools", horizontal=True, gap="small"):
        take_away(picture, topic, context)
        _offer_to_keep(topic, context)
    tell(topic.idea)
    notice(picture.notes)
    draw_further(picture)
    if picture.caption:
        st.caption(picture.caption)
    looks.settle(topic, context)
    return picture


def _draw_stages(picture: Picture, topic: Topic, context: Context) -> None:
    """The picture's first row; where settings are kept beside, their first chart beside its own."""
    kept = session.beside
    if kept is None:
        draw_stage(picture)
        return
    _tell_unseen(picture)
    first, *others = picture.charts[0]
    other = beside.context_of(kept, topic, context, Progress(st.empty(), "beside"))
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(f"**{beside.name_of(topic, context, other)}**")
        draw_chart(replace(first, living=None))
    with right, suppress(UnfinishedError):
        st.markdown(f"Kept beside: **{beside.name_of(topic, other, context)}**")
        found = topic.picture(other)
        if found.missing:
            st.info(found.missing)
        else:
            draw_chart(found.charts[0][0].standing(at_its_own=other.lam != context.lam))
    if others:
        _draw_row(others)


def _offer_to_keep(topic: Topic, context: Context) -> None:
    """A button that keeps what is shown beside what comes next, or puts away what is kept."""
    if session.beside is None:
        keep = beside.of(topic, context)
        st.button(
            "Keep this beside",
            icon=":material/push_pin:",
            on_click=beside.keep,
            args=(keep,),
            key="keep_beside",
        )
    else:
        st.button("Put away what is kept", icon=":material/close:", on_click=beside.put_away, key="put_away")


def _say_what_failed(context: Context, runs: Runs) -> None:
    """Which networks diverged or swing, and the α at which they would not."""
    if all(run.sound.all() for run in runs.values()):
        return
    rates = context.get(steady(context.settings, context.shelf, runs)).by_label
    for sentence in failures(runs, rates):
        st.warning(sentence)


def _say_who_is_not_at_rest(sentence: str, context: Context) -> None:
    """What is not told for it, and a button that gives more epochs, where the panel decides on them.

    None where they would not be more: a larger λ is given as many as it may take whatever is chosen.
    """
    st.info(sentence)
    now = context.settings.epochs
    more = next((epochs for epochs in EPOCHS if epochs >= SEVERAL * now), EPOCHS[-1])
    most, before = (epochs_to_rest(epochs, context.lam) for epochs in (more, now))
    if most > before and context.lam > 0:
        st.button(f"Train {most:,} epochs", on_click=choose_epochs, args=(more,), key="more_epochs")


def draw(picture: Picture) -> None:
    """Show all charts of a picture."""
    draw_stage(picture)
    draw_further(picture)


def draw_stage(picture: Picture) -> None:
    """Show the first row; the tables travel beside the spec, which stays the same when they change."""
    _tell_unseen(picture)
    _draw_row(picture.charts[0])


def _tell_unseen(picture: Picture) -> None:
    """What a picture shows at the chosen λ, for screen readers alone: its alternative text is a constant."""
    st.html(f'<p class="for-screen-readers">{escape(picture.spoken)}</p>')


def draw_further(picture: Picture) -> None:
    """Show the other rows."""
    for row in picture.charts[1:]:
        _draw_row(row)


def _draw_row(row: Sequence[Chart]) -> None:
    """Charts side by side; on a phone they stand under each other."""
    places = st.columns([chart.width for chart in row], gap="medium") if len(row) > 1 else [st.container()]
    for place, chart in zip(places, row, strict=True):
        with place:
            draw_chart(chart)


def draw_chart(chart: Chart) -> None:
    """One chart, or what stands in its place, as wide as its place."""
    if chart.living is not None:
        living.show(chart)
        return
    with st.container(key=f"{'chart' if chart.has_axis else 'bare'}_{chart.key}"):
        st.vega_lite_chart(None, chart.spec, key=chart.key, alt=chart.alt, width="stretch")


def show_table(picture: Picture) -> None:
    """A picture that is a table, with what to read in it."""
    for table in picture.tables.values():
        st.dataframe(table, hide_index=True)
    if picture.caption:
        st.caption(picture.caption)
    st.markdown("\n".join(f"- {sentence}" for sentence in picture.notes))


def show_part(
    name: str,
    title: str,
    idea: str,
    picture_of: Callable[[Context], Picture],
    context: Context,
    on_demand: bool = False,
) -> None:
    """A part of a page below its picture, which comes when its work is done: no picture above waits for it.

    name: tells its buttons from those of other parts. on_demand: it is drawn once it is asked for.
    """
    with part(name):
        _show_part(name, title, idea, picture_of, context, on_demand)


def part(name: str) -> DeltaGenerator:
    """A place below the picture, which an address can name: ?at=twins."""
    return st.container(key=f"part_{name}")


def _show_part(
    name: str,
    title: str,
    idea: str,
    picture_of: Callable[[Context], Picture],
    context: Context,
    on_demand: bool,
) -> None:
    st.header(title, anchor=False)
    st.markdown(idea)
    if on_demand and not _is_asked_for(f"draw_{name}"):
        return
    place = st.empty()
    with st.container():  # there even when empty, so that the parts below keep their place
        try:
            picture = picture_of(replace(context, runner=Progress(place, name)))
        except UnfinishedError:
            return
        if picture.missing:
            st.info(picture.missing)
            return
        draw(picture)
        st.markdown("\n".join(f"- {sentence}" for sentence in picture.notes))


def _is_asked_for(key: str) -> bool:
    """A switch for a part that is drawn on demand; while it is on it stands in the address."""
    if key not in st.session_state:
        st.session_state[key] = st.query_params.get(key, "0").lower() in ON
    asked = st.toggle("Draw it", key=key)
    keep_in_address(key, "1" if asked else None)
    return asked


def follow(topic: Topic, context: Context) -> None:
    """Do the work that comes after the picture, at the end of a page; then the page is drawn anew with it.

    From the container AFTER on the page is complete, which tells who waits for it, as the benchmarks do.
    """
    batch = topic.second(context)
    if batch is None or context.known(batch) is not None or topic.lacks_hidden(context):
        return
    with suppress(UnfinishedError), st.container(key=AFTER):
        session.landed = batch.key, replace(context, runner=Progress(st.empty(), "second")).run(batch)
        st.rerun()


def notice(sentences: Sequence[str]) -> None:
    """What to notice, each a sentence with numbers of this run."""
    st.header("What to notice", anchor=False)
    with st.container(key="measured"):  # not translated, and quiet while λ moves away from it
        st.markdown("\n".join(f"- {sentence}" for sentence in sentences))


def explain(topic: Topic, context: Context) -> None:
    """The mathematics, for who opens it."""
    with st.expander("The mathematics"):
        st.markdown(topic.mathematics(context))


def present(topic: Topic) -> None:
    """A page that is its topic and nothing else."""
    context = open_topic(topic)
    if not show(topic, context).missing:
        explain(topic, context)
        follow(topic, context)
