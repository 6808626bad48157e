"""What a phone sees of a room: a small page that needs nothing else, with a script or without."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from ui.base import templates
from ui.base.words import percent
from ui.votes.rooms import Phase, Poll, Rooms, Tally

HERE = Path(__file__).parent
SCRIPT = (HERE / "vote.js").read_text(encoding="utf-8")
SCRIPT_HASH = f"'sha256-{b64encode(sha256(SCRIPT.encode()).digest()).decode()}'"
POLICY = (
    f"default-src 'none'; style-src 'unsafe-inline'; script-src {SCRIPT_HASH}; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Part(NamedTuple):
    """The part of a page that changes, and its version: the same for the same part."""

    html: str
    version: str


def part(rooms: Rooms, code: str, token: str, problem: str = "") -> Part:
    """What this phone sees now. problem: why its last vote does not count. Raises RoomError."""
    poll = rooms.poll(code)
    own = rooms.own(code, token)
    mine = own.get(poll.round) if poll else None
    shown = poll is not None and poll.phase == Phase.SHOWN
    html = templates.filled(
        HERE / "part.html",
        code=code,
        poll=poll,
        mine=mine,
        chosen=poll.question.option(mine) if poll and mine is not None else None,
        at=mine if mine is not None else len(poll.question.marks) // 2 if poll else 0,
        status=problem or (status(poll, own) if poll else ""),
        shares=shares_by_option(poll, rooms.shares(code)) if poll and shown else [],
    )
    return Part(html, f'"{sha256(html.encode()).hexdigest()[:16]}"')


def whole(code: str, found: Part) -> str:
    """The page around a part."""
    script = templates.markup(SCRIPT)
    html, version = templates.markup(found.html), found.version
    return templates.filled(HERE / "vote.html", code=code, part=html, version=version, script=script)


def door(problem: str = "") -> str:
    """The page at which a code is typed."""
    html = templates.filled(HERE / "door.html", problem=problem)
    return whole("", Part(html, ""))


def alone(why: str) -> str:
    """A sentence in place of the part."""
    return templates.filled(HERE / "alone.html", why=why)


def status(poll: Poll, own: dict[int, int]) -> str:
    """What has become of the phone's own vote."""
    mine = own.get(poll.round)
    said = [poll.question.words(choice) for _, choice in sorted(own.items())]
    if poll.phase == Phase.OPEN and mine is None:
        return "You have not voted yet."
    if poll.phase == Phase.OPEN:
        return f"Your vote is in: {said[-1]}. You can change it until the vote is closed."
    if mine is None and poll.phase == Phase.CLOSED:
        return "The vote is closed. You did not vote in this round."
    chose = f"You chose: {', then '.join(said)}." if said else "You did not vote on this question."
    return f"The vote is closed. {chose}" if poll.phase == Phase.CLOSED else chose


def shares_by_option(poll: Poll, tallies: list[Tally]) -> list[tuple[str, list[str]]]:
    """Each option with its share of the votes in each round, in words."""
    return [
        (option, [share_in_words(poll, tally, position) for tally in tallies])
        for position, option in enumerate(poll.question.options)
    ]


def share_in_words(poll: Poll, tally: Tally, position: int) -> str:
    """An option's share of a round's votes, "no vote" where nobody has voted."""
    total = tally.votes.total()
    return percent(votes_for(poll, tally, position) / total) if total else "no vote"


def votes_for(poll: Poll, tally: Tally, position: int) -> int:
    """How many votes of a round mean an option."""
    return sum(n for choice, n in tally.votes.items() if poll.question.option(choice) == position)
