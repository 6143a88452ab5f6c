"""Words of clinics are pointed out with others to choose from: never changed, never in the way, never in what people say of themselves."""

import pytest

from alongside_node.listings.beginnings import OFFERS, beginning
from alongside_node.listings.careful_words import MOST, pointed_out
from alongside_protocol.listing import Direction, ListingType


def words(text: str, lang: str = "en") -> list[str]:
    return [one.word for one in pointed_out({"lang": lang, "title": "x", "text": text})]


@pytest.mark.parametrize(
    ("lang", "text", "word"),
    [
        ("en", "For patients of the ward", "patients"),
        ("en", "People with a Disorder", "Disorder"),
        ("en-GB", "She committed suicide", "committed suicide"),
        ("en", "I suffered from it", "suffered from"),
        ("es", "Para pacientes", "pacientes"),
        ("es-MX", "Un trastorno", "trastorno"),
        ("es", "Padezco… no: padece de ello", "padece de"),
        ("es", "Tras el diagnóstico", "diagnóstico"),
    ],
)
def test_a_word_of_clinics_is_pointed_out_as_it_was_written(lang: str, text: str, word: str) -> None:
    found = pointed_out({"lang": lang, "title": text})
    assert [one.word for one in found] == [word]
    assert found[0].instead


@pytest.mark.parametrize("text", ["Be patiently there", "in case it rains", "symptomatic", "the order of things"])
def test_a_part_of_another_word_is_not(text: str) -> None:
    assert words(text) == []


def test_each_word_is_said_once_and_no_more_than_somebody_can_look_at() -> None:
    assert words("Patient. patient! A psychiatric disorder is a disorder.") == ["Patient", "psychiatric disorder"]
    many = "patient client sufferer symptom delusion addict relapse treatment intervention handicapped"
    assert len(words(many)) == MOST


def test_what_people_say_of_themselves_is_theirs() -> None:
    saying = [{"lang": "en", "words": "bipolar, ex-patient, mad and proud"}]
    assert pointed_out({"lang": "en", "title": "x", "lived_experience": saying, "by_and_for": saying, "by": "x"}) == ()


def test_a_language_without_a_list_has_nothing_pointed_out_and_a_translation_is_read_in_its_own() -> None:
    assert words("Patient", "de") == []
    translated = {"lang": "de", "title": "Da sein", "translations": [{"lang": "es", "title": "Para pacientes"}]}
    assert [(one.word, one.lang) for one in pointed_out(translated)] == [("pacientes", "es")]


def test_every_kind_begins_with_what_most_would_choose_and_with_no_promise() -> None:
    assert set(OFFERS) == set(ListingType)
    for kind in ListingType:
        fields = beginning(Direction.OFFER, kind)
        assert fields["audience"] == (
            "federated" if kind in {"listening", "company", "practical", "skill"} else "anyone"
        )
        assert not [name for name in fields if name.startswith("call_")]
    assert beginning(Direction.NEED, "practical")["audience"] == "here"
