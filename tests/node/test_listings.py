"""What people offer and need (listing.md; safety D.24, D.26, D.32): one total table, one key a listing, nothing left of what was withdrawn."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from alongside_node import schema
from alongside_node.directory.searching import Query, Viewer, search
from alongside_node.entrypoints import acts
from alongside_node.listings import actions as listings
from alongside_node.listings import rules
from alongside_node.listings.rules import IN_DIRECTORY, TABLE, Move, NotPossibleError, State, StillMissingError
from alongside_node.members.actions import Person
from alongside_protocol.commitments import CALLED
from alongside_protocol.errors import Refused
from world import START, Community, World, commitments, offer

DAY = 86_400


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    found = World(tmp_path)
    yield found
    found.close()


@pytest.fixture
def oak(world: World) -> Community:
    return world.community("Oak")


def drafted(oak: Community, person: Person, content: dict[str, Any]) -> str:
    listing: str = oak.world.run(acts.draft(oak.node.edge, person.member, content, name=person.member.name))
    return listing


def move(oak: Community, person: Person, listing: str, what: Move, content: dict[str, Any] | None = None) -> Any:
    return oak.world.run(acts.change(oak.node.edge, person.member, listing, what, content))


def found_here(oak: Community, words: str = "") -> list[str]:
    now = oak.world.clock.now()
    page = oak.read(search, Query(words=words), Viewer(oak.id, member=True), now=now, limit=50)
    return [one.id for one in page.results]


def files_with(folder: Path, words: bytes) -> list[str]:
    return [str(file.name) for file in folder.rglob("*") if file.is_file() and words in file.read_bytes()]


# The table.


def test_every_state_and_move_has_one_answer_and_what_is_not_in_the_table_cannot_happen() -> None:
    for state, what in product(State, Move):
        if (state, what) in TABLE:
            assert rules.step(state, what) is TABLE[state, what]
        else:
            with pytest.raises(NotPossibleError):
                rules.step(state, what)


def test_nothing_leads_out_of_withdrawn_and_everything_leads_into_it() -> None:
    assert not any(state is State.WITHDRAWN for state, _ in TABLE)
    assert all(TABLE[state, Move.WITHDRAW] is State.WITHDRAWN for state in State if state is not State.WITHDRAWN)


def test_only_publishing_and_reopening_bring_something_into_the_directory() -> None:
    entering = {what for (state, what), after in TABLE.items() if after in IN_DIRECTORY and state not in IN_DIRECTORY}
    assert entering == {Move.PUBLISH}


# Publishing.


@pytest.mark.parametrize("open_question", CALLED)
def test_an_offer_is_not_published_while_a_question_about_who_may_be_called_is_open(
    oak: Community, open_question: str
) -> None:
    mira = oak.person("Mira")
    answers = {name: value for name, value in commitments().items() if name != open_question}
    listing = drafted(oak, mira, offer(commitments=answers))
    with pytest.raises(StillMissingError):
        move(oak, mira, listing, Move.PUBLISH)
    assert found_here(oak) == []


def test_an_offer_without_commitments_at_all_is_not_published(oak: Community) -> None:
    mira = oak.person("Mira")
    content = {name: value for name, value in offer().items() if name != "commitments"}
    listing = drafted(oak, mira, content)
    with pytest.raises(StillMissingError):
        move(oak, mira, listing, Move.PUBLISH)


def test_an_edit_that_would_leave_what_is_published_incomplete_changes_nothing(oak: Community) -> None:
    mira = oak.person("Mira")
    listing = oak.publishes(mira)
    before = oak.rows("entry"), oak.rows("listing")
    for bad in (offer(commitments={}), offer(title=""), {}):
        with pytest.raises(StillMissingError):
            move(oak, mira, listing, Move.EDIT, bad)
    assert (oak.rows("entry"), oak.rows("listing")) == before


@pytest.mark.parametrize(
    "broken",
    [
        {"confirm_every": 10**12},
        {"confirm_every": -(10**12)},
        {"confirm_every": 0},
        {"confirm_every": "soon"},
        {"confirm_every": True},
        {"room": "much"},
        {"room": ["waiting"]},
        {"place": "here"},
        {"title": None},
        {"title": "x" * 10_000},
        {"languages": "en"},
        {"type": "unheard"},
        {"direction": 3},
        {"unknown_field": 1},
        {"holders": [{"name": "Somebody else"}]},
    ],
)
@pytest.mark.parametrize("state", [State.PUBLISHED, State.RESTING])
def test_a_draft_of_any_shape_is_published_whole_or_refused_by_field(broken: dict[str, Any], state: State) -> None:
    """Never a crash: drafts come from imports and clients as well."""
    named = {"names": ["Mira"], "key": "A" * 43, "now": START, "place_key": b"k" * 32}
    try:
        listing = rules.completed(offer(**broken), resting=state is State.RESTING, **named)  # type: ignore[arg-type]
    except StillMissingError as still:
        codes: tuple[str, ...] = still.codes
    else:
        codes = (f"every {listing.confirm_every}", *(holder.name for holder in listing.holders))
    harmless = {"unknown_field", "holders"} & set(broken) or broken.get("confirm_every") == "soon"
    assert (codes == ("every 90", "Mira")) is bool(harmless)


def test_what_the_node_sets_cannot_be_set_by_a_draft(oak: Community) -> None:
    mira = oak.person("Mira")
    listing = drafted(oak, mira, offer(id="x" * 22, rev=99, confirmed="2099-01-01", valid_until="2099-01-01"))
    move(oak, mira, listing, Move.PUBLISH)
    [row] = [entry for entry in oak.rows("entry") if entry.id == listing]
    assert b"2099" not in row.line
    assert b'"rev":1' in row.line


def test_somebody_elses_listing_cannot_be_moved_or_seen(oak: Community) -> None:
    mira, other = oak.person("Mira"), oak.person("Other")
    listing = oak.publishes(mira)
    for what in Move:
        assert move(oak, other, listing, what, offer()) is None
    assert oak.read(listings.keeps, listing, other.member.id) is None
    assert oak.read(listings.keeps, "unknown", other.member.id) is None
    assert found_here(oak) == [listing]


def test_resting_is_shown_and_reopening_is_published_again(oak: Community) -> None:
    mira = oak.person("Mira")
    listing = oak.publishes(mira)
    move(oak, mira, listing, Move.REST)
    assert found_here(oak) == [listing]
    with pytest.raises(NotPossibleError):
        move(oak, mira, listing, Move.REST)
    move(oak, mira, listing, Move.REOPEN)
    assert oak.read(listings.find, listing).state is State.PUBLISHED


def test_an_areas_point_never_leaves_as_it_was_given(oak: Community) -> None:
    mira = oak.person("Mira")
    point = {"latitude": 5_252_001, "longitude": 1_340_495}
    place = {"visibility": "area", "label": "Berlin", "point": point, "radius_m": 2_000}
    listing = oak.publishes(mira, place=place)
    [row] = [entry for entry in oak.rows("entry") if entry.id == listing]
    assert b"5252001" not in row.line
    assert b"1340495" not in row.line


# Keys.


def test_each_listing_has_a_key_of_its_own_and_each_holder_opens_it(world: World, oak: Community) -> None:
    mira = oak.person("Mira")
    one, other = oak.publishes(mira), oak.publishes(mira)
    keys = {name: oak.read(listings.keys, name) for name in (one, other)}
    assert [len(several) for several in keys.values()] == [1, 1]
    assert keys[one] != keys[other]
    shares = oak.read(listings.shares_of, mira.member.id)
    for share in shares:
        opened = listings.open_share(mira, share, node=oak.id)
        assert opened.public.text == share.public
        assert opened.raw not in share.sealed


def test_a_share_opens_for_its_holder_and_its_listing_alone(world: World, oak: Community) -> None:
    mira, other = oak.person("Mira"), oak.person("Other")
    one, second = oak.publishes(mira), oak.publishes(mira)
    share = next(share for share in oak.read(listings.shares_of, mira.member.id) if share.listing == one)
    with pytest.raises(Refused):
        listings.open_share(other, share, node=oak.id)
    with pytest.raises(Refused):
        listings.open_share(mira, listings.Share(share.public, second, share.sealed), node=oak.id)


def change_holders(oak: Community, listing: str, *people: Person) -> None:
    offering = oak.read(listings.find, listing)
    holders = tuple(listings.Holder(person.member.id, person.member.name) for person in people)
    public, shares = listings.new_key(
        listing, {person.member.id: person.member.public for person in people}, node=oak.id, random=oak.random
    )
    now = oak.world.clock.now()
    oak.write(lambda tx: listings.set_holders(tx, offering, holders, public, shares, now=now))


def test_after_a_change_of_holders_the_former_key_is_kept_thirty_days_and_no_longer(oak: Community) -> None:
    mira, sam = oak.person("Mira"), oak.person("Sam")
    listing = oak.publishes(mira)
    [former] = oak.read(listings.keys, listing)
    change_holders(oak, listing, sam)
    assert len(oak.read(listings.keys, listing)) == 2
    assert [share.public for share in oak.read(listings.shares_of, mira.member.id)] == [former]
    assert former not in [share.public for share in oak.read(listings.shares_of, sam.member.id)]
    now = oak.world.clock.now()
    assert oak.write(lambda tx: listings.forget_old_keys(tx, now + 30 * DAY)) == 0
    assert oak.write(lambda tx: listings.forget_old_keys(tx, now + 31 * DAY)) == 1
    assert former not in oak.read(listings.keys, listing)
    assert oak.read(listings.shares_of, mira.member.id) == []


# Withdrawing.


def test_a_withdrawn_listing_leaves_no_word_in_any_table(oak: Community) -> None:
    mira = oak.person("Mira")
    listing = oak.publishes(mira, title="Canarytitle here", text="canarytext and more", by="Canaryname")
    oak.world.settle()
    move(oak, mira, listing, Move.WITHDRAW)
    oak.world.settle()
    kept = repr([oak.rows(table) for table in schema.metadata.tables])
    assert "anary" not in kept
    assert found_here(oak, "canarytitle") == []
    assert oak.rows("listing_key") == oak.rows("listing_key_share") == oak.rows("listing_holder") == []
    assert oak.read(listings.keeps, listing, mira.member.id) is None
    with pytest.raises(NotPossibleError):
        oak.write(
            lambda tx: listings.change(
                tx,
                listings.find(tx, listing),
                Move.PUBLISH,
                now=START,
                place_key=b"k" * 32,  # type: ignore[arg-type]
            )
        )


def test_after_a_checkpoint_a_withdrawn_listings_words_are_in_no_file(oak: Community) -> None:
    mira = oak.person("Mira")
    oak.publishes(mira, title="Somebody else who stays")
    listing = oak.publishes(mira, title="Xylocanary", text="zebracanary", by="Quincanary")
    oak.world.settle()
    oak.node.database.checkpoint()
    canaries = (b"ylocanary", b"zebracanary", b"uincanary")
    assert all(files_with(oak.settings.data_dir, canary) for canary in canaries)
    move(oak, mira, listing, Move.WITHDRAW)
    oak.world.settle()
    oak.world.pass_time(DAY)
    assert [files_with(oak.settings.data_dir, canary) for canary in canaries] == [[], [], []]


def test_a_listing_withdrawn_before_any_head_covered_it_leaves_as_quietly(oak: Community) -> None:
    mira = oak.person("Mira")
    listing = oak.publishes(mira)
    move(oak, mira, listing, Move.WITHDRAW)
    oak.world.settle()
    assert found_here(oak) == []
    assert oak.node.directory.head is not None
    again = oak.publishes(mira)
    oak.world.settle()
    assert found_here(oak) == [again]


def test_a_draft_goes_ninety_days_after_its_last_change_with_every_word_and_key(oak: Community) -> None:
    mira = oak.person("Mira")
    kept, gone = drafted(oak, mira, offer("Kept")), drafted(oak, mira, offer("Xylocanary"))
    oak.world.pass_time(60 * DAY)
    move(oak, mira, kept, Move.EDIT, offer("Changed"))
    oak.world.pass_time(30 * DAY)
    assert {row.id for row in oak.rows("listing")} == {kept, gone}, "on its last day it is there"
    oak.world.pass_time(DAY)
    assert [row.id for row in oak.rows("listing")] == [kept]
    assert len(oak.rows("listing_key")) == len(oak.rows("listing_key_share")) == len(oak.rows("listing_holder")) == 1
    oak.world.pass_time(11 * 60)
    assert files_with(oak.settings.data_dir, b"ylocanary") == []
    oak.world.pass_time(60 * DAY)
    assert oak.rows("listing") == []


def test_a_draft_is_not_kept_by_looking_and_one_from_before_days_were_counted_has_them_all(oak: Community) -> None:
    mira = oak.person("Mira")
    listing = drafted(oak, mira, offer("A draft"))
    oak.world.clock.at += 10 * DAY
    oak.world.run(acts.keeper_looked(oak.node.edge, mira.member))
    assert oak.rows("listing")[0].open_until == START // DAY + 90
    oak.write(lambda tx: tx.execute(schema.listing.update().values(open_until=None)))
    oak.world.pass_time(DAY)
    assert oak.rows("listing")[0].open_until == START // DAY + 11 + 90
    move(oak, mira, listing, Move.PUBLISH)
    assert oak.rows("listing")[0].open_until == START // DAY + 11 + 3
    move(oak, mira, listing, Move.WITHDRAW)
    assert oak.rows("listing")[0].open_until is None


def test_a_listing_nobody_confirmed_lapses_two_weeks_after_its_end(oak: Community) -> None:
    mira = oak.person("Mira")
    listing = oak.publishes(mira, confirm_every=30)
    oak.world.settle()
    oak.world.pass_time(31 * DAY)
    assert found_here(oak) == []
    assert oak.read(listings.find, listing).state is State.UNSEEN
    oak.world.pass_time(14 * DAY)
    assert oak.read(listings.find, listing).state is State.WITHDRAWN
