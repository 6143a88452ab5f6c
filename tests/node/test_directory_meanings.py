"""What people mean by their words (ADR 0029): in every language of the pages, literal, bounded, and in the demo's own directory."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from alongside_node.demo.content import communities
from alongside_node.directory import meanings, rules
from alongside_node.directory.meanings import MOST, Meant, understood
from alongside_node.entrypoints.web import wording
from alongside_node.entrypoints.web.translations import LOCALES, Translations
from alongside_node.foundation.database import Database
from directories import found, put
from world import commitments

LETTERS = {"o": wording.TOPIC, "t": wording.TYPE, "m": wording.MODALITY, "h": wording.TIME}
LANGUAGES = sorted({*Translations().languages, *Translations().unread})
BARE = {"title": "T", "text": "else", "topics": [], "type": "skill", "modality": ["in_person"]}


def catalogue(lang: str) -> Catalog:
    path = LOCALES / lang / "LC_MESSAGES" / "alongside.po"
    if not path.exists():
        return Catalog()
    with path.open("rb") as source:
        return read_po(source)


def labels() -> Iterator[tuple[str, str]]:
    """(what a page calls it, its code in the index), in every language."""
    for lang in LANGUAGES:
        messages = catalogue(lang)
        for letter, table in LETTERS.items():
            for value, english in table.items():
                told = messages.get(english)
                if lang == "en" or (told is not None and told.string):
                    yield (english if told is None else str(told.string or english)), rules.coded(letter, value)


def codes_of(text: str) -> set[str]:
    return {code for one in understood(text).meant for code in one.codes}


@pytest.mark.parametrize(("label", "code"), sorted(set(labels())))
def test_what_a_page_calls_something_finds_it_in_every_language(label: str, code: str) -> None:
    asked = understood(label)
    assert asked.things == 1, asked
    assert code in codes_of(label)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("soledad", "oloneliness"),
        ("me siento muy sola", "oloneliness"),
        ("I am so lonely", "oloneliness"),
        ("medicamentos", "omedicines"),
        ("dinero", "omoney"),
        ("pánico", "opanic"),
        ("PANICO", "opanic"),
        ("triste", "ogrief"),
        ("alguien que escucha", "tlistening"),
        ("alguien que me escuche", "tlistening"),
        ("someone to listen to me", "tlistening"),
        ("por las tardes", "hevenings"),
        ("can't sleep", "hnights"),
        ("I cannot sleep", "hnights"),
        ("no puedo dormir", "hnights"),
        ("insomnio", "hnights"),
        ("الوحدة", "oloneliness"),
    ],
)
def test_what_people_say_is_understood(text: str, code: str) -> None:
    asked = understood(text)
    assert (asked.things, code in codes_of(text)) == (1, True), asked


@pytest.mark.parametrize(
    "text",
    [
        "suicidal",
        "I want to die",
        "i don't want to live any more",
        "I don\u2019t want to be here anymore",
        "kill myself",
        "quiero morir",
        "ya no quiero vivir",
        "me quiero morir",
        "ganas de morirme",
        "hacerme daño",
        "self-harm",
        "أريد أن أموت",
        "grief, and wanting to die",
    ],
)
def test_words_of_wanting_to_die_are_known(text: str) -> None:
    assert meanings.is_about_dying(text)


@pytest.mark.parametrize(
    "text", ["", "grief", "duelo", "my mother died", "se murió mi madre", "walking", "quiero hablar"]
)
def test_other_words_are_not_taken_for_them(text: str) -> None:
    assert not meanings.is_about_dying(text)


def test_words_that_say_nothing_are_left_out_unless_there_are_no_others() -> None:
    assert understood("someone for the zebra").words == ("zebra",)
    assert understood("busco una cebra para mi").words == ("cebra",)
    assert understood("the who").words == ("the", "who")


def test_a_phrase_goes_before_its_words() -> None:
    assert understood("by phone").meant == (Meant(("phone",), (), ("mphone",)),)


@given(
    st.text(max_size=300) | st.lists(st.sampled_from(["grief", "sola", "no", "puedo", "zebra", "the"])).map(" ".join)
)
def test_whatever_is_typed_asks_for_few_things_and_loses_no_query(text: str) -> None:
    asked = understood(text)
    assert asked.things <= MOST
    assert (asked.things > 0) is bool(meanings.words(text))


def test_a_very_long_query_costs_no_more_than_a_long_one() -> None:
    assert understood("zebra " * 10_000 + "grief") == understood("zebra")


# In a directory, on both databases.


@pytest.mark.parametrize("words", ["soledad", "lonely", "الوحدة", "me siento sola"])
def test_a_topic_is_found_by_its_name_in_any_language(migrated: Database, words: str) -> None:
    by_topic = put(migrated, **BARE | {"topics": ["loneliness"]})
    put(migrated, **BARE)
    assert found(migrated, words=words) == {by_topic}


def test_the_words_or_the_code(migrated: Database) -> None:
    written = put(migrated, **BARE | {"text": "Contra la soledad"})
    coded = put(migrated, **BARE | {"topics": ["loneliness"]})
    assert found(migrated, words="soledad") == {written, coded}
    assert found(migrated, words="soledad pottery") == set()


def test_a_time_is_found_by_the_hours_that_were_published(migrated: Database) -> None:
    late = {"zone": "Europe/Madrid", "weekly": [{"days": ["tu"], "opens": "23:30", "closes": "04:30"}]}
    early = {"zone": "Europe/Madrid", "weekly": [{"days": ["sa"], "opens": "07:00", "closes": "09:00"}]}
    night, morning = put(migrated, **BARE, hours=late), put(migrated, **BARE, hours=early)
    put(migrated, **BARE)
    assert found(migrated, words="de madrugada") == found(migrated, words="can't sleep") == {night}
    assert found(migrated, words="mornings") == found(migrated, words="el fin de semana") == {morning}


def test_what_has_some_of_the_words_is_another_search_and_never_mixed(migrated: Database) -> None:
    both = put(migrated, **BARE | {"topics": ["grief"], "text": "pottery"})
    longer = put(migrated, **BARE | {"topics": ["grief"], "text": "potteryhouse"})
    grief, pottery = put(migrated, **BARE | {"topics": ["grief"]}), put(migrated, **BARE | {"text": "pottery"})
    put(migrated, **BARE)
    assert found(migrated, words="duelo pottery") == {both, longer}
    assert found(migrated, words="duelo pottery", some=True) == {grief, pottery}
    assert found(migrated, words="duelo", some=True) == set()


def test_some_of_the_words_keeps_every_other_filter(migrated: Database) -> None:
    put(migrated, **BARE | {"topics": ["grief"], "commitments": commitments(police="may_without_asking")})
    safe = put(migrated, **BARE | {"topics": ["grief"]})
    assert found(migrated, words="duelo pottery", some=True, promise=True) == {safe}


@pytest.mark.parametrize(
    "text", ['grief" OR "else', "grief* pottery", "codes : listing grief", "a'b grief & ! | soledad"]
)
@pytest.mark.parametrize("some", [False, True])
def test_what_has_a_meaning_is_as_literal_as_any_word(migrated: Database, text: str, some: bool) -> None:
    put(migrated, **BARE)
    assert not found(migrated, words=text, some=some) - found(migrated, words="else")


# What we print as an example finds something in the demo.

FIELDS = {
    "For example: grief, evenings, someone who listens. We look in our own": "words",
    "Like: grief, walking, letters to the office": "words",
    "In their own words, like: losing my son, a locked ward, not sleeping": "lived",
    "Like: trans people, mothers, young people": "by_and_for",
}
"""How the sentence of a page with an example begins → the field it stands at."""


def examples(lang: str) -> Iterator[tuple[str, str]]:
    """(field, example as it is printed)."""
    messages = catalogue(lang)
    for template in sorted(Path(wording.__file__).parent.glob("templates/*.html")):
        for begins, field in FIELDS.items():
            if begins in template.read_text("utf-8"):
                told = next((one for one in messages if str(one.id).startswith((begins, f"('{begins}"))), None)
                text = begins if told is None else str(told.string[0] if told.pluralizable else told.string)
                yield field, text.split(":", 1)[1].split(".")[0].strip()


@pytest.fixture
def demo(migrated: Database) -> Database:
    """Everything that the demo's three communities list."""
    for community in communities():
        for _, fields in community.listings():
            put(migrated, names=("One", "Another"), **fields)
    return migrated


@pytest.mark.parametrize("lang", ["en", "es"])
def test_every_example_that_a_page_prints_finds_something_in_the_demo(demo: Database, lang: str) -> None:
    printed = list(examples(lang))
    assert len(printed) == len(FIELDS)
    for field, text in printed:
        for part in text.split(","):
            assert found(demo, **{field: part}), (field, part)
    front = printed[0][1]
    assert found(demo, words=front), front


@pytest.mark.parametrize(
    "words",
    [
        "soledad",
        "querer morir",
        "quiero morir",
        "alguien que escucha",
        "pánico",
        "medicamentos",
        "dinero",
        "triste",
        "sola",
        "can't sleep",
        "lonely",
        "suicidal",
        "no puedo dormir",
        "insomnio",
    ],
)
def test_what_a_stranger_typed_finds_something_in_the_demo(demo: Database, words: str) -> None:
    assert len(found(demo, words=words)) >= 3
