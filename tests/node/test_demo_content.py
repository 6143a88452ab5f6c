"""The demo's three communities: whole, publishable, and written in the words this project uses."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

import pytest

from alongside_node.demo.content import KEYS, Community, Member, communities
from alongside_protocol import canonical, limits
from alongside_protocol.commitments import (
    CALLED,
    Answer,
    Commitments,
    Reporter,
    Source,
    promises_no_call_without_yes,
    unanswered,
)
from alongside_protocol.listing import (
    Audience,
    ContactKind,
    Direction,
    ExchangeKind,
    Interpreter,
    Listing,
    ListingType,
    Modality,
    RoomState,
    missing_before_publishing,
)
from alongside_protocol.place import Visibility, distance_m
from alongside_protocol.profile import Profile

SEAL = {"k": "A" * 42 + "E", "suite": "hpke-x25519-sha256-chacha20poly1305"}
ADDED_BY_THE_NODE = {"v", "id", "kind", "salt", "rev", "mod", "confirmed", "confirm_every", "valid_until"}
TODAY = "2026-11-24"

# mission.md, "Words", and the same in Spanish.
NOT_OUR_WORDS = re.compile(
    r"\b(?:hold(?:s|ing|ers?)?|quarantin\w*|restrict\w*|report(?:s|ed|ing|ers?)?|cases?|clients?|patients?|providers?"
    r"|advisor(?:y|ies)|ban(?:s|ned|ning)?|(?:talking|healing) circles?|tribes?|councils?|elders?"
    r"|cuarentena|restricci\w+|informes?|casos?|clientes?|pacientes?|proveedor\w*|tribus?)\b",
    re.IGNORECASE,
)
CLINICAL = re.compile(
    r"\b(?:diagnos\w*|disorder\w*|symptom\w*|depress\w*|bipolar\w*|schizo\w*|psychos[ei]s|psychotic\w*|psychiatr\w*"
    r"|neuro(?:sis|tic)\w*|borderline|ptsd|adhd|ocd|anxiety|insomnia|suicid\w*|patholog\w*|comorbid\w*|relaps\w*"
    r"|mental(?:ly)? (?:ill\w*|health\w*)|addict\w*|abusers?|treatments?|interventions?|crisis|compliance|high.functioning"
    r"|diagnóstico\w*|trastorno\w*|síntoma\w*|depresi\w+|esquizo\w*|psicosis|psicótic\w*|psiqui\w*|ansiedad|insomnio"
    r"|enfermedad mental|salud mental|adict\w*|tratamiento\w*|terapia\w*)\b",
    re.IGNORECASE,
)
# Numbers set aside for stories: Ofcom's "no area" range and its mobile range.
UNREAL_NUMBER = re.compile(r"^\+44 (?:1632 960[0-9]{3}|7700 900[0-9]{3})$")

ALL = communities()
ENTRIES = [
    pytest.param(community, member, fields, id=f"{community.key}: {fields['title']}")
    for community in ALL
    for member, fields in community.listings()
]


def published(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What the node makes of it, as far as the model looks."""
    days_valid = "2026-12-01" if fields["direction"] == "need" else "2027-02-22"
    holders = [holder | {"seal": SEAL} for holder in fields["holders"]]
    return {**fields, "holders": holders, "confirmed": TODAY, "valid_until": days_valid}


LISTINGS = [Listing.model_validate(published(fields)) for community in ALL for _, fields in community.listings()]
OFFERS = [listing for listing in LISTINGS if listing.direction is Direction.OFFER]


def words_of(value: Any) -> Iterator[str]:
    """Everything that somebody reads; coded words and addresses too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from words_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from words_of(inner)


def as_written(key: str) -> bytes:
    return files("alongside_node.demo").joinpath("communities", f"{key}.json").read_bytes()


@pytest.mark.parametrize("key", KEYS)
def test_json_is_strict(key: str) -> None:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    def never(written: str) -> None:
        pytest.fail(f"{written} is no number of the protocol")

    raw = as_written(key)
    json.loads(raw.decode(), object_pairs_hook=once, parse_float=never, parse_constant=never)
    assert raw.endswith(b"}\n")


@pytest.mark.parametrize("community", ALL, ids=KEYS)
def test_each_community_is_whole(community: Community) -> None:
    entries = list(community.listings())
    assert len(entries) == 25
    assert 3 <= Counter(fields["direction"] for _, fields in entries)["need"] <= 4
    assert 6 <= len(community.members) <= 9
    assert 2 <= sum(member.steward for member in community.members) <= 3
    assert all(member.listings for member in community.members)
    assert len({member.name for member in community.members}) == len(community.members)
    assert len({fields["title"] for _, fields in entries}) == len(entries)
    assert 5 <= len(community.agreements.split("\n\n")) <= 8
    assert unanswered(community.commitments) == ()


@pytest.mark.parametrize("community", ALL, ids=KEYS)
def test_each_community_fits_its_profile(community: Community) -> None:
    profile = Profile(
        name=community.name,
        description=community.about,
        lang=community.lang,
        languages=community.languages,
        place=community.place,
        agreements=community.agreements,
        hard_night=community.hard_night,
        commitments=community.commitments,
    )
    assert profile.description
    assert profile.agreements
    assert profile.hard_night


@pytest.mark.parametrize(("community", "member", "fields"), ENTRIES)
def test_each_listing_can_be_published(community: Community, member: Member, fields: Mapping[str, Any]) -> None:
    assert not ADDED_BY_THE_NODE & set(fields)
    record = published(fields)
    listing = Listing.model_validate(record)
    assert missing_before_publishing(listing) == ()
    assert canonical.parse(canonical.dump(record), max_bytes=limits.RECORD_BYTES) == record
    assert {holder.name for holder in listing.holders} <= {each.name for each in community.members}
    assert member.name == listing.holders[0].name


@pytest.mark.parametrize(("community", "member", "fields"), ENTRIES)
def test_nothing_is_written_that_the_model_does_not_read(
    community: Community, member: Member, fields: Mapping[str, Any]
) -> None:
    record = published(fields)
    read = Listing.model_validate(record).model_dump(mode="json", exclude_unset=True)
    assert read == record


@pytest.mark.parametrize(("community", "member", "fields"), ENTRIES)
def test_offers_say_how_and_in_which_languages(community: Community, member: Member, fields: Mapping[str, Any]) -> None:
    listing = Listing.model_validate(published(fields))
    assert listing.modality
    assert listing.languages
    assert listing.topics
    assert listing.by
    assert len(listing.text) <= 600
    if listing.room.state is RoomState.RESTING:
        assert listing.hours is None


def test_everything_a_listing_can_be_occurs() -> None:
    assert {listing.direction for listing in LISTINGS} == set(Direction)
    assert {listing.type for listing in LISTINGS} == set(ListingType)
    assert {listing.audience for listing in LISTINGS} == set(Audience)
    assert {way for listing in LISTINGS for way in listing.modality} == set(Modality)
    assert {listing.exchange.kind for listing in OFFERS if listing.exchange} == set(ExchangeKind)
    assert {listing.room.state for listing in OFFERS} == set(RoomState)
    assert {listing.interpreter for listing in OFFERS} == set(Interpreter)
    assert {listing.place.visibility for listing in OFFERS if listing.place} == set(Visibility)
    assert {"en", "es", "ar", "uk", "pl", "cy", "bfi"} <= {tag for listing in LISTINGS for tag in listing.languages}
    contacts = {contact.kind for listing in LISTINGS for contact in listing.contact}
    assert {ContactKind.PHONE, ContactKind.TEXT, ContactKind.TEXTPHONE, ContactKind.PAGE} <= contacts


@pytest.mark.parametrize("community", ALL, ids=KEYS)
def test_each_community_has_most_kinds_and_only_one_acts_together(community: Community) -> None:
    kinds = {fields["type"] for _, fields in community.listings()}
    assert set(ListingType) - kinds <= {ListingType.ACTION}
    assert (ListingType.ACTION in kinds) == (community.key == "harbour")


def test_promises_differ() -> None:
    given = [listing.commitments or Commitments() for listing in OFFERS]
    called = [getattr(promises, name) for promises in given for name in CALLED]
    assert {each.answer for each in called} == set(Answer)
    assert sum(bool(each.exception) for each in called) >= 20
    assert {promises.given_by for promises in given} == set(Source)
    assert {promises.mandated_reporter for promises in given} == {Reporter.YES, Reporter.NO}
    assert {bool(promises.kept_days) for promises in given} == {True, False}
    assert all(promises.law_of for promises in given)
    assert len({promises_no_call_without_yes(promises) for promises in given}) == 2


def test_practitioners_state_their_duties() -> None:
    found = [listing for listing in LISTINGS if listing.type is ListingType.PRACTITIONER]
    assert len(found) == len(ALL)
    for listing in found:
        assert listing.practitioner
        assert listing.practitioner.duties
        assert listing.practitioner.vouched
        assert listing.commitments
        assert listing.commitments.mandated_reporter is Reporter.YES


def test_hours_pass_midnight_and_meetings_come_every_way() -> None:
    hours = [listing.hours for listing in LISTINGS if listing.hours]
    assert any(span.closes <= span.opens for each in hours for span in each.weekly)
    meetings = [meeting for each in hours for meeting in each.meetings]
    assert {meeting.every for meeting in meetings} >= {1, 2}
    assert {meeting.nth for meeting in meetings} >= {None, 1, -1}


@pytest.mark.parametrize("community", ALL, ids=KEYS)
def test_places_are_near_their_community(community: Community) -> None:
    assert community.place.point
    for _, fields in community.listings():
        place = Listing.model_validate(published(fields)).place
        if place and place.point:
            assert distance_m(place.point, community.place.point) < 30_000


def test_the_demo_walk_finds_someone_to_talk_to_about_grief() -> None:
    colectiva = ALL[KEYS.index("colectiva")]
    found = [
        listing
        for listing in (Listing.model_validate(published(fields)) for _, fields in colectiva.listings())
        if listing.type is ListingType.LISTENING
        and "duelo" in listing.title.lower()
        and {"es", "en"} <= set(listing.languages)
        and listing.audience is not Audience.HERE
        and promises_no_call_without_yes(listing.commitments)
    ]
    assert len(found) == 1
    room, hours = found[0].room, found[0].hours
    assert (room.state, room.waiting) == (RoomState.OPEN, 3)
    assert room.guests >= 1
    assert hours
    assert all(span.opens >= "18:00" for span in hours.weekly)


@pytest.mark.parametrize("key", KEYS)
def test_words_are_ours_and_nobody_is_described_by_an_illness(key: str) -> None:
    for words in words_of(json.loads(as_written(key))):
        assert not NOT_OUR_WORDS.search(words), words
        assert not CLINICAL.search(words), words


@pytest.mark.parametrize("key", KEYS)
def test_nobody_real_can_be_reached(key: str) -> None:
    read = json.loads(as_written(key))
    listings = [listing for member in read["members"] for listing in member["listings"]]
    contacts = [*read["hard_night"], *(contact for listing in listings for contact in listing.get("contact", ()))]
    for contact in contacts:
        if contact["kind"] in ("phone", "text", "textphone"):
            assert UNREAL_NUMBER.match(contact["value"])
        else:
            assert re.search(r"\.example(?:/|$)", contact["value"])
    assert not re.search(r"https?://(?![a-z.]+\.example\b)", as_written(key).decode())
