"""The walk through what there is to look at on a page."""

import re
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import core
from core.settings import LAMS
from tests.app import context_at, open_app, topic
from tests.trained import trained_to_rest
from ui.topics import TOPICS
from ui.topics.choosing import TOPIC as CHOOSING
from ui.topics.choosing import least_fitted
from ui.topics.choosing.fitted import chosen_validation
from ui.topics.hidden_units import TOLERANCE, unit_lost
from ui.topics.looks import chosen_in_folds, half_zero, nearest, shrink_by, weights_left
from ui.topics.topic import Context
from ui.work.networks import PLAIN, networks
from ui.work.validation import validation

QUICK = {"epochs": "50"}
SPARSITY, OVERVIEW = topic("sparsity"), topic("overview")
PLACES = (core.Settings(epochs=50), core.Settings(dataset="moons", hidden=(5, 3), epochs=50))


def with_networks(settings: core.Settings) -> Context:
    """A context whose networks are there."""
    context = context_at(settings)
    assert context.networks.runs
    return context


def on(app: AppTest) -> tuple[str | None, float]:
    """The look that the address has, and λ."""
    return app.query_params.get("look", [None])[0], app.session_state["lam"]


@pytest.mark.parametrize("one", TOPICS, ids=lambda one: one.key)
def test_every_page_has_a_few_looks_at_what_can_be_chosen_there(one):
    assert 3 <= len(one.looks) <= 5
    assert len({look.words for look in one.looks}) == len(one.looks)
    by_key = {control.key: control for control in one.controls}
    for look in one.looks:
        assert look.words[0].isupper()
        assert not look.words.endswith(" ")
        assert look.penalty in ("", *core.PENALTIES)
        for key, value in look.chosen.items():
            assert value in by_key[key].values_in(context_at())
        told = [float(lam) for lam in re.findall(r"λ = ([\d.]+)", look.words)]
        assert [look.lam(context_at())] * len(told) == told, "a λ that is named is the one that is chosen"


@pytest.mark.parametrize("settings", PLACES, ids=lambda settings: settings.dataset)
def test_the_rules_find_their_lam_among_networks_that_are_there(settings):
    context = context_at(replace(settings, seed=5))
    assert [rule(context) for rule in (half_zero, unit_lost, weights_left)] == [None] * 3
    context = with_networks(settings)
    _, run = trained_to_rest(settings, "l1", LAMS)
    zero = sum((W == 0).sum(axis=(1, 2)) for W in run.W) / sum(W[0].size for W in run.W)
    assert half_zero(context) == LAMS[int(np.flatnonzero(zero >= 0.5)[0])]
    empty = np.any([(W == 0).all(axis=(1, 2)) for W in run.W], axis=0)
    assert weights_left(context) == LAMS[int(np.flatnonzero(~empty)[-1])]
    for share in (0.0, 0.05):
        seen = replace(context, choices={TOLERANCE.key: share})
        k, cleaned = LAMS.index(unit_lost(seen)), without(run, share)
        assert lost(cleaned, k)
        assert not any(lost(cleaned, before) for before in range(k))


def without(run: core.Run, share: float) -> core.Run:
    """The run without weights of up to this share of the largest in their layer at λ = 0."""
    cleaned = [np.where(np.abs(W) <= share * np.abs(W[0]).max(), 0, W) for W in run.W]
    return replace(
        run, history_W=tuple(W[None] for W in cleaned), history_b=tuple(b[-1:] for b in run.history_b)
    )


def lost(run: core.Run, k: int) -> bool:
    """Whether some unit of a network tells no sample from another, or the next layer does not hear it."""
    Z = run.layers(np.random.default_rng(0).standard_normal((50, run.W[0].shape[2])))
    for layer, following in zip(Z[:-1], run.W[1:], strict=True):
        if (np.ptp(layer[k], axis=-1) == 0).any() or (following[k] == 0).all(axis=0).any():
            return True
    return False


def test_the_lam_of_the_folds_is_known_once_they_are():
    context = context_at(epochs=50, seed=4)
    assert chosen_in_folds("l2")(context) is None
    found = context.run(validation(context.settings, context.shelf))[0]
    assert chosen_in_folds("l2")(context) == found.by_label["L2"].lam_1se


def test_the_least_lam_with_a_fit_is_the_first_at_which_every_fold_has_one():
    context = context_at(choices={control.key: control.default for control in CHOOSING.controls})
    mean = chosen_validation(context).mean
    k = LAMS.index(least_fitted(context))
    assert k > 0, "there are folds that a plane separates, which have no optimum without a penalty"
    assert np.isfinite(mean[k])
    assert not np.isfinite(mean[:k]).any()


def test_the_lam_that_shrinks_by_a_share_is_the_nearest_of_the_grid():
    context = context_at(learning_rate=0.3)
    lam = shrink_by(0.1)(context)
    share = np.array(LAMS[1:]) * 0.3 / context.data.m
    assert lam == LAMS[1:][int(np.argmin(np.abs(np.log(share / 0.1))))]
    assert (nearest(1e-9), nearest(1e9)) == (LAMS[1], LAMS[-1])


def test_a_walk_sets_lam_and_choices_stands_in_the_address_and_ends():
    app = open_app(SPARSITY, compare="cost", **QUICK)
    app.button(key="look_first").click().run()
    assert on(app) == ("1", 0)
    assert app.session_state["compare"] == "lam"
    assert "compare" not in app.query_params
    assert any(m.value.startswith("**1 of 4.** Go to λ = 0") for m in app.main.markdown)
    app.button(key="look_on").click().run()
    half = half_zero(with_networks(core.Settings(epochs=50)))
    assert on(app) == ("2", half)
    for _ in range(2):
        app.button(key="look_on").click().run()
    assert app.session_state["compare"] == "cost"
    assert app.button(key="look_on").disabled
    app.button(key="look_leave").click().run()
    assert on(app) == (None, half)
    assert not app.exception
    assert app.button(key="look_first")


def test_a_lam_that_hangs_on_the_folds_is_chosen_once_they_are_there():
    app = open_app(OVERVIEW, seed="31", **QUICK)
    app.button(key="look_first").click().run()
    app.button(key="look_on").click().run()
    context = context_at(epochs=50, seed=31)
    wanted = context.run(validation(context.settings, context.shelf))[0].by_label["L2"].lam_1se
    assert on(app) == ("2", wanted)


def test_a_look_of_a_link_leaves_its_lam_alone_and_nonsense_is_no_look():
    app = open_app(SPARSITY, look="2", lam="30", **QUICK)
    assert on(app) == ("2", 30)
    assert any("**2 of 4.**" in m.value for m in app.main.markdown)
    for text in ("0", "9", "٢", "2.0", "x" * 5000):
        assert open_app(SPARSITY, look=text, **QUICK).button(key="look_first").label == "Guide me"


def test_the_plain_steps_have_a_rule_of_their_own():
    histograms = topic("histograms")
    context = context_at(epochs=50)
    context.get(networks(context.settings, context.shelf, PLAIN))
    W = context.training.runs["L1"].W
    zero = sum((layer == 0).sum(axis=(1, 2)) for layer in W) / sum(layer[0].size for layer in W)
    assert histograms.looks[1].lam(context) == LAMS[int(np.flatnonzero(zero >= 0.5)[0])]
