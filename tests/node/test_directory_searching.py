"""Who finds what (listing.md; safety B.19, C.23, D.25, E.35), on both databases: every filter, audiences, paging, silence and dates."""

from typing import Any

import pytest

from alongside_node.directory import entries, publishing, store
from alongside_node.directory.searching import For, Near, Query, count, find, matches, search
from alongside_node.foundation.database import Database
from alongside_node.listings import rules
from alongside_protocol import record
from alongside_protocol.commitments import CALLED
from alongside_protocol.identifiers import new_record_id
from alongside_protocol.listing import Direction
from alongside_protocol.place import Point
from alongside_protocol.profile import Profile
from directories import BERLIN, DAY, HERE, ME, OUTSIDE, PEER, RANDOM, found, listing, put, put_at_peer
from world import START, commitments

TWO = ("Mira", "Jo")
FROM_16, FROM_18 = {"kind": "from", "from_age": 16}, {"kind": "from", "from_age": 18}
NOT_SAID = commitments() | {"mandated_reporter": "unknown"}
YOUNG = {"kind": "young_people_for_young_people"}
_DAYS = ["mo", "tu", "we", "th", "fr", "sa", "su"]
ALWAYS = {"zone": "Europe/Berlin", "weekly": [{"days": _DAYS, "opens": "00:00", "closes": "00:00"}]}
NEVER_NOW = {"zone": "Europe/Berlin", "weekly": [{"days": _DAYS, "opens": "03:00", "closes": "03:01"}]}


@pytest.mark.parametrize(
    ("asked", "fits", "fits_not"),
    [
        ({"words": "grief"}, {"text": "about grief"}, {"title": "T", "text": "else", "topics": []}),
        ({"words": "GRÍEF night"}, {"text": "grief by night"}, {"text": "grief by day"}),
        ({"direction": Direction.NEED}, {"direction": "need"}, {}),
        ({"types": ("skill", "listening")}, {"type": "listening"}, {"type": "circle"}),
        ({"languages": ("es",)}, {"languages": ["es-MX"]}, {"languages": ["fr"]}),
        ({"modalities": ("in_person",)}, {"modality": ["in_person"]}, {"modality": ["phone"]}),
        ({"exchanges": ("free",)}, {"exchange": {"kind": "free"}}, {"exchange": {"kind": "gift"}}),
        ({"topics": ("grief",)}, {"topics": ["grief"]}, {"topics": ["anxiety"]}),
        ({"lived": "psychosis"}, {"lived_experience": [{"lang": "en", "words": "Psychosis"}]}, {}),
        ({"by_and_for": "queer"}, {"by_and_for": [{"lang": "en", "words": "queer people"}]}, {}),
        ({"promise": True}, {}, {"commitments": commitments(police="may_without_asking")}),
        ({"nobody_turned_away": True}, {"exchange": {"kind": "gift", "nobody_turned_away": True}}, {}),
        ({"access": ("quiet", "step_free")}, {"access": ["step_free", "quiet"]}, {"access": ["quiet"]}),
        ({"interpreters": ("welcome", "we_bring_one")}, {"interpreter": "welcome"}, {"interpreter": "not_possible"}),
        ({"interpreters": ("welcome",)}, {"interpreter": "welcome"}, {"interpreter": "unknown"}),
        ({"ages": For.UNDER_18}, {"ages": FROM_16, "names": TWO}, {"ages": FROM_18, "names": TWO}),
        ({"ages": For.UNDER_18}, {"ages": YOUNG, "names": TWO}, {"ages": YOUNG}),
        ({"ages": For.UNDER_18}, None, {"ages": FROM_16, "names": TWO, "commitments": NOT_SAID}),
        ({"ages": For.YOUNG}, {"ages": YOUNG, "names": TWO}, {"ages": FROM_16, "names": TWO}),
        ({"ages": For.ADULTS}, {"ages": {"kind": "from", "from_age": 12}}, {"ages": YOUNG}),
        ({"ages": For.ADULTS}, {}, {"ages": YOUNG}),
        ({"only_own": True}, {"only_own": True}, {}),
        ({"audiences": ("here",)}, {"audience": "here"}, {"audience": "federated"}),
        ({"calls": ("immigration",)}, {}, {"commitments": commitments(immigration="unknown")}),
        ({"calls": ("immigration",)}, {}, {"commitments": None, "direction": "need"}),
        ({"calls": ("police", "probation")}, {}, {"commitments": commitments(probation="must_by_law")}),
        ({"no_duty": True}, {}, {"commitments": commitments() | {"mandated_reporter": "unknown"}}),
        ({"nothing_kept": True}, {}, {"commitments": commitments() | {"kept_days": 1, "written_down": "a name"}}),
        ({"printable": True}, {"printable": True}, {}),
        ({"open_now": True}, {"hours": ALWAYS}, {"hours": NEVER_NOW}),
        ({"open_now": True}, {"hours": ALWAYS}, {}),
        ({"open_now": True}, None, {"hours": ALWAYS, "room": {"state": "resting"}}),
        ({"near": Near(Point(latitude=5_250_000, longitude=1_340_000), 10)}, {"place": BERLIN}, {}),
        ({"near": Near(Point(latitude=5_250_000, longitude=1_340_000), 1)}, None, {"place": BERLIN}),
        ({"near": Near(Point(latitude=4_800_000, longitude=200_000), 10)}, None, {"place": BERLIN}),
    ],
)
def test_a_filter_finds_what_fits_and_nothing_else(
    migrated: Database, asked: dict[str, Any], fits: dict[str, Any] | None, fits_not: dict[str, Any]
) -> None:
    try:
        wanted = {put(migrated, **fits)} if fits is not None else set()
        put(migrated, **fits_not)
    except rules.StillMissingError as still:
        pytest.fail(f"the sample does not fit: {still}")
    assert found(migrated, **asked) == wanted


def test_filters_together_must_all_fit(migrated: Database) -> None:
    both = put(migrated, type="listening", languages=["es"])
    put(migrated, type="listening", languages=["fr"])
    put(migrated, type="circle", languages=["es"])
    assert found(migrated, types=("listening",), languages=("es",)) == {both}


@pytest.mark.parametrize(
    "name",
    ["types", "languages", "modalities", "exchanges", "topics", "access", "interpreters", "audiences", "calls"],
)
@pytest.mark.parametrize("value", ['x" OR "listing', "a b", "", "'", "x) OR (codes:listing", "é", "\x00", "zzz", "_"])
def test_a_filters_value_is_literal_and_one_that_is_none_finds_nothing(
    migrated: Database, name: str, value: str
) -> None:
    put(migrated)
    assert found(migrated, **{name: (value,)}) == set()
    assert found(migrated, **{name: (value, "nothing_like_this")}) == set()


@pytest.mark.parametrize("name", ["words", "lived", "by_and_for"])
@pytest.mark.parametrize("text", ["!!!", "🙂", '"', "*"])
def test_words_that_are_none_find_nothing_rather_than_everything(migrated: Database, name: str, text: str) -> None:
    put(migrated)
    assert found(migrated, **{name: text}) == set()


def test_a_filter_with_very_many_values_costs_no_more_than_one_with_twenty(migrated: Database) -> None:
    mine = put(migrated, topics=["grief"])
    assert found(migrated, topics=("grief", *(f"t{number}" for number in range(5_000)))) == {mine}
    assert found(migrated, topics=(*(f"t{number}" for number in range(5_000)), "grief")) == set()


@pytest.mark.parametrize("answer", ["unknown", "may_without_asking", "must_by_law"])
@pytest.mark.parametrize("who", CALLED)
def test_only_a_promise_passes_the_filter_of_a_promise(migrated: Database, who: str, answer: str) -> None:
    put(migrated, commitments=commitments(**{who: answer}))
    put(migrated, commitments={name: said for name, said in commitments().items() if name != who})
    put(migrated, direction="need", commitments=None)
    assert found(migrated, calls=(who,)) == set()
    kept = {put(migrated), put(migrated, commitments=commitments("never"))}
    assert found(migrated, calls=(who,)) == kept


@pytest.mark.parametrize(
    "text", ['" OR "1', "zzz*", "NOT grief", "codes : listing", "\\", "zzz | grief", "🙂", "!!!", "x" * 9_000]
)
def test_hostile_text_finds_nothing_and_breaks_nothing(migrated: Database, text: str) -> None:
    put(migrated, title="Zebra", text="Zebra", topics=[])
    assert found(migrated, words=text) == set()


# Audiences.


def test_who_sees_what(migrated: Database) -> None:
    here, federated, anyone = (put(migrated, audience=audience) for audience in ("here", "federated", "anyone"))
    their_federated, theirs = (put_at_peer(migrated, audience=audience) for audience in ("federated", "anyone"))
    their_here = put_at_peer(migrated, audience="here")
    assert found(migrated) == {here, federated, anyone, their_federated, theirs}
    assert found(migrated, OUTSIDE) == {anyone, theirs}
    for viewer, node, name, sees in (
        (HERE, ME, here, True), (HERE, ME, federated, True), (HERE, PEER, their_federated, True), (HERE, PEER, theirs, True),
        (HERE, PEER, their_here, False), (OUTSIDE, ME, here, False), (OUTSIDE, ME, federated, False), (OUTSIDE, ME, anyone, True),
        (OUTSIDE, PEER, their_federated, False), (OUTSIDE, PEER, theirs, True), (OUTSIDE, PEER, their_here, False),
    ):  # fmt: skip
        got = migrated.read(lambda r, v=viewer, n=node, i=name: find(r, n, i, v, now=START))
        assert (got is not None) is sees, (viewer, node)


def test_what_is_for_here_gets_no_line_in_the_feed(migrated: Database) -> None:
    put(migrated, audience="here")
    assert migrated.read(lambda r: store.changes(r, 10)) == []


def test_a_listing_whose_audience_becomes_here_is_taken_from_the_feed(migrated: Database) -> None:
    name = put(migrated, audience="anyone")
    again = listing(audience="here")
    migrated.write(lambda tx: publishing.put(tx, again, node=ME, record_id=name, rev=2, now=START, random=RANDOM))
    [change] = migrated.read(lambda r: store.changes(r, 10))
    assert (change.id, change.line) == (name, None)
    assert found(migrated) == {name}


def test_a_profile_is_never_found(migrated: Database) -> None:
    profile = Profile(name="Zebra", lang="en", commitments=commitments())  # type: ignore[arg-type]
    name = new_record_id(RANDOM)
    migrated.write(lambda tx: publishing.put(tx, profile, node=ME, record_id=name, rev=1, now=START, random=RANDOM))
    assert found(migrated) == found(migrated, words="zebra") == set()
    assert migrated.read(lambda r: find(r, ME, name, HERE, now=START)) is None


# Time.


def test_what_is_no_longer_valid_is_found_nowhere(migrated: Database) -> None:
    mine, theirs = put(migrated, confirm_every=5), put_at_peer(migrated, exp=START + 99 * DAY, confirm_every=5)
    last = (START // DAY + 5) * DAY
    for now, sees in ((last + DAY - 1, {mine, theirs}), (last + DAY, set())):
        assert found(migrated, now=now) == sees
        for node, name in ((ME, mine), (PEER, theirs)):
            got = migrated.read(lambda r, n=node, i=name, at=now: find(r, n, i, HERE, now=at))
            assert (got is not None) is bool(sees)


def test_a_silent_peer_is_marked_at_once_and_hidden_after_three_days_and_we_never_are(migrated: Database) -> None:
    mine, theirs = put(migrated), put_at_peer(migrated, exp=START + DAY)
    page = migrated.read(lambda r: search(r, Query(), HERE, now=START + DAY, limit=10))
    assert {one.id: one.stale_since for one in page.results} == {mine: None, theirs: START + DAY}
    assert found(migrated, now=START + 4 * DAY - 1) == {mine, theirs}
    assert found(migrated, now=START + 4 * DAY) == {mine}
    assert migrated.read(lambda r: find(r, PEER, theirs, HERE, now=START + 4 * DAY)) is None


def test_what_is_staged_is_never_found(migrated: Database) -> None:
    name = put_at_peer(migrated, active=False)
    assert found(migrated) == set()
    assert migrated.read(lambda r: find(r, PEER, name, HERE, now=START)) is None


def test_what_is_out_of_use_is_gone_at_once(migrated: Database) -> None:
    put_at_peer(migrated)
    migrated.write(lambda tx: store.deactivate(tx, PEER))
    assert found(migrated) == set()


# Paging.


def test_paging_has_no_gap_and_no_double_and_practitioners_come_last(migrated: Database) -> None:
    for number in range(23):
        extra = {"type": "practitioner"} if number % 4 == 0 else {}
        try:
            put(migrated, title=f"Number {number}", **extra)
        except rules.StillMissingError as still:
            pytest.fail(str(still))
        put_at_peer(migrated, title=f"Theirs {number}")
    whole = migrated.read(lambda r: search(r, Query(), HERE, now=START, limit=100)).results
    assert len(whole) == 46
    for limit in (1, 7, 45, 46, 47):
        walked: list[str] = []
        after = None
        while True:
            page = migrated.read(lambda r, a=after, n=limit: search(r, Query(), HERE, now=START, limit=n, after=a))
            walked += [one.id for one in page.results]
            if (after := page.after) is None:
                break
        assert walked == [one.id for one in whole]
    kinds = [one.listing.type.value == "practitioner" for one in whole]
    assert kinds == sorted(kinds)


def test_what_the_index_cannot_decide_is_read_so_far_and_the_next_page_goes_on_there(migrated: Database) -> None:
    for _ in range(60):
        put(migrated, hours=NEVER_NOW)
    awake = {put(migrated, hours=ALWAYS) for _ in range(3)}
    seen, after, pages = set(), None, 0
    while True:
        page = migrated.read(
            lambda r, a=after: search(r, Query(open_now=True), HERE, now=START, limit=10, after=a, most=25)
        )
        seen |= {one.id for one in page.results}
        pages += 1
        if (after := page.after) is None:
            break
        assert page.cut
    assert (seen, page.cut) == (awake, False)
    assert 2 <= pages <= 4
    whole = migrated.read(lambda r: search(r, Query(open_now=True), HERE, now=START, limit=10))
    assert (len(whole.results), whole.after, whole.cut) == (3, None, False)


def test_what_is_far_away_is_not_even_read(migrated: Database) -> None:
    far = BERLIN | {"point": {"latitude": 4_000_000, "longitude": 1_340_000}}
    for _ in range(30):
        put(migrated, place=far)
        put(migrated)
    near = put(migrated, place=BERLIN)
    query = Query(near=Near(Point(latitude=5_250_000, longitude=1_340_000), 40))
    assert [raw.line for raw in migrated.read(lambda r: list(matches(r, query, HERE, now=START)))] == [
        migrated.read(lambda r: find(r, ME, near, HERE, now=START).line)
    ]


def test_counting_says_how_many_and_whether_there_may_be_more(migrated: Database) -> None:
    for _ in range(5):
        put(migrated)
    for most, says in ((4, (4, True)), (5, (5, False)), (6, (5, False))):
        assert migrated.read(lambda r, m=most: count(r, Query(), HERE, now=START, most=m)) == says


def test_the_pages_of_a_search_keep_the_order_of_the_day_on_which_it_began(migrated: Database) -> None:
    for _ in range(30):
        put(migrated)
    whole = migrated.read(lambda r: search(r, Query(), HERE, now=START, limit=50)).results
    first = migrated.read(lambda r: search(r, Query(), HERE, now=START, limit=20))
    tomorrow = START + DAY
    rest = migrated.read(lambda r: search(r, Query(), HERE, now=tomorrow, limit=20, after=first.after, begun=START))
    assert [one.id for one in (*first.results, *rest.results)] == [one.id for one in whole]


def test_a_record_with_a_misleading_id_inside_stops_no_search(migrated: Database) -> None:
    """What a newer version may add is passed over when a record is read; it must not confuse which record it is (B.16, B.17)."""
    import json  # noqa: PLC0415

    from alongside_protocol import canonical  # noqa: PLC0415

    good, name = put_at_peer(migrated), new_record_id(RANDOM)
    members = json.loads(record.write(listing(), record_id=name, rev=1, now=START, random=RANDOM))
    for extra in ({"id": "é" * 22}, {"id": "x" * 22}, {"id": ""}):
        line = canonical.dump({"a_later_version": extra, **members})
        read = entries.read(line, name, record.digest(line), seq=1, generation=1)

        def write(tx: Any, read: Any = read) -> None:
            generation = store.active_generation(tx, PEER)
            assert generation == 1
            entries.remove(tx, generation, [name])
            entries.add(tx, [read])

        migrated.write(write)
        if isinstance(read, entries.Read):
            assert found(migrated) == {good, name}
        else:
            assert found(migrated) == {good}
