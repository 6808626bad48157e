"""The training samples that a person edited, by the data that they are of; other data leave them alone."""

from collections.abc import Hashable

from core import Settings
from core.edits import Edit
from core.settings import UPLOAD
from ui.base.session import session


def data_key(settings: Settings) -> Hashable:
    """What decides the rows of the data that the settings name."""
    of = settings.reduced()
    return of.dataset, of.seed, of.n_samples, of.noise


def edits_of(settings: Settings) -> tuple[Edit, ...]:
    """What was edited of the data that the settings name."""
    return session.edits.get(_key(settings), ())


def put_edits(settings: Settings, edits: tuple[Edit, ...]) -> None:
    """Remember what is edited of the data that the settings name."""
    session.edits = {**session.edits, _key(settings): edits}


def _key(settings: Settings) -> Hashable:
    own = session.own.digest if settings.dataset == UPLOAD and session.own else ""
    return data_key(settings), own
