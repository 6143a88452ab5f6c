"""Founding one of the demo's communities in an empty folder and filling it: its people, and what they offer and need.

Everything goes the way a real community's does; only nobody types. The seven words of each person are returned, to be tried in a browser.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from alongside_node import founding
from alongside_node.entrypoints import acts
from alongside_node.foundation.clock import SystemClock
from alongside_node.foundation.database import Database, Writing
from alongside_node.identity import actions as identity
from alongside_node.identity.actions import Keyring
from alongside_node.listings import actions as listings
from alongside_node.listings.actions import Move
from alongside_node.members import actions as members
from alongside_node.members import words as seven
from alongside_node.members.actions import Joining, Role
from alongside_node.settings import CONFIG_NAME, load
from alongside_protocol.profile import Profile

from .content import Community


@dataclass(frozen=True)
class Filled:
    """A community that can be started. `words`: name → the seven words of a sample person; `listings`: how many it has."""

    key: str
    name: str
    lang: str
    node: str
    origin: str
    port: int
    words: Mapping[str, str] = field(repr=False)
    stewards: tuple[str, ...]
    listings: int

    def write(self, folder: Path) -> None:
        """Leave it in a folder as a note, for `join`. Of invented people: nobody's words belong in a file otherwise."""
        note = folder / f"{self.key}.json"
        unfinished = note.with_suffix(".part")
        unfinished.touch(mode=0o600)
        unfinished.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n", "utf-8")
        unfinished.replace(note)

    @staticmethod
    def noted(folder: Path, key: str) -> bool:
        """Whether there is such a note."""
        return (folder / f"{key}.json").exists()

    @classmethod
    def read(cls, folder: Path, key: str) -> Self:
        """What `write` left. Raises `OSError` when it is not there."""
        note = json.loads((folder / f"{key}.json").read_text("utf-8"))
        return cls(**(note | {"stewards": tuple(note["stewards"])}))


def fill(community: Community, folder: Path, *, origin: str, port: int, database_url: str = "") -> Filled:
    """Found and fill `community` in `folder`, to be served on `port` of this machine. `database_url`: empty for SQLite.

    Raises `AlreadyFoundedError`; `Refused` (`document-origin`).
    """
    chosen = {
        "origin": origin,
        "port": port,
        "production": False,
        "allow_loopback_peers": True,
        "notice_days": 0,
        "inbox_per_minute": 600,
        **({"database_url": database_url} if database_url else {}),
    }
    people = list(community.members)
    first = next(person for person in people if person.steward)
    founded = founding.found(folder, chosen, name=community.name, lang=community.lang, steward=first.name)
    settings = load(folder / CONFIG_NAME).model_copy(update={"data_dir": folder})
    database = Database(settings.database)
    try:
        keyring = database.read(identity.keyring)
        words = {first.name: " ".join(founded.words)}
        joined = {first.name: database.read(lambda reading: _steward(reading, keyring, words[first.name]))}
        for person in people:
            if person is not first:
                words[person.name], joining = _person(person.name, community.lang, keyring, steward=person.steward)
                joined[person.name] = joining.member
                database.write(_adding(joining))
        _publish(database, keyring, community, joined)
    finally:
        database.close()
    return Filled(
        key=community.key,
        name=community.name,
        lang=community.lang,
        node=founded.node,
        origin=origin,
        port=port,
        words=words,
        stewards=tuple(person.name for person in people if person.steward),
        listings=sum(len(person.listings) for person in people),
    )


def _adding(joining: Joining) -> Any:
    return lambda tx: members.add(tx, joining.member)


def _steward(reading: Any, keyring: Keyring, words: str) -> members.Member:
    person = members.use_words(reading, seven.derive(words, keyring.words_salt))
    assert person is not None  # noqa: S101 - whom `found` has just added
    return person.member


def _person(name: str, lang: str, keyring: Keyring, *, steward: bool) -> tuple[str, Joining]:
    words = " ".join(seven.generate(lang, secrets.token_bytes))
    joining = members.prepare(
        seven.derive(words, keyring.words_salt),
        node=keyring.id,
        name=name,
        role=Role.STEWARD if steward else Role.MEMBER,
        lang=lang,
        now=SystemClock().now(),
        random=secrets.token_bytes,
    )
    return words, joining


def _publish(database: Database, keyring: Keyring, community: Community, joined: Mapping[str, members.Member]) -> None:
    now, random = SystemClock().now(), secrets.token_bytes
    profile = Profile(
        name=community.name,
        description=community.about,
        lang=community.lang,
        languages=community.languages,
        place=community.place,
        agreements=community.agreements,
        young_people=community.young_people,
        hard_night=community.hard_night,
        commitments=community.commitments,
    )

    def describe(tx: Writing) -> None:
        said = identity.save_profile(tx, profile)
        acts.publish_profile(tx, said, keyring=keyring, now=now, random=random)

    database.write(describe)
    for person, fields in community.listings():
        names = [holder.get("name") or person.name for holder in fields.get("holders", [{"name": person.name}])]
        content = {name: value for name, value in fields.items() if name != "holders"}
        holders = [(joined.get(name, joined[person.name]), name) for name in names]
        drafting = listings.draft(content, holders, node=keyring.id, random=random)

        def publish(tx: Writing, drafting: listings.Drafting = drafting) -> None:
            listings.add(tx, drafting, now=now)
            acts.apply(tx, drafting.offering, Move.PUBLISH, keyring=keyring, now=now, random=random)

        database.write(publish)
