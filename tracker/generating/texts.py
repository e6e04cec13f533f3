"""Made-up sentences in four languages, of words that recur as words do: a few often, most of them seldom."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

SHORTEST, LONGEST = 80, 3000
"""Characters of a statement."""


def falling(count: int) -> list[float]:
    """Running sums of 1, 1/2, 1/3 … (Zipf's law) for :meth:`random.Random.choices`: a few of ``count`` things are frequent, most are rare."""
    return list(accumulate(1 / place for place in range(1, count + 1)))


@dataclass(frozen=True)
class Tongue:
    """What sentences of a language are made of: a verb, what is done to it, where, by when; and the signs around them."""

    code: str
    verbs: Sequence[str]
    things: Sequence[str]
    places: Sequence[str]
    ends: Sequence[str]
    sentence: str = "{verb} {thing} {place}, {end}."

    def say(self, draw: Random) -> str:
        """One sentence."""
        parts = {
            "verb": draw.choice(self.verbs),
            "thing": draw.choices(self.things, cum_weights=falling(len(self.things)))[0],
            "place": draw.choice(self.places),
            "end": draw.choice(self.ends),
        }
        said = self.sentence.format(**parts)
        return said[0].upper() + said[1:]


ENGLISH = Tongue(
    "en",
    ("publish", "review", "close", "extend", "fund", "inspect", "register", "translate", "repair", "measure", "name", "count", "open", "share"),
    (
        "the register of harbours", "the list of bridges", "the archive of tides", "the accounts of the ferry office", "the map of lighthouses",
        "the rules for pilots", "the budget of the canal board", "the statistics of rainfall", "the inventory of bells", "the timetable of barges",
        "the survey of wells", "the catalogue of seeds", "the permits for mills", "the record of eclipses", "the charter of the observatory",
        "the inspection of dykes", "the training of wardens", "the contract for beacons", "the census of storks", "the protocol on fog signals",
    ),
    ("in every province", "along the northern coast", "at each crossing", "in the capital", "beyond the estuary", "on the outer islands"),
    ("before the end of the year", "with the advice of its users", "without delay", "as the assembly asked", "and report on it each spring"),
)  # fmt: skip
FRENCH = Tongue(
    "fr",
    ("publier", "réviser", "fermer", "étendre", "financer", "inspecter", "inscrire", "traduire", "réparer", "mesurer", "nommer", "ouvrir"),
    (
        "le registre des ports", "la liste des ponts", "les archives des marées", "les comptes de l’office des bacs", "la carte des phares",
        "les règles des pilotes", "le budget du conseil des canaux", "la statistique des pluies", "l’inventaire des cloches",
        "l’horaire des péniches",
        "le relevé des puits", "le catalogue des semences", "les permis des moulins", "le recueil des éclipses", "la charte de l’observatoire",
    ),
    ("dans chaque province", "sur la côte nord", "à chaque passage", "dans la capitale", "au-delà de l’estuaire", "sur les îles"),
    ("avant la fin de l’année", "après avis des usagers", "sans délai", "comme l’assemblée l’a demandé", "et en rendre compte au printemps"),
)  # fmt: skip
SPANISH = Tongue(
    "es",
    ("publicar", "revisar", "cerrar", "ampliar", "financiar", "inspeccionar", "inscribir", "traducir", "reparar", "medir", "nombrar", "abrir"),
    (
        "el registro de puertos", "la lista de puentes", "el archivo de mareas", "las cuentas de la oficina de balsas", "el mapa de faros",
        "las normas de los prácticos", "el presupuesto de la junta de canales", "la estadística de lluvias", "el inventario de campanas",
        "el horario de las barcazas", "el censo de pozos", "el catálogo de semillas", "los permisos de molinos", "la crónica de eclipses",
    ),
    ("en cada provincia", "en la costa norte", "en cada paso", "en la capital", "más allá del estuario", "en las islas exteriores"),
    ("antes de fin de año", "con el consejo de sus usuarios", "sin demora", "como pidió la asamblea", "e informar de ello cada primavera"),
)  # fmt: skip
PERSIAN = Tongue(
    "fa",
    ("منتشر شود", "بازبینی شود", "بسته شود", "گسترش یابد", "تأمین شود", "بازرسی شود", "ثبت شود", "ترجمه شود", "تعمیر شود", "سنجیده شود"),
    (
        "دفتر بندرها", "فهرست پل‌ها", "بایگانی جزر و مد", "حساب‌های ادارهٔ کرجی‌ها", "نقشهٔ فانوس‌های دریایی", "آیین‌نامهٔ راهنمایان",
        "بودجهٔ شورای آبراه‌ها", "آمار بارندگی", "سیاههٔ زنگ‌ها", "برنامهٔ قایق‌های باری", "پیمایش چاه‌ها", "نمایهٔ بذرها", "پروانهٔ آسیاب‌ها",
    ),
    ("در همهٔ استان‌ها", "در کرانهٔ شمالی", "در هر گذرگاه", "در پایتخت", "آن سوی خور", "در جزیره‌های دور"),
    ("تا پایان سال", "با نظر کاربران", "بی‌درنگ", "چنان‌که مجلس خواست", "و هر بهار گزارش شود"),
    sentence="{thing} {place} {end} {verb}.",
)  # fmt: skip
TONGUES = (ENGLISH, FRENCH, SPANISH, PERSIAN)
SHARES = (60, 20, 10, 10)
"""In how many of a hundred documents each is written."""


def text(tongue: Tongue, draw: Random, most: int = LONGEST) -> str:
    """Sentences up to a length between :data:`SHORTEST` and ``most`` characters: most texts are short, a few long."""
    wanted = min(max(int(draw.lognormvariate(5.4, 0.8)), SHORTEST), most)
    said = tongue.say(draw)
    while len(said) < SHORTEST or len(said) < wanted:
        said += f" {tongue.say(draw)}"
    return said[:most]
