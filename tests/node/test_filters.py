"""The form of looking: what of it is kept, what the directory is asked, and how it is said (listing.md; safety E.35)."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside_node.directory.searching import SEVERAL, Near, Query
from alongside_node.entrypoints.web import filters, wording
from alongside_protocol.listing import Direction, Interpreter
from alongside_protocol.place import Point

NEAR = Near(Point(latitude=0, longitude=0), 5)
EVERY = {
    **dict.fromkeys(("words", "lived", "by_and_for"), "grief"),
    **dict.fromkeys(filters.TICKS, "yes"),
    "area": "Leeds",
    "calls": ("police", "probation"),
    "direction": "offer",
    "type": "circle",
    "topic": ("grief", "work"),
    "modality": "phone",
    "language": "es",
    "interpreter": "welcome",
    "cost": "free",
    "access": ("quiet", "captions"),
    "ages": "under_18",
    "audience": "anyone",
}


def same(text: str) -> str:
    return text


def test_every_member_of_a_query_can_be_asked_for_in_the_form() -> None:
    asked, nothing = filters.query(EVERY, NEAR), Query()
    same_as_nothing = [one.name for one in fields(Query) if getattr(asked, one.name) == getattr(nothing, one.name)]
    assert same_as_nothing == ["some"]  # what has some of the words is shown without being asked for


def test_every_filter_has_words_and_every_word_is_a_filter() -> None:
    assert {*wording.FILTER, "place", "distance"} == set(filters.FIELDS)
    assert [one.name for one in filters.asked(EVERY, same)] == list(wording.FILTER)


def test_what_was_asked_is_said_in_words() -> None:
    said = {one.name: one for one in filters.asked(EVERY, same)}
    assert said["calls"].text == "Police, Probation office"
    assert said["words"].text == "grief"
    assert (said["language"].text, said["language"].language) == ("", "es")
    assert said["promise"].text == ""


@pytest.mark.parametrize("name", list(filters.CODED))
def test_a_value_that_is_none_of_ours_is_not_said_and_breaks_nothing(name: str) -> None:
    [said] = filters.asked({name: "<script>x</script>"}, same)
    assert said.text == ""


def test_what_is_unknown_can_never_be_asked_for_as_if_it_were_a_promise() -> None:
    assert Interpreter.UNKNOWN.value not in ("welcome", "we_bring_one")
    assert filters.query({"direction": "nonsense", "ages": "nonsense"}, None) == Query()
    assert filters.query({"promise": "no", "open_now": "on"}, None) == Query()


def test_taking_one_filter_away_leaves_the_others() -> None:
    for name in wording.FILTER:
        less = filters.without(EVERY | {"place": "1,1", "distance": "5"}, name)
        gone = {"area", "place", "distance"} if name == "area" else {name}
        assert set(less) == {*EVERY, "place", "distance"} - gone


def test_taking_everything_away_keeps_the_promises() -> None:
    assert set(filters.without(EVERY, filters.EVERYTHING)) == {"promise", "calls", "no_duty", "nothing_kept", "ages"}


@given(
    st.dictionaries(
        st.sampled_from([*filters.FIELDS, "other"]), st.text() | st.lists(st.text(), max_size=40), max_size=30
    )
)
def test_whatever_is_sent_little_is_kept(sent: dict[str, object]) -> None:
    kept = filters.kept(sent)
    assert set(kept) <= set(filters.FIELDS)
    for value in kept.values():
        several = (value,) if isinstance(value, str) else value
        assert 0 < len(several) <= SEVERAL
        assert all(0 < len(one) <= filters.LONGEST for one in several)
    filters.query(kept, None)
    filters.asked(kept, same)


def test_offers_and_needs_are_told_apart() -> None:
    assert filters.query({"direction": "need"}, None).direction is Direction.NEED
