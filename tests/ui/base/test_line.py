"""The line without threads: whatever others ask for, whoever asks is served within their share."""

from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.base import line as module
from ui.base.line import LANES, OVERRUN, Ask, BusyError, Line, Piece

SIGN = 0.25  # seconds between two signs of progress
TINY, SHORT, LONG = LANES[0], 0.5, 4.0
GRACE = 1.0
ME = "me"


@dataclass(eq=False)
class Work(Piece):
    """A piece that knows how long it really takes."""

    takes: float = 0.0

    def __repr__(self) -> str:
        return f"{self.key}"


@dataclass
class Machine:
    """Workers and expresses that work the line off, by a clock of their own."""

    workers: int = 1
    now: float = 0.0
    begun: list[Work] = field(default_factory=list)
    ended: list[Work] = field(default_factory=list)
    under_way: list[Work] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.line: Line[Work] = Line(self.workers, 1e9, GRACE, lambda: self.now)

    def ask(
        self, owner: str, key: str, seconds: float = SHORT, rank: int = 0, takes: float | None = None
    ) -> Work:
        """Somebody asks; a free worker begins at once, as a queue's does."""
        ask = Ask(owner, rank)
        piece = self.line.join(key, ask)
        if piece is None:
            piece = Work(key, seconds, takes=seconds if takes is None else takes)
            self.line.add(piece, ask)
        self._employ()
        return piece

    def tick(self) -> None:
        """Each goes on to its next sign of progress."""
        self.now += SIGN
        for piece in list(self.under_way):
            piece.takes -= SIGN
            if piece.takes <= 0:
                self.under_way.remove(piece)
                self.line.end(piece)
                self.ended.append(piece)
        self._employ()

    def until_idle(self) -> None:
        for _ in range(100_000):
            if not self.under_way:
                return
            self.tick()
        raise AssertionError("it never ends")

    def _employ(self) -> None:
        while self.by_workers() < self.workers and (piece := self.line.take()):
            self._begin(piece)
        for lane in range(2):
            while piece := self.line.take_express(lane):
                assert piece.lane == piece.express == lane
                self._begin(piece)

    def by_workers(self) -> int:
        return sum(piece.express is None for piece in self.under_way)

    def _begin(self, piece: Work) -> None:
        assert piece.asks, "what nobody waits for is not begun"
        assert piece not in self.begun, "it was begun before"
        self.under_way.append(piece)
        self.begun.append(piece)
        for lane in range(2):
            expresses = [piece for piece in self.under_way if piece.express == lane]
            assert len(expresses) <= self.workers + 1
            overrun = [piece for piece in expresses if self.now - piece.began_at > OVERRUN * LANES[lane]]
            assert len(expresses) <= len(overrun) + 1


owners = st.sampled_from(["a", "b", "c", "d"])
keys = st.sampled_from([f"key {i}" for i in range(30)])
seconds = st.sampled_from([0.0, TINY, SHORT, LANES[1], LONG])
ranks = st.sampled_from([0, 0, 1])
asks = st.tuples(st.just("ask"), owners, keys, seconds, ranks)
others = st.just(("tick",)) | st.tuples(st.just("leave"), owners)
events = st.lists(st.one_of(asks, asks, asks, others), min_size=10, max_size=60)  # more than is worked off


def play(machine: Machine, events: list) -> None:
    """Let others ask for things, leave, and time pass."""
    for kind, *what in events:
        if kind == "ask":
            owner, key, expected, rank = what
            machine.ask(owner, key, expected, rank)
        elif kind == "leave":
            leave_first(machine, *what)
        else:
            machine.tick()


def leave_first(machine: Machine, owner: str) -> None:
    """The owner's first wait is over."""
    for piece in list(machine.line._wanted.values()):
        for ask in piece.asks:
            if ask.owner == owner:
                machine.line.leave(piece, ask)
                return


def served_until(machine: Machine, piece: Work, first: int, more: list) -> list[Work]:
    """What began while a piece waited, as time passes and others go on asking."""
    waiting = iter(more)
    for _ in range(10_000):
        if piece.began_at is not None:
            return machine.begun[first : machine.begun.index(piece)]
        event = next(waiting, None)
        if event is not None:
            play(machine, [event])
        machine.tick()
    raise AssertionError("it waits for ever")


@given(events, events, st.integers(1, 3), st.sampled_from([0, 1]))
def test_a_piece_begins_after_at_most_one_of_its_lane_of_each_other_and_waits_for_no_other_lane(
    before, after, workers, lane
):
    machine = Machine(workers)
    play(machine, before)
    expresses = [piece for piece in machine.under_way if piece.express == lane]
    is_free = machine.by_workers() < workers or not expresses
    asked, first = machine.now, len(machine.begun)
    piece = machine.ask(ME, "mine", LANES[lane])
    between = served_until(machine, piece, first, after)
    same = Counter(other.owner for other in between if other.lane == lane)
    assert max(same.values(), default=0) <= 1
    if is_free:
        assert piece.began_at == asked
    longest = max(SIGN, LANES[lane]) * (1 + sum(same.values()))  # what was under way, and one of each other
    assert piece.began_at - asked <= longest


@given(events, events, st.integers(0, 3))
def test_a_long_piece_begins_after_at_most_as_many_long_ones_of_each_other_as_it_has_own(before, after, own):
    machine = Machine(1)
    play(machine, before)
    first, asked = len(machine.begun), machine.now
    left = sum(max(piece.takes, SIGN) for piece in machine.under_way if piece.express is None)
    mine = [machine.ask(ME, f"mine {i}", LONG) for i in range(own + 1)]
    between = served_until(machine, mine[-1], first, after)
    long = Counter(other.owner for other in between if other.lane == 2)
    assert max((n for owner, n in long.items() if owner != ME), default=0) <= own + 1
    assert mine[-1].began_at - asked <= left + LONG * sum(long.values()), "no short one is before it"


@given(events, st.integers(1, 3))
def test_nothing_is_lost_or_done_twice_and_nobody_waits_for_ever(events, workers):
    machine = Machine(workers)
    play(machine, events)
    wanted = list(machine.line._wanted.values())
    machine.until_idle()
    asked_for = [piece for piece in wanted if piece.asks]
    assert set(asked_for) <= set(machine.ended)
    assert len(machine.ended) == len(set(machine.ended)) == len(machine.begun)
    machine.now += GRACE
    assert machine.line.is_empty()
    assert not any(turns.by_owner for turns in machine.line._lanes)
    assert machine.line.n_waiting() == 0


@given(events, st.integers(1, 3))
def test_the_places_that_are_told_are_those_at_which_pieces_begin(events, workers):
    machine = Machine(workers)
    play(machine, events)
    line = machine.line
    waiting = [piece for piece in line._wanted.values() if piece.began_at is None and piece.asks]
    for lane in (2, 1, 0):  # a free worker takes the long ones first
        pieces = [piece for piece in waiting if piece.lane == lane]
        told = {line.place(piece): piece for piece in pieces}
        assert sorted(told) == list(range(1, 1 + len(pieces)))
        for n_begun in range(1, 1 + len(pieces)):
            assert line.take() is told[n_begun]
            assert all(line.place(told[place]) == max(0, place - n_begun) for place in told)
    assert line.take() is None


@given(st.lists(st.tuples(owners, ranks), min_size=1, max_size=8))
def test_work_that_is_joined_is_one(waiters):
    machine = busy_machine()
    pieces = {machine.ask(owner, "joined", SHORT, rank) for owner, rank in waiters}
    assert len(pieces) == 1
    assert machine.line.n_waiting() == 1
    assert order(machine) == ["joined"]


def order(machine: Machine) -> list[str]:
    """What begins from now on, where a long piece keeps the only worker busy."""
    first = len(machine.begun)
    machine.until_idle()
    return [piece.key for piece in machine.begun[first:]]


def busy_machine() -> Machine:
    """A worker that is busy for long, and an express that has just begun."""
    machine = Machine()
    machine.ask("x", "long since under way", LONG, takes=1000.0)
    machine.ask("y", "under way")
    return machine


def test_owners_take_turns_and_each_is_served_first_come_first():
    machine = busy_machine()
    for key in ("a1", "a2", "a3", "b1", "b2", "c1"):
        machine.ask(key[0], key)
    assert order(machine) == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_what_a_screen_waits_for_comes_before_what_comes_second():
    machine = busy_machine()
    machine.ask("a", "download", rank=1)
    machine.ask("a", "validation", rank=1)
    machine.ask("a", "screen")
    machine.ask("a", "validation")  # now a screen waits for it too
    assert order(machine) == ["validation", "screen", "download"]


def test_work_that_another_has_far_back_comes_at_the_turn_of_whoever_joins():
    machine = busy_machine()
    for i in range(5):
        machine.ask("a", f"a{i}")
    joined = machine.ask("b", "a4")
    assert machine.line.place(joined) == 2
    assert order(machine) == ["a0", "a4", "a1", "a2", "a3"]


def test_work_whose_first_asker_leaves_stays_for_the_other():
    machine = busy_machine()
    first = machine.ask("a", "joined")
    machine.ask("b", "joined")
    machine.line.leave(first, Ask("a"))
    assert first.owners == ["b"]
    machine.now += 2 * GRACE
    assert order(machine) == ["joined"]
    assert first.owner == "b"


def test_work_that_nobody_waits_for_keeps_its_place_for_a_while_and_is_not_begun():
    machine = Machine()
    machine.ask("x", "under way", LONG)
    left, other = machine.ask("a", "left", LONG), machine.ask("b", "other", LONG)
    machine.line.leave(left, Ask("a"))
    assert machine.line.place(other) == 1
    assert machine.ask("a", "left", LONG) is left
    assert (machine.line.place(left), machine.line.place(other)) == (1, 2)
    machine.line.leave(left, Ask("a"))
    machine.now += GRACE
    assert order(machine) == ["other"]
    assert machine.ask("a", "left", LONG) is not left


def test_a_flood_of_short_ones_delays_no_long_one_and_goes_on_beside_it():
    machine = Machine()
    machine.ask("x", "under way")
    for i in range(100):
        machine.ask("a", f"short {i}")
    long = machine.ask("b", "long", LONG)
    while long not in machine.ended:
        machine.tick()
    assert long.began_at <= SHORT, "the first worker that is free takes it"
    assert len(machine.ended) > LONG / SHORT, "and the short ones went on meanwhile"


def test_workers_take_short_ones_where_no_long_one_waits():
    machine = Machine(workers=2)
    pieces = [machine.ask("a", f"short {i}") for i in range(5)]
    assert [piece.began_at for piece in pieces] == [0, 0, 0, None, None], "and one goes by express"
    assert [piece.express for piece in pieces[:3]] == [None, None, 1]


def test_a_long_piece_gives_way_while_a_short_one_waits_or_is_under_way_and_a_short_one_never():
    machine = Machine()
    long = machine.ask("x", "long", 10 * LONG)
    assert not machine.line.gives_way(long), "there is none"
    short = machine.ask("a", "short", SHORT)
    assert machine.line.gives_way(long)
    assert not machine.line.gives_way(short)
    waiting = machine.ask("b", "waiting", SHORT)
    while short not in machine.ended:
        machine.tick()
    assert machine.line.gives_way(long)
    while waiting not in machine.ended:
        machine.tick()
    assert not machine.line.gives_way(long)


def test_what_turns_out_to_be_long_gives_way_too_and_no_long_one_gives_way_to_it():
    machine = Machine()
    long = machine.ask("x", "long", 100 * LONG)
    wrong = machine.ask("a", "wrong", SHORT, takes=100.0)
    machine.now = 2 * OVERRUN * LANES[1]
    assert not machine.line.gives_way(long)
    assert not machine.line.gives_way(wrong)
    machine.ask("b", "short", SHORT)
    assert machine.line.gives_way(long)
    assert machine.line.gives_way(wrong)


def test_who_is_served_asks_again_and_waits_no_longer_than_the_last_one_took():
    machine = Machine()
    machine.ask("x", "long", 10 * LONG)
    for i in range(5):
        asked = machine.now
        piece = machine.ask("a", f"{i}", SHORT)
        while piece not in machine.ended:
            machine.tick()
        assert piece.began_at == asked, "by express"


def test_what_runs_longer_than_it_was_to_holds_up_the_express_no_more():
    machine = Machine()
    machine.ask("x", "long", 100 * LONG)
    wrong = [machine.ask(f"a{i}", f"wrong {i}", SHORT, takes=1000.0) for i in range(3)]
    asked = machine.ask("b", "b", SHORT)
    while wrong[1].began_at is None:
        machine.tick()
    assert wrong[1].began_at == OVERRUN * LANES[1] + SIGN
    for _ in range(1000):
        machine.tick()
    assert wrong[2].began_at is asked.began_at is None, "two of them for one worker are the most"
    while asked not in machine.ended:
        machine.tick()
    assert wrong[0].began_at + 1000 <= asked.began_at, "then the two go on"


def busy(line: Line, owner: str, seconds: float) -> BusyError | None:
    try:
        line.check(owner, seconds)
    except BusyError as error:
        return error
    return None


def test_who_asks_for_too_much_is_refused_alone():
    machine = Machine()
    machine.line._max_seconds = 10 * LONG
    for i in range(20):
        machine.ask("a", f"a{i}", LONG)
    refused = busy(machine.line, "a", LONG)
    assert refused.seconds == refused.own == pytest.approx(20 * LONG)
    assert busy(machine.line, "a", SHORT) is None, "a short one waits for no long one"
    assert busy(machine.line, "b", LONG) is None, "two of the other's are before it, not twenty"
    for i in range(101):  # the first goes by express
        machine.ask("a", f"short {i}", SHORT)
    assert busy(machine.line, "a", SHORT).own == 100 * SHORT
    assert busy(machine.line, "b", SHORT) is None


def test_a_long_piece_is_refused_where_too_many_others_come_before_it():
    machine = Machine()
    machine.line._max_seconds = 10 * LONG
    for i in range(11):
        machine.ask(f"owner {i}", f"{i}", LONG)
    refused = busy(machine.line, ME, LONG)
    assert (refused.seconds, refused.own, refused.others) == (11 * LONG, 0, 11)
    assert busy(machine.line, ME, SHORT) is None


def test_a_full_line_lets_go_of_the_last_of_who_has_most(monkeypatch):
    monkeypatch.setattr(module, "MAX_WAITING", 10)
    machine = busy_machine()
    for i in range(8):
        machine.ask("a", f"a{i}")
    machine.ask("b", "b0")
    assert machine.line.make_room("b") is None
    machine.ask("b", "b1")
    with pytest.raises(BusyError) as full:
        machine.line.make_room("a")
    assert full.value.pieces == 10
    assert machine.line.make_room("c").key == "a7"
    machine.ask("c", "c")
    assert order(machine) == ["a0", "b0", "c", "a1", "b1", "a2", "a3", "a4", "a5", "a6"]
