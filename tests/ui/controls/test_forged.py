"""What no browser sends, sent to a real server: refused with a sentence, and the session goes on."""

import asyncio
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.servers import DEFAULT, served
from benchmarks.visitor import Answer, Visitor
from core import Settings
from core.settings import SETTINGS
from tests.thorough import some
from tests.ui.controls.rubbish import RUBBISH
from ui.base.problems import in_words
from ui.controls.panel import SEEN

pytestmark = pytest.mark.usefixtures("two_folds")
FORGED = {
    "a text": {"string_value": "abc"},
    "an empty text": {"string_value": ""},
    "a number": {"double_value": 1.5},
    "a whole number": {"int_value": 10**9},
    "a number below all": {"int_value": -1},
    "no number": {"double_value": float("nan")},
    "more than any number": {"double_value": float("inf")},
    "a switch": {"bool_value": True},
    "a click": {"trigger_value": True},
    "bytes": {"bytes_value": b"\xff\x00"},
    "JSON": {"json_value": '{"a": [1]}'},
    "JSON in JSON": {"json_value": '[["a"]]'},
    "broken JSON": {"json_value": "{"},
    "positions": {"int_array_value": {"data": [999]}},
    "numbers": {"double_array_value": {"data": [1.0, float("nan")]}},
    "a text that is no option": {"string_array_value": {"data": ["nothing"]}},
    "no text": {"string_array_value": {"data": []}},
    "several texts": {"string_array_value": {"data": ["1", "10"]}},
    "a file": {"file_uploader_state_value": {}},
    "a sent text": {"string_trigger_value": {"data": "abc"}},
    "nothing": {},
}
GOOD = Settings("circles", (5, 3), 0.1, 50, 50, 0.1, 7, 20.0)
TAKEN = {  # what a person can have chosen, or typed
    ("hidden", "an empty text"): replace(GOOD, hidden=()),
    ("seed", "a number"): replace(GOOD, seed=1),
}
REFUSED = "cannot be chosen there"
PANEL = """
import streamlit as st
from ui.base.session import session
from ui.controls import panel
session.settings = panel.settings_panel()
panel.show_problems(session.settings)
st.text(repr(session.settings))
"""


class Forger(Visitor):
    """A visitor who sends anything, and keeps what is said."""

    def _read(self, message: ForwardMsg, errors: list[str]) -> bool:
        if message.WhichOneof("type") == "page_info_changed":
            self.left = dict(parse_qsl(message.page_info_changed.query_string, keep_blank_values=True))
        return super()._read(message, errors)

    def _read_element(self, element: Element, errors: list[str]) -> None:
        super()._read_element(element, errors)
        kind = element.WhichOneof("type")
        if kind == "alert":
            self.said.append(element.alert.body)
        elif kind == "text":
            self.settings = element.text.body
        elif kind == "checkbox":
            self.widgets[element.checkbox.id.split("-", 2)[2]] = element.checkbox

    async def __aenter__(self) -> "Forger":
        self.said: list[str] = []
        self.settings, self.left = "", {}
        return await super().__aenter__()

    async def open(self, **query: object) -> Answer:
        """The first run; the address is what was asked for until the server changes it."""
        self.left = {name: str(value) for name, value in query.items()}
        return await super().open(**query)

    async def sent(self, *states: WidgetState) -> Answer:
        """Send these in place of a browser's, without an address."""
        self.query, self.said = {}, []
        request = self._request()
        del request.rerun_script.widget_states.widgets[:]
        request.rerun_script.widget_states.widgets.extend(states)
        self._request = lambda: request
        try:
            return await self._run()
        finally:
            del self._request


@pytest.fixture(scope="module")
def panel(tmp_path_factory):
    """The address of the panel alone."""
    script: Path = tmp_path_factory.mktemp("panel") / "panel.py"
    script.write_text(PANEL, encoding="utf-8")
    with served(str(script)) as server:
        yield server.address


@pytest.mark.parametrize("name", [*SETTINGS, f"dataset{SEEN}"])
def test_what_cannot_be_chosen_is_refused_and_the_last_good_value_kept(panel, name):
    async def journey() -> None:
        async with Forger(panel) as visitor:
            assert (await visitor.open(**GOOD.to_query())).errors == ()
            assert visitor.settings == repr(GOOD)
            widget = visitor.widgets[name]
            for what, value in some([*FORGED.items()], 2, sorted(SETTINGS).index(name.removesuffix(SEEN))):
                if (name, what) not in TAKEN:
                    assert (await visitor.sent(WidgetState(id=widget.id, **value))).errors == (), what
                    assert visitor.settings == repr(GOOD), what
                    check_sentence(visitor.said, name.removesuffix(SEEN))
            assert (await visitor.sent()).errors == (), "the message after them"
            assert visitor.settings == repr(GOOD)

    asyncio.run(journey())


def check_sentence(said: list[str], name: str) -> None:
    """One sentence, about this setting, that says what is used."""
    (sentence,) = said
    assert SETTINGS[name].label in sentence or sentence.startswith(
        f"{name} must be"
    )  # said, or kept to be said
    assert sentence.endswith(("what was chosen before is kept", "5-3 is used"))


@pytest.mark.parametrize(("name", "what"), list(TAKEN))
def test_what_a_person_can_have_chosen_is_taken(panel, name, what):
    async def journey() -> None:
        async with Forger(panel) as visitor:
            await visitor.open(**GOOD.to_query())
            await visitor.sent(WidgetState(id=visitor.widgets[name].id, **FORGED[what]))
            assert visitor.settings == repr(TAKEN[name, what])
            assert not visitor.said

    asyncio.run(journey())


@pytest.mark.parametrize("name", ["dataset", "hidden", "lam", "seed"])
def test_a_session_that_begins_with_it_opens_as_if_nothing_had_been_sent(panel, name):
    async def journey() -> None:
        async with Forger(panel) as other:
            await other.open(**GOOD.to_query())
            widget = other.widgets[name]
        for what, value in some([*FORGED.items()], 2, len(name)):
            if (name, what) not in TAKEN:
                async with Forger(panel) as visitor:
                    answer = await visitor.sent(WidgetState(id=widget.id, **value))
                    assert answer.errors == (), what
                    assert visitor.settings == repr(Settings()), what

    asyncio.run(journey())


@pytest.mark.parametrize("text", RUBBISH)
def test_an_address_of_rubbish_is_corrected_before_a_widget_reads_it(panel, text):
    """On a server, which binds the widgets to the address as no test of a page alone does."""

    async def journey() -> None:
        for query in ({"seed": text}, dict.fromkeys(SETTINGS, text)):
            async with Forger(panel) as visitor:
                assert (await visitor.open(**query | {"tour": "1"})).errors == (), query.keys()
                settings, problems = Settings.from_query(query)
                assert visitor.settings == repr(settings.reduced())
                assert visitor.said == list(map(in_words, problems))
                assert visitor.left == settings.to_query() | {"tour": "1"}
                visitor.said, visitor.query = [], visitor.left  # as a browser does
                assert (await visitor.change("epochs", 50)).errors == ()
                assert visitor.settings == repr(replace(settings.reduced(), epochs=50))
                assert visitor.said == []

    asyncio.run(journey())


def test_an_address_that_turns_to_rubbish_later_changes_nothing(panel):
    async def journey() -> None:
        async with Forger(panel) as visitor:
            await visitor.open(**GOOD.to_query())
            for text in RUBBISH:
                wrong = {name: text for name in SETTINGS if Settings.from_query({name: text})[1]}
                visitor.query = GOOD.to_query() | wrong
                visitor.said = []
                assert (await visitor._run()).errors == (), text
                assert visitor.settings == repr(GOOD), text

    asyncio.run(journey())


@pytest.fixture(scope="module")
def address():
    """The whole dashboard as a person runs it at home, where a page that fails shows a traceback."""
    with served(DEFAULT) as server:
        yield server.address


@pytest.mark.parametrize("key", ["present", "compare", "layer"])
def test_the_widgets_of_the_frame_and_of_a_page_refuse_it_too(address, key):
    async def journey() -> None:
        async with Forger(address) as visitor:
            await visitor.open(dataset="moons", hidden="3-2", epochs=50, n_samples=50)
            await visitor.visit("l1-vs-l2")
            widget = visitor.widgets[key]
            forged = {what: value for what, value in FORGED.items() if (key, what) != ("present", "a switch")}
            for i, (what, value) in enumerate(some([*forged.items()], 3, len(key))):
                assert (await visitor.sent(WidgetState(id=widget.id, **value))).errors == (), what
                assert any(REFUSED in sentence for sentence in visitor.said), what
                visitor.said, visitor.values = [], {"lam": ("1", "20")[i % 2]}
                assert (await visitor._run()).errors == (), "an honest message after it"
                assert not any(REFUSED in sentence for sentence in visitor.said), what

    asyncio.run(journey())
