"""The whole story through the JSON API alone, between two communities, with keys that no node ever has (section 6; safety.md, "At rest")."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from alongside_node import schema
from alongside_protocol import base64url, receipt
from alongside_protocol.messages import Type
from api_client import invited
from world import Community, World, offer


@pytest.fixture
def world(tmp_path: Path, new_url: Callable[[], str]) -> Iterator[World]:
    found = World(tmp_path, new_url)
    yield found
    found.close()


def stored(community: Community) -> bytes:
    """Every value of every table, and the files where there are any."""
    rows = [row for name in schema.metadata.tables for row in community.rows(name)]
    values = b"\n".join(
        value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row if value is not None
    )
    url = make_url(community.settings.database)
    files = sorted(Path(url.database or "").parent.glob("*")) if url.get_backend_name() == "sqlite" else []
    return b"\n".join([values, *(path.read_bytes() for path in files if path.is_file())])


def test_somebody_joins_searches_asks_is_answered_writes_on_and_erases_with_a_key_of_their_own(world: World) -> None:
    oak, elm = world.community("Oak"), world.community("Elm")
    world.federate(oak, elm)
    mira, asker = invited(elm, "Mira"), invited(oak, "Asker")

    listing = mira.done("POST", "/offerings", {"content": offer(title="Someone awake at night"), "name": "Mira"})
    assert listing["missing"] == []
    mira.done("POST", f"/offerings/{listing['id']}/publish")
    world.settle()

    found = asker.done("POST", "/search", {"words": "awake", "promise": True})["results"]
    assert [(one["node"], one["record"]["id"]) for one in found] == [(elm.id, listing["id"])]
    ref = asker.ask(found[0]["node"], found[0]["record"]["id"], "I cannot sleep")
    world.settle()

    [row] = mira.incoming()
    asked, _, thread = mira.read(row)
    assert asked.fields == {"words": "I cannot sleep"}
    assert "Asker" not in str(thread)
    mira.done("POST", f"/incoming/{row['peer']}/{row['ref']}/answers", mira.answer(row, Type.ACCEPT, "Call me at nine"))
    world.settle()

    assert asker.thread(ref)["state"] == "accepted"
    assert asker.answers(ref) == ["Call me at nine"]
    asker.done("POST", f"/requests/{ref}/messages", asker.further(ref, "Thank you"))
    world.settle()
    assert mira.read(row)[1] == ["Thank you"]

    asker.done("POST", f"/requests/{ref}/erase", {"mailbox": asker.mailbox(ref)})
    world.settle()
    told = asker.done("GET", f"/requests/{ref}/receipt")
    assert told["confirmed"] is not None
    assert receipt.claims(told["receipt"]).refs == (ref,)
    assert mira.incoming() == []
    for community in (oak, elm):
        for who in (mira, asker):
            assert who.key
            assert who.key.public.text.encode() in stored(oak) + stored(elm)
            assert who.key.raw not in stored(community)
            assert base64url.encode(who.key.raw).encode() not in stored(community)
        assert b"I cannot sleep" not in stored(community)
        assert {row.private for row in community.rows("member")} == {None}
