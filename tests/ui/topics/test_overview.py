"""The overview: a network that memorizes, the λ that stops it, and the way to the other pages."""

import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import core
from core.intervals import of_mean
from core.selection import Validation
from core.settings import LAMS
from tests.app import QUICK, chart, context_at, open_app, standing_in
from tests.trained import LECTURE, trained
from tests.ui.pictures.images import pixels
from tests.ui.topics.places import at_both_ends
from tests.ui.topics.scripts import numbers_in, printed_by, words_of
from ui.base.theme import INKS
from ui.frame.menu import TOOLS
from ui.pictures.chart import charts_of
from ui.pictures.field import SIDE, palette
from ui.topics import TOPICS
from ui.topics.overview import TOPIC, way_on
from ui.topics.overview.chart import chart as overview_chart
from ui.topics.overview.notes import _ruled, _too_large
from ui.topics.overview.scores import Expected, Measured, Scores, scores_of, second
from ui.topics.overview.tables import (
    BETWEEN,
    field_heads,
    field_table,
    lefts_of,
    plane_of,
    sample_table,
    score_readout,
    three_lams,
)
from ui.work import validation as work

ALL = range(len(LAMS))
NOISY = core.Settings(
    dataset="moons", n_samples=100, noise=0.5, learning_rate=1.0, epochs=500, hidden=(16,), lam=0.5
)


def sentences(app: AppTest) -> str:
    """All that the page says."""
    return "\n".join(text.value for text in app.main.markdown)


def entropy(run: core.Run, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Mean cross-entropy at each λ, by the logits of two classes."""
    Z = run.layers(X)[-1][:, 0].astype(float)
    return np.logaddexp(0, np.where(y == 1, -Z, Z)).mean(axis=1)


def by_hand(settings: core.Settings, penalty: str) -> tuple[core.Dataset, core.Run, np.ndarray]:
    """Data and networks trained without the pages, and their cost on the training rows.

    All penalties at once, since one that is not at rest goes another way where sums round otherwise.
    """
    data = settings.load()
    run = core.train_grid(data, settings, snapshots=2, method="accelerated")[core.PENALTIES[penalty].label]
    return data, run, entropy(run, data.X_train, data.y_train)


def validated(settings: core.Settings, penalty: str) -> Validation:
    """Folds fitted without the pages, all penalties at once too."""
    data, n = settings.load(), len(LAMS)
    found = core.cross_validate(
        *(data.X_train, data.y_train, settings.hidden, [name for name in LECTURE for _ in LAMS]),
        *(LAMS * len(LECTURE), None, settings.seed, 1, settings.learning_rate, settings.epochs),
    )
    i = list(LECTURE).index(penalty)
    return found.select(slice(i * n, (i + 1) * n))


@pytest.fixture(scope="module")
def moons() -> tuple[core.Dataset, core.Run]:
    settings = core.Settings(dataset="moons", n_samples=100, noise=0.5, hidden=(6,), learning_rate=1.0)
    data, run, _ = by_hand(settings, "l2")
    return data, run


def assert_answers(url: str, answers: np.ndarray, page: str) -> None:
    """An image has the colours of the probabilities, (SIDE · SIDE,), the lowest row first, up to a level."""
    colors = palette(page).astype(int)
    away = np.abs(pixels(url).reshape(-1, 1, 3) - colors).sum(axis=2)
    assert (away.min(axis=1) == 0).all()
    told = (away.argmin(axis=1) + 0.5) / len(colors)
    np.testing.assert_allclose(told, answers, atol=0.5 / len(colors) + 1e-6)


def middles(data: core.Dataset, margin: float = 0.25) -> np.ndarray:
    """The middles of the pixels over the training samples and a margin, row by row from the lowest."""
    low, high = data.X_train.min(axis=0) - margin, data.X_train.max(axis=0) + margin
    share = (np.arange(SIDE) + 0.5) / SIDE
    return np.array([low + (high - low) * (x, y) for y in share for x in share])


def test_every_penalty_has_its_field_at_every_lam(moons, theme):
    data, run = moons
    other = by_hand(NOISY, "l1")[1]
    runs, plane, page = {"L1": other, "L2": run}, plane_of(data), INKS[theme].page
    fields = field_table(runs, plane, page).set_index(["penalty", "k"])
    assert fields.index.is_unique
    assert set(fields.index) == {(label, k) for label in runs for k in ALL}
    assert [fields.x[label].unique().tolist() for label in runs] == [[left] for left in lefts_of(2)]
    P = run.predict_proba(middles(data))
    assert P[0].min() < 0.2 < 0.8 < P[0].max(), "this network is meant to be sure of itself"
    for k in (0, 13, len(LAMS) - 1):
        assert_answers(fields.url["L2", k], P[k], page)
    assert_answers(fields.url["L1", 3], other.predict_proba(middles(data))[3], page)


def test_a_network_that_has_no_answer_has_an_empty_field(moons):
    data, _ = moons
    answers = np.array([[np.nan], [0.2], [0.9]])
    run = SimpleNamespace(
        lams=np.array(LAMS[:3]),
        sound=np.array([False, False, True]),  # the second swings
        predict_proba=lambda X: np.repeat(answers, len(X), axis=1),
    )
    gone, swings, sure = field_table({"L2": run}, plane_of(data), "#ffffff").url
    for nothing in (gone, swings):
        assert (pixels(nothing) > 245).all()
    assert_answers(sure, np.full(SIDE * SIDE, 0.9), "#ffffff")


@pytest.mark.parametrize("n", [1, 2, 3])
def test_squares_stand_beside_each_other_and_fill_the_width(moons, n):
    data, _ = moons
    lefts = lefts_of(n)
    assert lefts[0] == 0
    assert np.diff(lefts) == pytest.approx(1 + BETWEEN), "none on another"
    points = sample_table(n, plane_of(data), data)
    assert len(points) == n * data.m
    for i, left in enumerate(lefts):
        mine = points.iloc[i * data.m : (i + 1) * data.m]
        assert mine.x.between(left, left + 1).all()
        assert mine.y.between(0, 1).all()


def test_the_training_points_lie_in_their_square(moons):
    data, _ = moons
    plane = plane_of(data)
    second = sample_table(2, plane, data).iloc[data.m :]
    back = plane.low + plane.size * np.column_stack([second.x - 1 - BETWEEN, second.y])
    np.testing.assert_allclose(back, data.X_train, atol=1e-5)
    assert (second.sign == "positive").tolist() == (data.y_train == 1).tolist()


def test_over_each_field_stands_what_is_best_known_of_its_network_at_that_lam():
    scores = {"L1": scores_with([0.9, np.nan, 0.3]), "L2": replace(scores_with([0.2, 0.4, 0.5]), true=None)}
    heads = field_heads(scores).set_index(["penalty", "k"])
    assert len(heads) == 6
    assert heads.wrong["L1", 0] == "true cost 0.9, 10 % wrong"
    assert heads.wrong["L2", 2] == "validated cost 0.5, 50 % wrong"
    assert heads.short["L2", 1] == "60 % wrong"
    assert heads.wrong["L1", 1] == heads.short["L1", 1] == "no answer"
    assert [heads.x[label, 2] for label in scores] == lefts_of(2)


@pytest.mark.parametrize("n_strips", [0, 2, 10])
def test_what_networks_answer_comes_first_beside_the_costs_and_moves_with_lam(n_strips, theme):
    spec = overview_chart(tuple(map(str, LAMS)), n_strips, True, theme)
    ((squares, answers), (_, curves)) = charts_of(spec)[0]
    mine = {"field_points", "field_heads", "guides" if n_strips else "fields"}
    assert set(squares["tables"]) == mine | {"chosen"}
    assert squares["width"] > 1
    assert [panel.get("title") for panel in answers["vconcat"]] == [None]
    titles = [panel.get("title") for panel in curves["vconcat"]]
    assert titles[1]["text"] == "Cost against λ, on a root scale"
    assert titles[2] == "Accuracy against λ"
    layers = answers["vconcat"][0]["layer"]
    scales = [part["encoding"]["x"].get("scale") for part in layers if "x" in part["encoding"]]
    domains = {str(scale["domain"]) for scale in scales if scale}
    assert domains == {str([0, lefts_of(2)[-1] + 1])}, "two squares fill the width"
    if not n_strips:
        image = layers[0]["mark"]
        assert image["type"] == "image"
        assert layers[0]["transform"] == [{"filter": "datum.k == k"}]
        assert image["width"] == {"expr": f"width / {lefts_of(2)[-1] + 1}"}, "an image is as wide as a side"
        assert (image["height"], image["aspect"]) == (answers["vconcat"][0]["height"], False)
        assert (image["align"], image["baseline"]) == ("left", "top")
    assert "k" in {param["name"] for param in answers["params"]}


def measured(cost: list[float]) -> Measured:
    return Measured(np.array(cost), np.array(cost))


def scores_with(cost: list[float]) -> Scores:
    """With these costs in truth, and a fold's worth of them where λ is validated."""
    costs = np.array([cost, cost])
    one = Validation(np.array(LAMS[: len(cost)]), costs, costs, 2)
    return Scores(measured(cost), one, measured(cost))


@pytest.mark.parametrize(
    ("cost", "ks", "middle"),
    [
        ([0.9, 0.5, 0.3, 0.45, 0.6, 0.7], [0, 2, 4], "λ₁ₛₑ"),  # half way from 0.3 to 0.7 is 0.5
        ([0.2, 0.3, 0.5, 0.7], [0, 2], "no penalty, λ₁ₛₑ"),
        ([0.9, 0.5, 0.3], [0, 2], "λ₁ₛₑ"),
        ([np.nan, 0.4, 0.8, np.nan], [1, 2], "λ₁ₛₑ"),
        ([np.nan, np.nan], [], ""),
    ],
)
def test_three_lams_are_zero_the_rules_and_one_that_lost_half(cost, ks, middle):
    found, roles = three_lams(scores_with(cost), chosen=1)
    assert found == ks
    assert len(roles) == len(ks)
    assert [role for role in roles if "λ₁ₛₑ" in role] == ([middle] if ks else [])


def test_until_it_is_known_the_chosen_lam_stands_in_for_the_rules():
    scores = Scores(measured([0.1, 0.2, 0.3, 0.6, 0.7]))
    assert three_lams(scores, chosen=1) == ([0, 1, 3], ["no penalty", "chosen", "too large"])
    assert three_lams(scores, chosen=0) == ([0, 3], ["no penalty, chosen", "too large"])
    assert three_lams(replace(scores, true=measured([1, 0.2, 0.3, 0.4, 0.5])), chosen=1)[0] == [0, 1, 3]
    assert three_lams(replace(scores, true=measured([1, 0.2, 0.4, 0.4, 0.5])), chosen=1)[0] == [0, 1, 2]


def test_what_is_best_known_of_new_rows_is_the_truth_then_the_folds():
    scores = scores_with([0.9, 0.5, 0.3])
    assert scores.new == ("true", scores.true)
    rows, folds = replace(scores, true=None).new
    assert (rows, folds.cost.tolist()) == ("validated", [0.9, 0.5, 0.3])
    assert replace(scores, true=None, validation=None).new == ("training", scores.training)


@pytest.fixture(scope="module")
def failed() -> tuple[core.Dataset, core.Run]:
    """Plain steps at an α that is too large for some λ: networks that swing, and some that diverge."""
    settings = core.Settings(dataset="moons", n_samples=50, learning_rate=3.0, epochs=50, hidden=())
    data, run = trained(settings, "l2", LAMS)
    assert {"trained", "swinging", "diverged"} <= set(run.state)
    return data, run


def test_a_network_that_grew_or_swings_instead_of_learning_has_no_score(failed):
    data, run = failed
    reach = 3.0 * run.lams / data.m
    scores = scores_of(run, data)
    for values in (scores.training.cost, scores.training.accuracy):
        assert np.isnan(values[reach > 2.2]).all()
        assert np.isnan(values[run.state == "swinging"]).all()
        assert np.isfinite(values[reach < 0.5]).all()
    swings = replace(
        run, saved_rest=replace(run.rest, swings=run.lams == 0, at_rest=run.at_rest & (run.lams > 0))
    )
    assert run.descended[0]
    assert np.isnan(scores_of(swings, data).training.cost[0])


def test_the_readout_says_what_became_of_each_network(failed):
    data, run = failed
    readout = score_readout({"L2": scores_of(run, data)}, {"L2": run})
    for k, line in enumerate(readout.L2):
        if run.state[k] in ("diverged", "swinging"):
            assert line == {"diverged": "L2: diverged", "swinging": "L2: swings"}[run.state[k]]
        else:
            where = "at rest" if run.at_rest[k] else f"{run.residual[-1, k]:.2g} from rest"
            assert line == f"L2: training cost {run.data_cost[-1][k]:.3g}"
            assert readout.rest[k] == where


def test_where_no_network_is_left_there_is_no_picture(monkeypatch):
    nothing = scores_with([np.nan] * len(LAMS))
    monkeypatch.setattr("ui.topics.overview.scores_of", lambda *_: nothing)
    picture = TOPIC.draw(context_at(NOISY))
    assert picture.missing.startswith("At every λ L1 and L2 diverged, so there is nothing to draw.")


def test_the_mathematics_holds_the_numbers_of_what_is_shown():
    text = TOPIC.mathematics(context_at(replace(NOISY, lam=30.0)))
    assert r"\frac{30}{2\cdot 70}" in text
    assert "on the 70 training rows" in " ".join(text.split())
    assert "the 30 test rows have no say in it" in " ".join(text.split())


def test_the_way_on_is_every_other_topic():
    links = way_on(TOPICS)
    assert list(links) == [topic.file for topic in TOPICS if topic is not TOPIC]
    assert links["pages/sparsity.py"] == "**L1 vs L2** · L1 makes weights exactly zero, L2 only small."


def test_the_script_as_it_stands_is_of_the_panels_own_data(tmp_path):
    printed = printed_by((TOPIC.folder / "script.py").read_text(encoding="utf-8"), tmp_path)
    one = validated(core.Settings(), "l2")
    assert f"L2: λₘᵢₙ = {one.lam_min:g}, λ₁ₛₑ = {one.lam_1se:g}; " in printed
    assert "true cost" not in printed


def test_the_script_of_data_in_a_plane_prints_the_numbers_of_the_page(tmp_path):
    context = context_at(NOISY)
    context.run(second(context))
    picture = TOPIC.picture(context)
    printed = printed_by(picture.script, tmp_path)
    assert len(numbers_in(printed)) > 8
    assert numbers_in(printed) <= numbers_in(words_of(picture)), printed


def test_answers_and_the_cost_at_the_chosen_lam_are_shown_whatever_the_panels_data():
    for context in at_both_ends():
        picture = TOPIC.picture(context)
        assert ("fields" in picture.tables) == context.data.in_a_plane
        assert ("guides" in picture.tables) != context.data.in_a_plane
        if context.lam == 0 and context.known(second(context)):
            continue  # by another test: a fold may have no optimum without a penalty, and then no cost
        kept = rf"At the chosen {re.escape(context.lam_text)} the (true|validated|training) cost is"
        assert re.search(kept, "\n".join(picture.notes)), picture.notes


def position_too_large(cost: np.ndarray, middle: int) -> int:
    """The first λ beyond the middle that loses half of what that has over the last."""
    return next(k for k in range(middle + 1, len(cost)) if cost[k] >= (cost[middle] + cost[-1]) / 2)


@pytest.fixture(scope="module")
def noisy_app() -> AppTest:
    app = open_app(TOPIC, **NOISY.to_query())
    assert not app.exception
    return app


@pytest.mark.parametrize("penalty", LECTURE.values(), ids=LECTURE)
def test_the_sentences_are_those_of_networks_and_folds_trained_alone(noisy_app, penalty):
    said, label = sentences(noisy_app), penalty.label
    data, run, train_cost = by_hand(NOISY, penalty.name)
    one, fresh = validated(NOISY, penalty.name), NOISY.load_fresh()
    true, k = entropy(run, *fresh), one.k_1se
    assert k > 0, "this run is meant to memorize"
    (sentence,) = [line for line in said.splitlines() if f"Under {label}, cross-validation" in line]
    assert f"in 5 folds has its lowest cost at λₘᵢₙ = {one.lam_min:g}, and chooses" in sentence
    assert (
        f"**λ₁ₛₑ = {LAMS[k]:g}**: a validated cost of **{one.mean[k]:.3g}** (± {one.se[k]:.2g}) in place of "
        f"{one.mean[0]:.3g} without a penalty, and in truth {true[k]:.3g} in place of {true[0]:.3g}; on the "
        f"training rows {train_cost[k]:.3g}"
    ) in sentence
    away = f"; the network there is {run.residual[-1, k]:.2g} from rest after 500 epochs."
    assert sentence.endswith("." if run.at_rest[k] else away)
    large = position_too_large(true, k)
    assert run.at_rest[large], "this λ is meant to be told of"
    assert (
        f"t λ = {LAMS[large]:g} {label}'s true cost is {true[large]:.3g}, and its training cost "
        f"{train_cost[large]:.3g}; without a penalty it is {true[0]:.3g}." in said
    )
    half = LAMS.index(0.5)
    away = "" if run.at_rest[half] else f" ({run.residual[-1, half]:.2g} from rest)"
    (chosen,) = re.findall(r"At the chosen λ = 0.5 the true cost is, under (.*); a constant answer", said)
    assert f"{label} {true[half]:.3g}{away}" in chosen.split(" and ")
    right = ((run.predict_proba(data.X_train)[0] > 0.5) == data.y_train).sum()
    many = f"all {data.m}" if right == data.m else f"{right} of {data.m}"
    assert (
        f"After {NOISY.epochs} epochs at λ = 0 the network gets {many} training samples right at a cost of "
        f"{train_cost[0]:.3g}; on 20,000 rows that nobody has seen its cost is **{true[0]:.3g}**"
    ) in said


def test_the_test_rows_are_used_once_at_the_rules_lam_with_intervals(noisy_app):
    costs, parts = {}, []
    for penalty in LECTURE.values():
        data, run, _ = by_hand(NOISY, penalty.name)
        k = validated(NOISY, penalty.name).k_1se
        Z = run.layers(data.X_test)[-1][k, 0].astype(float)
        costs[penalty.label] = np.logaddexp(0, np.where(data.y_test == 1, -Z, Z))
        mean = of_mean(costs[penalty.label])
        right = ((Z > 0) == data.y_test).mean()
        parts.append(
            f"{penalty.label} costs {mean.value:.3g} (95 % interval {mean.low:.3g} to {mean.high:.3g}) and "
            f"is right for {100 * right:.1f} %".replace(".0 %", " %")
        )
    (sentence,) = [line for line in sentences(noisy_app).splitlines() if "test rows are used once" in line]
    assert all(part in sentence for part in parts)
    between = of_mean(costs["L1"] - costs["L2"])
    word = "more" if between.value > 0 else "less"
    assert f"Row by row L1 costs {abs(between.value):.2g} {word} than L2" in sentence
    no_chance = not between.low <= 0 <= between.high
    told = "an interval that leaves 0 out" if no_chance else "which the rows do not tell from 0"
    assert told in sentence
    assert sentences(noisy_app).count("test rows") == sentences(noisy_app).count("30 test rows") == 2


def test_the_curves_are_training_validated_with_a_band_and_the_truth(noisy_app):
    scores = chart(noisy_app)[1]["scores"]
    for penalty in LECTURE.values():
        mine = scores[scores.penalty == penalty.label].set_index(["rows", "k"])
        _, run, train_cost = by_hand(NOISY, penalty.name)
        one = validated(NOISY, penalty.name)
        np.testing.assert_allclose(mine.cost["training"], train_cost, rtol=1e-5)
        np.testing.assert_allclose(mine.cost["true"], entropy(run, *NOISY.load_fresh()), rtol=1e-5)
        np.testing.assert_allclose(mine.cost["validated"], one.mean, rtol=1e-5)
        np.testing.assert_allclose(
            mine.high["validated"] - mine.cost["validated"], one.se, rtol=1e-4, atol=1e-9
        )
        np.testing.assert_allclose(
            mine.cost["validated"] - mine.low["validated"], one.se, rtol=1e-4, atol=1e-9
        )


def test_the_picture_does_not_wait_for_the_folds_and_says_so():
    context = context_at(replace(NOISY, seed=77))
    picture = TOPIC.picture(context)
    assert "Which λ is right is not validated yet." in picture.notes
    assert not any("cross-validation" in sentence or "test rows" in sentence for sentence in picture.notes)
    assert set(picture.tables["scores"].rows) == {"training"}
    assert picture.tables["rules"].empty
    assert [jump["role"] for jump in picture.living.told["jumps"][0]][:2] == ["no penalty", "chosen"]
    context.run(second(context))
    later = TOPIC.picture(context)
    assert later is not picture
    assert not any("not validated" in sentence for sentence in later.notes)
    assert set(later.tables["scores"].rows) == {"training", "validated", "true"}
    assert later.spec is picture.spec, "the chart stays where it is"


def test_where_validating_takes_too_long_the_page_says_what_to_lower(monkeypatch):
    monkeypatch.setattr(work, "MAX_SECONDS", 1e-6)
    app = open_app(TOPIC, **replace(NOISY, seed=78).to_query())
    assert not app.exception
    assert "so it is not begun. Choose fewer epochs or hidden units." in sentences(app)
    assert "is not validated yet" not in sentences(app)
    assert set(chart(app)[1]["scores"].rows) == {"training", "true"}, "the truth needs no fold"


def test_where_zero_is_chosen_the_page_says_so(monkeypatch):
    costs = np.linspace(0.1, 0.7, len(LAMS)) + np.zeros((5, 1))
    one = Validation(np.array(LAMS), costs, costs, 5)
    known = Expected({penalty.label: one for penalty in LECTURE.values()})
    monkeypatch.setattr("ui.topics.overview.expected", lambda context: known)
    picture = TOPIC.draw(context_at(NOISY))
    (sentence,) = [note for note in picture.notes if note.startswith("Under L2")]
    assert sentence == (
        "Under L2, cross-validation in 5 folds finds no larger λ as good as λ = 0, 0.1; on the training rows "
        f"that network costs {by_hand(NOISY, 'l2')[2][0]:.3g}, and a constant answer 0.693."
    )
    assert picture.living.told["jumps"][1][0]["role"] == "no penalty, λ₁ₛₑ"


def test_the_way_on_leads_to_every_other_page():
    app = open_app(TOPIC, **QUICK)
    tools = {tool.title for tool in TOOLS}
    links = [link.proto.label for link in app.get("page_link") if link.proto.label not in tools]
    assert links == [f"**{topic.title}** · {topic.sentence}" for topic in TOPICS if topic is not TOPIC]


def test_where_plain_steps_fail_every_network_is_scored():
    app = open_app(TOPIC, dataset="xor", learning_rate="3", n_samples="50", lam="1000", **QUICK)
    assert not app.exception
    assert not app.warning
    settings = core.Settings(dataset="xor", learning_rate=3.0, n_samples=50, epochs=50)
    assert not trained(settings, "l2", [1000.0])[1].sound[0]
    scores = chart(app)[1]["scores"]
    for penalty in LECTURE.values():
        _, run, train_cost = by_hand(settings, penalty.name)
        for rows, cost in (("training", train_cost), ("true", entropy(run, *settings.load_fresh()))):
            shown = scores[(scores.penalty == penalty.label) & (scores.rows == rows)]
            assert shown.k.tolist() == list(ALL)
            np.testing.assert_allclose(shown.cost, cost, rtol=1e-5)
        assert run.at_rest[-1]
        assert standing_in(chart(app)[1]["readout"], penalty.label, len(LAMS) - 1) == "at rest"


def scored(validated: np.ndarray, true: list[float]) -> Scores:
    """What a penalty with these costs in the folds (n_folds, n_lams) and in truth comes to."""
    lams, nothing = np.array([0.0, 1.0, 10.0, 100.0]), np.full(4, 0.9)
    one = Validation(lams, validated, np.full_like(validated, 0.9), len(validated))
    return Scores(Measured(np.full(4, 0.05), nothing), one, Measured(np.array(true), nothing))


FOLDS_AT = np.array([[0.5, 0.3, 0.35, 0.7]]) + 0.001 * np.arange(4)[:, None] * [1, -1, 1, -1]
SPREAD = np.array([[-0.3], [-0.1], [0.3], [0.5]]) * [0, 0, 0, 1]
RUN_AT = SimpleNamespace(
    lams=np.array([0.0, 1.0, 10.0, 100.0]),
    at_rest=np.ones(4, bool),
    state=["finite"] * 4,
    rest=SimpleNamespace(residual=np.zeros(4)),
    stopped_at=np.full(4, 10),
)


@pytest.mark.parametrize(
    ("validated", "true", "said"),
    [
        (FOLDS_AT, [0.5, 0.3, 0.4, 0.7], True),
        (FOLDS_AT, [0.8, 0.3, 0.4, 0.7], False),  # in truth no penalty costs more
        (FOLDS_AT + np.array([0.5, 0, 0, 0]), [0.5, 0.3, 0.4, 0.7], False),  # and in the folds
        (FOLDS_AT + np.arange(4)[:, None] * [0, 0, 0, -0.2], [0.5, 0.3, 0.4, 0.7], False),  # by chance alone
        (FOLDS_AT + SPREAD, [0.5, 0.3, 0.4, 0.7], False),  # more than none on average, within two errors
        (FOLDS_AT + np.array([np.nan, 0, 0, 0]), [np.nan, 0.3, 0.4, 0.7], True),  # no fit is no better one
    ],
)
def test_a_lam_is_too_large_where_the_folds_tell_it_from_lam_1se_and_from_none(validated, true, said):
    note = _too_large(scored(validated, true), RUN_AT, (0, 1, 3), "L2", 0.693)
    assert ("Too much of it" in note) == said
    assert "t λ = 100 L2's true cost is 0.7, and its training cost 0.05" in note
    assert ("without a penalty it is" in note) == np.isfinite(true[0])
    no_signal = _too_large(scored(validated, true), RUN_AT, (0, 1, 3), "L2", 0.299)
    assert "Too much of it" not in no_signal, "what λ₁ₛₑ costs is not told from a constant answer"


@pytest.mark.parametrize(("constant", "said"), [(0.5, False), (0.2993, False), (0.299, True), (0.2, True)])
def test_what_does_not_beat_a_constant_answer_by_more_than_chance_is_not_praised(constant, said):
    note = _ruled("L2", scored(FOLDS_AT, [0.5, 0.3, 0.4, 0.7]), RUN_AT, constant)
    assert ("not told from a constant answer" in note) == said
    assert ("the folds find nothing to predict by" in note) == said, "λ₁ₛₑ is λₘᵢₙ here"


def test_of_a_lam_1se_that_is_not_told_from_a_constant_answer_lam_min_may_still_be():
    folds = np.array([[0.6, 0.3, 0.34, 0.7]]) + np.array([[-0.1], [-0.05], [0.05], [0.1]]) * [1, 1.2, 1, 0]
    one = scored(folds, [0.5, 0.3, 0.4, 0.7])
    assert (one.validation.k_min, one.validation.k_1se) == (1, 2)
    note = _ruled("L2", one, RUN_AT, 0.37)
    assert "not told from a constant answer, 0.37; λₘᵢₙ's cost is, 0.3." in note
