"""Founding a community in an empty folder: settings file, database, keys, first steward, profile (section 3; experience.md).

What is shown once (recovery sheets, the steward's words) is returned and written nowhere.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alongside_node import migrations
from alongside_node.entrypoints import acts
from alongside_node.foundation.clock import SystemClock
from alongside_node.foundation.database import Database, Writing
from alongside_node.identity import actions as identity
from alongside_node.members import actions as members
from alongside_node.members import words as seven
from alongside_node.members.actions import Role
from alongside_node.settings import CONFIG_NAME, load
from alongside_protocol import recovery
from alongside_protocol.profile import Profile

AGREEMENTS = """**You can say no, and you can leave.** At every step, without a reason. Nobody pushes anybody.

**Distress is not a crime.** We do not call police or hospital over somebody's head. Where we have promised an exception, we say it before.

**Some things hurt people.** Racism, hatred of trans people, ableism and poverty do. We stand against them, in here too.

**What you lived through is knowledge.** Nobody's papers count for more than it.

**Nobody stands above anybody.** We all offer and we all ask. Those who look after things do it for a time."""
"""What a community's agreements say until it says it itself."""


class AlreadyFoundedError(Exception):
    """There is a community in this folder."""


@dataclass(frozen=True)
class Founded:
    """What is shown once."""

    node: str
    words: tuple[str, ...] = field(repr=False)
    sheets: tuple[str, ...] = field(repr=False)


def found(
    folder: Path, chosen: Mapping[str, Any], *, name: str, lang: str, steward: str, sheets: int = 3, needed: int = 2
) -> Founded:
    """Found a community in `folder`. `chosen`: settings that differ from their defaults.

    Raises `AlreadyFoundedError`; `Refused` (`document-origin`); pydantic's `ValidationError` for settings that do not fit.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    config = folder / CONFIG_NAME
    if not config.exists():
        config.write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in chosen.items()), "utf-8")
    settings = load(config).model_copy(update={"data_dir": folder})
    database = Database(settings.database)
    try:
        migrations.upgrade(database)
        if database.read(identity.is_founded):
            raise AlreadyFoundedError
        now, random = SystemClock().now(), secrets.token_bytes
        profile = Profile(name=name, lang=lang, agreements=AGREEMENTS)
        words = seven.generate(lang, random)

        def begin(tx: Writing) -> recovery.RecoverySeed:
            return identity.found(
                tx,
                origin=settings.origin,
                profile=profile,
                now=now,
                random=random,
                allow_loopback=settings.allow_loopback_peers,
            )

        seed = database.write(begin)
        keyring = database.read(identity.keyring)
        joining = members.prepare(
            seven.derive(" ".join(words), keyring.words_salt),
            node=keyring.id,
            name=steward,
            role=Role.STEWARD,
            lang=lang,
            now=now,
            random=random,
        )

        def people(tx: Writing) -> None:
            members.add(tx, joining.member)
            acts.publish_profile(tx, identity.standing_community(tx), keyring=keyring, now=now, random=random)

        database.write(people)
    finally:
        database.close()
    return Founded(keyring.id, words, tuple(recovery.split(seed, sheets=sheets, needed=needed)))
