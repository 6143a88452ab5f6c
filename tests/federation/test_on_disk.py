"""What a copied disk shows: not what was looked for, not what was written, not who asked (safety.md, "At rest")."""

from pathlib import Path

from visitors import Browser, publishes, signed_in
from world import Community, World

CANARY = "zanahoriaquebrada"


def on_disk(world: World, text: str) -> list[Path]:
    """Every file of every node that holds `text`, in the bytes of UTF-8 or UTF-16."""
    sought = (text.encode(), text.encode("utf-16-le"))
    return [
        path for path in world.folder.rglob("*") if path.is_file() and any(one in path.read_bytes() for one in sought)
    ]


def test_what_somebody_looks_for_is_in_no_file(world: World, oak: Community) -> None:
    publishes(signed_in(oak, "Mira"))
    guest = Browser(oak)
    guest.open("/search").post("/search", words=CANARY, area="Leeds", lived=CANARY)
    assert CANARY not in guest.path
    assert on_disk(world, CANARY) == []


def test_what_is_written_between_two_people_is_in_no_file_of_either_node(
    world: World, oak: Community, elm: Community
) -> None:
    mira = signed_in(elm, "Mira")
    publishes(mira)
    world.settle()
    asker = signed_in(oak, "Asker")
    ask_url = asker.open("/search").post("/search", words="").link('/listings/[^"]+') + "/ask"
    fields = {"words": f"I am {CANARY}", "name": f"{CANARY}name", "contact": f"{CANARY}@example.org", "days": "7"}
    asker.open(ask_url).post(ask_url, **fields)
    asker.post(f"{ask_url}/send", **fields, promises=asker.hidden("promises"), pending="", agree="yes")
    request = asker.path.partition("?")[0]
    world.settle()
    mira.open("/incoming").open(mira.link('/incoming/[^"]+'))
    assert CANARY in mira.text
    mira.post(f"{mira.path}/accept", text=f"Yes {CANARY}")
    world.settle()
    assert f"Yes {CANARY}" in asker.open(request).text
    asker.post(f"{request}/message", text=f"Good {CANARY}")
    world.settle()
    assert on_disk(world, CANARY) == []


def test_no_row_joins_a_person_to_what_they_asked(world: World, oak: Community, elm: Community) -> None:
    publishes(signed_in(elm, "Mira"))
    world.settle()
    asker = signed_in(oak, "Asker")
    ask_url = asker.open("/search").post("/search", words="").link('/listings/[^"]+') + "/ask"
    asker.open(ask_url).post(ask_url, words="Hello", days="7")
    asker.post(f"{ask_url}/send", words="Hello", days="7", promises=asker.hidden("promises"), pending="", agree="yes")
    [listing] = [row.id for row in elm.rows("listing")]
    members = {row.id for row in oak.rows("member")}
    for table in ("asked", "letter", "outbox", "erasure"):
        for row in oak.rows(table):
            values = {str(value) for value in row}
            assert not values & members, f"{table} names a member"
            assert listing not in values, f"{table} names the listing"
