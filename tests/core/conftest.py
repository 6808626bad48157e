"""What the tests of core share: penalties of other shares, which the registry need not have."""

import pytest

from core.penalties import PENALTIES, Penalty


@pytest.fixture(params=[(0.5, 0.5), (1.0, 0.05), (0.2, 1.0)], ids=lambda shares: f"l1={shares[0]}")
def mixture(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a penalty with a corner and a square, registered for one test."""
    l1, l2 = request.param
    monkeypatch.setitem(PENALTIES, "mixture", Penalty("mixture", "Mixture", l1=l1, l2=l2))
    return "mixture"


@pytest.fixture
def double(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a square of twice the usual weight, registered for one test."""
    monkeypatch.setitem(PENALTIES, "double", Penalty("double", "Double", l1=0.0, l2=2.0))
    return "double"
