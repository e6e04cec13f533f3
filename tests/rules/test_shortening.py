"""Long texts in short."""

import pytest

from tracker.rules.shortening import beyond, first_words

LONG = "The government should close the office in the capital within two years of the day on which the report was published."


@pytest.mark.parametrize(
    ("title", "text", "rest"),
    [
        ("Close it.", "Close it.", ""),
        ("Close it.", " Close \n it. ", ""),
        (first_words(LONG, 40), LONG, "in the capital within two years of the day on which the report was published."),
        ("Close it", "Close it at once.", None),  # chosen by somebody, not cut off
        ("Open it…", "Close it at once.", None),
        ("…", "Close it.", None),
        ("", "Close it.", None),
    ],
)
def test_what_a_text_says_beyond_its_title(title: str, text: str, rest: str | None) -> None:
    assert beyond(title, text) == rest


def test_a_title_of_first_words_and_what_comes_after_it_are_the_whole() -> None:
    for most in range(3, len(LONG) + 2):
        title = first_words(LONG, most)
        assert len(title) <= most
        rest = beyond(title, LONG)
        assert rest is not None
        assert "".join((title.removesuffix("…") + rest).split()) == "".join(LONG.split())
