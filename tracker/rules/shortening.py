"""Long texts in short: their first words, and what they say beyond a title that was made of those."""

CUT = "…"
"""Where something is left out."""


def first_words(text: str, most: int) -> str:
    """The beginning of a text in one line of at most so many characters, cut between words, with a mark where something is left out."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[most // 2 :] else cut).rstrip(" ,;:.") + CUT


def beyond(title: str, text: str) -> str | None:
    """What a text says after a title that is only its beginning, in one line: nothing where the title is all of it.

    None where the title has words of its own, or stands whole though the text goes on: somebody chose it.
    """
    head, line = " ".join(title.split()), " ".join(text.split())
    if head == line:
        return ""
    begun = head.removesuffix(CUT)
    return line[len(begun) :].strip() if begun and begun != head and line.startswith(begun) else None
