"""TOML to a profile and back: every key checked, every mistake told with the key that it stands at."""

from dataclasses import dataclass

from tracker.exchange.profiles.model import Profile


@dataclass(frozen=True)
class Key:
    """A key that a profile may have: where it stands, what it takes, what it means, an example."""

    place: str
    name: str
    takes: str
    meaning: str
    example: str


def parse(text: str, name: str = "") -> Profile:
    """Read a profile. Raises :class:`ProfileError` with every problem found, never anything else."""
    raise NotImplementedError


def to_toml(profile: Profile) -> str:
    """The profile as a commented TOML file; reading that gives an equal profile."""
    raise NotImplementedError


def shipped() -> dict[str, str]:
    """The profiles that come with the software, by name, as their commented text."""
    raise NotImplementedError


def reference() -> list[Key]:
    """Every key that a profile may have, in the order in which a reader meets them."""
    raise NotImplementedError
