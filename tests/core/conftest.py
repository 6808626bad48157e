"""What the tests of core share: penalties of both parts, which the registry need not have."""

import pytest

from core.penalties import PENALTIES, Penalty


@pytest.fixture(params=[(0.5, 0.5), (1.0, 0.05), (0.2, 1.0)], ids=lambda shares: f"l1={shares[0]}")
def mixture(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a penalty with a corner and a square, registered for one test."""
    l1, l2 = request.param
    monkeypatch.setitem(PENALTIES, "mixture", Penalty("mixture", "Mixture", l1=l1, l2=l2))
    return "mixture"
