"""Who is next: a line of pieces of work that is fair to all who ask, whatever the others ask for.

Owners take turns: a piece of each, then the next one of each, so that a hundred pieces of one owner delay
another's by one. Pieces of about the same length have a lane and turns of their own. The longest are for the
workers, which take shorter ones only where no longer one waits; each shorter lane has an express beside
them, which takes one of its pieces at a time. So no piece waits for those of another length.

Here is no thread and no lock: that is `ui.base.queue`'s.
"""

from bisect import insort
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from itertools import count, islice
from math import inf
from time import monotonic
from typing import Generic, NamedTuple, TypeVar

LANES = 0.25, 2.0, inf  # seconds, estimated for a small server; most take a third of it
LONG = len(LANES) - 1  # the lane without an express
OVERRUN = 2.0  # what has run for this times its lane's seconds belongs to the next one from then on
MAX_WAITING = 1000  # pieces of all owners together, each some kilobytes


class BusyError(RuntimeError):
    """Too much is to be done before.

    seconds: how long that takes, `own` of them for the same owner; others: how many other owners are before;
    pieces: how many wait where there is no room for more, else 0.
    """

    def __init__(self, seconds: float, own: float = 0.0, others: int = 0, pieces: int = 0) -> None:
        super().__init__(f"{seconds:.0f} seconds of work are asked for before")
        self.seconds, self.own, self.others, self.pieces = seconds, own, others, pieces


class Ask(NamedTuple):
    """Who waits, and how urgently: 0 where a screen waits for it, 1 for what comes second, as a download."""

    owner: Hashable
    rank: int = 0


@dataclass(eq=False)
class Piece:
    """A piece of work, as far as its turn depends on it."""

    key: Hashable
    seconds: float  # about how long it takes
    asks: list[Ask] = field(default_factory=list)  # of all who wait for it
    owners: list[Hashable] = field(default_factory=list)  # among whose pieces it stands, until it begins
    number: int = 0  # in the order in which they came
    left_at: float = 0.0  # when the last of those who waited has left
    done: int = 0
    total: int = 1
    owner: Hashable = None  # in whose turn it began
    began_at: float | None = None
    express: int | None = None  # the lane of the express that began it; None for a worker

    @property
    def left(self) -> float:
        """About how many seconds it still takes."""
        return self.seconds * (1 - self.done / self.total)

    @property
    def lane(self) -> int:
        """The lane in which it waits."""
        return lane_of(self.seconds)

    def rank(self, owner: Hashable) -> int:
        """The best rank at which the owner waits; that of the last one who waited is forgotten."""
        return min((ask.rank for ask in self.asks if ask.owner == owner), default=0)


def lane_of(seconds: float) -> int:
    """The lane of what is to take about so long."""
    return next(i for i, most in enumerate(LANES) if seconds <= most)


Work = TypeVar("Work", bound=Piece)


class Turns(Generic[Work]):
    """Pieces that wait, owner by owner; who had a turn goes behind the others."""

    def __init__(self) -> None:
        self.by_owner: dict[Hashable, list[tuple[int, int, Work]]] = {}  # the first owner is next

    def of(self, owner: Hashable) -> list[Work]:
        """An owner's pieces in their order: by rank, then first come first served."""
        return [piece for _, _, piece in self.by_owner.get(owner, ())]

    def add(self, owner: Hashable, piece: Work) -> None:
        """Put a piece among those of an owner, or where its rank has it now."""
        self.remove(owner, piece, keep_turn=True)
        insort(self.by_owner.setdefault(owner, []), (piece.rank(owner), piece.number, piece))

    def remove(self, owner: Hashable, piece: Work, keep_turn: bool = False) -> None:
        """Take a piece away from an owner; one who has no more has no turn."""
        pieces = self.by_owner.get(owner, [])
        pieces[:] = [entry for entry in pieces if entry[2] is not piece]
        if not pieces and not keep_turn:
            self.by_owner.pop(owner, None)

    def first(self) -> tuple[Hashable, Work] | None:
        """Whose turn it is, and their first piece that somebody waits for."""
        for owner, pieces in self.by_owner.items():
            for _, _, piece in pieces:
                if piece.asks:
                    return owner, piece
        return None

    def take(self, owner: Hashable, piece: Work) -> None:
        """Give the owner their turn with this piece."""
        for other in piece.owners:
            self.remove(other, piece)
        if owner in self.by_owner:
            self.by_owner[owner] = self.by_owner.pop(owner)

    def copy(self) -> "Turns[Work]":
        """The same, to try out."""
        copy: Turns[Work] = Turns()
        copy.by_owner = {owner: list(pieces) for owner, pieces in self.by_owner.items()}
        return copy


class Line(Generic[Work]):
    """Pieces of work that are wanted: who is next, at which place each waits, and what is refused."""

    def __init__(
        self, workers: int, max_seconds: float, grace: float, clock: Callable[[], float] = monotonic
    ) -> None:
        """workers: how many pieces are worked on at once. max_seconds: what waits longer is refused.

        grace: seconds for which a piece that nobody waits for keeps its place.
        """
        self._workers, self._max_seconds, self._grace, self._clock = workers, max_seconds, grace, clock
        self._wanted: dict[Hashable, Work] = {}  # waiting or begun, and not given up
        self._lanes: tuple[Turns[Work], ...] = tuple(Turns() for _ in LANES)
        self._begun: list[Work] = []
        self._alone: set[Work] = set()  # those in the line that nobody waits for
        self._numbers = count()
        self._places: dict[Work, int] | None = None  # of all that wait; None where they have changed

    def is_empty(self) -> bool:
        """Whether nothing waits or is worked on."""
        self.give_up()
        return not (self._wanted or self._begun)

    def n_waiting(self) -> int:
        """How many pieces wait for their turn."""
        return len(self._wanted) - sum(self.is_wanted(piece) for piece in self._begun)

    def is_wanted(self, piece: Work) -> bool:
        """Whether the piece can still be joined."""
        return self._wanted.get(piece.key) is piece

    def join(self, key: Hashable, ask: Ask) -> Work | None:
        """Wait for the piece with this key too; None where there is none."""
        piece = self._wanted.get(key)
        if piece is not None:
            self._stand(piece, ask)
        return piece

    def add(self, piece: Work, ask: Ask) -> None:
        """Put a new piece in the line."""
        piece.number = next(self._numbers)
        self._wanted[piece.key] = piece
        self._stand(piece, ask)

    def leave(self, piece: Work, ask: Ask) -> None:
        """Wait no more. What another owner waits for stands among that one's pieces alone."""
        piece.asks.remove(ask)
        piece.left_at, self._places = self._clock(), None
        if not self._waits(piece):
            return
        if not piece.asks:
            self._alone.add(piece)
        elif any(other.owner == ask.owner for other in piece.asks):
            self._turns(piece).add(ask.owner, piece)
        else:
            self._withdraw(piece, ask.owner)

    def give_up(self) -> None:
        """Drop what waits in the line and nobody has waited for long enough."""
        for piece in list(self._alone):
            self.drop_if_left(piece)

    def drop_if_left(self, piece: Work) -> None:
        """Drop a piece where nobody has waited for it long enough."""
        if not piece.asks and self._clock() - piece.left_at >= self._grace:
            self.drop(piece)

    def drop(self, piece: Work) -> None:
        """Nobody can join this piece any more; it may be under way still."""
        if self.is_wanted(piece):
            del self._wanted[piece.key]
        for owner in list(piece.owners):
            self._withdraw(piece, owner)
        self._alone.discard(piece)

    def place(self, piece: Work) -> int:
        """Its place among those of its lane that wait, if nobody else comes; 0 once it has begun."""
        if not self._waits(piece):
            return 0
        self.give_up()
        if self._places is None:
            orders = map(_order, self._lanes)
            self._places = {each: i + 1 for order in orders for i, each in enumerate(order)}
        return self._places.get(piece, 0)

    def take(self) -> Work | None:
        """The next piece for a worker that is free, which has begun with this; None where nobody waits."""
        self.give_up()
        found = next((found for turns in reversed(self._lanes) if (found := _next(turns))), None)
        if found is None:
            for piece in list(self._alone):
                self.drop(piece)
            return None
        return self._begin(*found)

    def take_express(self, lane: int) -> Work | None:
        """The next piece of a lane for its express, which has begun with this; None where none is to begin.

        One goes at a time. One that turns out to be longer holds up no other, as long as there are no more of
        these than workers.
        """
        self.give_up()
        under_way = [piece for piece in self._begun if piece.express == lane]
        is_held_up = any(self._lane_now(piece) == lane for piece in under_way)
        found = None if is_held_up or len(under_way) > self._workers else _next(self._lanes[lane])
        return None if found is None else self._begin(*found, express=lane)

    def gives_way(self, piece: Work) -> bool:
        """Whether a shorter piece waits or is under way beside this one, which is under way."""
        lane = self._lane_now(piece)
        if any(turns.by_owner for turns in self._lanes[:lane]):
            return True
        return any(self._lane_now(other) < lane for other in list(self._begun))

    def end(self, piece: Work) -> None:
        """The piece is done."""
        self._begun.remove(piece)
        self.drop(piece)

    def check(self, owner: Hashable, seconds: float) -> None:
        """Raise BusyError where an owner's new piece would wait too long while all workers are busy.

        A short one waits only for those of its lane, and may be refused for those of its owner alone. A long
        one waits for the owner's, and of each other for as many as the owner will have.
        """
        lane = lane_of(seconds)
        if lane < LONG:
            asked_for = sum(piece.seconds for piece in self._lanes[lane].of(owner) if piece.asks)
            if asked_for > self._max_seconds:
                raise BusyError(asked_for, own=asked_for)
            return
        under_way = (piece for piece in self._begun if piece.owner == owner and piece.express is None)
        mine = [*self._lanes[LONG].of(owner), *under_way]
        own = sum(piece.left for piece in mine if piece.asks) / self._workers
        if own > self._max_seconds:
            raise BusyError(own, own)
        others = list(self._before(owner, 1 + len(self._lanes[LONG].of(owner))))
        before = own + sum(seconds for _, seconds in others) / self._workers
        if before > self._max_seconds:
            raise BusyError(before, own, len({other for other, _ in others}))

    def make_room(self, owner: Hashable) -> Work | None:
        """Where the line is full, drop the last piece of who has most, and return it.

        Raises BusyError where that is the owner of the new piece, or nobody's can be dropped alone.
        """
        n = self.n_waiting()
        if n < MAX_WAITING:
            return None
        owners = {one for turns in self._lanes for one in turns.by_owner}
        sizes = {one: len(self._of(one)) for one in owners}
        most = max(sizes, key=lambda one: sizes[one])
        last = next((piece for piece in reversed(self._of(most)) if piece.owners == [most]), None)
        if sizes.get(owner, 0) + 1 >= sizes[most] or last is None:
            raise BusyError(self._max_seconds, others=len(sizes.keys() - {owner}), pieces=n)
        self.drop(last)
        return last

    def _of(self, owner: Hashable) -> list[Work]:
        return [piece for turns in self._lanes for piece in turns.of(owner)]

    def _before(self, owner: Hashable, n: int) -> Iterator[tuple[Hashable, float]]:
        """The other owners' work that a long piece waits for, with who asked for it: of each n that wait."""
        others = (piece for piece in self._begun if piece.owner != owner and piece.express is None)
        yield from ((piece.owner, piece.left) for piece in others if piece.asks)
        turns = self._lanes[LONG]
        for other in turns.by_owner:
            if other != owner:
                asked_for = (piece for piece in turns.of(other) if piece.asks)
                yield from ((other, piece.seconds) for piece in islice(asked_for, n))

    def _turns(self, piece: Work) -> Turns[Work]:
        return self._lanes[piece.lane]

    def _waits(self, piece: Work) -> bool:
        return piece.began_at is None and self.is_wanted(piece)

    def _stand(self, piece: Work, ask: Ask) -> None:
        self._places = None
        if self._waits(piece):
            if not piece.asks:  # it stands only for who comes back to it
                for owner in [owner for owner in piece.owners if owner != ask.owner]:
                    self._withdraw(piece, owner)
            if ask.owner not in piece.owners:
                piece.owners.append(ask.owner)
        piece.asks.append(ask)
        if self._waits(piece):
            self._turns(piece).add(ask.owner, piece)
            self._alone.discard(piece)

    def _withdraw(self, piece: Work, owner: Hashable) -> None:
        self._places = None
        piece.owners.remove(owner)
        self._turns(piece).remove(owner, piece)

    def _begin(self, owner: Hashable, piece: Work, express: int | None = None) -> Work:
        self._places = None
        piece.owner, piece.began_at, piece.express = owner, self._clock(), express
        piece.owners.clear()
        self._begun.append(piece)
        return piece

    def _lane_now(self, piece: Work) -> int:
        """The lane to which a piece under way belongs: its own, or a longer one by now."""
        assert piece.began_at is not None
        return max(piece.lane, lane_of((self._clock() - piece.began_at) / OVERRUN))


def _next(turns: Turns[Work]) -> tuple[Hashable, Work] | None:
    """Whose turn it is, with their piece, which is taken out."""
    found = turns.first()
    if found is not None:
        turns.take(*found)
    return found


def _order(turns: Turns[Work]) -> Iterator[Work]:
    """All that somebody waits for, in the order in which they will begin."""
    turns = turns.copy()
    while (found := _next(turns)) is not None:
        yield found[1]
