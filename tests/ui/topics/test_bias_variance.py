"""More data or more λ: the tables, the sentences, the widths, the script, and the page with its long work."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import core
from core import variance
from core.datasets import DATASETS, Source, Table
from core.decomposition import Parts, bootstrap, decompose, fresh_set
from core.grid import epochs_to_rest
from core.settings import LAMS, UPLOAD
from core.variance import sample_sizes, subset_order
from tests.app import QUICK, chart, context_at, open_app, own_charts, sentences
from tests.trained import curves_of_wine
from tests.ui.data.own_tables import own_shelf
from tests.ui.topics.scripts import numbers_in, printed_by, words_of
from tests.ui.tour.truths import entropy, forward, is_written
from tests.ui.tour.truths import numbers_in as in_turn
from ui.base.session import Own
from ui.data.shelf import Shelf
from ui.pictures.picture import Picture
from ui.topics.bias_variance import PENALTY, SETS, TOPIC, curves_of, parts_of, width
from ui.topics.bias_variance.notes import caption, notes
from ui.topics.bias_variance.tables import (
    bridges,
    curve_table,
    frame_of,
    lowest_at_a_quarter,
    part_table,
    readout_table,
    worth_table,
)
from ui.topics.topic import Context
from ui.work import curves as work
from ui.work.curves import WIDTHS
from ui.work.tasks import run_now

SMALL = {"dataset": "moons", "n_samples": "50", "noise": "0.4", "hidden": "4", **QUICK}
SOON = core.Settings(dataset="moons", n_samples=50, noise=0.4, hidden=(4,), epochs=50)
FEW = {SETS.key: 3}


def waiting(app: AppTest, part: str = "") -> bool:
    """Whether there is a button that long work waits for."""
    return any(button.key == f"train_them{part}" for button in app.button)


def parts_shown(app: AppTest) -> int:
    """How many charts come after those of the page's own picture."""
    return len(app.get("vega_lite_chart")) - len(own_charts(app))


@pytest.fixture(scope="module")
def curves() -> variance.Curves:
    return curves_of_wine()


def test_the_defaults_are_those_of_the_links_that_people_have():
    context = context_at()
    assert (context[PENALTY], context[SETS]) == ("l2", 5)
    assert [control.key for control in TOPIC.controls] == ["variance_penalty", "variance_seeds"]
    assert context_at(choices={"variance_seeds": 10, "variance_test_share": 0.5})[SETS] == 10


def test_the_caption_counts_the_networks_and_says_what_is_drawn():
    picture = TOPIC.picture(context_at(SOON, FEW))
    assert picture.caption.startswith(
        "3 training sets × 6 numbers of samples × 26 values of λ = 468 networks"
    )
    assert "at rest or for 50 epochs, from λ = 3 on for 1,000." in picture.caption
    assert "drawn from the truth; aside are rows that none of them holds." in picture.caption
    text = caption(20, 4, 2000, False)
    assert text.startswith("20 training sets × 4 numbers of samples × 26 values of λ = 2,080 networks")
    assert "for 2,000 epochs, from λ = 3 on for 6,000." in text
    assert (
        "with replacement, a bootstrap; aside are the rows that it leaves out. The test rows play no" in text
    )


def test_the_curves_of_the_context_are_those_that_the_picture_shows():
    context = context_at(SOON, {PENALTY.key: "l1", SETS.key: 3})
    picture = TOPIC.picture(context)
    kept = curves_of(context).kept()
    assert kept is not None
    assert len(kept) == 3
    pd.testing.assert_frame_equal(picture.tables["worth"], worth_table(kept), check_dtype=False)


@pytest.mark.parametrize(("penalty", "norm"), [("l1", r"\|W^{[l]}\|_1"), ("l2", r"\|W^{[l]}\|_F^2")])
def test_the_mathematics_holds_the_numbers_of_the_page(penalty, norm):
    choices = {PENALTY.key: penalty, **FEW}
    text = TOPIC.mathematics(context_at(replace(SOON, lam=3.0), choices))
    assert rf"J = \text{{cost}} + \frac{{3}}{{2\cdot 34}}\sum_l {norm}" in text
    assert "Of 3 training sets the variance is estimated with one less" in text


def test_where_all_networks_diverged_there_is_no_picture(monkeypatch):
    def nothing(data: core.Dataset, sizes: Sequence[int], *of: object) -> variance.Curves:
        gone = np.full((len(sizes), len(LAMS)), np.nan)
        return variance.Curves(tuple(sizes), np.array(LAMS), gone, gone, gone, gone, gone[..., None, None])

    monkeypatch.setattr(work, "learning_curves", nothing)
    monkeypatch.setattr(work, "ROWS_KEPT", 1)
    picture = TOPIC.picture(context_at(replace(SOON, seed=80)))
    assert picture.missing.startswith("At every λ a network of some training set diverged")
    assert not picture.caption


@pytest.mark.parametrize(("dataset", "m"), [("moons", 34), ("wine", 125)])
def test_the_script_takes_over_what_was_chosen(dataset, m, tmp_path):
    settings = replace(SOON, dataset=dataset, hidden=(), seed=998, lam=3.0)
    picture = TOPIC.picture(context_at(settings, {PENALTY.key: "l1", **FEW}))
    printed = printed_by(picture.script, tmp_path)
    assert f"At λ = 3 under L1, {m} samples:" in printed
    assert ("noise and bias² together" in printed) == (dataset != "moons")
    assert len(numbers_in(printed)) >= 11
    assert numbers_in(printed) <= numbers_in(words_of(picture)), printed


# The sentences, against networks trained alone and a plain loop over their answers.


def trained_alone(context: Context, i: int, m: int, hidden: tuple[int, ...]) -> tuple[core.Run, list]:
    """The i-th training set's networks of m samples at every λ; their rows aside and the training rows."""
    s, data = context.settings, context.data
    again = fresh_set(data, s.seed, s.n_samples, s.noise, i) if s.is_synthetic else bootstrap(data, s.seed, i)
    X, y = again.data.X_train, again.data.y_train
    rows = subset_order(y, np.random.default_rng((s.seed + i, len(y))))[:m]
    mean, deviation = X[rows].mean(axis=0), X[rows].std(axis=0)
    deviation[deviation < 1e-9] = 1
    run = core.train(
        *((X[rows] - mean) / deviation, y[rows], hidden, context[PENALTY], LAMS, s.learning_rate),
        [epochs_to_rest(s.epochs, lam) for lam in LAMS],
        s.seed + i,
        method="accelerated",
        until_rest=True,
    )
    aside = (again.data.X_test - mean) / deviation, again.data.y_test, again.rows
    return run, [aside, ((X[rows] - mean) / deviation, y[rows])]


def probabilities(Z: np.ndarray) -> np.ndarray:
    """(n_out, n) from the logits."""
    if len(Z) == 1:
        return 1 / (1 + np.exp(-Z))
    e = np.exp(Z - Z.max(axis=0))
    return e / e.sum(axis=0)


def targets_of(context: Context) -> tuple[np.ndarray, np.ndarray]:
    """The rows whose answers count, and what they are held against (n_out, n)."""
    s, data, n_classes = context.settings, context.data, len(context.data.class_names)
    n = 500 if n_classes == 2 else 100
    if s.is_synthetic:
        X = fresh_set(data, s.seed, s.n_samples, s.noise, 0).data.X_test[:n]
        return np.arange(n), DATASETS[s.dataset].truth(s.seed, X, s.noise)[None]
    rows = np.sort(np.random.default_rng(s.seed).permutation(data.m)[:n])
    y = data.y_train[rows]
    return rows, y[None] * 1.0 if n_classes == 2 else np.array([y == k for k in range(n_classes)], float)


def loop(answers: list[dict[int, np.ndarray]], rows: np.ndarray, target: np.ndarray, is_truth: bool) -> list:
    """Error, noise, bias² and variance of the sets' answers, each by its row."""
    sums, n = np.zeros(4), 0
    for column, row in enumerate(rows):
        said = [one[row] for one in answers if row in one]
        if len(said) < 2:
            continue
        n += 1
        for P, p in zip(np.transpose(said), target[:, column], strict=True):
            spread, noise = P.var(ddof=1), p * (1 - p) * is_truth
            error = noise + ((P - p) ** 2).mean()
            sums += error, noise, error - noise - spread, spread
    return (sums / n).tolist()


class Alone:
    """What the page's networks come to, each trained alone; measured where it is asked for."""

    def __init__(self, context: Context, hidden: tuple[int, ...] | None = None) -> None:
        self.context, self.n_sets = context, context[SETS]
        self.hidden = context.settings.hidden if hidden is None else hidden
        self.sizes = sample_sizes(context.data.m, len(context.data.class_names))
        self.run = cache(lambda i, m: trained_alone(context, i, m, self.hidden))
        self.targets = targets_of(context)

    @cache  # noqa: B019 -- it goes with the test
    def costs(self, m: int, k: int) -> np.ndarray:
        """Cost aside and in training, and the share right aside, (n_sets, 3)."""
        found = []
        for i in range(self.n_sets):
            run, ((X, y, _), (X_train, y_train)) = self.run(i, m)
            Z = forward(run, X, k)[-1]
            right = ((Z[0] > 0) if len(Z) == 1 else Z.argmax(axis=0)) == y
            found.append((entropy(Z, y), entropy(forward(run, X_train, k)[-1], y_train), right.mean()))
        return np.array(found)

    def is_vain(self, m: int, k: int) -> bool:
        """Whether the mean is within two standard errors of what the shares of the classes come to."""
        less = self.constants(m)[:, 0] - self.costs(m, k)[:, 0]
        return less.mean() <= 2 * less.std(ddof=1) / np.sqrt(len(less))

    def constants(self, m: int) -> np.ndarray:
        """Cost and share right aside of each set's shares of the classes, (n_sets, 2)."""
        found = []
        for i in range(self.n_sets):
            _, ((_, y, _), (_, y_train)) = self.run(i, m)
            shares = np.array([(y_train == c).mean() for c in range(len(self.context.data.class_names))])
            found.append((-np.log(shares[y]).mean(), (y == shares.argmax()).mean()))
        return np.array(found)

    @cache  # noqa: B019 -- it goes with the test
    def parts(self, m: int, k: int) -> list[float]:
        """Error, noise, bias² and variance."""
        answers = []
        for i in range(self.n_sets):
            run, ((X, _, numbers), _) = self.run(i, m)
            P = probabilities(forward(run, X, k)[-1])
            answers.append(dict(zip(numbers.tolist(), P.T, strict=True)))
        return loop(answers, *self.targets, self.context.settings.is_synthetic)

    def mean(self, m: int, k: int) -> float:
        """Mean cost aside."""
        return float(self.costs(m, k)[:, 0].mean())

    def lowest(self, m: int) -> int:
        """The λ of the lowest mean cost aside."""
        return int(np.argmin([self.mean(m, k) for k in range(len(LAMS))]))


def ends(alone: Alone, start: tuple[int, int], end: tuple[int, int]) -> list[float]:
    """The numbers of how the parts go from one place to another."""
    (error, _, bias, spread), (error_2, _, bias_2, spread_2) = alone.parts(*start), alone.parts(*end)
    return [spread, spread_2, max(0, bias), max(0, bias_2), error, error_2]


def true_numbers(context: Context) -> list[list[float]]:
    """The numbers of each sentence, in their turn; of L1 and L2 the digit is one."""
    alone, k, lam = Alone(context), context.k, context.lam
    sizes, m, n_sets = alone.sizes, alone.sizes[-1], alone.n_sets
    aside, train, right = alone.costs(m, k).T
    error, noise, bias, spread = alone.parts(m, k)
    costs = aside.mean(), aside.min(), aside.max(), train.mean(), 100 * right.mean()
    constant = alone.constants(m).mean(axis=0) * [1, 100]
    synthetic = context.settings.is_synthetic
    away = k or int(np.argmin([alone.parts(m, j)[0] for j in range(len(LAMS))]))
    said = [
        [lam, int(context[PENALTY][1]), m, n_sets, *costs, *constant],
        [error, noise, max(0, bias), spread] if synthetic else [error, spread, bias],
        *([[0, LAMS[away], *ends(alone, (m, 0), (m, away))]] if away else []),
        [sizes[0], m, lam, *ends(alone, (sizes[0], k), (m, k))],
    ]
    low = alone.lowest(m)
    less = alone.costs(m, 0)[:, 0] - alone.costs(m, low)[:, 0]
    chance = [n_sets, 0] if less.mean() <= 2 * less.std(ddof=1) / np.sqrt(n_sets) else []
    vain = [constant[0]] if alone.is_vain(m, low) else []
    lower = [m, alone.mean(m, low), LAMS[low], alone.mean(m, 0), *chance, *vain]
    away = [k for k in range(len(LAMS)) if not all(alone.run(i, m)[0].at_rest[k] for i in range(n_sets))]
    ways = [[LAMS[away[0]]] if len(away) == 1 else [len(away), LAMS[away[0]], LAMS[away[-1]]]] if away else []
    return [*said, lower if low else [m, 0, alone.mean(m, 0)], worth_by_hand(alone), *ways]


def worth_by_hand(alone: Alone) -> list[float]:
    """The numbers of what λ is worth in samples."""
    m = alone.sizes[-1]
    few = min(alone.sizes[:-1], key=lambda size: abs(np.log(size * 4 / m)))
    low = alone.lowest(few)
    if low == 0:
        return [few, 0]
    target = alone.mean(few, low)
    said = [few, LAMS[low], alone.mean(few, 0), target]
    if alone.is_vain(few, low):
        return [*said, alone.constants(few)[:, 0].mean()]
    less = alone.costs(few, 0)[:, 0] - alone.costs(few, low)[:, 0]
    if less.mean() <= 2 * less.std(ddof=1) / np.sqrt(len(less)):
        return [*said, len(less), 0]
    without = [(np.log(size), alone.mean(size, 0)) for size in alone.sizes if size >= few]
    for (left, above), (right, below) in pairwise(without):
        if above > target >= below:
            needed = float(np.exp(left + (right - left) * (above - target) / (above - below)))
            return [*said, round(needed), needed / few]
    return [*said, m]


PLACES = {
    "noisy moons": core.Settings(dataset="moons", noise=0.5, n_samples=50, hidden=(3,), lam=3.0),
    "no penalty": core.Settings(dataset="moons", noise=0.3, n_samples=50, hidden=(4,), lam=0.0),
    "xor": core.Settings(dataset="xor", n_samples=100, hidden=(4,), lam=0.0),
    "needles": core.Settings(dataset="needles", n_samples=100, hidden=(), lam=1000.0),
    "breast cancer": core.Settings(hidden=(2,), lam=20.0),
    "wine": core.Settings(dataset="wine", hidden=(), lam=0.3),
    "own": core.Settings(dataset=UPLOAD, hidden=(3,), lam=1.0),
}


def context_of(name: str, **choices: object) -> Context:
    """One of PLACES with three sets."""
    settings = replace(PLACES[name], epochs=50, seed=12)
    context = context_at(settings, {**FEW, **choices})
    return replace(context, shelf=own_shelf()) if name == "own" else context


@pytest.mark.parametrize(("name", "penalty"), [(name, "l2") for name in PLACES] + [("noisy moons", "l1")])
def test_every_number_of_every_sentence_is_that_of_networks_trained_alone(name, penalty):
    context = context_of(name, **{PENALTY.key: penalty})
    picture, expected = TOPIC.picture(context), true_numbers(context)
    assert len(picture.notes) == len(expected)
    for note, numbers in zip(picture.notes, expected, strict=True):
        written = in_turn(note)
        assert len(written) == len(numbers), note
        assert all(is_written(number, text) for number, text in zip(numbers, written, strict=True)), (
            note,
            numbers,
        )
    text = "\n".join(picture.notes)
    ways = re.findall(r": the error (\w+), ([\d.e-]+) to ([\d.e-]+)\.", text)
    assert len(ways) == text.count(" goes from ") >= 1
    for way, *texts in ways:
        before, after = map(float, texts)
        assert way == ("stays" if before == after else "falls" if after < before else "rises")


def test_these_places_hold_every_way_the_sentences_can_go():
    text = "\n".join(note for name in PLACES for note in TOPIC.picture(context_of(name)).notes)
    for part in (
        *("the error falls", "the error rises", "do not tell from 0", "Without a penalty not even all"),
        *("times as many", "noise and bias² together", "which no model is spared"),
    ):
        assert part in text


def shown_parts(rows: pd.DataFrame, by: str | list[str]) -> pd.Series:
    """The top of each stack, which begins at 0 and has no gap."""
    for _, stack in rows.groupby(by):
        assert stack.low.iloc[0] == 0
        np.testing.assert_allclose(stack.low.iloc[1:], stack.high.iloc[:-1])
    return rows.groupby(by).high.last()


@pytest.mark.parametrize("name", list(PLACES))
def test_the_parts_stand_upon_each_other_from_nothing_to_the_error(name):
    context = context_of(name)
    picture, found = TOPIC.picture(context), curves_of(context).kept()
    parts = parts_of(context, found)
    rows = picture.tables["parts"]
    is_truth = context.settings.is_synthetic
    order = ["noise", "bias", "variance"] if is_truth else ["both", "variance"]
    assert list(dict.fromkeys(rows.part.tolist())) == order
    assert len(rows) == len(order) * parts.error.size
    tops = shown_parts(rows, ["m", "k"])
    for i, m in enumerate(found[0].sizes):
        np.testing.assert_allclose(tops[m], parts.error[i], rtol=1e-9)
        assert (rows[rows.m == m].is_all == (i == len(found[0].sizes) - 1)).all()
    high = rows.assign(size=rows.high - rows.low).set_index(["part", "m", "k"])["size"]
    m = found[0].sizes[-1]
    np.testing.assert_allclose(high["variance"][m], parts.variance[-1], atol=1e-12)
    if is_truth:
        np.testing.assert_allclose(high["noise"][m], parts.noise[-1], atol=1e-12)
    pd.testing.assert_frame_equal(rows, part_table(parts, found[0].sizes, is_truth), check_dtype=False)


@pytest.mark.parametrize("name", list(PLACES))
def test_the_readout_and_the_frame_hold_what_the_tables_do(name):
    context = context_of(name)
    tables, found = TOPIC.picture(context).tables, curves_of(context).kept()
    parts, cost = parts_of(context, found), np.mean([one.test_cost[-1] for one in found], axis=0)
    for k, row in tables["readout"].iterrows():
        assert row.title == f"λ = {LAMS[k]:g}"
        written = [in_turn(text) for text in (row.aside, row.training, row.error)]
        train = np.mean([one.train_cost[-1, k] for one in found])
        right = 100 * np.mean([one.test_accuracy[-1, k] for one in found])
        numbers = [[cost[k], right], [train], [parts.error[-1, k], parts.variance[-1, k]]]
        for texts, expected in zip(written, numbers, strict=True):
            assert len(texts) == len(expected)
            for text, number in zip(texts, expected, strict=True):
                assert is_written(number, text), row
    frame = tables["frame"]
    assert frame.m.tolist() == [found[0].sizes[0], found[0].sizes[-1]]
    assert frame.cost.tolist() == pytest.approx([0, tables["curves"].cost_high.max()])
    assert frame.high.tolist() == pytest.approx([0, tables["parts"].high.max()])


# What is said of made-up numbers.


def set_with(
    test_cost: list[list[float]], constant: float = 2.0, at_rest: tuple[bool, bool] = (True, True)
) -> variance.Curves:
    cost = np.array(test_cost)
    constant, rests = np.tile([constant, 0.5], (3, 1)), np.ones((3, 2), bool)
    rests[-1] = at_rest
    return variance.Curves(
        (10, 40, 160),
        *(np.array([0.0, 5.0]), cost / 2, cost, cost, cost),
        constant=constant,
        at_rest=rests,
    )


def parts_with(bias: list[list[float]], spread: list[list[float]], noise: float = 0.1) -> Parts:
    bias, spread = np.array(bias), np.array(spread)
    return Parts(noise + bias + spread, noise + 0 * (bias + spread), bias, spread)


FLAT = parts_with([[0.1, 0.1]] * 3, [[0.05, 0.05]] * 3)


def said_of(sets: list[variance.Curves], parts: Parts = FLAT, is_truth: bool = True, k: int = 1) -> str:
    return "\n".join(notes(sets, parts, is_truth, "L1", k))


def test_nothing_is_claimed_that_the_numbers_do_not_bear_out():
    text = said_of([set_with([[0.2, 0.4], [0.3, 0.5], [0.6, 0.7]])] * 2)
    assert "With 160 samples no λ of the grid costs less aside than λ = 0, 0.6." in text
    assert "With 40 samples no λ costs less aside than λ = 0: a penalty is worth no sample there." in text
    text = said_of([set_with([[0.9, 0.4], [0.8, 0.5], [0.7, 0.45]])] * 2)
    assert "not even all 160 samples reach that" in text
    assert "lowest, **0.45**, at **λ = 5**; without a penalty it is 0.7." in text


@pytest.mark.parametrize(("less", "told"), [(0.05, True), (0.11, True), (0.12, False), (0.3, False)])
def test_a_difference_within_two_standard_errors_is_said_to_be_no_more_than_chance(less, told):
    costs = [0.7 - less - 0.1, 0.7 - less, 0.7 - less + 0.1]  # a standard error of 0.1/√3
    text = said_of([set_with([[0.9, 0.8], [0.8, 0.7], [0.7, cost]]) for cost in costs])
    assert "at **λ = 5**; without a penalty it is 0.7" in text
    assert (", a difference that 3 training sets do not tell from 0." in text) == told


def test_what_does_not_beat_a_constant_answer_is_worth_nothing():
    costs = [[0.9, 0.8], [0.8, 0.7], [0.7, 0.65]]
    for constant, is_vain in ((0.65, True), (0.66, False)):
        text = said_of([set_with(costs, constant)] * 2)
        assert (
            "it is 0.7. That does not beat a constant answer, 0.65, by more than chance." in text
        ) == is_vain
    for constant, is_vain in ((0.7, True), (0.71, False)):
        text = said_of([set_with(costs, constant)] * 2)
        assert (
            "to **0.7**. That does not beat a constant answer, 0.7, by more than chance." in text
        ) == is_vain
        assert ("samples**" in text) == (not is_vain)
    text = said_of([set_with(costs, c) for c in (0.5, 0.9)])
    assert "it is 0.7. That does not beat a constant answer, 0.7, by more" in text, "0.65 is less by chance"
    text = said_of([set_with(costs, c) for c in (0.5, 0.7)])
    assert "There the classes' shares alone, a constant answer, come to 0.6 and 50 %." in text


def test_a_gain_in_samples_that_is_chance_is_no_gain():
    sets = [set_with([[0.9, 0.8], [0.8, 0.7 + more], [0.7, 0.6]]) for more in (-0.2, 0.2, 0.05)]
    text = said_of(sets)
    assert "from 0.8 to **0.717**. That is a difference that 3 training sets do not tell from 0." in text
    assert "samples**" not in text


def test_networks_on_their_way_are_told_of_as_trainings_that_were_stopped():
    costs = [[0.9, 0.8], [0.8, 0.7], [0.7, 0.65]]
    rests = [set_with(costs), set_with(costs, at_rest=(False, True))]
    assert "With all samples the networks at λ = 0 were not all at rest" in said_of(rests)
    rests = [set_with(costs, at_rest=(True, False)), set_with(costs, at_rest=(False, True))]
    assert "the networks at 2 λ, from 0 to 5, were not all at rest" in said_of(rests)
    assert "at rest" not in said_of([set_with(costs)] * 2)


def test_the_error_falls_rises_or_stays_as_its_numbers_are_written():
    bias, spread = [[0.2, 0.1], [0.15, 0.15], [0.1, 0.3]], [[0.09, 0.02]] * 3
    text = said_of([set_with([[0.5, 0.5]] * 3)] * 2, parts_with(bias, spread))
    assert (
        "More λ: from λ = 0 to 5, with all samples, variance goes from 0.09 to 0.02 and bias² from 0.1 to "
        "0.3: the error rises, 0.29 to 0.42."
    ) in text
    assert (
        "More data: from 10 samples to 160, at λ = 5, variance goes from 0.02 to 0.02 and bias² from 0.1 to "
        "0.3: the error rises, 0.22 to 0.42."
    ) in text
    text = said_of([set_with([[0.5, 0.5]] * 3)] * 2, parts_with(bias, spread), is_truth=False, k=0)
    assert "noise and bias² together from 0.2 to 0.1: the error falls, 0.39 to 0.29." in text
    assert "More λ" not in text, "the lowest error is that of λ = 0"
    nearly = parts_with([[0.1, 0.1], [0.1, 0.1], [0.1, 0.10001]], [[0.05, 0.05]] * 3)
    text = said_of([set_with([[0.5, 0.5]] * 3)] * 2, nearly)
    assert text.count("the error stays, 0.25 to 0.25.") == 2


def test_at_no_penalty_the_lam_of_the_lowest_error_is_told():
    parts = parts_with([[0.1, 0.1]] * 2 + [[0.1, 0.08]], [[0.05, 0.05]] * 2 + [[0.06, 0.01]])
    text = said_of([set_with([[0.5, 0.5]] * 3)] * 2, parts, k=0)
    assert "More λ: from λ = 0 to 5" in text
    assert "the error falls, 0.26 to 0.19." in text
    assert "is there **0.26**: noise 0.1, which no model is spared, bias² 0.1, and **variance 0.06**." in text


def test_a_bias_that_came_out_below_none_is_none():
    parts = parts_with([[-0.002, -0.001]] * 3, [[0.02, 0.01]] * 3)
    text = said_of([set_with([[0.5, 0.5]] * 3)] * 2, parts)
    assert "bias² 0, and" in text
    assert "bias² from 0 to 0:" in text
    assert "-" not in re.sub(r"e-\d", "", text)


def test_networks_that_diverged_are_counted_and_their_means_left_out():
    gone = [
        set_with([[0.9, np.nan], [0.8, 0.7], [0.7, np.nan]]),
        set_with([[0.9, np.nan], [0.8, 0.7], [0.7, 0.6]]),
    ]
    parts = parts_with([[0.1, np.nan], [0.1, 0.1], [0.1, np.nan]], [[0.05, 0.05]] * 3)
    text = said_of(gone, parts)
    assert text.startswith("At λ = 5 under L1 a network of some training set diverged, so there is no mean")
    assert "3 of these 12 networks diverged or swing; the 2 means with one of them are left out." in text
    assert "nan" not in text
    assert "The squared error" not in text
    assert "More λ" not in text
    assert "diverged" not in said_of([set_with([[0.9, 0.8]] * 3)] * 2)
    table = curve_table(gone)
    assert set(zip(table.m, table.k, strict=True)) == {(10, 0), (40, 0), (40, 1), (160, 0)}
    rows = part_table(parts, (10, 40, 160), True)
    assert set(zip(rows.m, rows.k, strict=True)) == {(10, 0), (40, 0), (40, 1), (160, 0)}
    lines = readout_table(gone, parts)
    assert lines.aside.tolist() == ["aside: cost 0.7, accuracy 70 %", "aside: diverged"]
    assert lines.training.tolist() == ["training: cost 0.35", "training: diverged"]
    assert lines.error.tolist() == ["error 0.25, variance 0.05", ""]
    assert not frame_of(table, rows).isna().to_numpy().any()


def test_more_data_is_told_from_the_fewest_samples_whose_networks_are_there():
    parts = parts_with([[0.1, np.nan], [0.1, 0.2], [0.1, 0.1]], [[0.05, 0.05]] * 3)
    text = said_of([set_with([[0.5, 0.5]] * 3)] * 2, parts)
    assert "More data: from 40 samples to 160, at λ = 5" in text
    alone = parts_with([[0.1, np.nan], [0.1, np.nan], [0.1, 0.1]], [[0.05, 0.05]] * 3)
    assert "More data" not in said_of([set_with([[0.5, 0.5]] * 3)] * 2, alone)


# The tables.


def test_a_penalty_that_halves_the_need_for_samples_is_given_its_number():
    table = worth_table([set_with([[0.8, 0.7], [0.6, 0.4], [0.4, 0.4]])])
    lowest = table[table.kind == "lowest"].set_index("m")
    assert lowest.needed[40] == pytest.approx(160)
    assert lowest.needed[10] == pytest.approx(20)
    assert np.isnan(lowest.needed[160]), "at equal cost the smaller λ is taken, which is λ = 0"
    assert bridges(table).m.tolist() == [10, 40]
    assert "about **160 samples**, 4 times as many" in said_of(
        [set_with([[0.8, 0.7], [0.6, 0.4], [0.4, 0.4]])] * 2
    )


def test_fewer_samples_are_no_answer_to_how_many_more_are_needed():
    table = worth_table([set_with([[0.3, 0.3], [0.6, 0.35], [0.4, 0.4]])])
    assert table[(table.kind == "lowest") & (table.m == 40)].needed.item() == np.inf


def test_a_quarter_of_the_samples_is_the_nearest_number_that_was_trained():
    table = worth_table([set_with([[0.8, 0.7], [0.6, 0.4], [0.4, 0.4]])])
    assert lowest_at_a_quarter(table, 160).m == 40
    assert lowest_at_a_quarter(table, 40).m == 10
    assert lowest_at_a_quarter(table, 10) is None


def test_curves_hold_every_point_that_was_measured(curves):
    table = curve_table([curves, curves])
    assert len(table) == 2 * np.isfinite(curves.test_cost).sum()
    row = table[(table.m == 40) & (table.k == 1) & (table.rows == "aside")].iloc[0]
    assert row.cost == row.cost_low == row.cost_high == curves.test_cost[1, 1]
    row = table[(table.m == 125) & (table.k == 1) & (table.rows == "training")].iloc[0]
    assert row.cost == curves.train_cost[2, 1]
    assert row.is_all
    assert not table[table.m == 40].is_all.any()
    assert set(table.rows) == {"training", "aside"}


# The widths.


WIDE = replace(PLACES["noisy moons"], epochs=50, seed=13, lam=1.0)


def width_of(settings: core.Settings, **choices: object) -> Picture:
    return width.width_picture(context_at(settings, {**FEW, **choices}))


@pytest.mark.parametrize("settings", [WIDE, replace(WIDE, dataset="wine", hidden=(2, 2), lam=20.0)])
def test_the_widths_are_told_as_networks_trained_alone_have_it(settings):
    context = context_at(settings, FEW)
    picture, m, k = width.width_picture(context), context.data.m, context.k
    layers = len(settings.hidden)
    each = {w: Alone(context, (w,) * layers).parts(m, k) for w in WIDTHS}
    (_, _, bias, spread), (_, _, bias_2, spread_2) = each[1], each[32]
    least = f"{min(each[w][0] for w in WIDTHS):.3g}"
    best = [w for w in WIDTHS if f"{each[w][0]:.3g}" == least]
    first, second = picture.notes
    expected = [
        [settings.lam, 2, 1, 32, max(0, bias), max(0, bias_2), spread, spread_2],
        [each[best[0]][0], *best],
    ]
    for note, numbers in zip((first, second), expected, strict=True):
        written = in_turn(note)
        assert len(written) == len(numbers), note
        assert all(map(is_written, numbers, written)), (note, numbers)
    assert first.endswith(f"the wide network varies {'more' if spread_2 > spread else 'less'}.")
    assert ("noise and bias² together goes" in first) == (settings.dataset == "wine")
    rows = picture.tables["widths"]
    tops = shown_parts(rows, "width")
    assert tops.index.tolist() == list(WIDTHS)
    np.testing.assert_allclose(tops, [each[w][0] for w in WIDTHS], rtol=0.01)
    shown = rows[rows.part == "variance"].set_index("width")
    np.testing.assert_allclose(shown.high - shown.low, [each[w][3] for w in WIDTHS], rtol=0.02)
    assert f"from 1 to 32 units, at λ = {settings.lam:g}" in picture.alt


def test_another_lam_or_penalty_has_its_own_widths():
    pictures = [
        width_of(WIDE),
        width_of(replace(WIDE, lam=50.0)),
        width_of(WIDE, **{PENALTY.key: "l1"}),
        width_of(WIDE, **{SETS.key: 5}),
    ]
    assert len({picture.notes[0] for picture in pictures}) == 4
    assert "under L1" in pictures[2].notes[0]
    assert width_of(replace(WIDE, hidden=(30,))).notes == pictures[0].notes, "the panel's width plays no part"


def made(errors: dict[int, float], spread: dict[int, float]) -> list[str]:
    """What is said of widths with these errors and variances, at the second λ of two."""
    each = [
        Parts(*(np.array([[0.0, value]]) for value in (errors[w], 0.0, errors[w] - spread[w], spread[w])))
        for w in WIDTHS
    ]
    context = replace(context_at(WIDE), settings=replace(WIDE, lam=LAMS[1]))
    return width.notes(each, context, True)


def test_the_widths_are_those_whose_networks_are_there():
    spread = dict.fromkeys(WIDTHS, 0.05)
    lowest_inside = {1: 0.4, 2: 0.3, 4: 0.2, 8: 0.3, 16: 0.35, 32: 0.4}
    first, second = made(lowest_inside, {**spread, 32: 0.01})
    assert first.endswith("variance from 0.05 to 0.01: the wide network varies less.")
    assert second == "The error is lowest, **0.2**, at **4 units**."
    first, second = made({**lowest_inside, 1: 0.1}, {**spread, 32: 0.3})
    assert "from 1 unit to 32 in each hidden layer, bias² goes from 0.05 to 0.1" in first
    assert first.endswith("variance from 0.05 to 0.3: the wide network varies more.")
    assert second == "The error is lowest, **0.1**, at **1 unit**."
    first, _ = made({**lowest_inside, 1: np.nan, 32: np.nan}, spread)
    assert "from 2 units to 16 in each hidden layer" in first
    first, second = made(dict.fromkeys(WIDTHS, 0.2), spread)
    assert first.endswith("variance from 0.05 to 0.05: the wide network varies as much.")
    assert second == "The error is **0.2** at every width."
    _, second = made({**lowest_inside, 8: 0.2001}, spread)
    assert second == "The error is lowest, **0.2**, at **4 and 8 units**.", "told apart by no digit"
    (only,) = made({**dict.fromkeys(WIDTHS, np.nan), 4: 0.2}, spread)
    assert only == "At λ = 0.1 networks of nearly every width diverged: choose a smaller α."


def test_without_a_hidden_layer_no_layer_can_be_wider():
    app = open_app(TOPIC, **{**SMALL, "hidden": "none"}, seed="41")
    assert not app.exception
    chart(app)
    assert width.NO_LAYER in [info.value for info in app.info]
    assert parts_shown(app) == 0
    assert width_of(replace(WIDE, hidden=())).missing == width.NO_LAYER


def test_the_widths_come_below_the_picture_by_themselves_where_they_are_quick():
    app = open_app(TOPIC, **SMALL, seed="42", **{SETS.key: "3"})
    assert not app.exception
    assert [header.value for header in app.header] == ["What to notice", width.TITLE]
    assert parts_shown(app) == 1
    context = context_at(replace(SOON, seed=42), FEW)
    said = "\n".join(f"- {note}" for note in width.width_picture(context).notes)
    assert said in [m.value for m in app.main.markdown]


def test_where_the_widths_take_long_they_wait_for_their_button_and_the_picture_does_not(monkeypatch):
    context = context_at(replace(SOON, seed=43), FEW)
    monkeypatch.setattr(work, "AUTO_SECONDS", 1.1 * sum(task.seconds for task in curves_of(context).tasks))
    app = open_app(TOPIC, **SMALL, seed="43", **{SETS.key: "3"})
    chart(app)
    assert parts_shown(app) == 0
    assert not waiting(app)
    assert "468 networks are still to be trained: 18 of 18 trainings" in app.info[0].value
    app.button(key="train_themwidth").click().run()
    assert not app.exception
    assert parts_shown(app) == 1
    assert not waiting(app, "width")


# The page.


def test_a_long_study_waits_for_its_button_and_can_be_stopped(monkeypatch):
    monkeypatch.setattr(work, "AUTO_SECONDS", 0.0)
    app = open_app(TOPIC, **SMALL, seed="40", **{SETS.key: "3"})
    assert not app.get("vega_lite_chart")
    assert "networks are still to be trained: 3 of 3 trainings" in app.info[0].value
    app.button(key="train_them").click().run()
    assert not app.exception
    chart(app)
    assert not waiting(app)
    app.segmented_control(key=SETS.key).set_value(5).run()
    assert "2 of 5 trainings" in app.info[0].value, "three are kept"


def test_a_study_that_was_stopped_does_not_start_by_itself():
    app = open_app(TOPIC, **{**SMALL, "hidden": "none"}, seed="50")
    chart(app)
    context = context_at(app.session_state.settings, {PENALTY.key: "l1"})
    app.session_state.stopped = frozenset({curves_of(context).key})
    app.segmented_control(key=PENALTY.key).set_value("l1").run()
    assert not app.get("vega_lite_chart")
    app.button(key="train_them").click().run()
    chart(app)


def test_a_training_set_is_trained_once(monkeypatch):
    calls = []
    real = work.learning_curves
    monkeypatch.setattr(work, "learning_curves", lambda *of: calls.append(1) or real(*of))
    app = open_app(TOPIC, **{**SMALL, "hidden": "none"}, seed="60", **{SETS.key: "3"})
    app.select_slider(key="lam").set_value(50.0).run()
    assert len(calls) == 3
    app.segmented_control(key=SETS.key).set_value(5).run()
    assert len(calls) == 5


def test_the_sets_and_the_penalty_are_the_persons_to_choose():
    app = open_app(TOPIC, **{**SMALL, "hidden": "none"}, seed="61", **{SETS.key: "3"})
    first = chart(app)[1]["curves"]
    assert "over 3 training sets" in sentences(app)
    app.segmented_control(key=PENALTY.key).set_value("l1").run()
    second = chart(app)[1]["curves"]
    assert "under L1" in sentences(app)
    at_zero = [table[table.k == 0].cost.to_numpy() for table in (first, second)]
    np.testing.assert_allclose(*at_zero, rtol=1e-4)
    app.segmented_control(key=SETS.key).set_value(5).run()
    assert "over 5 training sets" in sentences(app)
    assert not np.allclose(chart(app)[1]["curves"].cost, second.cost)


def test_divergence_is_said_and_the_rest_is_shown(monkeypatch):
    real = work.learning_curves

    def spoilt(data: core.Dataset, sizes: Sequence[int], *of: object) -> variance.Curves:
        """One of the sets has no network at the largest λ and all samples."""
        found = real(data, sizes, *of)
        if of[5] == 63:
            for name in (*variance.MEASURES, "answers"):
                getattr(found, name)[-1, -1] = np.nan
        return found

    monkeypatch.setattr(work, "learning_curves", spoilt)
    app = open_app(TOPIC, **SMALL, seed="62", lam="1000", **{SETS.key: "3"})
    assert not app.exception
    assert "1 of these 468 networks diverged or swing; the 1 means with one of them" in sentences(app)
    assert "At λ = 1000 under L2 a network of some training set diverged" in sentences(app)
    tables = chart(app)[1]
    assert tables["readout"].aside.iloc[-1] == "aside: diverged"
    assert (tables["readout"].aside.iloc[:-1] != "aside: diverged").all()
    for name in ("curves", "parts"):
        at = tables[name][tables[name].is_all]
        assert sorted(set(at.k)) == list(range(len(LAMS) - 1))
        assert sorted(set(tables[name][~tables[name].is_all].k)) == list(range(len(LAMS)))


def test_where_plain_steps_diverge_the_networks_of_this_page_do_not():
    settings = core.Settings(dataset="wine", hidden=(), learning_rate=3.0, lam=1000.0, epochs=50)
    data = settings.load()
    plain = core.train(data.X_train, data.y_train, (), "l2", [1000.0], 3.0, 50)
    assert not plain.sound[0]
    picture = TOPIC.picture(context_at(settings, FEW))
    assert "diverged" not in " ".join([*picture.notes, *picture.tables["readout"].aside])
    assert picture.notes[0].startswith("At λ = 1000 under L2, 125 training samples, the mean over 3")


@pytest.mark.parametrize(
    "settings",
    [
        *(
            core.Settings(dataset=name, noise=0.0, n_samples=50, hidden=(2,), epochs=50)
            for name in DATASETS
            if DATASETS[name].synthetic
        ),
        core.Settings(dataset="wine", hidden=(3, 3), learning_rate=3.0, epochs=50),
        core.Settings(dataset=UPLOAD, hidden=(2,), epochs=50),
    ],
    ids=lambda one: one.dataset,
)
def test_no_sentence_holds_a_number_that_is_none(settings):
    for lam in (0.0, 1000.0):
        context = replace(context_at(replace(settings, lam=lam), FEW), shelf=own_shelf())
        picture = TOPIC.picture(context)
        text = "\n".join([*picture.notes, picture.caption, picture.spoken, TOPIC.mathematics(context)])
        assert not re.search(r"\bnan\b|\binf\b|None|-0\b", text), text
        assert not picture.missing
        for name in ("curves", "parts", "frame"):
            assert np.isfinite(picture.tables[name].select_dtypes("number").to_numpy()).all(), name
        if settings.is_synthetic:
            assert "noise 0, which" in text


def test_a_persons_own_rows_are_drawn_again_and_again():
    context = context_of("own")
    picture = TOPIC.picture(context)
    assert "bootstrap" in picture.caption
    assert "28 training samples" in picture.notes[0]
    found, data = curves_of(context).kept(), context.data
    expected = decompose([one.answers for one in found], work.aim(context.settings, data), False)
    np.testing.assert_array_equal(parts_of(context, found).error, expected.error)
    assert {one.answers.shape[-1] for one in found} == {28}


def test_where_no_row_is_left_out_twice_the_page_says_so_and_where_one_set_leaves_none_it_draws_again():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((8, 2)).round(3), np.arange(8) % 2
    X[:, 0] += 2 * y
    table = Table(X, y, ("a", "b"), ("no", "yes"))
    shelf = Shelf(Own(table, Source("Mine", "", "", "", lambda *_: table, False), "eight rows"))
    said = set()
    for seed in (4, 29, 33, 42):
        settings = core.Settings(dataset=UPLOAD, hidden=(2,), epochs=50, lam=1.0, seed=seed)
        picture = TOPIC.picture(Context(settings, shelf, "light", run_now, FEW))
        said.add(picture.missing[:24])
        assert "nan" not in " ".join(picture.notes)
        assert not picture.missing or "none is left out by two of 3 training sets" in picture.missing
    assert len(said) == 2, "seed 29 has none, another has"
