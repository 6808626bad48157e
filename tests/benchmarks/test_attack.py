"""The attacks in their short form: whatever one visitor does, the others see no error and wait little."""

import asyncio

import pytest

from benchmarks import attack
from benchmarks.servers import HOSTED, served

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def rows():
    """Every attack once, in a small way, beside the honest visitors."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_MEMORY_MB", str(attack.MEMORY_MB))
        with served(HOSTED) as server:
            scale, names = attack.QUICK, list(attack.ATTACKS)
            yield asyncio.run(attack.run(server.address, server.processes[0], scale, names))


@pytest.mark.parametrize("name", list(attack.ATTACKS))
def test_the_honest_see_no_error_and_the_server_stays_within_its_memory(rows, name):
    seen, outcome = rows[name]
    assert seen.errors == [], outcome
    assert len(seen.steps) > attack.QUICK.honest, "they went on"
    assert seen.peak < (attack.MEMORY_MB + 150) * attack.MB


def test_nobody_who_sends_rubbish_loses_their_session(rows):
    assert rows["rubbish in links, forged values"][1].startswith("0 of ")


def test_no_file_is_taken_for_an_invented_id(rows):
    assert "2" not in {answer.split(" × ")[1][0] for answer in rows["uploads to invented ids"][1].split(", ")}


def test_a_row_says_what_was_seen():
    seen = attack.Seen(
        steps=[0.02] * 19 + [0.5], trainings=[0.3], errors=["x"], stall=0.1, peak=200 * attack.MB
    )
    assert attack.row("name", seen, "closed") == "| name | 20/20 | 300 | 1 | 100 | 200 | closed |"
