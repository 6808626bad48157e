"""What the environment says: checked where it is read, with a sentence for each wrong value."""

import asyncio
import os
import subprocess
import sys
from dataclasses import fields

import pytest

from benchmarks.servers import DEFAULT, HOSTED, ROOT, free_port, served
from benchmarks.visitor import Visitor
from ui.base.environment import Environment, read

WRONG = {
    "LAB_WORKERS": ("0", "-1", "2.5", "many", "65", "1e3"),
    "LAB_STORE_MB": ("abc", "0", "-5", "inf", "400MB"),
    "LAB_MEMORY_MB": ("1g", "nan", "0", "600 MB"),
    "LAB_UPLOADS_MB": ("1", "x"),
    "LAB_QUEUE_SECONDS": ("-1", "nan", "2m"),
    "LAB_WARM_UP_SECONDS": ("nan", "-1", "soon"),
    "LAB_NAME": ("Lab 1", "lab_1", "../lab", 31 * "a"),
}


def test_without_a_word_the_defaults_hold():
    assert read({}) == (Environment(), ())
    assert read({"LAB_WORKERS": "", "LAB_MEMORY_MB": " "}) == (Environment(), ())


def test_every_variable_is_read():
    given = {"STORE_MB": "50", "MEMORY_MB": "600.5", "UPLOADS_MB": "20", "WORKERS": " 3 "}
    given |= {"QUEUE_SECONDS": "0", "WARM_UP_SECONDS": "0", "ROOMS": "/rooms", "NAME": "lab-1"}
    found, problems = read({f"LAB_{name}": value for name, value in given.items()})
    assert problems == ()
    assert found == Environment(50, 600.5, 20, 3, 0, 0, "/rooms", "lab-1")
    assert len(given) == len(fields(Environment))


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in WRONG for value in WRONG[name]])
def test_a_wrong_value_is_named_with_what_to_do_and_its_default_holds(name, value):
    found, (sentence,) = read({name: value})
    assert found == Environment()
    assert sentence.startswith(f"{name} must be a")
    assert repr(value) in sentence
    assert "or leave it out" in sentence


def test_a_hosted_server_with_wrong_values_ends_and_says_each():
    wrong = {name: values[0] for name, values in WRONG.items()}
    command = [sys.executable, "-m", "streamlit", "run", HOSTED, "--server.port", str(free_port())]
    command += ["--server.address", "127.0.0.1", "--server.headless", "true"]
    ended = subprocess.run(
        command, cwd=ROOT, env=os.environ | wrong, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode not in (0, None)
    for name, value in wrong.items():
        assert f"{name} must be" in ended.stderr
        assert repr(value) in ended.stderr
    assert "The server does not start: 7 wrong" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_on_a_persons_computer_the_defaults_hold_and_the_log_has_the_same_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_WORKERS", "0")
    monkeypatch.setenv("LAB_STORE_MB", "abc")
    log = tmp_path / "log"
    with served(DEFAULT, log=log) as server:
        answers = asyncio.run(opened(server.address))
    assert answers == ()
    for sentence in read({"LAB_WORKERS": "0", "LAB_STORE_MB": "abc"})[1]:
        assert sentence in log.read_text()


async def opened(address: str) -> tuple[str, ...]:
    """What the first page shows as errors."""
    async with Visitor(address) as visitor:
        return (await visitor.open(dataset="moons", n_samples=50, hidden="4", epochs=50)).errors
