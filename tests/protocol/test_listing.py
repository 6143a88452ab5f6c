"""The listing: every field in its form, unknown words kept, and what an author still has to answer."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from alongside_protocol.commitments import CALLED
from alongside_protocol.listing import Listing, is_open, missing_before_publishing, next_open

KEY = {"k": "A" * 43, "suite": "hpke-x25519-sha256-chacha20poly1305"}
ANSWERS: dict[str, Any] = {
    **{name: {"answer": "never"} for name in CALLED},
    "mandated_reporter": "no",
    "kept_days": 0,
    "given_by": "the_holder",
}
OFFER: dict[str, Any] = {
    "direction": "offer",
    "type": "listening",
    "audience": "anyone",
    "lang": "en",
    "title": "Somebody to talk to in the evening",
    "text": "I have been there. I listen.",
    "holders": [{"name": "Ana", "seal": KEY}],
    "modality": ["phone", "text"],
    "exchange": {"kind": "free"},
    "confirmed": "2026-11-20",
    "valid_until": "2027-02-18",
    "commitments": ANSWERS,
}
NEED = {name: value for name, value in OFFER.items() if name not in ("commitments", "exchange", "modality")} | {
    "direction": "need",
    "valid_until": "2026-11-27",
}


def listing(**changed: Any) -> Listing:
    return Listing.model_validate(OFFER | changed)


def without(*names: str) -> Listing:
    return Listing.model_validate({name: value for name, value in OFFER.items() if name not in names})


def test_a_whole_offer_may_be_published() -> None:
    assert missing_before_publishing(listing()) == ()


@pytest.mark.parametrize(
    ("incomplete", "missing"),
    [
        (listing(text=""), ("text",)),
        (without("exchange"), ("exchange",)),
        (without("modality"), ("modality",)),
        (listing(type="practitioner"), ("practitioner",)),
        (listing(commitments=ANSWERS | {"police": {"answer": "unknown"}}), ("commitments.police",)),
    ],
)
def test_what_an_offer_still_has_to_answer_is_named(incomplete: Listing, missing: tuple[str, ...]) -> None:
    assert missing_before_publishing(incomplete) == missing


def test_an_offer_answers_every_question_about_who_may_be_called() -> None:
    missing = missing_before_publishing(without("commitments"))
    assert {f"commitments.{name}" for name in CALLED} <= set(missing)


def test_a_practitioner_says_what_their_licence_is() -> None:
    assert missing_before_publishing(listing(type="practitioner", practitioner={"licensed": True})) == ()


@pytest.mark.parametrize("ages", [{"kind": "from", "from_age": 16}, {"kind": "young_people_for_young_people"}])
def test_where_people_under_18_may_ask_nobody_is_alone_and_duties_are_said_first(ages: dict[str, Any]) -> None:
    duties = ANSWERS | {"mandated_reporter": "yes"}
    assert missing_before_publishing(listing(ages=ages, commitments=duties)) == (
        "holders",
        "commitments.would_pass_on",
    )
    two = [{"seal": KEY}, {"seal": KEY}]
    said = duties | {"would_pass_on": "harm by an adult"}
    assert missing_before_publishing(listing(ages=ages, holders=two, commitments=said)) == ()
    assert missing_before_publishing(listing(ages=ages, holders=two)) == ()


@pytest.mark.parametrize("ages", [{}, {"kind": "adults"}, {"kind": "from", "from_age": 18}])
def test_among_adults_one_holder_is_enough(ages: dict[str, Any]) -> None:
    assert missing_before_publishing(listing(ages=ages)) == ()


def test_a_need_answers_nothing_about_who_may_be_called() -> None:
    assert missing_before_publishing(Listing.model_validate(NEED)) == ()


def test_a_need_ends_within_a_week() -> None:
    longer = Listing.model_validate(NEED | {"valid_until": "2026-11-28"})
    assert missing_before_publishing(longer) == ("valid_until",)


def test_words_that_this_version_does_not_know_are_kept() -> None:
    new = listing(topics=["a_new_topic"], access=["a_new_need"])
    assert (new.topics, new.access) == (("a_new_topic",), ("a_new_need",))


def test_unknown_members_are_ignored() -> None:
    assert listing(a_later_member={"deep": [1]}) == listing()


@pytest.mark.parametrize(
    "wrong",
    [
        {"direction": "both"},
        {"type": "therapy"},
        {"audience": "everyone"},
        {"lang": "English"},
        {"title": ""},
        {"title": "x" * 121},
        {"title": "two\nlines"},
        {"title": "\u202egnitset"},
        {"text": "x" * 4_001},
        {"text": "a\x00b"},
        {"text": None},
        {"by": "x" * 121},
        {"holders": []},
        {"holders": [{"seal": KEY}] * 6},
        {"holders": [{"seal": KEY | {"k": "A" * 42 + "B"}}]},
        {"holders": [{"name": "nobody"}]},
        {"lived_experience": [{"lang": "en", "words": "x" * 401}]},
        {"topics": ["Grief"]},
        {"topics": [1]},
        {"topics": ["x"] * 21},
        {"languages": ["en_GB"]},
        {"modality": ["telepathy"]},
        {"interpreter": "perhaps"},
        {"ages": {"kind": "from"}},
        {"ages": {"kind": "adults", "from_age": 18}},
        {"exchange": {"kind": "barter"}},
        {"exchange": {"kind": "sliding_scale", "lowest": 0, "highest": 1_000}},
        {"exchange": {"kind": "sliding_scale", "lowest": 2_000, "highest": 1_000, "currency": "EUR"}},
        {"exchange": {"kind": "fixed", "lowest": 5.5, "highest": 5.5, "currency": "EUR"}},
        {"contact": [{"kind": "pigeon", "value": "coo"}]},
        {"contact": [{"kind": "phone", "value": ""}]},
        {"room": {"state": "busy"}},
        {"room": {"waiting": True}},
        {"confirmed": "2026-02-30"},
        {"valid_until": "soon"},
        {"printable": "yes"},
        {"translations": [{"lang": "es", "title": "Hola", "text": "Hola"}]},
        {"practitioner": {"licensed": "by somebody"}},
        {"hours": {"zone": "Europe/Nowhere"}},
        {"place": {"visibility": "none", "point": {"latitude": 0, "longitude": 0}}},
    ],
)
def test_what_is_not_of_the_form_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        listing(**wrong)


@pytest.mark.parametrize(
    "name", ["direction", "type", "audience", "lang", "title", "holders", "confirmed", "valid_until"]
)
def test_what_every_listing_has_is_required(name: str) -> None:
    with pytest.raises(ValidationError):
        without(name)


def test_length_is_counted_in_characters_and_not_in_bytes() -> None:
    assert len(listing(text="ह" * 4_000).text) == 4_000


SAYING = {"lang": "en", "words": "words"}
TRANSLATION = {"lang": "es", "title": "Hola", "text": "", "by": "Ana"}
CONTACT = {"kind": "phone", "value": "1"}
SCALE = {"kind": "sliding_scale", "lowest": 0, "highest": 0, "currency": "EUR"}
MEETING = {"days": ["mo"], "at": "10:00", "minutes": 60, "first": "2026-11-23"}


@pytest.mark.parametrize(
    ("name", "edge", "beyond"),
    [
        ("title", "x" * 120, "x" * 121),
        ("by", "x" * 120, "x" * 121),
        ("interpreter_note", "x" * 400, "x" * 401),
        ("lang", "en" + "-abcdefgh" * 3 + "-abcde", "en" + "-abcdefgh" * 3 + "-abcdef"),
        ("translations", [TRANSLATION] * 10, [TRANSLATION] * 11),
        ("lived_experience", [SAYING] * 5, [SAYING] * 6),
        ("by_and_for", [SAYING] * 5, [SAYING] * 6),
        ("topics", ["a"] * 20, ["a"] * 21),
        ("access", ["a"] * 20, ["a"] * 21),
        ("languages", ["en"] * 20, ["en"] * 21),
        ("modality", ["text"] * 5, ["text"] * 6),
        ("contact", [CONTACT] * 3, [CONTACT] * 4),
        ("contact", [CONTACT | {"value": "1" * 400}], [CONTACT | {"value": "1" * 401}]),
        ("holders", [{"seal": KEY | {"suite": "x" * 60}}], [{"seal": KEY | {"suite": "x" * 61}}]),
        ("room", {"waiting": 0}, {"waiting": -1}),
        ("room", {"waiting": 100}, {"waiting": 101}),
        ("room", {"guests": 0}, {"guests": -1}),
        ("room", {"guests": 100}, {"guests": 101}),
        ("confirm_every", 1, 0),
        ("confirm_every", 365, 366),
        ("ages", {"kind": "from", "from_age": 0}, {"kind": "from", "from_age": -1}),
        ("ages", {"kind": "from", "from_age": 120}, {"kind": "from", "from_age": 121}),
        ("exchange", SCALE, SCALE | {"lowest": -1}),
        ("exchange", SCALE | {"highest": 10_000_000}, SCALE | {"highest": 10_000_001}),
        (
            "practitioner",
            {"licensed": True, "vouched": [{"by": "Us", "until": "2027-01-01"}] * 10},
            {"licensed": True, "vouched": [{"by": "Us", "until": "2027-01-01"}] * 11},
        ),
        ("commitments", {"law_of": "x" * 120}, {"law_of": "x" * 121}),
        ("commitments", {"kept_days": 36_500}, {"kept_days": 36_501}),
        ("place", {"visibility": "none", "label": "x" * 120}, {"visibility": "none", "label": "x" * 121}),
        ("place", {"visibility": "none", "radius_m": 100_000}, {"visibility": "none", "radius_m": 100_001}),
        ("hours", {"zone": "UTC", "meetings": [MEETING] * 7}, {"zone": "UTC", "meetings": [MEETING] * 8}),
        (
            "hours",
            {"zone": "UTC", "meetings": [MEETING | {"minutes": 5}]},
            {"zone": "UTC", "meetings": [MEETING | {"minutes": 4}]},
        ),
        (
            "hours",
            {"zone": "UTC", "meetings": [MEETING | {"minutes": 1_440}]},
            {"zone": "UTC", "meetings": [MEETING | {"minutes": 1_441}]},
        ),
        (
            "hours",
            {"zone": "UTC", "meetings": [MEETING | {"every": 8}]},
            {"zone": "UTC", "meetings": [MEETING | {"every": 9}]},
        ),
        (
            "hours",
            {"zone": "UTC", "meetings": [MEETING | {"nth": 4}]},
            {"zone": "UTC", "meetings": [MEETING | {"nth": 5}]},
        ),
        (
            "hours",
            {"zone": "UTC", "meetings": [MEETING | {"nth": -1}]},
            {"zone": "UTC", "meetings": [MEETING | {"nth": -2}]},
        ),
        ("hours", {"zone": "UTC", "except_on": ["2026-12-24"] * 60}, {"zone": "UTC", "except_on": ["2026-12-24"] * 61}),
    ],
)
def test_every_limit_takes_its_edge_and_nothing_beyond(name: str, edge: Any, beyond: Any) -> None:
    assert getattr(listing(**{name: edge}), name)
    with pytest.raises(ValidationError):
        listing(**{name: beyond})


def test_what_nobody_says_is_said_for_everybody_alike() -> None:
    plain = listing()
    assert (plain.room.waiting, plain.room.guests, plain.confirm_every) == (3, 1, 90)
    assert (plain.ages.kind, plain.printable, plain.relay, plain.only_own) == ("adults", False, False, False)


def test_a_fixed_price_and_a_scale_say_their_amounts() -> None:
    scale = {"kind": "sliding_scale", "lowest": 0, "highest": 2_000, "currency": "EUR", "nobody_turned_away": True}
    exchange = listing(exchange=scale).exchange
    assert exchange is not None
    assert (exchange.lowest, exchange.highest, exchange.nobody_turned_away) == (0, 2_000, True)


def test_a_listing_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        listing().title = "another"  # type: ignore[misc]


EVENINGS = {"zone": "Europe/Madrid", "weekly": [{"days": ["mo"], "opens": "18:00", "closes": "20:00"}]}


def madrid(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Madrid")).timestamp())


def test_open_now_follows_the_hours() -> None:
    evenings = listing(hours=EVENINGS)
    assert is_open(evenings, madrid("2026-11-23 19:00")) is True
    assert is_open(evenings, madrid("2026-11-23 21:00")) is False
    assert next_open(evenings, madrid("2026-11-23 21:00")) == madrid("2026-11-30 18:00")


def test_a_listing_without_hours_does_not_say() -> None:
    assert is_open(listing(), 0) is None
    assert next_open(listing(), 0) is None


def test_who_rests_is_not_open() -> None:
    resting = listing(hours=EVENINGS, room={"state": "resting"})
    assert is_open(resting, madrid("2026-11-23 19:00")) is False
    assert next_open(resting, madrid("2026-11-23 19:00")) is None
