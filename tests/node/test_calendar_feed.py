"""A circle in a calendar, octet for octet (RFC 5545, sections 3.1 and 3.3.11)."""

from hypothesis import given
from hypothesis import strategies as st

from alongside_node.entrypoints.web import calendar_feed
from alongside_node.entrypoints.web.calendar_feed import MEETINGS, calendar
from alongside_protocol.place import Visibility
from page_samples import CIRCLE, LISTENING
from world import START


def unfolded(feed: bytes) -> list[str]:
    return feed.replace(b"\r\n ", b"").decode("utf-8").split("\r\n")


def test_every_line_is_short_and_whole_also_where_letters_take_four_octets() -> None:
    feed = calendar(CIRCLE.model_copy(update={"title": "🫖" * 100}), name="n", now=START)
    assert feed is not None
    assert feed.endswith(b"\r\n")
    for line in feed.split(b"\r\n"):
        assert len(line) <= 75
        line.decode("utf-8")  # no character is cut in two
    assert f"SUMMARY:{'🫖' * 100}" in unfolded(feed)


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=120))
def test_whatever_a_title_holds_it_cannot_end_its_line(title: str) -> None:
    feed = calendar(CIRCLE.model_copy(update={"title": title + "\nATTENDEE:x"}), name="n", now=START)
    assert feed is not None
    assert not [line for line in unfolded(feed) if line.startswith("ATTENDEE")]
    summary = next(line for line in unfolded(feed) if line.startswith("SUMMARY:")).removeprefix("SUMMARY:")
    plain = summary.replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")
    assert "\\" in title or plain == title + "\nATTENDEE:x"


def test_a_place_is_named_only_when_it_is_public_and_no_more_meetings_than_fit() -> None:
    public = CIRCLE.model_copy(update={"place": CIRCLE.place.model_copy(update={"visibility": Visibility.PUBLIC})})  # type: ignore[union-attr]
    for listing, named in ((CIRCLE, False), (public, True)):
        feed = calendar(listing, name="n", now=START)
        assert feed is not None
        assert (b"LOCATION:Sants" in feed) is named
        assert feed.count(b"BEGIN:VEVENT") == MEETINGS


def test_two_times_of_asking_give_the_same_events_and_no_trace_of_when() -> None:
    one, other = (calendar(CIRCLE, name="n", now=at) for at in (START, START + 3_600))
    assert one == other is not None
    assert b"DTSTAMP:20261118T000000Z" in one


def test_what_meets_at_no_set_times_has_none() -> None:
    assert calendar(LISTENING, name="n", now=START) is None
    assert calendar_feed.calendar(CIRCLE.model_copy(update={"hours": None}), name="n", now=START) is None
