"""Before the first visitor: a server one of whose pages fails does not open, and says which and why."""

from collections.abc import Callable
from contextlib import suppress

import psutil
import pytest
import requests

from benchmarks.servers import served
from tests.deploy.test_deploy import small_server

PAGES = """
import time
import streamlit as st

def well():
    st.write("well")

def broken():
    {broken}

st.navigation([st.Page(well, url_path="well"), st.Page(broken, url_path="broken")]).run()
"""
BROKEN = {
    "raises": ('raise ValueError("the cause")', "broken, light: This page failed"),
    "raises in one theme": (
        'if st.context.theme.type == "dark": raise ValueError("the cause")',
        "broken, dark: This page failed",
    ),
    "shows an exception": ('st.exception(ValueError("the cause"))', "broken, light: ValueError: the cause"),
    "shows an error": ('st.error("the cause")', "broken, light: the cause"),
    "does not end": ("time.sleep(60)", "broken, light: it had not ended when the time was over"),
}


@pytest.mark.parametrize("how", list(BROKEN))
def test_a_page_that_fails_keeps_the_door_closed_and_the_process_ends_with_the_reason(
    tmp_path, monkeypatch, how
):
    monkeypatch.setenv("LAB_WARM_UP_SECONDS", "6" if how == "does not end" else "60")
    broken, reason = BROKEN[how]
    script = small_server(tmp_path)
    (tmp_path / "small_page.py").write_text(PAGES.format(broken=broken), encoding="utf-8")
    log = tmp_path / "log"
    with served(script, log=log, wait=False) as server:
        statuses = until_it_ended(server.address, server.processes[0].wait)
    assert 200 not in statuses
    assert reason in log.read_text()
    assert "The server ends" in log.read_text()


def test_a_page_that_does_not_compile_is_found(tmp_path):
    script = small_server(tmp_path)
    (tmp_path / "small_page.py").write_text("this is no Python", encoding="utf-8")
    log = tmp_path / "log"
    with served(script, log=log, wait=False) as server:
        assert 200 not in until_it_ended(server.address, server.processes[0].wait)
    assert "its script does not compile" in log.read_text()


def until_it_ended(address: str, wait: Callable[..., int]) -> set[int]:
    """What health says until the process has ended, as one that did not do its work."""
    statuses = set()
    for _ in range(300):
        with suppress(requests.RequestException):
            statuses.add(requests.get(f"{address}/_stcore/health", timeout=5).status_code)
        with suppress(psutil.TimeoutExpired):
            assert wait(timeout=0.1) == 1
            return statuses
    raise AssertionError("the server has not ended")
