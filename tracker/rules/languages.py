"""Which configuration of full-text search a language has: those that PostgreSQL 15 and later bring along, and none for the others."""

OURS = "en"
"""The language in which the desk writes."""
NO_STEMS = "simple"
"""Words as they are: for names of records, and for languages whose stems nobody here knows, as Persian."""
CONFIGURATIONS = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "ne": "nepali",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
"""By the first part of a BCP 47 tag."""
ALL = tuple(sorted({*CONFIGURATIONS.values(), NO_STEMS}))


def configuration(language: str) -> str:
    """The configuration for a BCP 47 tag: ``fr-CA`` is french."""
    return CONFIGURATIONS.get(language.replace("_", "-").split("-")[0].lower(), NO_STEMS)
