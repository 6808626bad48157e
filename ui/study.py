"""Learning curves for the page: started when they are cheap or asked for, in sight, stoppable, and kept.

What is kept is one seed's curves, so that more seeds only train the seeds that are new, and a study that
was stopped goes on where it left off.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

import streamlit as st

from core import Dataset, Settings
from core.datasets import TEST_SHARE
from core.settings import LAMS, MAX_SEED, UPLOAD
from core.variance import Curves, estimated_seconds, learning_curves, sample_sizes
from ui.data import fingerprint, load, store_for
from ui.jobs import BusyError, OnProgress, Watch
from ui.lesson import RefusedError
from ui.memory import Store
from ui.store import Task, done, download_turn, heed, one_download, progress_words, tell_busy, training_key
from ui.words import duration

SEEDS = (3, 5, 10)  # to choose from, the first until told otherwise
AUTO_SECONDS = 4.0  # a study estimated longer waits for its button
STORE_BYTES = 8_000_000
LAST = "last_study"  # in the session: the plans and the curves that were shown last
STUDY = "study"  # in the session: what the person said last, "run" or "stop", and of which plans


@dataclass(frozen=True)
class Plan:
    """What one seed's curves depend on."""

    settings: Settings  # with that seed, as `training_key` leaves them
    penalty: str
    test_share: float
    sizes: tuple[int, ...]
    digest: str = ""  # of a person's data

    def load(self) -> Dataset:
        """The seed's data, split by the share."""
        return load(self.settings, self.test_share)

    def seconds(self) -> float:
        """About how long the training takes."""
        n_features, n_classes, _ = _shape_of(self.settings, self.test_share)
        hidden, epochs = self.settings.hidden, self.settings.epochs
        return estimated_seconds(self.sizes, n_features, hidden, n_classes, len(LAMS), epochs)


def chosen(choices: Mapping[str, Any]) -> tuple[str, float, int]:
    """The page's own controls, by key: the penalty, the share of test rows, and how many seeds."""
    return (
        choices.get("variance_penalty", "l2"),
        choices.get("variance_test_share", TEST_SHARE),
        choices.get("variance_seeds", SEEDS[0]),
    )


def plans_for(settings: Settings, penalty: str, test_share: float, n_seeds: int) -> tuple[Plan, ...]:
    """One plan for each seed from the panel's on; all of them with the same numbers of samples."""
    key = training_key(settings)
    each = [replace(key, seed=(key.seed + i) % (MAX_SEED + 1)) for i in range(n_seeds)]
    shapes = [_shape_of(one, test_share) for one in each]
    sizes = sample_sizes(min(m for _, _, m in shapes), shapes[0][1])
    digest = fingerprint(settings)
    return tuple(Plan(one, penalty, test_share, sizes, digest) for one in each)


def studied(plans: tuple[Plan, ...]) -> tuple[Curves, ...] | None:
    """The curves of all plans, trained now or taken from the store; None where that waits for a button.

    A bar shows how far it is, with a button that stops it; any other choice of the person's ends it too.
    """
    place = st.container(key="study").empty()  # always there, so that nothing under it moves
    store = _store(plans[0])
    found = {plan: store.get(plan) for plan in plans}
    missing = [plan for plan in plans if found[plan] is None]
    said, of = st.session_state.get(STUDY, ("", ()))
    seconds = sum(plan.seconds() for plan in missing)
    n_networks = len(missing) * len(plans[0].sizes) * len(LAMS)
    if missing and (said if of == plans else "") != "run" and (seconds > AUTO_SECONDS or of == plans):
        with place.container():
            st.info(
                f"{n_networks:,} networks are still to be trained: {len(missing)} of {len(plans)} seeds, "
                f"each with {len(plans[0].sizes)} numbers of samples and {len(LAMS)} values of λ. "
                f"That takes about {duration(seconds)}; fewer epochs, units or seeds take less."
            )
            st.button("Train them", on_click=_say, args=("run", plans), key="study_button")
        return None
    if missing:
        with place.container():
            bar = st.progress(0.0, progress_words(_words(missing[0], plans), 0, 0.0))
            st.button("Stop", on_click=_say, args=("stop", plans), key="study_button")
        try:
            for i, plan in enumerate(missing):
                watch = _watch(bar, _words(plan, plans), i / len(missing), 1 / len(missing))
                found[plan] = done(store, _task(plan), watch)
        except BusyError as busy:
            tell_busy(place, busy)
            return None
    curves = tuple(found[plan] for plan in plans)
    st.session_state[LAST] = plans, curves
    place.caption(
        f"{len(plans)} seeds × {len(plans[0].sizes)} numbers of samples × {len(LAMS)} values of λ = "
        f"{len(plans) * len(plans[0].sizes) * len(LAMS):,} networks. A seed draws the split, the samples and "
        "the first weights."
    )
    return curves


def later(settings: Settings, penalty: str, test_share: float, n_seeds: int) -> tuple[Curves, ...] | str:
    """The curves without a page, in another thread too: those kept, or trained where that is soon done.

    Where it would take longer, or with a person's data, of which another thread does not know, a sentence.
    """
    left_out = "The study of bias and variance is left out: open its page, let it train, and save again."
    if settings.dataset == UPLOAD:
        return left_out
    plans = plans_for(settings, penalty, test_share, n_seeds)
    store = _shared_store()
    found = {plan: store.get(plan) for plan in plans}
    missing = [plan for plan in plans if found[plan] is None]
    if sum(plan.seconds() for plan in missing) > AUTO_SECONDS:
        return left_out
    try:
        with one_download(download_turn()):
            found |= {plan: done(store, _task(plan)) for plan in missing}
    except RefusedError:
        return left_out
    return tuple(found[plan] for plan in plans)


def last(settings: Settings) -> tuple[Curves, ...] | None:
    """The curves that this session saw last, if they are of these settings."""
    plans, curves = st.session_state.get(LAST, ((), None))
    key = (training_key(settings), fingerprint(settings))
    return curves if plans and (plans[0].settings, plans[0].digest) == key else None


def known(plans: tuple[Plan, ...]) -> tuple[Curves, ...] | None:
    """The curves of all plans from the store, None where one is missing; nothing is trained or drawn."""
    found = tuple(_store(plan).get(plan) for plan in plans)
    return None if None in found else found


@st.cache_resource
def _shared_store() -> Store[Plan, Curves]:
    return Store(STORE_BYTES)


def _store(plan: Plan) -> Store[Plan, Curves]:
    """Where a plan's curves are kept."""
    return store_for(plan.settings, "curves", STORE_BYTES, _shared_store)


def _say(word: str, plans: tuple[Plan, ...]) -> None:
    """A button's callback: the person wants these plans run, or stopped."""
    st.session_state[STUDY] = word, plans


def _shape_of(settings: Settings, test_share: float) -> tuple[int, int, int]:
    """Features, classes and training samples; of a person's data they are not kept for others."""
    shape = _shape.__wrapped__ if settings.dataset == UPLOAD else _shape
    return shape(settings, test_share)


@lru_cache(maxsize=512)
def _shape(settings: Settings, test_share: float) -> tuple[int, int, int]:
    data = load(settings, test_share)
    return data.n_features, len(data.class_names), data.m


def _task(plan: Plan) -> Task:
    return Task(plan, partial(_train, plan, plan.load()), plan.seconds(), "")


def _train(plan: Plan, data: Dataset, on_progress: OnProgress) -> Curves:
    settings = plan.settings
    return learning_curves(
        data,
        plan.sizes,
        settings.hidden,
        plan.penalty,
        LAMS,
        settings.learning_rate,
        settings.epochs,
        settings.seed,
        on_progress,
    )


def _words(plan: Plan, plans: tuple[Plan, ...]) -> str:
    return f"Training seed {plan.settings.seed}, {plans.index(plan) + 1} of {len(plans)}"


def _watch(bar: st.delta_generator.DeltaGenerator, told: str, before: float, part: float) -> Watch:
    """A callback that moves the bar where its words change; each call is a place to be stopped at."""
    said = ""

    def watch(ahead: int, done: int, total: int) -> None:
        nonlocal said
        heed()
        share = before + part * done / total
        words = progress_words(told, ahead, share)
        if words != said:
            said = words
            bar.progress(share, words)

    return watch
