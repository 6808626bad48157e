"""Who is next: a line of pieces of work that is fair to all who ask, whatever the others ask for.

Owners take turns: a piece of each, then the next one of each, so that a hundred pieces of one owner delay
another's by one. Short pieces and long ones have turns of their own. A free worker takes short ones first,
but of each owner only one before the next long one; a long piece that has begun lets short ones pass at its
signs of progress, and an owner whose piece took a second then lets it go on for a second. So short work is
soon done, and long work goes on.

Here is no thread and no lock: that is `ui.base.queue`'s.
"""

from bisect import insort
from collections.abc import Callable, Collection, Hashable, Iterator
from dataclasses import dataclass, field
from itertools import count, islice
from time import monotonic
from typing import Generic, NamedTuple, TypeVar

SHORT_SECONDS = 2.0  # estimated for a small server, a third of it on most; what takes longer is long
OVERRUN_SECONDS = 4.0  # what was to be short and has run for longer than this is long from then on
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
    stood: float = 0.0  # seconds since then in which it stood still for others
    passed: dict[Hashable, float] = field(default_factory=dict)  # until it ran so long, they let it go on

    @property
    def left(self) -> float:
        """About how many seconds it still takes."""
        return self.seconds * (1 - self.done / self.total)

    def rank(self, owner: Hashable) -> int:
        """The best rank at which the owner waits; that of the last one who waited is forgotten."""
        return min((ask.rank for ask in self.asks if ask.owner == owner), default=0)


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

    def first(self, passed_over: Collection[Hashable] = ()) -> tuple[Hashable, Work] | None:
        """Whose turn it is, and their first piece that somebody waits for."""
        for owner, pieces in self.by_owner.items():
            if owner not in passed_over:
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
        self.short: Turns[Work] = Turns()  # whether there are any may be asked without a lock
        self.long: Turns[Work] = Turns()
        self._had: set[Hashable] = set()  # whose short pieces began before the long one that is next
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
        """How many begin until this one does, itself included, if nobody else comes; 0 once it has begun."""
        if not self._waits(piece):
            return 0
        self.give_up()
        if self._places is None:
            self._places = {each: i + 1 for i, each in enumerate(self._order())}
        return self._places.get(piece, 0)

    def take(self) -> Work | None:
        """The next piece for a worker that is free, which has begun with this; None where nobody waits."""
        self.give_up()
        found = _next(self.short, self.long, self._had)
        if found is None:
            for piece in list(self._alone):
                self.drop(piece)
            return None
        return self._begin(*found)

    def take_past(self, long: Work) -> Work | None:
        """The next short piece that a long one under way lets pass, which has begun with this."""
        ran = self._ran(long)
        if long.seconds <= SHORT_SECONDS and ran <= OVERRUN_SECONDS:
            return None
        found = self.short.first([owner for owner, until in long.passed.items() if until > ran])
        if found is None:
            return None
        self.short.take(*found)
        return self._begin(*found)

    def end(self, piece: Work, past: Work | None = None) -> None:
        """The piece is done; past: the long one that it has passed, and that goes on now."""
        self._begun.remove(piece)
        self.drop(piece)
        if past is not None:
            past.stood += self._ran(piece) + piece.stood
            past.passed[piece.owner] = self._ran(past) + self._ran(piece)

    def check(self, owner: Hashable, seconds: float) -> None:
        """Raise BusyError where an owner's new piece would wait too long while all workers are busy.

        A short one waits only for short ones, and may be refused for those of its owner alone. A long one
        waits for the owner's, and of each other for as many as the owner will have.
        """
        short = sum(piece.seconds for piece in self.short.of(owner) if piece.asks)
        if seconds <= SHORT_SECONDS:
            if short / self._workers > self._max_seconds:
                raise BusyError(short / self._workers, own=short)
            return
        mine = [*self.long.of(owner), *(piece for piece in self._begun if piece.owner == owner)]
        own = (short + sum(piece.left for piece in mine if piece.asks)) / self._workers
        if own > self._max_seconds:
            raise BusyError(own, own)
        others = list(self._before(owner, 1 + len(self.long.of(owner))))
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
        sizes = {one: len(self._of(one)) for one in {*self.short.by_owner, *self.long.by_owner}}
        most = max(sizes, key=lambda one: sizes[one])
        last = next((piece for piece in reversed(self._of(most)) if piece.owners == [most]), None)
        if sizes.get(owner, 0) + 1 >= sizes[most] or last is None:
            raise BusyError(self._max_seconds, others=len(sizes.keys() - {owner}), pieces=n)
        self.drop(last)
        return last

    def _of(self, owner: Hashable) -> list[Work]:
        return [*self.short.of(owner), *self.long.of(owner)]

    def _before(self, owner: Hashable, n: int) -> Iterator[tuple[Hashable, float]]:
        """The other owners' work that a long piece waits for, with who asked for it: of each n that wait."""
        yield from ((piece.owner, piece.left) for piece in self._begun if piece.asks and piece.owner != owner)
        for other in self.long.by_owner:
            if other != owner:
                asked_for = (piece for piece in self.long.of(other) if piece.asks)
                yield from ((other, piece.seconds) for piece in islice(asked_for, n))

    def _turns(self, piece: Work) -> Turns[Work]:
        return self.short if piece.seconds <= SHORT_SECONDS else self.long

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

    def _begin(self, owner: Hashable, piece: Work) -> Work:
        self._places = None
        piece.owner, piece.began_at = owner, self._clock()
        piece.owners.clear()
        self._begun.append(piece)
        return piece

    def _ran(self, piece: Work) -> float:
        """For how many seconds it has run itself."""
        assert piece.began_at is not None
        return self._clock() - piece.began_at - piece.stood

    def _order(self) -> Iterator[Work]:
        """All that somebody waits for in the order in which free workers will take them."""
        short, long, had = self.short.copy(), self.long.copy(), set(self._had)
        while (found := _next(short, long, had)) is not None:
            yield found[1]


def _next(short: Turns[Work], long: Turns[Work], had: set[Hashable]) -> tuple[Hashable, Work] | None:
    """Take what a free worker begins: a short piece, of each owner one before the next long one.

    had: whose short pieces began since the last long one, while another waits; it is kept here.
    """
    next_long = long.first()
    if next_long is None:
        had.clear()
    found = short.first(had)
    if found is not None:
        if next_long is not None:
            had.add(found[0])
        short.take(*found)
    elif next_long is not None:
        found = next_long
        had.clear()
        long.take(*found)
    return found
