"""What must hold on every page, whoever looks and whatever others wrote (safety.md, section E; experience.md)."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from starlette.routing import compile_path

from alongside_node.entrypoints.web import drawing
from alongside_node.entrypoints.web.formats import day_in_words, hours_in_short, hours_in_words, language_name, money
from alongside_node.entrypoints.web.icons import Icons
from alongside_node.entrypoints.web.markup import Markdown, plain
from alongside_node.entrypoints.web.promises import commitments_sentence, commitments_tone, exceptions
from alongside_node.entrypoints.web.rendering import Pages
from alongside_node.entrypoints.web.site import PAGES as ADDRESSES
from alongside_node.entrypoints.web.translations import LOCALES, Translations
from alongside_node.entrypoints.web.views import RESULTS_A_PAGE, AgreementLine, Form
from alongside_protocol.commitments import Answer, Called, Commitments, promises_no_call_without_yes
from alongside_protocol.hours import Hours
from page_samples import (
    CIRCLE_RESULT,
    CSRF,
    JOURNEY,
    LISTENING,
    PEERS,
    SAMPLES,
    TODAY,
    WORDS,
    Sample,
    commitments,
    frame_for,
    listing,
    peer,
    result,
)

PAGES = Pages()
WEB = Path(drawing.__file__).parent
TEMPLATES = WEB / "templates"
PIECES = {"base", "components", "aloud"}
PAGE_BYTES = 40_000
EVERY_PAGE = pytest.mark.parametrize("sample", SAMPLES.values(), ids=list(SAMPLES))
EVERY_LANGUAGE = pytest.mark.parametrize("lang", ["en", "es"])
FOCUSABLE = {"a", "button", "input", "select", "textarea", "summary"}


class Tags(HTMLParser):
    """Every opening tag of a page with its attributes, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def named(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.seen if tag in tags]


def page_of(sample: Sample, lang: str = "en") -> str:
    return PAGES.render(sample.template, frame_for(sample, lang), **sample.context)


def same(text: str) -> str:
    return text


# Every page.


def test_every_template_has_a_sample() -> None:
    templates = {path.stem for path in TEMPLATES.glob("*.html")} - PIECES
    assert templates == {sample.template for sample in SAMPLES.values()}


def _at(address: str, sample: Sample) -> bool:
    return bool(compile_path(address)[0].match(sample.path))


@pytest.mark.parametrize("address", [page.path for page in ADDRESSES if page.get and "." not in page.path])
def test_every_address_of_a_page_has_a_sample(address: str) -> None:
    assert any(_at(address, sample) for sample in SAMPLES.values()), (
        "a page that nothing looks at: add it to page_samples"
    )


@EVERY_PAGE
def test_every_sample_is_at_an_address_that_there_is(sample: Sample) -> None:
    assert sample.template == "error" or any(_at(page.path, sample) for page in ADDRESSES)


def test_no_page_is_made_beside_the_one_place_that_renders_them() -> None:
    making = {path.name for path in WEB.glob("*.py") if "HTMLResponse(" in path.read_text("utf-8")}
    assert making == {"visitor.py", "site.py"}


def test_every_template_says_at_its_top_what_it_is_given() -> None:
    for path in TEMPLATES.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert text.startswith("{#-"), path.name
        assert path.stem == "components" or "Context" in text.partition("#}")[0], path.name


@EVERY_PAGE
@EVERY_LANGUAGE
def test_a_page_with_its_stylesheet_stays_under_40_kilobytes(sample: Sample, lang: str) -> None:
    page = page_of(sample, lang)
    loaded = [sheet.content for sheet in PAGES.loaded if sheet.path in page]
    assert len(page.encode()) + sum(map(len, loaded)) < PAGE_BYTES


@EVERY_PAGE
def test_leave_this_site_is_the_first_thing_the_keyboard_reaches_and_needs_no_script(sample: Sample) -> None:
    tags = Tags(page_of(sample)).seen
    form = next(position for position, (tag, _) in enumerate(tags) if tag == "form")
    assert tags[form][1]["action"] == "/leave"
    assert tags[form][1]["method"] == "post"
    reached = [tag for tag, attributes in tags if tag in FOCUSABLE and attributes.get("type") != "hidden"]
    assert reached[0] == "button"
    assert not any(tag in FOCUSABLE for tag, _ in tags[:form])


@EVERY_PAGE
@EVERY_LANGUAGE
def test_titles_say_nothing_that_somebody_wrote(sample: Sample, lang: str) -> None:
    title = re.search("<title>(.*)</title>", page_of(sample, lang))
    assert title
    nobody = replace(frame_for(sample, lang), community="Somebody else")
    assert f"<title>{title[1]}</title>" in PAGES.render(sample.template, nobody, **sample.context)
    for written in (LISTENING.title, "Night Porch", "Casa Abierta", "grief", "duelo"):
        assert written not in title[1]


@EVERY_PAGE
def test_one_script_of_ours_runs_and_nothing_is_styled_inside_a_page(sample: Sample) -> None:
    page = Tags(page_of(sample))
    assert not {tag for tag, _ in page.seen} & {"style", "iframe", "object", "embed", "img", "base"}
    assert [script["src"] for script in page.named("script")] == [PAGES.idle.path], (
        "only what ends a page nobody looks at"
    )
    assert not [name for _, attributes in page.seen for name in attributes if name == "style" or name.startswith("on")]


@EVERY_PAGE
def test_a_page_loads_nothing_from_elsewhere(sample: Sample) -> None:
    tags = Tags(page_of(sample))
    loaded = [attributes["href"] or "" for attributes in tags.named("link", "use")]
    loaded += [attributes["src"] or "" for _, attributes in tags.seen if "src" in attributes]
    assert all(address.startswith(("/static/", "#")) for address in loaded)
    assert sum(address.endswith(".css") for address in loaded) == 1


@EVERY_PAGE
def test_forms_stay_here_and_carry_the_token_of_the_session(sample: Sample) -> None:
    page = page_of(sample)
    posts = [form for form in Tags(page).named("form") if form.get("method") == "post"]
    assert len(posts) == len(Tags(page).named("form")), "a form that is not posted puts its words into an address"
    assert all((form["action"] or "").startswith("/") for form in posts)
    assert page.count(f'<input type="hidden" name="csrf" value="{CSRF}">') == (len(posts) if sample.person else 0)


@EVERY_PAGE
def test_every_field_has_a_label_and_every_id_is_one(sample: Sample) -> None:
    tags = Tags(page_of(sample))
    ids = [attributes["id"] for _, attributes in tags.seen if "id" in attributes]
    assert len(ids) == len(set(ids))
    labelled = {label.get("for") for label in tags.named("label")}
    for field in tags.named("input", "select", "textarea"):
        if field.get("type") not in ("hidden", "checkbox", "radio") and "aria-label" not in field:
            assert field["id"] in labelled
        for described in (field.get("aria-describedby") or "").split():
            assert described in ids
    for link in tags.named("a"):
        target = link["href"] or ""
        assert not target.startswith("#") or target[1:] in ids


@EVERY_PAGE
@EVERY_LANGUAGE
def test_headings_go_down_one_step_at_a_time_from_one_first(sample: Sample, lang: str) -> None:
    levels = [int(tag[1]) for tag, _ in Tags(page_of(sample, lang)).seen if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_what_needs_another_look_is_listed_with_a_link_to_its_field() -> None:
    page = page_of(SAMPLES["edit_listing, slips"])
    for name in ("title", "call_hospital", "languages", "lowest", "opens_mo"):
        assert f'<a href="#{name}">' in page
        assert f'id="{name}"' in page
    assert page.count('aria-invalid="true"') == 5


def test_a_full_page_of_results_stays_under_40_kilobytes() -> None:
    sample = SAMPLES["search, results"]
    full = replace(sample.context["results"], results=(CIRCLE_RESULT,) * RESULTS_A_PAGE)  # type: ignore[type-var]
    page = PAGES.render("search", frame_for(sample, "es"), **(dict(sample.context) | {"results": full}))
    assert len(page.encode()) + len(PAGES.stylesheet.content) + len(PAGES.idle.content) < PAGE_BYTES


def test_a_full_page_with_the_words_for_a_hard_night_stays_under_40_kilobytes_too() -> None:
    sample = SAMPLES["search, wanting to die"]
    for found, some in ((8, 0), (4, 3)):
        cards = {"results": (CIRCLE_RESULT,) * found, "some": (CIRCLE_RESULT,) * some}
        full = replace(sample.context["results"], **cards)  # type: ignore[type-var]
        page = PAGES.render("search", frame_for(sample, "es"), **(dict(sample.context) | {"results": full}))
        assert len(page.encode()) + len(PAGES.stylesheet.content) + len(PAGES.idle.content) < PAGE_BYTES


# Languages.


def test_a_language_that_we_do_not_speak_becomes_english_and_says_so() -> None:
    page = page_of(SAMPLES["about_leaving"], "tlh")
    assert '<html lang="en" dir="ltr">' in page


def test_a_right_to_left_language_turns_the_page_around(tmp_path: Path) -> None:
    folder = tmp_path / "ar" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    header = 'msgid ""\nmsgstr ""\n"Language: ar\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    (folder / "alongside.po").write_text(header, encoding="utf-8")
    sample = SAMPLES["peers"]
    page = Pages(Translations(tmp_path)).render(sample.template, frame_for(sample, "ar"), **sample.context)
    assert '<html lang="ar" dir="rtl">' in page


def _every_code(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_templates_are_made_once_for_every_language_and_start(tmp_path: Path) -> None:
    folder = tmp_path / "compiled"
    sample = SAMPLES["front"]
    first = Pages(compiled=folder).render(sample.template, frame_for(sample, "en"), **sample.context)
    made = {path.name: path.stat().st_mtime_ns for path in _every_code(folder)}
    again = Pages(compiled=folder)
    spanish = again.render(sample.template, frame_for(sample, "es"), **sample.context)
    assert made
    assert made == {path.name: path.stat().st_mtime_ns for path in _every_code(folder)}
    assert first == again.render(sample.template, frame_for(sample, "en"), **sample.context) == page_of(sample)
    assert spanish == page_of(sample, "es")


def test_a_damaged_template_on_disk_is_made_again(tmp_path: Path) -> None:
    sample = SAMPLES["front"]
    Pages(compiled=tmp_path).render(sample.template, frame_for(sample), **sample.context)
    for path in _every_code(tmp_path):
        path.write_bytes(path.read_bytes()[:-20])
    assert Pages(compiled=tmp_path).render(sample.template, frame_for(sample), **sample.context) == page_of(sample)


def test_a_disk_that_takes_no_more_does_not_keep_a_page_away(tmp_path: Path) -> None:
    sample = SAMPLES["front"]
    pages = Pages(compiled=tmp_path / "compiled")
    (tmp_path / "compiled").rmdir()
    assert pages.render(sample.template, frame_for(sample), **sample.context) == page_of(sample)


@pytest.mark.parametrize(
    ("header", "chosen"),
    [("es-AR,es;q=0.9,en;q=0.8", "es"), ("fr,de", "en"), ("", "en"), ("*", "en"), ("x" * 5000, "en"), ("en-US", "en")],
)
def test_the_reader_s_language_is_chosen_from_ours(header: str, chosen: str) -> None:
    assert Translations(LOCALES).negotiate(header, default="en") == chosen


UNREAD = Pages(Translations(offered=["ar"]))


def test_a_language_that_no_speaker_has_read_is_offered_only_where_the_host_asks_for_it() -> None:
    assert "ar" not in Translations().languages
    assert "ar" in Translations(offered=["ar", "tlh"]).languages
    assert "tlh" not in Translations(offered=["ar", "tlh"]).languages


@pytest.mark.parametrize(
    "name", [name for name, sample in SAMPLES.items() if sample.template in JOURNEY and "need" not in name]
)
def test_the_core_journey_is_there_in_arabic_and_says_that_no_speaker_has_read_it(name: str) -> None:
    sample = SAMPLES[name]
    page = UNREAD.render(sample.template, frame_for(sample, "ar"), **sample.context)
    assert '<html lang="ar" dir="rtl">' in page
    assert "لم يقرأ هذه الكلمات بعدُ أحد" in page
    loaded = [sheet.content for sheet in UNREAD.loaded if sheet.path in page]
    assert len(page.encode()) + sum(map(len, loaded)) < PAGE_BYTES


def test_a_page_that_is_not_there_in_arabic_is_all_in_english_and_says_so_in_arabic() -> None:
    sample = SAMPLES["edit_listing"]
    page = UNREAD.render(sample.template, frame_for(sample, "ar"), **sample.context)
    assert '<html lang="en" dir="ltr">' in page
    note = re.search(r'<div class="column notice" lang="ar" dir="rtl">.*?</div></div>', page, re.DOTALL)
    assert note
    assert "وهي بالإنجليزية" in note[0]
    assert not re.search("[\u0600-\u06ff]", page.replace(note[0], "").replace("العربية", ""))


def test_words_in_another_language_than_the_page_say_so() -> None:
    sample = SAMPLES["ask_confirm"]
    page = UNREAD.render(sample.template, frame_for(sample, "ar"), **sample.context)
    assert "ليست لدينا بعد قائمة كلمات بالعربية" in page
    assert '<ol class="keep" lang="en">' in page


def test_a_listing_is_shown_in_the_reader_s_language_where_somebody_translated_it() -> None:
    page = page_of(SAMPLES["listing, circle"])
    assert "<h1><bdi>A grief circle</bdi></h1>" in page
    assert "Translated by <bdi>Lena</bdi>" in page
    assert "Llorar está permitido" in page, "the words as they were written stay readable"
    assert "<h1><bdi>Círculo de duelo para personas migrantes</bdi></h1>" in page_of(SAMPLES["listing, circle"], "es")


# Text that others wrote.


HOSTILE = (
    "<script>alert(1)</script> [x](javascript:alert(1)) [y](/sign-out) ![z](https://e.org/z.png) <b onclick=x>b</b>"
)


def test_hostile_words_are_shown_and_never_obeyed() -> None:
    text = Markdown()(HOSTILE)
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    tags = Tags(text).seen
    assert {tag for tag, _ in tags} <= {"p", "a"}
    assert [attributes.get("href") for tag, attributes in tags if tag == "a" and attributes.get("href")] == [
        "https://e.org/z.png"
    ]
    assert not [name for _, attributes in tags for name in attributes if name.startswith("on")]


@given(st.text(max_size=300))
def test_no_text_brings_a_tag_beyond_the_subset(text: str) -> None:
    allowed = {"p", "br", "em", "strong", "ul", "ol", "li", "a"}
    tags = Tags(Markdown()(text)).seen
    assert {tag for tag, _ in tags} <= allowed
    assert {name for _, attributes in tags for name in attributes} <= {"href", "rel"}


def test_links_of_others_learn_nothing_about_the_reader() -> None:
    assert 'rel="nofollow noopener noreferrer external"' in Markdown()("<https://example.org>")


def test_a_name_cannot_leave_its_place() -> None:
    hostile = replace(SAMPLES["listing"].context["result"], community='"><script>x</script>\u202egnp')  # type: ignore[type-var]
    page = PAGES.render(
        "listing", frame_for(SAMPLES["listing"]), result=hostile, ask_url="/a", ask_blocked=None, chosen="x"
    )
    assert "<script>" not in page
    assert "\u202e" not in page


def test_marks_that_reorder_and_towers_of_accents_are_taken_out_and_nothing_else() -> None:
    assert plain("a\u202eb\u2066c\x07d") == "abcd"
    assert plain("a" + "\u0301" * 50) == "a" + "\u0301" * 4
    assert plain("Việt\nنلتقي שָׁלוֹם 👩\u200d🚀") == "Việt\nنلتقي שָׁלוֹם 👩\u200d🚀"


def test_a_page_that_is_not_https_leads_nowhere() -> None:
    offer = listing(
        contact=({"kind": "page", "value": "javascript:alert(1)"}, {"kind": "phone", "value": "+1 (2) x3;y"})
    )
    page = PAGES.render(
        "listing", frame_for(SAMPLES["listing"]), result=result(offer), ask_url=None, ask_blocked="members"
    )
    assert 'href="javascript' not in page
    assert 'href="tel:+123"' in page


def test_a_day_that_no_calendar_has_does_not_break_the_page() -> None:
    given_on = LISTENING.commitments.model_copy(update={"given_on": "2026-99-99"}) if LISTENING.commitments else None
    page = PAGES.render(
        "listing",
        frame_for(SAMPLES["listing"]),
        result=result(listing(commitments=given_on)),
        ask_url=None,
        ask_blocked="full",
    )
    assert "2026-99-99" not in page


def test_a_template_that_reads_what_nobody_gave_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        PAGES.render("how_order_works", frame_for(SAMPLES["how_order_works"]))


# Who may be called.


@pytest.mark.parametrize(
    ("promised", "sentence", "tone"),
    [
        (commitments("never"), "They will not call anyone.", "promise"),
        (commitments("only_if_you_ask"), "They will not call anyone unless you ask.", "promise"),
        (commitments("never", police="only_if_you_ask"), "They will not call anyone unless you ask.", "promise"),
        (Commitments(), "They have not said who they may call.", "unknown"),
        (
            commitments("never", police="unknown"),
            "They have not said about the police. They will not call anyone else.",
            "unknown",
        ),
        (
            commitments(child_services="must_by_law", police="may_without_asking", hospital="may_without_asking"),
            (
                "By law they must call child services. They may call the police and an ambulance or a hospital without "
                "asking you. They will not call anyone else unless you ask."
            ),
            "careful",
        ),
    ],
)
def test_who_may_be_called_is_one_honest_sentence(promised: Commitments, sentence: str, tone: str) -> None:
    assert commitments_sentence(promised, same) == sentence
    assert commitments_tone(promised) == tone


@given(st.lists(st.sampled_from(list(Answer)), min_size=7, max_size=7))
def test_the_calm_colour_is_never_shown_for_what_the_filter_would_not_let_through(given_answers: list[Answer]) -> None:
    who = ("police", "hospital", "child_services", "immigration", "family_or_partner", "probation", "anyone_else")
    promised = commitments(**dict(zip(who, given_answers, strict=True)))
    if commitments_tone(promised) == "promise":
        assert promises_no_call_without_yes(promised)
        assert Answer.UNKNOWN not in given_answers


@pytest.mark.parametrize("answer", ["never", "only_if_you_ask"])
def test_no_sentence_promises_more_than_the_exception_below_it(answer: str) -> None:
    everyone = commitments(answer, exception="if someone else is in danger")
    assert commitments_sentence(everyone, same).endswith("but for the exception below.")
    law = commitments(answer, child_services="must_by_law")
    about_the_law = {"child_services": Called(answer="must_by_law", exception="a child in danger")}
    assert "exception" not in commitments_sentence(law.model_copy(update=about_the_law), same)


def test_an_exception_is_said_once_and_with_whom_it_is_about() -> None:
    everyone = commitments("never", exception="if someone else is in danger")
    assert exceptions(everyone) == {"if someone else is in danger": []}
    some = everyone.model_copy(update={"police": None})
    assert "police" not in exceptions(some)["if someone else is in danger"]


@pytest.mark.parametrize("name", ["listing", "listing, practitioner", "listing, nothing said"])
def test_who_may_be_called_stands_before_everything_else_about_a_listing(name: str) -> None:
    body = page_of(SAMPLES[name]).partition("<h1>")[2]
    assert body.index('class="promise') < body.index('class="said"')
    assert "This is what they promise. It is not a guarantee." in body


# Days, hours, money, languages.


@pytest.mark.parametrize(
    ("day", "lang", "words"),
    [
        (0, "en", "today"),
        (1, "en", "tomorrow"),
        (-1, "en", "yesterday"),
        (9, "en", "Wednesday, 2 December"),
        (9, "es", "miércoles, 2 de diciembre"),
        (120, "en", "23 March 2027"),
    ],
)
def test_days_are_said_in_words(day: int, lang: str, words: str) -> None:
    assert day_in_words(TODAY.fromordinal(TODAY.toordinal() + day), TODAY, lang=lang, gettext=same) == words


def test_hours_are_said_in_words_with_the_place_whose_clock_it_is() -> None:
    circle = SAMPLES["listing, circle"].context["result"].listing  # type: ignore[attr-defined]
    assert list(hours_in_words(circle.hours, TODAY, lang="en", gettext=same)) == [
        "Every week on Tuesday at 19:00, for 90 minutes",
        "From 1 December 2026 on",
        "On the last Friday of the month at 18:30, for 120 minutes",
        "Time of Madrid",
    ]


_NIGHTS = {"days": ["tu", "we", "th", "fr", "sa"], "opens": "23:30", "closes": "04:30"}


@pytest.mark.parametrize(
    ("hours", "line"),
    [
        ({"weekly": [_NIGHTS]}, "Tuesday to Saturday, 23:30\u201304:30 · Time of Madrid"),
        ({"weekly": [_NIGHTS | {"days": ["su", "mo", "sa"]}]}, "Saturday to Monday, 23:30\u201304:30 · Time of Madrid"),
        (
            {"weekly": [_NIGHTS | {"days": ["mo", "we", "th"]}]},
            "Monday, Wednesday, Thursday, 23:30\u201304:30 · Time of Madrid",
        ),
        (
            {"weekly": [_NIGHTS | {"days": ["mo", "tu", "we", "th", "fr", "sa", "su"]}]},
            "Every day, 23:30\u201304:30 · Time of Madrid",
        ),
        (
            {"meetings": [{"days": ["th"], "at": "23:00", "minutes": 75, "first": "2026-09-17"}]},
            "Thursday, 23:00\u201300:15 · Time of Madrid",
        ),
        (
            {"weekly": [_NIGHTS | {"days": ["mo"]}] * 4},
            "; ".join(["Monday, 23:30\u201304:30"] * 3) + "; … · Time of Madrid",
        ),
        ({}, ""),
    ],
)
def test_hours_stand_on_one_line_of_a_card(hours: dict[str, Any], line: str) -> None:
    published = Hours.model_validate({"zone": "Europe/Madrid"} | hours)
    assert hours_in_short(published, lang="en", gettext=same) == line


def test_money_is_written_as_the_reader_writes_it() -> None:
    assert money(1500, "EUR", lang="en") == "€15"
    assert money(8050, "EUR", lang="es") == "80,50\xa0€"
    assert money(1500, "JPY", lang="en") == "JP¥1,500"


def test_a_language_that_nobody_has_named_shows_its_tag() -> None:
    assert language_name("es", lang="en") == "Spanish"
    assert language_name("qaa", lang="en") == "qaa"
    assert language_name("zz-not-real", lang="es") == "zz-not-real"


# Pictures.


def test_an_icon_is_drawn_once_and_never_speaks_for_itself() -> None:
    icon = Icons()
    first, second = icon("leave"), icon("leave")
    assert first == second
    assert 'aria-hidden="true"' in first
    assert icon.drawn().count("<symbol") == 1
    with pytest.raises(KeyError):
        icon("not drawn")


def test_the_drawing_shows_every_community_and_the_page_says_the_same_in_words() -> None:
    page = page_of(SAMPLES["peers"])
    picture, _, in_words = page.partition("</svg>\n<figcaption")
    assert picture.count('<path class="') == len(PEERS)
    assert ">3</text>" in picture
    assert "3 messages wait to reach them" in in_words
    assert picture.count(">!</text>") == 2
    assert "We could not reach them." in in_words
    assert "Something did not work. The code is some-new-code." in in_words


@given(st.integers(min_value=0, max_value=60))
def test_no_two_communities_stand_on_each_other_in_the_drawing(count: int) -> None:
    picture = drawing.network([peer(f"Community {number}") for number in range(count)])
    heights = [branch.y for branch in picture.branches]
    assert heights == sorted(set(heights))
    assert all(0 < height < picture.height for height in heights)


def test_a_code_is_drawn_dark_on_white_without_style() -> None:
    squares = drawing.qr('<&"', lambda text: text)
    assert "style" not in squares
    assert 'role="img"' in squares
    assert Tags(squares).named("path")[0]["fill"] == "#fff"


# The stylesheet.


def test_the_stylesheet_has_an_address_of_its_own_content_and_loads_nothing() -> None:
    content = PAGES.stylesheet.content.decode()
    assert re.fullmatch(r"/static/alongside-[0-9a-f]{12}\.css", PAGES.stylesheet.path)
    assert "/*" not in content
    assert "url(" not in content
    assert "@import" not in content


def test_the_stylesheet_knows_no_left_and_no_right() -> None:
    content = PAGES.stylesheet.content.decode()
    assert not re.search(r"(?<![-\w])(margin|padding|border|inset)-(left|right)|(?<![-\w])(left|right)\s*:", content)


def _colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{3,6})", block))


def _light(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_light(one), _light(other)))
    return (lighter + 0.05) / (darker + 0.05)


GROUNDS = ("paper", "surface", "sunken", "soft", "care-soft", "wrong-soft")


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_ink_can_be_read_on_every_ground(scheme: int) -> None:
    source = (WEB / "static" / "alongside.css").read_text(encoding="utf-8")
    colours = _colours(source.split(":root")[1]) | (_colours(source.split(":root")[2]) if scheme else {})
    for ground in GROUNDS:
        for ink in ("ink", "quiet", "accent", "accent-deep"):
            assert _contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    for ink, ground in (("care", "care-soft"), ("wrong", "surface"), ("wrong", "paper"), ("on-accent", "accent")):
        assert _contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    for edge in ("paper", "surface"):
        assert _contrast(colours["edge"], colours[edge]) >= 3, edge


# Views.


def test_a_form_reads_one_value_and_many() -> None:
    form = Form({"words": "grief", "type": ("circle", "guide")}, {"words": "too_long"})
    assert (form.value("words"), form.value("type"), form.value("nothing")) == ("grief", "circle", "")
    assert form.chosen("type", "guide")
    assert form.chosen("words", "grief")
    assert not form.chosen("words", "g")
    assert form.problem("words") == "too_long"
    assert form.problem("type") is None


def test_two_lines_agree_only_when_both_say_the_same() -> None:
    assert AgreementLine("a", "a").same
    assert not AgreementLine("a", None).same


def test_new_words_are_hidden_until_they_are_asked_for() -> None:
    page = page_of(SAMPLES["join_words"])
    hidden = re.search(r"<details class=\"card\">(.*?)</details>", page, re.DOTALL)
    assert hidden
    assert all(word in hidden[1] for word in WORDS)
    assert not any(f">{word}<" in page.replace(hidden[0], "") for word in WORDS)
