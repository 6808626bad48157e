"""The attacks in their short form: whatever one visitor does, the others see no error and wait little."""

import asyncio
from contextlib import ExitStack

import pytest

from benchmarks import attack
from benchmarks.servers import NGINX, Pair
from tests.thorough import THOROUGH

pytestmark = [pytest.mark.alone, pytest.mark.skipif(NGINX is None, reason="no nginx was found")]


# These have tests of their own in tests/deploy/.
ELSEWHERE = (
    "none",
    "900,000 names in a message",
    "clear_cache",
    "10 MB of blank lines",
    "pictures of one tab",
)
NAMES = [name for name in attack.ATTACKS if THOROUGH or name not in ELSEWHERE]


@pytest.fixture(scope="module")
def rows():
    """Every attack once, in a small way, beside the honest visitors."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_MEMORY_MB", str(attack.MEMORY_MB))
        with ExitStack() as stack:
            yield asyncio.run(attack.run(Pair(stack), attack.QUICK, NAMES))


@pytest.mark.parametrize("name", NAMES)
def test_the_honest_see_no_error_and_the_server_stays_within_its_memory(rows, name):
    seen, outcome = rows[name]
    assert seen.errors == [], outcome
    assert len(seen.steps) > attack.QUICK.honest, "they went on"
    assert seen.peak < (attack.MEMORY_MB + 150) * attack.MB
    assert seen.kept < attack.MB


def test_nobody_who_sends_rubbish_loses_their_session(rows):
    assert rows["rubbish in links, forged values"][1].startswith("0 of ")


def test_no_file_is_taken_for_an_invented_id(rows):
    assert "2" not in {answer.split(" × ")[1][0] for answer in rows["uploads to invented ids"][1].split(", ")}


def test_who_was_moved_to_another_process_has_files_although_the_first_is_back(rows):
    assert rows["a process is killed"][1] == "moved; file down 200, up 204"


def test_of_many_clicks_in_one_tab_one_file_is_made(rows):
    assert rows["reports of one tab"][1] == f"1 made, {attack.QUICK.clicks - 1} refused"


def test_a_row_says_what_was_seen():
    seen = attack.Seen(
        steps=[0.02] * 19 + [0.5], trainings=[0.3], errors=["x"], stall=0.1, peak=200 * attack.MB, kept=0
    )
    assert attack.row("name", seen, "closed") == "| name | 20/20 | 300 | 1 | 100 | 200 | 0.0 | closed |"
