"""Fields as images: a pixel's colour tells what a network answers there, and the lowest row lies lowest."""

import numpy as np
import pytest

from tests.ui.pictures.images import pixels, rgb
from ui.base.theme import INKS, SIGN_COLORS
from ui.pictures.field import DEEP, LEVELS, SIDE, field_images, palette


@pytest.fixture
def page(theme: str) -> str:
    """The colour of the page."""
    return INKS[theme].page


def images(*answers: np.ndarray, page: str) -> list[np.ndarray]:
    """The images of networks whose answers are given as (SIDE, SIDE), the lowest row first."""
    return [pixels(url) for url in field_images(np.stack([P.ravel() for P in answers]), page)]


def shares_of_a_class(colors: np.ndarray, sign: str, page: str) -> np.ndarray:
    """How far colours (…, 3) go from the page's to a class's own, by the channel that differs most."""
    way = rgb(SIGN_COLORS[sign]) - rgb(page)
    channel = np.abs(way).argmax()
    return (colors.astype(int)[..., channel] - rgb(page)[channel]) / way[channel]


def test_colours_go_from_one_class_over_the_page_to_the_other(page):
    colors = palette(page)
    assert (colors.shape, colors.dtype) == ((LEVELS, 3), np.uint8)
    half = LEVELS // 2
    for sign, side in (("negative", colors[:half][::-1]), ("positive", colors[half:])):
        shares = shares_of_a_class(side, sign, page)
        assert shares[0] == pytest.approx(0, abs=0.03), "next to one half it is the page"
        assert shares[-1] == pytest.approx(DEEP, abs=0.01), "what is certain leaves samples to be seen"
        assert (np.diff(shares) > 0).all()
        mixed = rgb(page) + shares[:, None] * (rgb(SIGN_COLORS[sign]) - rgb(page))
        np.testing.assert_allclose(side, mixed, atol=1.5)


def test_the_two_classes_are_as_strong_where_they_are_as_sure(page):
    sure = [shares_of_a_class(palette(page), sign, page) for sign in ("negative", "positive")]
    np.testing.assert_allclose(sure[0][: LEVELS // 2], sure[1][: LEVELS // 2 - 1 : -1], atol=0.02)


def test_the_colour_of_a_pixel_tells_its_probability_up_to_a_level(page):
    P = np.random.default_rng(0).random((3, SIDE, SIDE))
    colors = palette(page).astype(int)
    for answer, image in zip(P, images(*P, page=page), strict=True):
        assert image.shape == (SIDE, SIDE, 3)
        away = np.abs(image[:, :, None, :] - colors).sum(axis=3)
        assert (away.min(axis=2) == 0).all(), "no colour but these"
        told = (away.argmin(axis=2) + 0.5) / LEVELS
        np.testing.assert_allclose(told, answer, atol=0.5 / LEVELS + 1e-9)


@pytest.mark.parametrize(("answer", "sign"), [(0.0, "negative"), (0.49, "negative"), (1.0, "positive")])
def test_an_answer_has_the_hue_of_its_class_and_certainty_its_full_strength(page, answer, sign):
    (image,) = images(np.full((SIDE, SIDE), answer), page=page)
    share = DEEP * abs(2 * answer - 1)
    assert shares_of_a_class(image, sign, page) == pytest.approx(share, abs=0.02)
    if share == DEEP:
        other = next(name for name in SIGN_COLORS if name != sign)
        own, foreign = (np.abs(image - rgb(SIGN_COLORS[name])).sum(axis=2) for name in (sign, other))
        assert (own < foreign).all()


def test_the_lowest_row_of_a_field_lies_at_the_bottom_and_its_first_column_on_the_left(page):
    answer = np.zeros((SIDE, SIDE))
    answer[0], answer[:, -1] = 1, 1  # below and on the right
    (image,) = images(answer, page=page)
    certain = palette(page).astype(int)[[0, -1]]
    assert (image[0] == certain[1]).all()
    assert (image[:, -1] == certain[1]).all()
    assert (image[1:, :-1] == certain[0]).all()


def test_where_a_network_has_no_answer_its_image_is_the_page_and_those_of_others_are_not(page):
    nothing, sure = np.full((SIDE, SIDE), np.nan), np.ones((SIDE, SIDE))
    empty, full = images(nothing, sure, page=page)
    np.testing.assert_allclose(empty, np.broadcast_to(rgb(page), empty.shape), atol=5)
    assert (np.abs(full - rgb(page)).max(axis=2) > 40).all()


def test_an_image_is_small_and_those_of_equal_answers_are_equal():
    P = np.random.default_rng(1).random((1, SIDE * SIDE))
    first, second = field_images(np.vstack([P, P]), "#ffffff")
    assert first == second
    smooth = np.linspace(0, 1, SIDE * SIDE)[None]
    assert len(field_images(smooth, "#ffffff")[0]) < 2000
