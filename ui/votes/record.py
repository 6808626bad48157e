"""What a class has voted in a lesson: as a table of counts, without persons, and what it found hard."""

from collections.abc import Sequence

import pandas as pd

from ui.base.words import percent
from ui.votes.page import votes_for
from ui.votes.rooms import Poll, Tally, right_share

Record = Sequence[tuple[Poll, Sequence[Tally]]]
COLUMNS = ["question", "asked of", "round", "option", "votes", "of", "right"]


def table(record: Record) -> pd.DataFrame:
    """A row for each option of each round; right: yes or no, empty where the answer was not shown."""
    rows = [
        (
            poll.question.text,
            poll.question.about,
            tally.round,
            option,
            votes_for(poll, tally, position),
            tally.votes.total(),
            "" if poll.right is None else "yes" if position == poll.right else "no",
        )
        for poll, tallies in record
        for tally in tallies
        for position, option in enumerate(poll.question.options)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def hard(record: Record) -> list[str]:
    """A sentence for each question whose answer was shown, the one that fewest had right at first before."""
    found = []
    for poll, tallies in record:
        shares = [(tally.votes.total(), right_share(poll, tally)) for tally in tallies]
        known = [(n, share) for n, share in shares if share is not None]
        if known:
            said = ", then ".join(f"{round(share * n)} of {n} ({percent(share)})" for n, share in known)
            found.append((known[0][1], f"{poll.question.text} {said}."))
    return [sentence for _, sentence in sorted(found, key=lambda one: one[0])]
