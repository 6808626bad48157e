"""Pages that are being drawn: a few at once, and fewer of one owner, so that nobody's crowd out the others'.

Python draws one page at a time, whatever the number of threads: of many that are begun together each ends as
late as the last. So pages take turns here, owner by owner, and one that waits for work gives its place away.
"""

from collections import Counter, deque
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Event, Lock

AT_ONCE, OF_ONE_OWNER = 4, 2
PATIENCE = 2.0  # seconds after which a page is drawn without its turn: one that hangs blocks no others


class Screens:
    """Who draws a page at the moment, and who waits for it."""

    def __init__(
        self, at_once: int = AT_ONCE, of_one_owner: int = OF_ONE_OWNER, patience: float = PATIENCE
    ) -> None:
        self._at_once, self._of_one_owner, self._patience = at_once, of_one_owner, patience
        self._lock, self._drawn = Lock(), Counter[Hashable]()
        self._waiting: dict[Hashable, deque[Event]] = {}  # the first owner is next
        self._owner: ContextVar[Hashable] = ContextVar("owner", default=None)  # whose page this thread draws

    def is_busy(self) -> bool:
        """Whether a page is being drawn."""
        return bool(self._drawn)

    @contextmanager
    def turn(self, owner: Hashable) -> Iterator[None]:
        """Draw a page inside, once it is its turn."""
        self._enter(owner)
        token = self._owner.set(owner)
        try:
            yield
        finally:
            self._owner.reset(token)
            self._leave(owner)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Wait for something inside: another page is drawn meanwhile. Who comes back need not wait again."""
        owner = self._owner.get()
        if owner is None:
            yield
            return
        self._leave(owner)
        try:
            yield
        finally:
            with self._lock:
                self._drawn[owner] += 1

    def _enter(self, owner: Hashable) -> None:
        turn = Event()
        with self._lock:
            self._waiting.setdefault(owner, deque()).append(turn)
            self._admit()
        if not turn.wait(self._patience):
            with self._lock:
                if not turn.is_set():
                    self._take_turn(owner, turn)

    def _leave(self, owner: Hashable) -> None:
        with self._lock:
            self._drawn[owner] -= 1
            if not self._drawn[owner]:
                del self._drawn[owner]
            self._admit()

    def _admit(self) -> None:
        """Give turns while there is room."""
        while self._drawn.total() < self._at_once:
            owner = next((one for one in self._waiting if self._drawn[one] < self._of_one_owner), None)
            if owner is None:
                return
            self._take_turn(owner, self._waiting[owner][0])

    def _take_turn(self, owner: Hashable, turn: Event) -> None:
        """The owner goes behind the others; one who has no more pages that wait goes."""
        turns = self._waiting.pop(owner)
        turns.remove(turn)
        if turns:
            self._waiting[owner] = turns
        self._drawn[owner] += 1
        turn.set()
