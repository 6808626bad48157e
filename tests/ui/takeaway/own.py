"""A person's own data for the tests of what is taken along."""

from collections.abc import Mapping
from typing import Any

import numpy as np

import core
from core.datasets import Source, Table
from core.settings import UPLOAD
from ui.base.session import Own
from ui.data.shelf import Shelf
from ui.topics.topic import Context
from ui.work.tasks import Run, run_now


def own_context(
    feature_names: tuple[str, ...] = ("a", "b", "c"),
    class_names: tuple[str, ...] = ("no", "yes"),
    source: str = "a.csv",
    hidden: tuple[int, ...] = (3,),
    choices: Mapping[str, Any] | None = None,
    runner: Run = run_now,
) -> Context:
    """The panel's context for 60 rows of two classes, quickly trained; `source` is all their words."""
    X = np.random.default_rng(0).standard_normal((60, len(feature_names)))
    table = Table(X, np.arange(60) % 2, feature_names, class_names)
    own = Own(table, Source(source, source, source, source, lambda *_: table, False), "a digest")
    settings = core.Settings(dataset=UPLOAD, hidden=hidden, epochs=50)
    return Context(settings, Shelf(own), "light", runner, choices or {})
