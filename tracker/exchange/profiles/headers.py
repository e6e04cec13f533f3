"""What columns are usually called in other people's files, in the languages that files come in, by the field that they then are."""

import enum
import functools
import re

from tracker.rules.folding import folded

CALLED: dict[tuple[str, str], str] = {
    ("addressee", "government"): (
        "country|state under review|member state|state|government|addressee|jurisdiction|pays|état|état membre|gouvernement|país|estado|"
        "estado miembro|gobierno|البلد|بلد|الدولة|دولة|حكومة|کشور|دولت|"
        "land|länder|staat|staaten|regierung|regierungen|mitgliedstaat|mitgliedsstaat|überprüfter staat|adressat|"
        "sur|su r|reviewed state|reviewed country|country under review|state concerned|country concerned|addressed to|recipient|"
        "état examiné|pays examiné|état concerné|pays concerné|état visé|pays visé|état destinataire|pays destinataire|destinataire|"
        "países|estado examinado|país examinado|estado concernido|país concernido|países concernidos|estado destinatario|"
        "país destinatario|destinatario|"
        "überprüftes land|geprüfter staat|betroffener staat|betroffene staaten|betroffenes land|betroffene länder|empfänger|"
        "الدولة قيد الاستعراض|الدولة المستعرضة|الدول|الدول المعنية|الدولة المعنية|البلدان|البلدان المعنية|البلد المعني|"
        "کشور مورد بررسی|دولت مورد بررسی|کشورها|کشورهای مربوط|کشور مربوط|کشور مربوطه|کشور مخاطب|دولت مخاطب|مخاطب"
    ),
    ("recommendation", "statement"): (
        "recommendation|recommendation text|text|statement|promise|call to action|recommandation|texte|énoncé|recomendación|texto|enunciado|"
        "التوصية|نص|نص التوصية|توصیه|متن|"
        "recomendaciones|empfehlung|empfehlungen|empfehlungstext|wortlaut|forderung|versprechen|zusage"
    ),
    ("recommendation", "number"): (
        "no|number|num|nr|ref|reference|id|code|n|paragraph|para|numéro|référence|paragraphe|número|referencia|párrafo|الرقم|رقم|شماره|"
        "nummer|lfd nr|laufende nummer|kennung|kennziffer|ziffer|absatz|"
        "numéro d'ordre|n d'ordre|núm|número de orden|rec no|رقم التوصية|شماره توصیه|ردیف"
    ),
    ("recommendation", "short_title"): (
        "title|short title|heading|headline|name|titre|titre court|intitulé|libellé|nom|objet|título|título corto|encabezado|nombre|asunto|"
        "العنوان|عنوان|"
        "titel|kurztitel|überschrift|bezeichnung|betreff|"
        "denominación|descriptif court|عنوان التوصية|عنوان توصیه"
    ),
    ("recommendation", "made_by"): (
        "recommending state|made by|author|by|recommended by|proposed by|issued by|promised by|pledged by|état auteur|auteur|recommandé par|"
        "proposé par|autor|recomendado por|صادر عن|نویسنده|"
        "verfasser|urheber|empfohlen von|vorgeschlagen von|empfehlender staat|"
        "recommender|recommender state|recommender country|recommending country|recommending body|"
        "recommandant|état recommandant|pays recommandant|pays auteur|formulé par|faite par|recommandée par|proposée par|formulée par|"
        "recomendante|estado recomendante|país recomendante|estado autor|propuesto por|formulado por|hecho por|recomendada por|propuesta por|"
        "formulada por|hecha por|empfehlendes land|empfehlende|ausgesprochen von|autor der empfehlung|"
        "الدولة الموصية|البلد الموصي|الجهة الموصية|صاحب التوصية|مقدم من|مقدمة من|"
        "توصیه‌کننده|کشور توصیه‌کننده|دولت توصیه‌کننده|پیشنهاددهنده|پیشنهاد شده توسط|ارائه‌دهنده"
    ),
    ("recommendation", "recommended_on"): (
        "date|recommended on|report date|made on|promised on|proposed on|session date|issued|date issued|date of issue|adopted|date adopted|"
        "published|date published|publication date|year|when|date de publication|date d'adoption|date d'émission|publié|adopté|année|fecha|"
        "fecha de publicación|fecha de adopción|año|التاريخ|تاريخ|سنة|سال|"
        "datum|jahr|empfohlen am|berichtsdatum|veröffentlicht|veröffentlicht am|veröffentlichungsdatum|beschlossen am|"
        "adopted on|issued on|published on|date of adoption|date made|adoptée|adoptée le|adopté le|publiée|publiée le|émise le|formulée le|"
        "adoptada|adoptada el|aprobada el|publicada|publicada el|emitida el|formulada el|angenommen am|verabschiedet am|ausgesprochen am|erlassen am|"
        "تاريخ الاعتماد|تاريخ النشر|تاريخ الإصدار|اعتمدت في|تاریخ تصویب|تاریخ انتشار|تاریخ صدور|تصویب‌شده در"
    ),
    ("recommendation", "due_on"): (
        "due|due date|deadline|due on|target date|échéance|date limite|délai|fecha límite|plazo|vencimiento|الموعد النهائي|مهلت|"
        "frist|fällig|fällig am|fälligkeit|umsetzungsfrist|zieldatum"
    ),
    ("recommendation", "target"): (
        "agency|ministry|department|body|organisme|ministère|service|ministerio|organismo|entidad|الوزارة|وزارت|"
        "ministerium|behörde|ressort|dienststelle"
    ),
    ("theme", "name"): (
        "theme|topic|subject|issue|category|area|policy area|tag|tema|categoría|thème|thématique|sujet|catégorie|domaine|الموضوع|موضوع|دسته|"
        "thema|themen|themenfeld|themenbereich|kategorie|kategorien|bereich|politikfeld|sachgebiet|schlagwort|schlagworte"
    ),
    ("position", "answer"): (
        "response|answer|position|reply|government response|state response|accepted|réponse|réponse gouvernement|respuesta|respuesta gobierno|"
        "الرد|رد|پاسخ|"
        "antwort|antwort regierung|reaktion|stellungnahme|stellungnahme regierung"
    ),
    ("position", "statement"): (
        "response|government response|response in full|full response|response text|answer|reply|explanation|réponse|texte réponse|"
        "réponse gouvernement|respuesta|texto respuesta|"
        "antwort|antwort regierung|antworttext|stellungnahme|stellungnahme regierung"
    ),
    ("assessment", "status"): (
        "status|ruling|progress|implementation status|implementation|state|state of play|verdict|rating|assessment|outcome|statut|état|"
        "état d'avancement|avancement|mise en œuvre|estado|estado de aplicación|cumplimiento|situación|الحالة|وضعیت|"
        "stand|stand umsetzung|umsetzungsstand|umsetzungsstatus|umsetzung|bewertung|beurteilung|ergebnis|"
        "follow up|follow up status|suivi|état du suivi|état de mise en œuvre|degré de mise en œuvre|niveau de mise en œuvre|degré d'avancement|"
        "seguimiento|estado de seguimiento|estado de cumplimiento|grado de cumplimiento|grado de avance|avance|"
        "sachstand|umsetzungsgrad|fortschritt|bearbeitungsstand|nachverfolgung|"
        "حالة التنفيذ|مستوى التنفيذ|مدى التنفيذ|المتابعة|وضعیت اجرا|میزان اجرا|پیگیری|پیشرفت"
    ),
    ("assessment", "rationale"): (
        "rationale|justification|explanation of status|reason|reason for status|motif|raison|motivation|motivo|justificación|razón|"
        "التبرير|مبرر|المبررات|السبب|توجیه|دلیل|استدلال|"
        "begründung|grund"
    ),
    ("assessment", "effective_on"): (
        "status date|last updated|updated|date updated|as of|assessed on|date statut|mis à jour|mise à jour|date de mise à jour|fecha estado|"
        "actualizado|fecha de actualización|"
        "statusdatum|datum status|datum stand|stand vom|stand am|aktualisiert|aktualisiert am|letzte aktualisierung"
    ),
    ("assessment", "searched_on"): (
        "searched on|search date|date of search|date searched|recherché le|date de recherche|fecha de búsqueda|تاريخ البحث|تاریخ جستجو|"
        "gesucht am|suchdatum|datum suche"
    ),
    ("action", "description"): (
        "action taken|action|measures taken|steps taken|progress made|mesures prises|actions menées|suites données|medidas adoptadas|"
        "acciones realizadas|الإجراءات المتخذة|اقدامات|"
        "ergriffene maßnahmen|getroffene maßnahmen|durchgeführte maßnahmen|umgesetzte maßnahmen"
    ),
    ("event", "on"): ("action date|date mesures|date action|fecha acción|fecha medidas|datum maßnahme|datum maßnahmen|maßnahmendatum"),
    ("document", "title"): (
        "report title|document title|report|document|source title|titre rapport|titre document|rapport|título informe|informe|documento|"
        "berichtstitel|titel bericht|bericht|dokumenttitel|dokument"
    ),
    ("document", "url"): (
        "url|link|web address|address|website|report url|document url|source url|source|lien|adresse|adresse web|enlace|dirección|الرابط|پیوند|"
        "quelle|internetadresse|webadresse|verweis"
    ),
}
"""An earlier field goes first, and an earlier name of it."""

SURE = {
    ("addressee", "government"): (
        "country|member state|state under review|reviewed state|state concerned|pays|état membre|état examiné|état concerné|état visé|"
        "país|países|estado miembro|estado examinado|estado concernido|"
        "mitgliedstaat|mitgliedsstaat|überprüfter staat|betroffener staat|betroffene staaten|"
        "البلد|بلد|البلدان|الدول المعنية|الدولة المعنية|الدولة قيد الاستعراض|کشور|کشورها|دولت مورد بررسی"
    ),
    ("assessment", "status"): (
        "status|implementation status|follow up status|state of play|ruling|verdict|"
        "statut|état d'avancement|état du suivi|état de mise en œuvre|degré de mise en œuvre|niveau de mise en œuvre|degré d'avancement|"
        "situación|estado de aplicación|estado de seguimiento|estado de cumplimiento|grado de cumplimiento|grado de avance|"
        "stand umsetzung|umsetzungsstand|umsetzungsstatus|umsetzungsgrad|sachstand|bearbeitungsstand|"
        "الحالة|حالة التنفيذ|مستوى التنفيذ|مدى التنفيذ|وضعیت|وضعیت اجرا|میزان اجرا"
    ),
}
"""Names under which nothing stands but governments, or statuses, known here or not."""

REMARKS = (
    "comment|note|remark|observation|annotation|commentaire|remarque|comentario|observación|observaciones|nota|anotación|anotaciones|"
    "bemerkung|bemerkungen|anmerkung|anmerkungen|kommentar|kommentare|notiz|notizen|hinweis|hinweise|vermerk|vermerke|"
    "ملاحظة|ملاحظات|تعليق|تعليقات|یادداشت|توضیح|توضیحات|نظر"
)
"""Names under which anything may stand that somebody wrote for themselves: nobody guesses that it is for readers."""

_FILLERS = (
    "the of a an in to for on and de du des d la le les l el los las del y et en par por full complete original official current latest final exact "
    "intégral intégrale complet complète actuel actuelle completo completa actual der die das des dem den ein eine "
    "einer und im zu zur zum für vollständig vollständige vollständiger aktuell aktuelle aktueller "
    "english french spanish german arabic persian deutsch fr es de ar fa eng fra spa deu"
)
_HOLDERS = frozenset({"attribute", "data", "field", "item", "node", "object", "propertie", "record", "value"})
"""Steps of a path that hold others and say nothing."""
_ABOUT_IT = (
    "recommendation recommandation recomendación empfehlung rec promise commitment pledge measure proposal mesure proposition engagement "
    "medida propuesta compromiso maßnahme vorschlag التوصية توصية توصیه"
)
"""Words that say no more than that it is the recommendation's."""
_NAMED = "name code label value iso iso2 iso3 nom nombre código libellé bezeichnung kürzel"
"""Words that say no more of what is written by name or by code."""
_WRITTEN_BY_NAME = frozenset(
    {("addressee", "government"), ("recommendation", "made_by"), ("theme", "name"), ("position", "answer"), ("assessment", "status")}
)
_MADE_BY = ("recommendation", "made_by")


class Fit(enum.IntEnum):
    """How a column's name fits a field."""

    NONE = 0
    IN_PART = 1  # the field's name stands in it, beside words that say something else
    ABOUT = 2  # the field's name, and that it is the recommendation's
    WHOLE = 3


@functools.lru_cache(maxsize=2_000)
def words_of(name: str) -> frozenset[str]:
    """The words of a name that tell something, each in the one spelling in which they are compared: of a path, those of all its steps."""
    if name.strip() in ("#", "№", "N°", "Nº", "N.°", "N.º"):
        return frozenset({"no"})
    *outer, last = [folded(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", step)) for step in name.split(".")]
    spelt = " ".join([*(step for step in outer if _singular(step) not in _HOLDERS), last])
    found = frozenset(_singular(word) for word in spelt.split() if not word.isdecimal())
    return (found - _small()) or found


def fit(name: str, place: tuple[str, str]) -> tuple[Fit, int]:
    """How a column's name fits a field, and which of the field's names it was, counted from the first."""
    told = words_of(name)
    best = (Fit.NONE, 0)
    for rank, words in enumerate(_names(place)):
        if not words or not words <= told:
            continue
        rest = told - words
        found = Fit.WHOLE if not rest else Fit.ABOUT if rest <= _neutral(place) else Fit.IN_PART
        if found > best[0]:
            best = (found, rank)
    return best


def is_sure(name: str, place: tuple[str, str]) -> bool:
    """Whether nothing but what a field holds stands under a name."""
    neutral = _neutral(place)
    return any(words_of(sure) <= words_of(name) and words_of(name) - words_of(sure) <= neutral for sure in SURE.get(place, "").split("|") if sure)


def may_be_either(name: str) -> bool:
    """Whether a column is called by a word that is a government in one table and a status in another: *state*, *état*, *estado*."""
    return all(words_of(name) in _names(place) for place in SURE)


def is_of_the_maker(name: str) -> bool:
    """Whether a column is called whoever made the recommendation: whatever governments stand in it, it is not addressed to them."""
    told, by_alone = words_of(name), words_of("by")
    return told == by_alone or any(words <= told for words in _names(_MADE_BY) if words != by_alone)


def is_remark(name: str) -> bool:
    """Whether a column is called remarks and nothing that says more of it."""
    return any(words <= words_of(name) and words_of(name) - words <= _neutral(("recommendation", "note")) for words in _remarks())


@functools.cache
def _remarks() -> list[frozenset[str]]:
    return [words_of(name) for name in REMARKS.split("|")]


@functools.cache
def _names(place: tuple[str, str]) -> list[frozenset[str]]:
    return [words_of(name) for name in CALLED[place].split("|")]


@functools.cache
def _small() -> frozenset[str]:
    return frozenset(_singular(folded(word)) for word in _FILLERS.split())


@functools.cache
def _neutral(place: tuple[str, str]) -> frozenset[str]:
    words = f"{_ABOUT_IT} {_NAMED}" if place in _WRITTEN_BY_NAME else _ABOUT_IT
    return frozenset(_singular(folded(word)) for word in words.split())


def _singular(word: str) -> str:
    """A word without the mark of the plural; one that has the mark by itself loses it everywhere."""
    return word[:-1] if len(word) > 3 and word.endswith("s") else word
