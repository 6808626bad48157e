"""The load test's own parts, and its visitors against a real server: they see what a browser would."""

import asyncio
import random

import psutil
import pytest
from streamlit.proto.NumberInput_pb2 import NumberInput
from streamlit.proto.Selectbox_pb2 import Selectbox
from streamlit.proto.Slider_pb2 import Slider

from benchmarks import load
from benchmarks.servers import served
from benchmarks.visitor import Answer, Visitor, state_of

SMALL = """
import streamlit as st

def first():
    st.write(f"λ = {lam}")

def second():
    raise ValueError("this page is broken")

page = st.navigation([st.Page(first), st.Page(second, url_path="broken")])
lam = st.select_slider("λ", ["0", "1", "2"], key="lam", bind="query-params")
st.number_input("Seed", 0, 9, key="seed", bind="query-params")
dataset = st.selectbox("Data set", ["a", "b"], key="data-set")
if lam == "2":
    st.session_state.again = not st.session_state.get("again", False)
    if st.session_state.again:
        st.rerun()
page.run()
st.write("seed", st.session_state.seed, dataset, dict(st.query_params))
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Two small pages, the second of which raises."""
    script = tmp_path_factory.mktemp("small") / "small.py"
    script.write_text(SMALL, encoding="utf-8")
    with served(str(script)) as running:
        yield running


class Reader(Visitor):
    """A visitor who also reads."""

    def _read_element(self, element, errors):
        super()._read_element(element, errors)
        if element.WhichOneof("type") == "markdown":
            self.text = [*getattr(self, "text", []), element.markdown.body]


def test_a_visitor_opens_a_link_moves_controls_and_goes_to_another_page(server):
    async def journey() -> None:
        async with Reader(server.address) as visitor:
            answer = await visitor.open(lam=1)
            assert answer.errors == ()
            assert answer.nbytes > 0 < answer.seconds
            assert visitor.text[0] == "λ = 1"
            assert visitor.widgets.keys() == {"lam", "seed", "data-set"}
            visitor.text.clear()
            await visitor.change("lam", 0)
            await visitor.change("seed", 7)
            await visitor.change("data-set", "b")
            assert visitor.text[-2:][0] == "λ = 0"
            assert "seed 7 b" in visitor.text[-1].replace("`", "")
            assert visitor.query == {"lam": "0", "seed": "7"}
            assert visitor.pages.keys() == {"", "broken"}
            broken = await visitor.visit("broken")
            assert [error for error in broken.errors if "this page is broken" in error]

    asyncio.run(journey())


def test_an_answer_is_complete_when_the_page_asked_for_another_run_itself(server):
    async def journey() -> None:
        async with Reader(server.address) as visitor:
            await visitor.open()
            visitor.text.clear()
            await visitor.change("lam", 2)
            assert visitor.text[0] == "λ = 2"

    asyncio.run(journey())


def test_a_control_that_is_not_there_is_named(server):
    async def journey() -> None:
        async with Visitor(server.address) as visitor:
            await visitor.open()
            with pytest.raises(LookupError, match=r"no control 'epochs'; it has data-set, lam, seed"):
                await visitor.change("epochs", 1)

    asyncio.run(journey())


def test_a_server_that_is_gone_is_an_error_in_the_log_and_not_the_end(server):
    log, gone = load.Log(), "http://127.0.0.1:9"
    asyncio.run(load.student(gone, log, random.Random(0), 0, load.Pace(0, 0, 0), ()))
    assert [error.partition(":")[0] for error in log.errors] == [load.OPENING]


def test_students_open_the_link_and_their_errors_are_counted(server):
    async def journey() -> load.Log:
        return (await load.flash(server, 5))[0]

    log = asyncio.run(journey())
    assert {kind: len(seconds) for kind, seconds in log.seconds.items()} == {load.OPENING: 5}
    assert log.errors == []
    log.add("page", Answer(1.0, 10, 1, ("ValueError: no",)))
    assert log.errors == ["page: ValueError: no"]


def test_a_broken_message_ends_the_connection_of_its_sender_alone(server):
    async def journey() -> None:
        async with Visitor(server.address) as sender, Visitor(server.address) as other:
            await sender.open()
            await sender._socket.send(b"\xff\xff not a message")
            with pytest.raises(load.FAULTS):
                await sender.open()
            assert (await other.open()).errors == ()

    asyncio.run(journey())


def test_the_meter_sees_this_process_work():
    async def work() -> load.Load:
        async with load.Meter([psutil.Process()]) as meter:
            sum(i * i for i in range(3_000_000))
        return meter.load

    used = asyncio.run(work())
    assert used.cpu[0] > 0
    assert used.peak[0] > 10 * load.MB


def test_values_go_out_as_a_browser_sends_them():
    assert state_of(Slider(id="a"), "0.3").string_array_value.data == ["0.3"]
    assert state_of(Selectbox(id="a"), "moons").string_value == "moons"
    assert state_of(NumberInput(id="a"), 7).int_value == 7


def test_percentiles_are_values_that_occurred():
    assert load.percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert load.percentile([float(i) for i in range(1, 101)], 0.95) == 95.0
    assert load.percentile([1.0], 0.95) == 1.0


def test_the_table_of_a_class_says_what_was_logged():
    log = load.Log()
    for i in range(1, 101):
        log.add("λ", Answer(i / 1000, 2000, 1, ()))
    text = load.class_table({7: (log, load.Load([0.5, 0.25], [100 * load.MB, 200 * load.MB], 10.0))})
    assert text.splitlines()[2] == "| 7 | – | 50/95 | – | – | – | 0 | 50 + 25 | 100 + 200 |"
    assert load.latencies(log) == [["λ", "100", "50", "95", "100", "2"]]


def test_the_short_form_runs_the_dashboard_without_an_error(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["load", "--quick"])
    load.main()
    said = capsys.readouterr().out
    assert said.count("No error.") == 4
    assert "| 5 |" in said
