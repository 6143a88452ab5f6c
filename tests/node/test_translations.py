"""Every language says everything that English says, with the same gaps to fill, in the words we chose."""

import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from alongside_node.disclosing import statement
from alongside_node.entrypoints.web import wording
from alongside_node.entrypoints.web.translations import LOCALES, SOURCE_LANGUAGE, Translations
from alongside_node.entrypoints.web.views import Notice
from alongside_node.safety import concern_rules
from alongside_protocol import commitments, consent, hours, listing, messages, place
from alongside_protocol.coded_words import Coded
from alongside_protocol.errors import Code
from alongside_protocol.referral import Move, State

WEB = Path(wording.__file__).parent
OTHERS = [lang for lang in Translations().languages if lang != SOURCE_LANGUAGE]
UNREAD = sorted(Translations().unread)
WHOLE = pytest.mark.parametrize("lang", OTHERS)
EVERY_OTHER = pytest.mark.parametrize("lang", [*OTHERS, *UNREAD])
GAP = re.compile(r"%\(\w+\)s")

NOT_OUR_WORDS = re.compile(
    r"\b(hold|holds|quarantine\w*|restrict\w*|report\w*|case|clients?|patients?|providers?|advisory|ban|bans|banned|"
    r"tribe|council|elders?|healing|diagnos\w*|cascade)\b",
    re.IGNORECASE,
)


def _extracted() -> Iterator[str | tuple[str, ...]]:
    for path in sorted(WEB.glob("templates/*.html")):
        with path.open("rb") as source:
            for _, message, _, _ in extract("jinja2.ext:babel_extract", source, options={"trimmed": "true"}):
                yield message
    for path in sorted([*WEB.glob("*.py"), Path(statement.__file__)]):
        with path.open("rb") as source:
            for _, message, _, _ in extract("python", source, keywords={"N_": None, "gettext": None}):
                yield message


MESSAGES = {message if isinstance(message, str) else message[0]: message for message in _extracted()}


def catalogue(lang: str) -> Catalog:
    with (LOCALES / lang / "LC_MESSAGES" / "alongside.po").open("rb") as source:
        return read_po(source, locale=lang)


def forms(of: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (of,) if isinstance(of, str) else tuple(of)


def said(lang: str) -> list[Message]:
    return [message for message in catalogue(lang) if message.id]


def test_spanish_is_there_and_arabic_waits_for_somebody_who_reads_it() -> None:
    assert "es" in OTHERS
    assert UNREAD == ["ar"]


@WHOLE
def test_everything_is_translated(lang: str) -> None:
    assert set(MESSAGES) - {forms(message.id)[0] for message in said(lang)} == set()


@EVERY_OTHER
def test_nothing_is_left_over(lang: str) -> None:
    assert {forms(message.id)[0] for message in said(lang)} - set(MESSAGES) == set()
    assert not catalogue(lang).obsolete


@EVERY_OTHER
def test_nothing_is_empty_or_only_guessed(lang: str) -> None:
    for message in said(lang):
        assert all(text.strip() for text in forms(message.string)), message.id
        assert not message.fuzzy, message.id


@EVERY_OTHER
def test_plural_messages_have_a_form_for_every_number(lang: str) -> None:
    for message in said(lang):
        plural = not isinstance(MESSAGES[forms(message.id)[0]], str)
        assert len(forms(message.string)) == (catalogue(lang).num_plurals if plural else 1), message.id


@EVERY_OTHER
def test_the_gaps_to_fill_are_the_same(lang: str) -> None:
    for message in said(lang):
        ids, strings = forms(message.id), forms(message.string)
        assert set(GAP.findall(strings[-1])) == set(GAP.findall(ids[-1])), message.id
        assert set(GAP.findall(strings[0])) <= set(GAP.findall("".join(ids))), message.id
        assert not re.search(r"%(?!\()", "".join(strings)), message.id


@EVERY_OTHER
def test_sentences_stay_sentences(lang: str) -> None:
    for message in said(lang):
        for english, other in zip(forms(message.id), forms(message.string), strict=False):
            assert english.endswith(".") == other.endswith("."), english
            assert other == other.strip()


@EVERY_OTHER
def test_a_catalogue_answers_from_memory_without_a_compiled_file(lang: str) -> None:
    assert Translations().read(lang).gettext("Leave this site") != "Leave this site"
    assert not list(LOCALES.rglob("*.mo"))


def test_pages_use_none_of_the_words_that_hurt() -> None:
    for message in MESSAGES.values():
        for text in forms(message):
            assert not NOT_OUR_WORDS.search(text), text


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("type", listing.ListingType),
        ("type_means", listing.ListingType),
        ("direction", listing.Direction),
        ("audience", listing.Audience),
        ("modality", listing.Modality),
        ("exchange", listing.ExchangeKind),
        ("room", listing.RoomState),
        ("interpreter", listing.Interpreter),
        ("ages", listing.AgesKind),
        ("place", place.Visibility),
        ("answer", commitments.Answer),
        ("answer_mine", commitments.Answer),
        ("given_by", commitments.Source),
        ("reporter", commitments.Reporter),
        ("state", State),
        ("state_incoming", State),
        ("next", State),
        ("notice", Notice),
        ("reason", messages.Reason),
        ("step", messages.Steps),
        ("step_to", messages.Steps),
        ("standing", consent.Standing),
        ("concern_state", concern_rules.State),
        ("concern_next", concern_rules.State),
        ("concern_next_care", concern_rules.State),
        ("talk_state", concern_rules.State),
    ],
)
def test_every_value_of_the_wire_has_words(table: str, values: type[StrEnum]) -> None:
    assert set(wording.TABLES[table]) == {value.value for value in values}


def test_those_who_may_be_called_have_words_in_the_order_of_the_specification() -> None:
    assert tuple(wording.CALLED) == commitments.CALLED
    assert tuple(wording.CALLED_IN_SENTENCE) == commitments.CALLED


def test_what_a_message_did_and_what_it_carried_has_words() -> None:
    assert set(wording.MOVE) == {"offer"} | {move.value for move in Move}
    assert set(wording.CONSENT_FIELD) == {"standing", "by_voice"} | {field.value for field in consent.Field}
    assert set(wording.CODED) == {coded.value for coded in Coded}
    assert set(wording.TROUBLE) <= {code.value for code in Code}


def test_what_was_said_of_a_concern_and_by_whom_has_words() -> None:
    assert set(wording.CONCERN_STEP) == {move.value for move in concern_rules.Move} - {"end"}
    assert set(wording.CONCERN_BY) == {party.value for party in concern_rules.Party} - {"clock"}


def test_what_is_missing_before_publishing_has_words() -> None:
    codes = {f"commitments.{name}" for name in commitments.unanswered(commitments.Commitments())}
    assert codes | {"commitments.written_down", "text", "exchange", "modality", "practitioner"} <= set(wording.MISSING)


def test_every_day_of_the_week_can_be_written_in_the_form() -> None:
    assert {f"opens_{day}" for day in hours.Day} | {f"closes_{day}" for day in hours.Day} <= set(wording.FIELD)


def test_a_value_without_words_is_an_error_except_where_communities_may_add_their_own() -> None:
    def same(text: str) -> str:
        return text

    with pytest.raises(KeyError):
        wording.words("room", "something_new", same)
    assert wording.words("access", "something_new", same) == "something new"
    assert wording.words("trouble", "x", same) == "Something did not work. The code is x."
