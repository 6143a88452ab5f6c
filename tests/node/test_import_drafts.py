"""From a file to drafts on a real database: all or nothing, once, and never over what a person changed."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from alongside_node import schema
from alongside_node.entrypoints import acts
from alongside_node.foundation.database import Database
from alongside_node.importing import actions, command
from alongside_node.importing.actions import Told
from alongside_node.importing.report import Report
from alongside_node.importing.rows import IMPORTED
from alongside_node.listings import actions as listings
from alongside_node.listings import many
from alongside_node.listings.actions import Move, Offering, State, StillMissingError
from alongside_node.members import actions as members
from alongside_node.members import words as seven
from alongside_node.members.actions import Person, Role
from alongside_protocol.base64url import encode
from alongside_protocol.identifiers import NodeId
from world import Community, Randomness, World, commitments

NOW = 1_795_000_000
NODE = NodeId(encode(b"n" * 32))
HEAD = "source_id,title,type,text"


class Imports:
    """A community's database with a steward, and files to bring in."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.path = folder / "list.csv"
        self.random = Randomness("imports")
        self.steward = self.person("Sol", Role.STEWARD)

    def person(self, name: str, role: Role) -> Person:
        derived = seven.Derived(self.random(32), self.random(32))
        joining = members.prepare(derived, node=NODE, name=name, role=role, lang="en", now=NOW, random=self.random)
        self.database.write(lambda tx: members.add(tx, joining.member))
        return Person(joining.member, joining.key)

    def bring_in(self, *rows: str, head: str = HEAD, progress: Any = None, **told: Any) -> Report:
        self.path.write_text("\n".join([head, *rows]) + "\n")
        given = {"source": "harbour", "member_id": self.steward.member.id, **told}
        extra = {} if progress is None else {"progress": progress}
        return actions.cli_import(
            self.database, self.path, Told(**given), node=NODE, now=NOW, random=self.random, **extra
        )

    def offerings(self, person: Person | None = None) -> dict[str, Offering]:
        of = (person or self.steward).member.id
        return {it.source_key: it for it in self.database.read(lambda reading: listings.of_member(reading, of))}

    def rows(self, table: str) -> list[Any]:
        return list(self.database.read(lambda reading: reading.execute(schema.metadata.tables[table].select()).all()))

    def change(self, key: str, move: Move, content: dict[str, Any] | None = None) -> None:
        offering = self.offerings()[key]
        self.database.write(
            lambda tx: listings.change(tx, offering, move, content=content, now=NOW, place_key=b"k" * 32)
        )


@pytest.fixture
def imports(database: Database, tmp_path: Path) -> Imports:
    return Imports(database, tmp_path)


def test_each_row_becomes_a_draft_that_waits_for_its_people(imports: Imports) -> None:
    report = imports.bring_in("1,Monday circle,circle,We meet", "2,Soup,practical,")
    assert (report.written, report.fates) == (True, {"new": 2})
    assert report.to_answer["want_to_be_listed"] == report.to_answer["commitments.police"] == 2
    assert report.to_answer["text"] == 1
    found = imports.offerings()
    assert {key: (it.state, it.rev, it.source, it.waiting_for) for key, it in found.items()} == dict.fromkeys(
        ("1", "2"), (State.DRAFT, 0, "harbour", ("want_to_be_listed",))
    )
    assert found["1"].members["title"] == "Monday circle"
    assert [(holder.member, holder.name) for holder in found["1"].holders] == [(imports.steward.member.id, "")]


def test_the_steward_can_open_each_drafts_own_key(imports: Imports) -> None:
    imports.bring_in("1,a,circle,", "2,b,circle,")
    shares = imports.database.read(lambda reading: listings.shares_of(reading, imports.steward.member.id))
    opened = {listings.open_share(imports.steward, share, node=NODE).public.text: share.listing for share in shares}
    assert len(opened) == 2
    current = {row.public: row.listing for row in imports.rows("listing_key") if row.current}
    assert opened == current


def test_a_draft_waits_until_its_people_say_that_they_want_it(imports: Imports) -> None:
    head = (
        f"{HEAD},exchange,modality,police,hospital,child_services,immigration,family_or_partner,probation,anyone_else"
    )
    head += ",mandated_reporter,kept_days,given_by,given_on"
    answers = ",".join(["never"] * 7)
    imports.bring_in(f"1,a,circle,b,free,phone,{answers},no,0,we_asked_them,2026-11-02", head=head)
    offering = imports.offerings()["1"]
    missing = imports.database.read(lambda reading: listings.missing(reading, offering, now=NOW, place_key=b"k" * 32))
    assert missing == ("want_to_be_listed",)
    imports.change("1", Move.PUBLISH)
    assert imports.offerings()["1"].state is State.PUBLISHED


def test_an_offer_whose_people_were_not_asked_cannot_be_published(imports: Imports) -> None:
    imports.bring_in("1,a,circle,b")
    with pytest.raises(StillMissingError) as still:
        imports.change("1", Move.PUBLISH)
    assert "commitments.police" in still.value.codes


def test_one_bad_row_and_nothing_is_written(imports: Imports) -> None:
    report = imports.bring_in("1,a,circle,", "2,=1+1,circle,", ",c,circle,")
    assert (report.written, report.good, report.fates, report.refused) == (False, False, {}, 2)
    assert [(it.row, it.column, it.code) for it in report.problems] == [
        (3, "title", "formula"),
        (4, "source_id", "empty_id"),
    ]
    assert all(imports.rows(table) == [] for table in ("listing", "listing_key", "listing_key_share", "listing_holder"))


def test_a_trial_says_the_same_and_writes_nothing(imports: Imports) -> None:
    report = imports.bring_in("1,a,circle,", dry_run=True)
    assert (report.good, report.written, report.fates) == (True, False, {"new": 1})
    assert imports.rows("listing") == []


def test_the_same_file_again_changes_nothing(imports: Imports) -> None:
    imports.bring_in("1,a,circle,", "2,b,circle,")
    before = imports.rows("listing")
    assert imports.bring_in("2,b,circle,", "1,a,circle,").fates == {"unchanged": 2}
    assert imports.rows("listing") == before


def test_the_next_edition_updates_adds_and_leaves(imports: Imports) -> None:
    imports.bring_in("1,a,circle,", "2,b,circle,", "3,c,circle,")
    ids = {key: it.id for key, it in imports.offerings().items()}
    keys = imports.rows("listing_key")
    report = imports.bring_in("1,a,circle,", "2,better,circle,", "4,d,circle,")
    assert report.fates == {"unchanged": 1, "updated": 1, "new": 1, "gone": 1}
    found = imports.offerings()
    assert {key: it.members["title"] for key, it in found.items()} == {"1": "a", "2": "better", "3": "c", "4": "d"}
    assert {key: found[key].id for key in ids} == ids
    assert [row for row in imports.rows("listing_key") if row in keys] == keys
    assert imports.bring_in("2,better still,circle,").fates == {"updated": 1, "gone": 3}


def test_what_a_person_changed_is_kept_and_said(imports: Imports) -> None:
    imports.bring_in("1,a,circle,", "2,b,circle,")
    written_anew = {"direction": "offer", "type": "circle", "audience": "anyone", "lang": "en", "title": "ours"}
    imports.change("1", Move.EDIT, written_anew)
    imports.change("2", Move.EDIT, {**imports.offerings()["2"].members, "title": "theirs"})  # with the mark still in it
    assert imports.bring_in("1,new,circle,", "2,new,circle,").fates == {"changed_here": 2}
    assert {it.members["title"] for it in imports.offerings().values()} == {"ours", "theirs"}


def test_what_is_published_is_kept_and_what_was_taken_down_is_not_brought_back(imports: Imports) -> None:
    imports.bring_in("1,a,circle,", "2,b,circle,")
    for row in imports.rows("listing"):
        if row.source_key == "1":
            offering = imports.offerings()["1"].at(state=State.PUBLISHED, rev=1)
            imports.database.write(lambda tx, it=offering: listings.save(tx, it))
    imports.change("2", Move.WITHDRAW)
    report = imports.bring_in("1,new,circle,", "2,new,circle,")
    assert report.fates == {"published": 1, "taken_down": 1}
    assert {it.members["title"] for it in imports.offerings().values()} == {"a"}
    assert len(imports.rows("listing")) == 2


def test_what_somebody_else_keeps_now_is_theirs(imports: Imports) -> None:
    mira = imports.person("Mira", Role.MEMBER)
    imports.bring_in("1,a,circle,")
    offering = imports.offerings()["1"]
    holders = [listings.Holder(mira.member.id, "Mira")]
    key = listings.new_key(offering.id, {mira.member.id: mira.member.public}, node=NODE, random=imports.random)
    imports.database.write(lambda tx: listings.set_holders(tx, offering, holders, *key, now=NOW))
    assert imports.bring_in("1,new,circle,").fates == {"with_others": 1}
    assert imports.offerings(mira)["1"].members["title"] == "a"


def test_the_same_id_of_another_list_is_another_listing(imports: Imports) -> None:
    imports.bring_in("1,a,circle,")
    assert imports.bring_in("1,b,circle,", source="elsewhere").fates == {"new": 1}
    assert len(imports.rows("listing")) == 2


@pytest.mark.parametrize("role", [Role.MEMBER, Role.GUEST, None])
def test_only_a_steward_brings_in_a_list(imports: Imports, role: Role | None) -> None:
    member = "nobody" if role is None else imports.person("Mira", role).member.id
    report = imports.bring_in("1,a,circle,", member_id=member)
    assert report.counts == {"not_a_steward": 1}
    assert imports.rows("listing") == []


@pytest.mark.parametrize("source", ["", " ", "x" * 121, "a\nb", "a\x00"])
def test_a_list_has_a_short_plain_name(source: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of the model or of ours
        Told(source=source, member_id="m")


def test_the_mark_of_an_import_never_leaves_the_node(imports: Imports) -> None:
    imports.bring_in("1,a,circle,b")
    offering = imports.offerings()["1"]
    assert IMPORTED in offering.members
    listing = imports.database.read(lambda reading: listings.completed(reading, offering, now=NOW, place_key=b"k" * 32))
    assert IMPORTED not in listing.model_dump_json()


def test_it_tells_how_far_it_is(imports: Imports) -> None:
    told: list[tuple[str, int, int | None]] = []
    rows = [f"{n},a{n},circle," for n in range(1_200)]
    imports.bring_in(*rows, progress=lambda *how_far: told.append(how_far))
    assert [stage for stage, _, _ in told] == ["reading"] * 3 + ["sealing"] * 3 + ["writing"] * 2
    assert told[2] == ("reading", 1_200, 1_200)
    assert told[-1] == ("writing", 1_200, 1_200)
    assert len(imports.offerings()) == 1_200


def test_somebody_who_stops_it_before_its_end_has_written_nothing(imports: Imports) -> None:
    def stop(stage: str, _done: int, _total: int | None) -> None:
        if stage == "writing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        imports.bring_in("1,a,circle,", progress=stop)
    assert imports.rows("listing") == []


def test_what_came_between_reading_and_writing_is_decided_on_again(imports: Imports) -> None:
    imports.bring_in("1,a,circle,")

    def meanwhile(stage: str, _done: int, total: int | None) -> None:
        if stage == "writing" and total is None:
            imports.change("1", Move.EDIT, {**imports.offerings()["1"].members, "title": "ours"})

    report = imports.bring_in("1,new,circle,", "2,b,circle,", progress=meanwhile)
    assert report.fates == {"changed_here": 1, "new": 1}
    assert imports.offerings()["1"].members["title"] == "ours"


def test_a_failure_while_writing_leaves_nothing(imports: Imports, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(many, "replace", fail)
    with pytest.raises(RuntimeError):
        imports.bring_in("1,a,circle,")
    assert imports.rows("listing") == []


KILLED = """
import os, signal, sys
from pathlib import Path
from alongside_node.foundation.database import Database
from alongside_node.importing import actions
from alongside_node.listings import many
many.replace = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
url, path, member, node = sys.argv[1:]
actions.cli_import(Database(url), Path(path), actions.Told("harbour", member), node=node, now=1_795_000_000, random=os.urandom)
"""


def test_killed_in_the_middle_of_writing_nothing_is_there(imports: Imports) -> None:
    if imports.database.dialect != "sqlite":
        pytest.skip("a killed client's transaction is PostgreSQL's own business")
    imports.path.write_text(HEAD + "\n" + "".join(f"{n},a,circle,\n" for n in range(2_000)))
    url = str(imports.database.engine.url)
    arguments = [sys.executable, "-c", KILLED, url, str(imports.path), imports.steward.member.id, NODE]
    done = subprocess.run(arguments, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert imports.rows("listing") == imports.rows("listing_key") == []
    assert imports.bring_in("1,a,circle,").fates == {"new": 1}


def test_hsds_becomes_drafts_too(imports: Imports) -> None:
    imports.path.write_text(json.dumps([{"id": "s1", "name": "Grief circle", "status": "active"}]))
    told = Told("open referral", imports.steward.member.id)
    report = actions.cli_import(imports.database, imports.path, told, node=NODE, now=NOW, random=imports.random)
    assert report.to_answer["type"] == 1
    assert imports.offerings()["s1"].waiting_for == ("want_to_be_listed", "type")


# Beside a node.


@pytest.fixture
def oak(tmp_path: Path) -> Any:
    world = World(tmp_path)
    yield world.community("Oak")
    world.close()


def test_the_command_brings_in_a_list_for_a_named_steward(oak: Community, tmp_path: Path) -> None:
    oak.person("Ana", Role.STEWARD)
    sol = oak.person("Sol", Role.STEWARD)
    path = tmp_path / "harbour.csv"
    path.write_text(f"{HEAD}\n1,a,circle,b\n")
    assert command.bring_in(oak.node, path, keeper="Nobody").counts == {"not_a_steward": 1}
    assert command.bring_in(oak.node, path, keeper="Sol", show_progress=True).written
    [offering] = oak.read(listings.of_member, sol.member.id)
    assert offering.source == "harbour"
    assert command.bring_in(oak.node, path, source="harbour", dry_run=True).fates == {"unchanged": 1}


def test_once_its_people_have_answered_it_stands_in_the_directory(oak: Community, tmp_path: Path) -> None:
    sol = oak.person("Sol", Role.STEWARD)
    path = tmp_path / "harbour.csv"
    path.write_text(f"{HEAD},exchange,modality\n1,a,circle,b,free,phone\n")
    command.bring_in(oak.node, path)
    [offering] = oak.read(listings.of_member, sol.member.id)
    asked = {**commitments(), "given_by": "we_asked_them", "given_on": "2026-11-17"}

    async def story() -> None:
        content = {**offering.members, "commitments": asked}
        await acts.change(oak.node.edge, sol.member, offering.id, Move.EDIT, content)
        await acts.change(oak.node.edge, sol.member, offering.id, Move.PUBLISH)

    oak.world.run(story())
    oak.world.settle()
    [line] = [row.line for row in oak.rows("own_record") if row.id == offering.id]
    assert IMPORTED.encode() not in line
