"""Whoever guesses the codes of rooms is slowed down, by address.

A class shares one, so sixty wrong codes are free, and then one a second; meanwhile nobody new comes in from
there at once, while those who are in vote on.
"""

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

WRONG_CODES, WRONG_RATE = 60.0, 1.0  # of one address: at once, and a second for long
DEBT = 10.0  # wrong codes that it can be ahead at most: phones may look for a room that has ended
ADDRESSES = 10_000  # that are remembered
TOO_MANY = "Too many wrong codes came from this network. Wait a moment; this page tries again by itself."


class Guesses:
    """How many wrong codes each address has left."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # by address, and at what time

    def left(self, address: str) -> float:
        """Wrong codes that it may still send at once."""
        left, at = self._left.get(address, (WRONG_CODES, 0.0))
        return min(WRONG_CODES, left + (self._clock() - at) * WRONG_RATE)

    def note(self, address: str) -> None:
        """It has sent a wrong one."""
        self._left[address] = max(-DEBT, self.left(address) - 1), self._clock()
        self._left.move_to_end(address)
        while len(self._left) > ADDRESSES:
            self._left.popitem(last=False)


GUESSES = Guesses()
