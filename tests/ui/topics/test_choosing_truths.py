"""Sentences of the page Choosing λ at the settings where they could lie."""

from dataclasses import replace

import numpy as np
import pytest

import core
from core.choosing import Choice, Comparison
from core.datasets import Source, Table
from core.intervals import of_share
from core.selection import Validation
from core.settings import LAMS, UPLOAD
from tests.app import context_at
from tests.ui.topics.scripts import numbers_in, printed_by, words_of
from ui.base.session import Own
from ui.data.shelf import Shelf
from ui.topics.choosing import TOPIC, rules, stable
from ui.topics.choosing.fitted import fitted
from ui.topics.topic import Context
from ui.work.tasks import run_now
from ui.work.validation import Validations, stability


def own(X, y, name, **settings):
    table = Table(X, y, tuple(f"x{i}" for i in range(X.shape[1])), ("no", "yes"))
    shelf = Shelf(Own(table, Source("Mine", "", "", "", lambda *_: table, False), name))
    return Context(core.Settings(dataset=UPLOAD, hidden=(), epochs=50, **settings), shelf, "light", run_now)


def steep():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((300, 2))
    y = (rng.random(300) < 1 / (1 + np.exp(-8 * X @ [1, -1]))).astype(int)
    return replace(own(X, y, "steep"), choices={"validated_penalty": "l2", "rule": "min"})


def test_at_lam_0_an_optimum_that_exists_is_not_said_to_be_none():
    context = steep()
    data = context.data
    core.fit_logistic(data.X_train, data.y_train, "l2", [0.0])  # it exists
    note = TOPIC.picture(context).notes[0]
    assert "λₘᵢₙ = 0**" in note
    assert "no fit to all training rows" not in note


def test_where_lam_min_is_0_the_test_rows_are_told_as_the_script_tells_them():
    assert "test rows are used once" in "".join(TOPIC.picture(steep()).notes)


@pytest.mark.parametrize("dataset", ["circles", "xor"])
def test_a_lam_as_good_as_lam_min_is_not_said_to_be_it(dataset):
    settings = core.Settings(dataset=dataset, hidden=(), n_samples=50, lam=20.0)
    assert fitted(context_at(settings), "l1").validation.lam_min == 1000
    assert "The chosen λ = 20 is λₘᵢₙ." not in TOPIC.picture(context_at(settings)).notes


def test_no_distance_of_rounding_is_told():
    settings = core.Settings(dataset="xor", hidden=(), n_samples=50, lam=30.0)
    assert "e-16 above" not in "".join(TOPIC.picture(context_at(settings)).notes)


def test_the_lam_that_a_rule_chose_is_not_one_that_nobody_could_have_known():
    settings = core.Settings(dataset="needles", hidden=(), n_samples=400, noise=0.5, seed=2)
    found = fitted(context_at(settings), "l1")
    assert int(np.nanargmin(found.fresh)) == found.validation.k_1se
    assert "nobody could have known" not in "".join(TOPIC.picture(context_at(settings)).notes)


def test_where_a_rule_finds_the_needles_the_two_aims_do_not_want_different_lams():
    settings = core.Settings(dataset="needles", hidden=(), n_samples=1000, noise=0.5, seed=16)
    text = "".join(TOPIC.picture(context_at(settings)).notes)
    assert "λ₁ₛₑ keeps all 5 columns that decide and 0 others" in text
    assert "they want different λ" not in text


def test_halves_are_not_refused_for_networks_that_play_no_part():
    rng = np.random.default_rng(0)
    context = own(rng.standard_normal((5000, 30)), np.arange(5000) % 2, "large")
    (task,) = stability(context.settings, context.shelf).tasks
    assert task.seconds < 10
    assert task.refused is None


@pytest.mark.parametrize("n_rare", [4, 5])
def test_how_the_picked_lam_is_measured_is_told_as_it_was_done(n_rare):
    rng = np.random.default_rng(1)
    y = np.repeat([0, 1], [n_rare, 20 if n_rare == 4 else 5])
    context = own(rng.standard_normal((len(y), 3)) + y[:, None] * [1, 0, 0], y, f"rare {n_rare}")
    told = rules.rules_picture(context).notes
    picked = [note for note in told if note.startswith("**Picked")]
    n_test = len(context.data.y_test)
    assert bool(picked) == ("picked on them" in told[-1])
    assert (f"dealt into {min(5, n_test)} parts" in told[-1]) == bool(picked)


def test_one_split_alone_has_no_error_to_tell():
    one = Choice(3, 0.5, 0.6, 2)
    found = [Comparison(np.array(LAMS), dict.fromkeys(("min", "1se", "test"), one), 0)]
    assert "nan" not in "".join(rules.notes(rules.choice_table(found), found))


def test_the_script_prints_what_the_page_says(tmp_path):
    settings = core.Settings(dataset="moons", hidden=(), n_samples=50)
    picture = TOPIC.picture(context_at(settings, {"rule": "min"}))
    assert numbers_in(printed_by(picture.script, tmp_path)) <= numbers_in(words_of(picture))


def test_the_interval_of_all_rows_right_ends_at_100_percent():
    assert [n for n in range(1, 2000) if of_share(n, n).high != 1 or of_share(0, n).low != 0] == []


def test_the_alternative_text_of_many_columns_says_how_many_are_shown():
    rng = np.random.default_rng(0)
    y = np.arange(100) % 2
    context = own(rng.standard_normal((100, 60)), y, "wide")
    picture = stable.stable_picture(context)
    assert len(picture.tables["columns"]) == 60 or not picture.alt.startswith("For each column")


def test_the_mathematics_holds_no_nan_where_no_lam_can_be_chosen():
    nothing = Validation(np.array(LAMS), *(np.full((10, len(LAMS)), np.nan),) * 2, 10)
    context = replace(context_at(), runner=lambda batch: [Validations({"L1": nothing, "L2": nothing})])
    assert "nan" not in TOPIC.mathematics(context)
