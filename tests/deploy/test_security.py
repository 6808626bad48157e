"""What a visitor sends past every widget, straight over the websocket: it is checked and never acts."""

import asyncio
import json
from collections.abc import Iterator

import pytest
from google.protobuf.json_format import MessageToDict
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.servers import HOSTED, served
from benchmarks.visitor import Answer, Visitor

PAYLOAD = "<img src=x onerror=alert(1)>"
MARKUP = ("html", "markdown", "alert", "heading")  # elements that may make something of a text
SIGNS = ("<img src=x", "<script", "](http", "onerror=alert(1)>")


class Reader(Visitor):
    """A visitor who keeps all that is shown, and can send anything."""

    shown: list[Element] = []  # noqa: RUF012

    def _read_element(self, element: Element, errors: list[str]) -> None:
        super()._read_element(element, errors)
        self.shown.append(element)
        if element.WhichOneof("type") == "checkbox":
            self.widgets[element.checkbox.id.split("-", 2)[2]] = element.checkbox

    async def sent(self, request: BackMsg) -> Answer:
        """Send this in place of what a browser would."""
        self.shown = []
        self._request = lambda: request
        try:
            return await self._run()
        finally:
            del self._request

    def texts(self, *kinds: str) -> list[str]:
        """All texts in elements of these kinds."""
        chosen = [element for element in self.shown if element.WhichOneof("type") in kinds]
        return [text for element in chosen for text in strings(MessageToDict(element))]


def strings(value: object) -> Iterator[str]:
    """Every text inside a message."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


@pytest.fixture(scope="module")
def address():
    with served(HOSTED, warm=False) as server:
        yield server.address


HOSTILE = {
    "a λ that is none of the grid": ("lam", {"string_array_value": {"data": ["999"]}}),
    "a λ that is markup": ("lam", {"string_array_value": {"data": [PAYLOAD]}}),
    "no λ at all": ("lam", {"string_array_value": {"data": []}}),
    "a range of λ": ("lam", {"string_array_value": {"data": ["1", "10"]}}),
    "endless epochs": ("epochs", {"string_array_value": {"data": ["1000000000"]}}),
    "a data set that is markup": ("dataset", {"string_value": PAYLOAD}),
    "a data set that is a path": ("dataset", {"string_value": "../../etc/passwd"}),
    "someone's own data": ("dataset", {"string_value": "your_data"}),
    "a seed too large": ("seed", {"int_value": 10**9}),
    "a seed below zero": ("seed", {"int_value": -1}),
    "hidden layers too wide": ("hidden", {"string_value": "9999-9999"}),
    "hidden layers too deep": ("hidden", {"string_value": "64-64-64-64-64-64-64-64"}),
    "hidden layers that are markup": ("hidden", {"string_value": f"8-{PAYLOAD}"}),
    "hidden layers that are a link": ("hidden", {"string_value": "![x](http://example.com/x.png)"}),
    "hidden layers without end": ("hidden", {"string_value": "8-" * 50_000}),
    "a switch that is a text": ("present", {"string_value": PAYLOAD}),
    "a page's own choice": ("overview_networks", {"string_array_value": {"data": [PAYLOAD]}}),
    "a bar that is markup": ("lam_bar", {"json_value": json.dumps({"chosen": PAYLOAD, "theme": PAYLOAD})}),
    "a λ beyond the bar": ("lam_bar", {"json_value": json.dumps({"chosen": {"k": 10**9, "told": PAYLOAD}})}),
    "a bar that is a list": ("lam_bar", {"json_value": "[1, 2]"}),
    "a bar that is no JSON": ("lam_bar", {"json_value": "{"}),
    "a bar that is a number": ("lam_bar", {"double_value": 3.0}),
    "an edit that is markup": ("living", {"json_value": json.dumps({"edit": PAYLOAD})}),
    "edits that are a list": ("living", {"json_value": "[[1]]"}),
    "an edit without end": ("living", {"json_value": json.dumps({"edit": "r1~" * 50_000})}),
}
WRONG_KIND = {
    "a λ that is a position": ("lam", {"double_array_value": {"data": [999.0]}}),
    "a seed that is a text": ("seed", {"string_value": PAYLOAD}),
}


async def opened(visitor: Reader) -> None:
    await visitor.open(epochs=50, dataset="moons", hidden="4")


def forged(visitor: Reader, name: str, value: dict) -> BackMsg:
    """What a browser would send, with another value for one widget."""
    request = visitor._request()
    states = request.rerun_script.widget_states.widgets
    kept = [state for state in states if state.id != visitor.widgets[name].id]
    del states[:]
    states.extend([*kept, WidgetState(id=visitor.widgets[name].id, **value)])
    return request


def check(visitor: Reader, what: str) -> None:
    """Nothing of the visitor's acts as markup, and no trace of the program's is shown."""
    assert visitor.shown, what
    for text in visitor.texts(*MARKUP):
        assert not any(sign in text for sign in SIGNS), (what, text[:300])
    assert "Traceback" not in "".join(visitor.texts(*MARKUP, "exception")), what


async def goes_on(visitor: Reader, what: str) -> None:
    """An honest choice works after it."""
    visitor.values |= {"lam": "20", "dataset": "moons", "hidden": "4", "seed": 5, "epochs": "50"}
    visitor.shown = []
    answer = await visitor.change("lam", "20")
    assert answer.errors == (), what
    assert any("λ = 20" in text for text in visitor.texts("markdown")), what


def test_a_value_out_of_range_is_not_used_nor_shown_as_markup_and_the_page_goes_on(address):
    async def journey() -> None:
        async with Reader(address) as visitor:
            await opened(visitor)
            for what, (name, value) in HOSTILE.items():
                answer = await visitor.sent(forged(visitor, name, value))
                assert answer.errors == (), what
                check(visitor, what)
                await goes_on(visitor, what)

    asyncio.run(journey())


@pytest.mark.parametrize("what", list(WRONG_KIND))
def test_a_value_of_a_wrong_kind_is_refused_with_a_sentence_and_its_session_goes_on(address, what):
    async def journey() -> None:
        async with Reader(address) as visitor:
            await opened(visitor)
            answer = await visitor.sent(forged(visitor, *WRONG_KIND[what]))
            assert answer.errors == ()
            assert any("cannot be chosen there" in text for text in visitor.texts("alert"))
            check(visitor, what)
            await goes_on(visitor, what)

    asyncio.run(journey())


def test_an_address_full_of_markup_is_told_as_text(address):
    names = ("lam", "dataset", "hidden", "seed", "epochs", "present", "tour", "overview_networks", PAYLOAD)

    async def journey() -> None:
        async with Reader(address) as visitor:
            answer = await visitor.open(**dict.fromkeys(names, PAYLOAD))
            assert answer.errors == ()
            check(visitor, "address")
            told = visitor.texts("alert")
            assert any("Penalty strength λ must be" in text for text in told)
            assert any("onerror" in text for text in told), "named, its signs taken out"

    asyncio.run(journey())


def test_names_of_pages_fragments_and_widgets_that_are_not_there_show_no_more_than_a_sentence(address):
    async def journey() -> None:
        async with Reader(address) as visitor:
            await opened(visitor)
            request = visitor._request()
            request.rerun_script.page_script_hash = PAYLOAD
            request.rerun_script.widget_states.widgets.add(id=PAYLOAD, string_value=PAYLOAD)
            request.rerun_script.widget_states.widgets.add(id="$$ID-x-lam", json_value=PAYLOAD)
            answer = await visitor.sent(request)
            assert all(error.startswith("This page failed") for error in answer.errors)
            check(visitor, "names")
        async with Reader(address) as again:
            await opened(again)
            await goes_on(again, "names")

    asyncio.run(journey())


def test_what_is_no_message_ends_that_connection_at_most(address):
    async def journey() -> None:
        async with Reader(address) as visitor, Reader(address) as other:
            await opened(other)
            await visitor._socket.send(b"\xff\x00 no protobuf")
            await goes_on(other, "no message")

    asyncio.run(journey())
