"""The tour: each answer against networks trained alone and arithmetic of the test's own, and the bar."""

import re
import zlib
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest

import core
from core.datasets import TEST_SHARE
from core.settings import LAMS
from core.solvers import race
from core.variance import learning_curves
from tests.test_pages import chart, open_app
from ui import gradient_check, overview, study
from ui.menu import MENU
from ui.tour import TOUR, Answer, Scene, Step, place, query

QUICK = {"epochs": 50}


@cache
def scene_at(settings: core.Settings, needs: str = "networks") -> Scene:
    """What the pages show at these settings, put together without Streamlit."""
    data = core.load_dataset(settings.dataset, settings.seed, settings.n_samples, settings.noise)
    if needs == "data":
        return Scene(settings, data)
    if needs == "race":
        y = (data.y_train == (0 if len(data.class_names) > 2 else 1)).astype(int)
        lam, alpha = settings.lam or LAMS[1], settings.learning_rate  # at λ = 0 the page shows the next
        return Scene(settings, data, race=race(data.X_train, y, lam, alpha, seed=settings.seed))
    if needs == "curves":
        return Scene(settings, data, curves=curves_at(settings))
    both = core.train(  # at once, as the pages do: the last bits of a weight depend on its company
        data.X_train,
        data.y_train,
        settings.hidden,
        ["l1"] * len(LAMS) + ["l2"] * len(LAMS),
        LAMS * 2,
        settings.learning_rate,
        settings.epochs,
        settings.seed,
    )
    runs = {"L1": both.select(slice(0, len(LAMS))), "L2": both.select(slice(len(LAMS), None))}
    return Scene(settings, data, runs)


def curves_at(settings: core.Settings) -> list:
    return [
        learning_curves(
            plan.load(),
            plan.sizes,
            settings.hidden,
            "l2",
            LAMS,
            settings.learning_rate,
            settings.epochs,
            plan.settings.seed,
        )
        for plan in study.plans_for(settings, "l2", TEST_SHARE, 3)
    ]


def settings_for(step: Step, **changed: object) -> core.Settings:
    settings = core.Settings(**{**step.settings, **changed})
    return shown(settings) if step.page == "pages/overview.py" else settings


def shown(settings: core.Settings) -> core.Settings:
    """What the overview shows in place of data that it cannot draw."""
    return overview.shown_settings(settings, scene_at(settings, "data").data)


def alone(scene: Scene, penalty: str, lam: float | None = None, hidden: tuple | None = None) -> core.Run:
    """One network of the scene, trained by itself."""
    s, data = scene.settings, scene.data
    return core.train(
        data.X_train,
        data.y_train,
        s.hidden if hidden is None else hidden,
        penalty,
        [s.lam if lam is None else lam],
        s.learning_rate,
        s.epochs,
        s.seed,
    )


def forward(run: core.Run, X: np.ndarray, k: int = 0) -> list[np.ndarray]:
    """Z of every layer of one network, in float64, by the lesson's own equation."""
    A, Z = X.T, []
    for W, b in zip(run.W, run.b, strict=True):
        Z.append(W[k].astype(float) @ A + b[k])
        A = np.tanh(Z[-1])
    return Z


def classes(Z: np.ndarray) -> np.ndarray:
    return (Z[0] > 0).astype(int) if len(Z) == 1 else Z.argmax(axis=0)


def entropy(Z: np.ndarray, y: np.ndarray) -> float:
    if len(Z) == 1:
        return float(np.logaddexp(0, np.where(y == 1, -Z[0], Z[0])).mean())
    return float((np.log(np.exp(Z).sum(axis=0)) - Z[y, range(len(y))]).mean())


class Truth(NamedTuple):
    """What an answer must say: the option, and numbers of its sentence in their order."""

    right: int
    numbers: tuple[float, ...]


def true_overfit(scene: Scene) -> Truth:
    run, data = alone(scene, "l2", 0.0), scene.data
    train = entropy(forward(run, data.X_train)[-1], data.y_train)
    test = entropy(forward(run, data.X_test)[-1], data.y_test)
    ratio = test / train
    return Truth(sum(ratio >= bound for bound in (1.5, 3, 10)), (0, train, test, ratio))


def true_best_lam(scene: Scene) -> Truth:
    s, data = scene.settings, scene.data
    run = core.train(
        data.X_train, data.y_train, s.hidden, "l2", LAMS, s.learning_rate, s.epochs, s.seed, snapshots=2
    )
    cost = np.full(len(LAMS), np.inf)
    for k in np.flatnonzero(run.diverged_at < 0):
        if run.cost[-1, k] <= run.cost[0, k]:
            cost[k] = entropy(forward(run, data.X_test, k)[-1], data.y_test)
    lam = LAMS[cost.argmin()]
    right = 0 if lam == 0 else 1 if lam < 1 else 2 if lam < 10 else 3
    return Truth(right, (cost.min(), lam))


def true_zeros(scene: Scene) -> Truth:
    n = [sum(int((W == 0).sum()) for W in alone(scene, penalty).W) for penalty in ("l1", "l2")]
    assert n[0] > n[1] == 0, "the settings of this test are those of the lecture"
    return Truth(0, (scene.settings.lam, n[0]))


def true_compression(scene: Scene) -> Truth:
    run = alone(scene, "l1")
    flat = [part[0].ravel() for part in (*run.W, *run.b)]
    dense = 4 * sum(part.size for part in flat)
    deflated = len(zlib.compress((np.concatenate(flat) + np.float32(0)).astype("<f4").tobytes(), 9))
    sparse = 4 * sum(b.size for b in run.b)
    for W in run.W:  # all indices of these small layers fit one byte
        nonzero = int((W != 0).sum())
        assert max(W.shape) <= 256
        sparse += min(6 * nonzero, 5 * nonzero + (W.shape[1] + 1) * (1 if nonzero < 256 else 2))
    packed = min(deflated, sparse)
    return Truth(
        sum(packed / dense >= bound for bound in (0.25, 0.5, 0.9)),
        (scene.settings.lam, dense, packed, round(100 * packed / dense, 1)),
    )


def true_layers(scene: Scene) -> Truth:
    run = alone(scene, "l2")
    parts = [scene.settings.lam / (2 * scene.data.m) * float(np.square(W).sum()) for W in run.W]
    largest = int(np.argmax(parts))
    right = 0 if largest == 0 else 2 if largest == len(parts) - 1 else 1
    return Truth(right, (scene.settings.lam, parts[0]))


def true_gradient(scene: Scene) -> Truth:
    checked = gradient_check.measure(scene.settings, "l2", "no_penalty").gradients
    worst = 0.0
    for W, b, dW, db in zip(
        checked.numeric, checked.numeric_b, checked.backpropagated, checked.backpropagated_b, strict=True
    ):
        numeric, back = np.r_[W.ravel(), b.ravel()], np.r_[dW.ravel(), db.ravel()]
        error = np.linalg.norm(numeric - back) / (np.linalg.norm(numeric) + np.linalg.norm(back))
        worst = max(worst, float(error))
    ratio = scene.settings.lam / scene.data.m
    return Truth(sum(worst >= bound for bound in (1e-6, 0.01, 0.2)), (ratio, round(100 * worst, 1)))


def true_decay(scene: Scene) -> Truth:
    run = alone(scene, "l2")
    factor = 1 - scene.settings.learning_rate * scene.settings.lam / scene.data.m
    gone = int(run.diverged_at[0])
    if gone >= 0:
        assert factor < -1
        return Truth(2, (1, factor, -factor, gone))
    return Truth(0 if factor > 0 else 1, (1, factor))


def true_units(scene: Scene) -> Truth:
    run, free = alone(scene, "l1"), alone(scene, "l1", 0.0)
    links = [np.abs(W[0]) > 0.01 * np.abs(F[0]).max() for W, F in zip(run.W, free.W, strict=True)]
    reached = [np.ones(links[0].shape[1], bool)]
    for link in links:
        reached.append(np.array([(row & reached[-1]).any() for row in link]))
    heard = [np.ones(links[-1].shape[0], bool)]
    for link in links[::-1]:
        heard.insert(0, np.array([(column & heard[0]).any() for column in link.T]))
    into, out = np.concatenate(reached[1:-1]), np.concatenate(heard[1:-1])
    groups = [int((into & out).sum()), int((~into & out).sum()), int((~out).sum())]
    n = len(into)
    right = next((i for i, size in enumerate(groups) if size > n / 2), 3)
    return Truth(right, (scene.settings.lam, 1, n, *groups))


def true_linear_part(scene: Scene) -> Truth:
    Z = forward(alone(scene, "l2"), scene.data.X_train)[:-1]
    near = np.concatenate([np.abs(z).ravel() <= 0.39903 for z in Z])
    share = float(near.mean())
    return Truth(
        sum(share >= bound for bound in (0.2, 0.5, 0.9)), (scene.settings.lam, 2, round(100 * share, 1))
    )


def true_linear_model(scene: Scene) -> Truth:
    X = scene.data.X_test
    network, straight = (
        classes(forward(alone(scene, "l2", hidden=h), X)[-1]) for h in (scene.settings.hidden, ())
    )
    share = float((network != straight).mean())
    numbers = (int((network != straight).sum()),) if share else ()
    return Truth(0 if share == 0 else 1 if share < 0.05 else 2, (scene.settings.lam, 2, *numbers, len(X)))


def true_worth(scene: Scene) -> Truth:
    curves = curves_at(scene.settings)
    cost, sizes = np.mean([one.test_cost for one in curves], axis=0), curves[0].sizes
    i = int(np.abs(np.log(sizes[:-1]) - np.log(sizes[-1] / 4)).argmin())
    best = int(np.nanargmin(cost[i]))
    if best == 0:
        return Truth(0, (sizes[i],))
    target, needed = cost[i, best], np.inf
    for (m, above), (more, below) in pairwise(zip(sizes[i:], cost[i:, 0], strict=True)):
        if above > target >= below:
            share = (above - target) / (above - below)
            needed = np.exp(np.log(m) + share * (np.log(more) - np.log(m)))
            break
    ratio = needed / sizes[i]
    right = 3 if np.isinf(ratio) else sum(ratio >= bound for bound in (1.25, 2))
    return Truth(right, (sizes[i], cost[i, 0], 0, target, LAMS[best]))


def true_solver_zeros(scene: Scene) -> Truth:
    s, data = scene.settings, scene.data
    y = (data.y_train == (0 if len(data.class_names) > 2 else 1)).astype(int)
    run = core.train(
        data.X_train, y, (), "l1", [s.lam], s.learning_rate, 3000, s.seed, "subgradient", dtype="float64"
    )
    found = int((run.W[0] == 0).sum())
    best = int((core.fit_logistic(data.X_train, y, "l1", [s.lam], tol=1e-10).W == 0).sum())
    right = 0 if found == 0 else 1 if found < best else 2 if found == best else 3
    return Truth(right, (s.lam, 3000))


TRUTHS: tuple[Callable[[Scene], Truth], ...] = (
    true_overfit,
    true_best_lam,
    true_zeros,
    true_compression,
    true_layers,
    true_gradient,
    true_decay,
    true_units,
    true_linear_part,
    true_linear_model,
    true_worth,
    true_solver_zeros,
)
ELSEWHERE: tuple[dict, ...] = (
    {"dataset": "circles", "seed": 2, "hidden": (6,), **QUICK},
    {"dataset": "xor", "seed": 1, "n_samples": 100, "hidden": (6,), **QUICK},
    {"dataset": "wine", "seed": 3},
    {"dataset": "needles", "hidden": (4,), **QUICK},
    {"dataset": "breast_cancer", "hidden": (5, 5, 3), "lam": 50.0, **QUICK},
    {"dataset": "wine", "lam": 1.0},
    {"dataset": "wine", "lam": 15.0, "hidden": (4,), **QUICK},
    {"dataset": "breast_cancer", "hidden": (6, 3), "seed": 4, **QUICK},
    {"dataset": "moons", "hidden": (4, 4), "lam": 5.0, **QUICK},
    {"dataset": "circles", "hidden": (6,), "lam": 1.0},
    {"dataset": "wine", "epochs": 100},
    {"dataset": "wine", "lam": 7.0, "learning_rate": 0.1},
)


def numbers_in(sentence: str) -> list[str]:
    """The numbers of a sentence as they are written, in their order; those glued to a letter (L1) as well."""
    text = re.sub(r"(?<=\d),(?=\d{3})", "", sentence).replace("−", "-")
    return re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e-?\d+)?|(?<=L)\d", text)


def is_written(number: float, text: str) -> bool:
    """Whether the text is the number, up to what its last digit leaves open."""
    mantissa, _, exponent = text.partition("e")
    last_digit = 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
    return abs(float(text) - number) <= max(0.501 * last_digit if "." in mantissa else 0, 6e-3 * abs(number))


def holds_to(answer: Answer, truth: Truth) -> None:
    """The option is the true one, and each true number stands in the sentence, to its digits."""
    assert answer.right == truth.right, answer.sentence
    said = numbers_in(answer.sentence)
    for number in truth.numbers:
        assert any(is_written(number, text) for text in said), (number, answer.sentence)


@cache
def truth_of(n: int) -> Truth:
    """The truth at the step's own settings."""
    return TRUTHS[n](scene_at(settings_for(TOUR[n]), TOUR[n].needs))


@pytest.mark.parametrize("n", range(len(TOUR)))
def test_each_answer_is_what_networks_trained_alone_say(n):
    step = TOUR[n]
    scene = scene_at(settings_for(step), step.needs)
    holds_to(step.answer(scene), truth_of(n))


@pytest.mark.parametrize("n", range(len(TOUR)))
def test_the_answer_follows_other_data(n):
    step = TOUR[n]
    scene = scene_at(settings_for(step, **ELSEWHERE[n]), step.needs)
    holds_to(step.answer(scene), TRUTHS[n](scene))


def test_the_tour_is_sound():
    files = {entry.file for entry in MENU}
    assert 8 <= len(TOUR) <= 12
    assert len(TRUTHS) == len(ELSEWHERE) == len(TOUR)
    for step in TOUR:
        assert step.page in files
        assert 2 <= len(step.options) <= 4
        assert len(set(step.options)) == len(step.options)
        settings, problems = core.Settings.from_query(query(step.settings))
        assert problems == []
        assert settings == core.Settings(**step.settings)
        assert step.said(step.question, settings).endswith("?")
        assert "{" not in step.said(step.lead_in + step.question, settings)


def test_a_value_on_a_bound_belongs_to_the_option_above():
    assert [place(v, (1.0, 2.0)) for v in (0.9, 1.0, 1.9, 2.0, np.inf)] == [0, 1, 1, 2, 2]


NO_HIDDEN = {"hidden": (), **QUICK}
REFUSED = [
    (3, {"lam": 0.0, **QUICK}, "no penalty"),
    (3, {"dataset": "wine", "learning_rate": 3.0, "hidden": (4,), "lam": 1000.0, **QUICK}, "stopped being"),
    (4, {"dataset": "wine", "learning_rate": 3.0, "hidden": (4,), "lam": 1000.0, **QUICK}, "stopped being"),
    (5, NO_HIDDEN, "no hidden layer"),
    (5, {"lam": 0.0, **QUICK}, "no penalty"),
    (6, {"lam": 0.0}, "no penalty"),
    (7, {"lam": 0.0, **QUICK}, "no penalty"),
    (8, NO_HIDDEN, "no hidden layer"),
    (9, NO_HIDDEN, "no hidden layer"),
    (10, NO_HIDDEN, "no hidden layer"),
    (10, {"dataset": "breast_cancer", "hidden": (8, 8, 8), "lam": 300.0, "epochs": 100}, "collapsed"),
    (12, {"lam": 0.0}, "no penalty"),
    (12, {"lam": 0.1, "dataset": "moons"}, "no zero weight"),
]


@pytest.mark.parametrize(("n", "changed", "why"), REFUSED)
def test_a_question_without_an_answer_says_why(n, changed, why):
    step = TOUR[n - 1]
    answer = step.answer(scene_at(settings_for(step, **changed), step.needs))
    assert answer.right is None
    assert why in answer.sentence


def test_the_question_on_samples_waits_for_its_curves():
    step = TOUR[10]
    answer = step.answer(Scene(settings_for(step), scene_at(settings_for(step), "data").data))
    assert answer.right is None
    assert "not all trained" in answer.sentence


@pytest.mark.parametrize(
    ("changed", "right"),
    [({"lam": 20.0}, 0), ({"lam": 700.0}, 1), ({"lam": 1000.0, "learning_rate": 3.0}, 2)],
)
def test_decay_tells_its_three_regimes_apart(changed, right):
    step = TOUR[6]
    assert step.answer(scene_at(settings_for(step, **changed, **QUICK))).right == right


def bar_of(app) -> str:
    """The texts of the bar: its place, lead-in and question, and the answer."""
    html = [e.proto.body for e in app.get("html") if e.proto.body.startswith('<p class="tour-')]
    said = [m.value for m in app.main.markdown]
    return "\n".join([*html, *said])


def test_a_link_to_a_step_leads_to_its_page_and_settings():
    app = open_app("pages/linearity.py", tour="3")
    assert not app.exception
    assert "step 3 of" in bar_of(app)
    assert app.title[0].value == "L1 makes weights exactly zero, L2 only small"
    assert app.session_state.settings == core.Settings(**TOUR[2].settings)
    assert app.query_params["tour"] == "3"
    chart(app)


def test_settings_in_the_address_go_before_those_of_the_step():
    app = open_app(tour="3", lam="50", epochs="50")
    assert "step 3 of" in bar_of(app)
    assert app.session_state.settings == core.Settings(lam=50.0, epochs=50)
    assert "at λ = 50?" in bar_of(app)


@pytest.mark.parametrize("text", ["0", "13", "99", "abc", "-1", "²", ""])
def test_a_wrong_place_is_told_and_no_tour_is_on(text):
    app = open_app(tour=text, epochs="50")
    assert not app.exception
    (warning,) = app.warning
    assert f"steps 1 to {len(TOUR)}" in warning.value
    assert "tour-question" not in bar_of(app)
    assert "tour" not in app.query_params
    chart(app)
    app.select_slider(key="lam").set_value(20.0).run()
    assert not app.warning, "the sentence goes with the next choice"


def test_a_revealed_answer_follows_the_panel_and_the_first_prediction_counts():
    app = open_app(tour="3", hidden="none", lam="20", epochs="50")
    assert app.button(key="tour_reveal").disabled
    app.segmented_control(key="tour_prediction_3").set_value(2).run()
    app.button(key="tour_reveal").click().run()
    settings = core.Settings(hidden=(), lam=20.0, epochs=50)
    first = TOUR[2].answer(scene_at(settings))
    assert first.sentence in bar_of(app)
    assert "You predicted “Both the same”" in bar_of(app)
    app.selectbox(key="dataset").set_value("wine")
    app.select_slider(key="lam").set_value(3.0).run()
    second = TOUR[2].answer(scene_at(core.Settings("wine", (), epochs=50, lam=3.0)))
    assert second.sentence in bar_of(app)
    app.select_slider(key="lam").set_value(0.0).run()
    assert "No answer here." in bar_of(app)
    assert app.session_state.tour_results == {3: False}


def test_the_tour_goes_on_to_pages_and_back_and_ends_with_a_count():
    app = open_app("pages/gradient.py", tour="11", epochs="50", hidden="none", dataset="moons", seed="3")
    app.button(key="tour_next").click().run()
    assert not app.exception
    assert app.title[0].value == "Where exact zeros come from"
    assert app.session_state.settings == core.Settings(**TOUR[11].settings)
    assert app.query_params["tour"] == "12"
    assert app.button(key="tour_next").disabled
    app.segmented_control(key="tour_prediction_12").set_value(0).run()
    app.button(key="tour_reveal").click().run()
    answer = TOUR[11].answer(scene_at(core.Settings(**TOUR[11].settings), TOUR[11].needs))
    assert answer.sentence in bar_of(app)
    assert f"**{int(answer.right == 0)} of 1** predictions were right" in bar_of(app)
    app.button(key="tour_previous").click().run()
    assert app.title[0].value.startswith("Too much variance")
    assert app.session_state.settings == core.Settings(**TOUR[10].settings)
    app.button(key="tour_next").click().run()
    assert app.segmented_control(key="tour_prediction_12").value == 0, "a prediction is kept"
    app.button(key="tour_leave").click().run()
    assert "tour-question" not in bar_of(app)
    assert "tour" not in app.query_params


def test_the_overview_and_the_classroom_page_start_the_tour():
    app = open_app("pages/classroom.py")
    assert not app.exception
    assert sum(button.key.startswith("open_step_") for button in app.button) == len(TOUR)
    app.button(key="open_step_6").click().run()
    assert app.title[0].value.startswith("The penalty's gradient")
    assert "step 6 of" in bar_of(app)
    app = open_app("pages/overview.py", dataset="moons", epochs="50", hidden="4")
    app.button(key="start_tour").click().run()
    assert "step 1 of" in bar_of(app)
    assert app.session_state.settings == core.Settings(**TOUR[0].settings)


PROJECTOR = {"viewport": {"width": 1920, "height": 1080}}
PHONE = {"viewport": {"width": 390, "height": 844}}


def choose_and_reveal(page, option: str) -> str:
    """Predict, reveal, and return what the bar then says."""
    from playwright.sync_api import expect

    page.locator(".st-key-tour_options").get_by_text(option, exact=True).click()
    page.get_by_role("button", name="Reveal", exact=True).click()
    expect(page.get_by_role("button", name="Hide the answer")).to_be_visible()
    expect(page.locator(".st-key-tour_answer")).not_to_contain_text("Predict, then reveal", timeout=30_000)
    return page.locator(".st-key-tour_answer").inner_text()


def plain(text: str) -> str:
    return " ".join(text.replace("**", "").split())


@pytest.mark.browser
def test_a_class_walks_the_whole_tour_in_present_mode(browser, address):
    from playwright.sync_api import expect

    from tests.browser import READY, new_page

    with new_page(browser, **PROJECTOR) as page:
        page.goto(f"{address}/tanh?tour=1&present=1")
        right = 0
        for n, step in enumerate(TOUR, start=1):
            expect(page.locator(".tour-place")).to_contain_text(f"step {n} of {len(TOUR)}", timeout=30_000)
            expect(page).to_have_url(re.compile(rf"[?&]tour={n}(&|$)"))
            assert "present=1" in page.url
            expect(page.locator("[data-testid=stSidebar]")).to_be_hidden()
            page.wait_for_function(READY, timeout=60_000)
            settings = settings_for(step)
            expect(page.locator(".tour-question")).to_have_text(step.said(step.question, settings))
            scene = scene_at(settings, step.needs)
            truth = truth_of(n - 1)
            predicted = n % len(step.options)
            right += predicted == truth.right
            said = choose_and_reveal(page, step.options[predicted])
            answer = step.answer(scene)
            assert plain(answer.sentence) in plain(said), n
            holds_to(Answer(answer.right, plain(said)), truth)
            assert ("Right, " if predicted == truth.right else "You predicted") in said
            if n < len(TOUR):
                page.keyboard.press("PageDown")
        expect(page.locator(".st-key-tour_answer")).to_contain_text(f"{right} of {len(TOUR)} predictions")
        page.get_by_role("button", name="Start again").click()
        expect(page.locator(".tour-place")).to_contain_text("step 1 of")
        expect(page.locator(".st-key-tour_answer")).to_contain_text("Predict, then reveal")
        assert page.trouble == []


@pytest.mark.browser
def test_a_reveal_on_a_phone_leaves_the_chart_where_it_is(browser, address):
    from tests.browser import new_page, open_page

    with new_page(browser, **PHONE) as page:
        open_page(page, f"{address}/l1-vs-l2?tour=3&hidden=none&lam=20&epochs=50")
        page.locator(".stVegaLiteChart svg.marks").evaluate("svg => { svg.dataset.mine = 'yes'; }")
        for button in page.locator(".st-key-tour button").all():
            box = button.bounding_box()
            assert box["height"] >= 44, button.inner_text()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
        said = choose_and_reveal(page, "L2")
        settings = core.Settings(hidden=(), lam=20.0, epochs=50)
        assert plain(TOUR[2].answer(scene_at(settings)).sentence) in plain(said)
        assert page.locator(".stVegaLiteChart svg.marks").get_attribute("data-mine") == "yes"
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.trouble == []


@pytest.mark.browser
def test_a_menu_page_keeps_the_tour_in_the_address_and_a_reload_stays(page, address):
    from playwright.sync_api import expect

    from tests.browser import open_page, visit, wait_until_drawn

    open_page(page, f"{address}/l1-vs-l2?tour=4&lam=20&epochs=50")
    visit(page, "Tanh")
    expect(page).to_have_url(re.compile(r"/tanh\?.*tour=4"))
    expect(page.locator(".tour-place")).to_contain_text("step 4 of")
    page.reload()
    wait_until_drawn(page)
    expect(page).to_have_url(re.compile(r"/tanh\?.*tour=4"))
    expect(page.locator(".tour-place")).to_contain_text("step 4 of")
    page.get_by_role("link", name="To this step's page").click()
    expect(page).to_have_url(re.compile(r"/l1-vs-l2\?.*tour=4"))
    wait_until_drawn(page)
    for part in ("lam=20", "epochs=50"):
        assert part in page.url
    page.get_by_role("button", name="Leave the tour").click()
    expect(page).not_to_have_url(re.compile("tour="))
    assert page.trouble == []
