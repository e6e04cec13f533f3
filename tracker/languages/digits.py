"""The digits of a language. Persian writes numbers as ۱۲۳; codes, references, hashes and addresses keep 123."""

DIGITS = {"fa": "۰۱۲۳۴۵۶۷۸۹"}
"""By language, from nought to nine, as the CLDR's default numbering system has them (``arabext``)."""
TABLES = {language: str.maketrans("0123456789", digits) for language, digits in DIGITS.items()}


def localized(text: str, language: str) -> str:
    """A plain text that is in that language, with its digits."""
    return text.translate(TABLES[language]) if language in TABLES else text
