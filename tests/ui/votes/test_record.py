"""What a lesson leaves: counts without persons, and what was hard."""

from collections import Counter

from ui.votes.record import COLUMNS, hard, table
from ui.votes.rooms import Phase, Poll, Question, Tally
from ui.votes.sqlite import SqliteRooms

EASY = Question("a", "Is it easy?", "Wine", ("yes", "no"))
PLACE = Question("b", "Where is it?", "Moons", ("small", "large"), "λ", ("0", "1", "10"), (0, 0, 1))
RECORD = [
    (Poll(EASY, 1, Phase.SHOWN, 0, "So it is."), [Tally(1, Counter({0: 3, 1: 1}))]),
    (Poll(PLACE, 2, Phase.SHOWN, 1, ""), [Tally(1, Counter({0: 1, 1: 2, 2: 1})), Tally(2, Counter({2: 2}))]),
    (Poll(EASY, 1, Phase.CLOSED), [Tally(1, Counter())]),
]


def test_the_table_has_a_row_for_each_option_of_each_round_and_nobody_in_it():
    found = table(RECORD)
    assert list(found.columns) == COLUMNS
    assert found.to_numpy().tolist() == [
        ["Is it easy?", "Wine", 1, "yes", 3, 4, "yes"],
        ["Is it easy?", "Wine", 1, "no", 1, 4, "no"],
        ["Where is it?", "Moons", 1, "small", 3, 4, "no"],
        ["Where is it?", "Moons", 1, "large", 1, 4, "yes"],
        ["Where is it?", "Moons", 2, "small", 0, 2, "no"],
        ["Where is it?", "Moons", 2, "large", 2, 2, "yes"],
        ["Is it easy?", "Wine", 1, "yes", 0, 0, ""],
        ["Is it easy?", "Wine", 1, "no", 0, 0, ""],
    ]
    assert table([]).empty


def test_what_fewest_had_right_at_first_comes_first_and_what_was_not_answered_is_left_out():
    assert hard(RECORD) == [
        "Where is it? 1 of 4 (25 %), then 2 of 2 (100 %).",
        "Is it easy? 3 of 4 (75 %).",
    ]
    assert hard([]) == []


def test_a_room_remembers_its_questions_in_their_order_but_for_the_one_that_is_open(tmp_path):
    rooms = SqliteRooms(tmp_path / "rooms.sqlite")
    key = rooms.open_room()
    assert rooms.record(key) == []
    rooms.ask(key, PLACE)
    rooms.vote(key.code, "me", "b", 1, 2)
    rooms.close(key)
    rooms.again(key)
    rooms.close(key)
    rooms.ask(key, EASY)
    assert rooms.record(key) == [
        (Poll(PLACE, 2, Phase.CLOSED), [Tally(1, Counter({2: 1})), Tally(2, Counter())])
    ]
    rooms.show(key, 0, "So it is.")
    assert [poll.question for poll, _ in rooms.record(key)] == [PLACE, EASY]
