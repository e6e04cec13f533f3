"""The desk in a real browser, under the site's strict policy: nothing blocked, nothing wider than the screen, typing finds."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group

from tests.choosing import choose
from tests.looking import at_rest, faults
from tracker.admin.roles import ensure_groups
from tracker.editorial.comments import comment
from tracker.editorial.verbs import submit
from tracker.models import Action, Assessment, Recommendation, Submission, User, Version

pytestmark = pytest.mark.browser


def sign_in(page: Any, site: Any) -> list[str]:
    """As a reviewer. Gives the list that whatever the browser complains of is put on."""
    ensure_groups(using="owner")
    person = User.objects.create_user("reviewer", password="reviewer", is_staff=True)
    person.groups.add(Group.objects.get(name="reviewer"))
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{site}/admin/login/")
    page.fill("#id_username", "reviewer")
    page.fill("#id_password", "reviewer")
    page.click("input[type=submit]")
    return complaints


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_pages_fit_and_nothing_is_blocked(width: int, scheme: str, desk_site: Any, new_page: Callable[..., Any]) -> None:
    """Front page, list, the longest form, the page of a submission and of a version, the history and what it leads to."""
    page = new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    complaints = sign_in(page, desk_site)
    action, recommendation = Action.objects.first(), Recommendation.objects.first()
    assert action and recommendation
    version = Version.objects.filter(kind="action", key=action.key).latest("id")
    action.description += " And a sentence more."
    action.save()
    for path in (
        "",
        "tracker/recommendation/",
        "tracker/document/",
        f"tracker/action/{action.pk}/change/",
        f"tracker/recommendation/{recommendation.pk}/change/",
        f"tracker/recommendation/{recommendation.pk}/history/",
        f"tracker/recommendation/{recommendation.pk}/submit/",
        f"tracker/submission/{Submission.objects.latest('id').pk}/change/",
        f"tracker/version/{version.pk}/change/",
        f"tracker/action/{action.pk}/versions/compare/?from=version-{version.pk}&to=now",
        f"tracker/action/{action.pk}/versions/compare/?from=version-{version.pk}&to=now&view=side",
        f"tracker/action/{action.pk}/versions/read/?at=version-{version.pk}",
        f"tracker/action/{action.pk}/versions/restore/?at=version-{version.pk}",
        "tracker/action/versions/deleted/",
    ):
        response = page.goto(f"{desk_site}/admin/{path}")
        assert response.status == 200, path
        at_rest(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        if width >= 1280 and page.locator(".results").count():
            assert page.evaluate("(() => { const box = document.querySelector('.results'); return box.scrollWidth <= box.clientWidth; })()"), path
    assert complaints == []


WORDY = "Confier l'accompagnement anticonstitutionnellement interminable des recommandations à une autorité indépendante"
PERSIAN = "نظارت بر فانوس‌های دریایی را به یک نهاد مستقل بسپارید و بودجه آن را تضمین کنید"


def test_long_words_widen_no_list_and_a_text_begins_where_its_language_does(desk_site: Any, new_page: Callable[..., Any]) -> None:
    """A list of long references, names and words is no wider than its page; a long Persian title on a narrow form shows its first letter."""
    page = new_page(viewport={"width": 1280, "height": 900})
    complaints = sign_in(page, desk_site)
    record = Recommendation.objects.earliest("id")
    same = {"known_from": record.known_from, "measure": record.measure, "recorded_by": record.recorded_by, "edited_by": record.edited_by}
    same |= {"statement": PERSIAN, "recommended_on": "2021", "locator": "row 2"}
    Recommendation.objects.create(reference="SUIVI-2021-PARLEMENT-2.1", short_title=WORDY, made_by="Observatoire des recommandations", **same)
    persian = Recommendation.objects.create(reference="SUIVI-2021-2.2", short_title=PERSIAN, made_by="Somebody", note=WORDY, **same)
    for column in ("-1", "2"):
        page.goto(f"{desk_site}/admin/tracker/recommendation/?o={column}")
        at_rest(page)
        cut = "(() => { const box = document.querySelector('.results'); return box.scrollWidth - box.clientWidth; })()"
        assert page.evaluate(cut) <= 0, column
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{desk_site}/admin/tracker/recommendation/{persian.pk}/change/")
    runs = "(id) => { const box = document.getElementById(id); return [getComputedStyle(box).direction, box.matches(':dir(rtl)')]; }"
    assert [page.evaluate(runs, name) for name in ("id_short_title", "id_statement", "id_note")] == [["rtl", True], ["rtl", True], ["ltr", False]]
    page.evaluate("document.querySelectorAll('textarea[name$=-note], input[name$=-note]').forEach(box => { if (box.dir !== 'auto') throw box.name })")
    links = "[...document.querySelectorAll('.form-row .related-widget-wrapper a')].map(link => link.getBoundingClientRect().right)"
    assert max(page.evaluate(links)) <= 360, "what changes or adds a chosen record can be reached"
    assert complaints == []


def test_axe_finds_no_fault_in_reading_comparing_and_restoring(desk_site: Any, new_page: Callable[..., Any]) -> None:
    """The pages of versions and comments, by the rules of WCAG 2.2 AA; one of them with a text from right to left."""
    page = new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    sign_in(page, desk_site)
    action = Action.objects.filter(legal_statuses__isnull=False).first()
    assert action
    version = Version.objects.filter(kind="action", key=action.key).latest("id")
    action.note = "ملاحظة جديدة"
    action.save()
    author = User.objects.create_user("author")
    author.groups.add(Group.objects.get(name="researcher"))
    submission = submit([action], by=author, reason="A note.")
    newer = submission.versions.get()
    remark = comment(newer, field="note", text="Who says so?", by=User.objects.get(username="reviewer"))
    for path in (
        f"submission/{submission.pk}/change/",
        f"action/{action.pk}/history/",
        f"action/{action.pk}/versions/compare/?from=version-{version.pk}&to=now",
        f"action/{action.pk}/versions/compare/?from=version-{version.pk}&to=now&view=side",
        f"action/{action.pk}/versions/restore/?at=version-{version.pk}",
        f"version/{newer.pk}/comments/{remark.pk}/settle/",
        "action/versions/deleted/",
    ):
        page.goto(f"{desk_site}/admin/tracker/{path}")
        page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        assert not (found := faults(page)), "\n".join([path, *found])


def test_typing_finds_and_a_form_without_scripts_saves(desk_site: Any, new_page: Callable[..., Any]) -> None:
    """The search of a relation opens and answers; a browser without JavaScript can do the work too."""
    page = new_page(viewport={"width": 1280, "height": 900})
    complaints = sign_in(page, desk_site)
    page.goto(f"{desk_site}/admin/tracker/assessment/add/")
    choose(page, ".field-addressee .select2-selection", "MQ-1 AL", "Albania")
    assert "Albania" in page.inner_text(".field-addressee .select2-selection__rendered")
    assert complaints == []

    plain = new_page(java_script_enabled=False)
    plain.context.add_cookies(page.context.cookies())
    assessment = Assessment.objects.earliest("id")
    plain.goto(f"{desk_site}/admin/tracker/assessment/{assessment.pk}/change/")
    plain.fill("#id_note", "Written without scripts.")
    plain.fill("#id_why", "To try it.")
    plain.click("input[name=_save]")
    assessment.refresh_from_db()
    assert assessment.note == "Written without scripts."


def test_the_daily_path_by_keys_alone(desk_site: Any, page: Any) -> None:
    """Find a record, open it, change it, save it and hand it on without the mouse; the keys are listed, and the single ones can be switched off."""
    complaints = sign_in(page, desk_site)
    page.wait_for_selector("#shortcuts-open")
    page.keyboard.press("g")
    page.keyboard.press("a")
    page.wait_for_url("**/admin/tracker/action/")
    page.keyboard.press("/")
    page.keyboard.type("AL-2018")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=AL-2018*")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/change/**")
    page.fill("#id_note", "Written by hand: / j g a ?")
    page.fill("#id_why", "A note was missing.")
    page.keyboard.press("Control+s")
    page.wait_for_selector(".messagelist .success")
    key = page.input_value("#id_key") if page.locator("#id_key").count() else None
    assert Action.objects.filter(note="Written by hand: / j g a ?").count() == 1, key
    page.fill("#id_why", "Ready.")
    page.keyboard.press("Control+Shift+Enter")
    page.wait_for_url("**/submit/**")
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("?")
    assert page.locator("#shortcuts").is_visible()
    page.uncheck("#shortcuts-single")
    page.keyboard.press("Escape")
    address = page.url
    page.keyboard.press("g")
    page.keyboard.press("q")
    page.wait_for_timeout(300)
    assert page.url == address
    assert complaints == []


def test_the_form_that_comes_back_with_both_is_for_everyone(desk_site: Any, new_page: Callable[..., Any]) -> None:
    """Someone else saved first: the page says so aloud, fits, is read by machines, and saves without scripts."""
    page = new_page(viewport={"width": 1280, "height": 900})
    complaints = sign_in(page, desk_site)
    recommendation = Recommendation.objects.get(reference="MQ-1")
    address = f"{desk_site}/admin/tracker/recommendation/{recommendation.pk}/change/"
    page.goto(address)
    other = new_page(java_script_enabled=False)
    other.context.add_cookies(page.context.cookies())
    other.goto(address)
    other.fill("#id_short_title", "Expel officers of the intelligence service")
    other.fill("#id_target", "Intelligence officers under diplomatic cover")
    other.fill("#id_addressees-0-note", "Named in the second paragraph")
    other.fill("#id_addressees-1-note", "Their note on the second addressee")
    other.fill("#id_why", "The printed edition says it otherwise")
    other.click("input[name=_save]")
    assert "/change/" not in other.url, other.inner_text("body")[:500]

    page.fill("#id_short_title", "Expel those who work for the intelligence service")
    page.fill("#id_addressees-1-note", "A note on the second addressee")
    page.fill("#id_why", "Clearer words")
    page.click("input[name=_save]")
    page.wait_for_selector(".meanwhile[role=alert]")
    page.wait_for_load_state("networkidle")
    assert complaints == []  # before axe, which tries styles of its own
    for part in (".meanwhile", ".errorlist"):
        assert not (found := faults(page, part=part)), "\n".join(found)
    page.click(".meanwhile a[href='#id_short_title']")
    page.click("input[name=_save]")
    page.wait_for_load_state("networkidle")
    assert page.url.partition("#")[0].endswith("/recommendation/"), page.inner_text("#content")[:1500]
    recommendation.refresh_from_db()
    assert recommendation.short_title == "Expel those who work for the intelligence service"
    assert recommendation.target == "Intelligence officers under diplomatic cover"


def test_a_row_more_without_scripts(desk_site: Any, new_page: Callable[..., Any]) -> None:
    """A button stands where the script would put a link; Enter still saves."""
    page = new_page()
    sign_in(page, desk_site)
    plain = new_page(java_script_enabled=False, viewport={"width": 320, "height": 800})
    plain.context.add_cookies(page.context.cookies())
    recommendation = Recommendation.objects.get(reference="MQ-1")
    held = recommendation.relations.count()
    plain.goto(f"{desk_site}/admin/tracker/recommendation/{recommendation.pk}/change/")
    plain.fill("#id_note", "Half a note")
    plain.click("button[value=relations]")
    assert plain.input_value("#id_note") == "Half a note"
    plain.select_option(f"#id_relations-{held}-kind", "narrows")
    plain.wait_for_load_state()  # with its style sheets
    assert plain.evaluate("document.documentElement.scrollWidth") <= 320
    plain.fill("#id_why", "To try it")
    plain.focus("#id_short_title")
    with plain.expect_navigation():
        plain.keyboard.press("Enter")
    assert "this field is required" in plain.inner_text("body").lower()  # it tried to save: the row names no other recommendation yet
    assert plain.input_value("#id_note") == "Half a note"
