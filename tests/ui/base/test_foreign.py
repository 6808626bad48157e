"""Foreign text does nothing where it is shown: in a sentence, as a name, in a spreadsheet."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from ui.base.foreign import JOINERS, MAX_NAME, markdown, safe_name, spreadsheet_cell

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", " =", "＝", "＋", "－", "＠", "\u00a0@")
ODD = st.sampled_from("aZ9 _-`*$:[]<>\\\u200b\u200c\u200d\u202e\u00a0\u0301\t\r\n\x00\ud800é😀\u05e9")
texts = st.text(max_size=60) | st.text(ODD, max_size=120)


@given(texts)
@example("`")
@example("``` ```")
@example("www.example.com")
@example("http://example.com ![x](y)")
@example("")
def test_foreign_text_in_markdown_is_words_or_one_stretch_of_code(text):
    shown = markdown(text)
    assert "\n" not in shown
    if shown.startswith("`"):
        assert shown.endswith("`")
        assert "`" not in shown[1:-1]
        assert len(shown) > 2
    else:
        assert re.fullmatch(r"[\w -]+", shown)
        assert "_" not in shown
        assert not re.match(r"\W", shown)


@given(st.lists(st.text(st.sampled_from("abcZé9שß"), min_size=1), min_size=1, max_size=5))
def test_words_stay_as_they_are_in_markdown(words):
    assert markdown(" ".join(words)) == " ".join(words)
    assert markdown(" \n".join(words) + "\t") == " ".join(words)


@given(texts)
def test_code_in_markdown_still_shows_every_sign(text):
    shown = markdown(text).strip("`")
    assert shown.replace("ˋ", "`") in (" ".join(text.split()), "–")


@given(texts)
@example("\u200c \u200d")
@example("a \u200c")
@example("n" * 10_000)
def test_a_safe_name_is_one_short_line_of_signs_that_can_be_seen(text):
    name = safe_name(text)
    assert len(name) <= MAX_NAME
    assert all(sign.isprintable() or sign in JOINERS for sign in name)
    assert name == name.strip().strip(JOINERS)
    assert "  " not in name


@given(st.text(st.sampled_from("abcZ9éשß-_.😀"), min_size=1, max_size=MAX_NAME))
def test_a_name_without_harm_stays_as_it_is(text):
    assert safe_name(text) == text
    assert safe_name(f" {text}\n") == text


def test_a_name_keeps_what_joins_its_signs_and_nothing_else_that_is_invisible():
    assert safe_name("👩\u200d🔬") == "👩\u200d🔬"
    assert safe_name("\u202eevil\u200b") == "evil"
    assert safe_name("two\nlines\there") == "two lines here"
    assert safe_name("e\u0301") == "é"
    assert safe_name("n" * (MAX_NAME + 1)) == "n" * (MAX_NAME - 1) + "…"


@given(st.text(max_size=12) | st.builds(str.__add__, st.sampled_from(FORMULA_SIGNS), st.text(max_size=8)))
def test_no_text_in_a_spreadsheet_begins_like_a_formula(text):
    cell = spreadsheet_cell(text)
    assert cell in (text, f"'{text}")
    assert not re.match(r"[\t\r\n]", cell)
    assert not cell.lstrip().startswith(tuple("=+-@＝＋－＠"))


@given(st.text(st.characters(categories=("L", "N")), min_size=1, max_size=3), st.text(max_size=8))
def test_a_text_that_is_no_formula_is_not_touched(beginning, rest):
    assert spreadsheet_cell(beginning + rest) == beginning + rest


@given(st.integers() | st.floats() | st.none() | st.booleans())
def test_a_negative_number_is_no_formula(number):
    assert spreadsheet_cell(number) is number
