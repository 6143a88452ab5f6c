"""Asking one after another through the pages alone, by a guest: the order, what leaves, where it is, looking again, stopping (section 6)."""

import re

from alongside_protocol import limits
from visitors import OFFER, Browser, account, publishes, signed_in
from world import Community, World


def ticked(community: Community, *numbers: str) -> Browser:
    guest = Browser(community)
    guest.open("/search").post("/search", words="")
    found = re.search(r'action="(/search/[^"]+/chosen)"', guest.body)
    assert found
    return guest.post(found[1], pick=list(numbers), page="0", then="turns")


def all_of(browser: Browser, name: str) -> list[str]:
    return re.findall(f'name="{name}" value="([^"]*)"', browser.body)


def titles(browser: Browser) -> list[str]:
    return re.findall(r"Listener \w+", browser.text)


def fill_in(guest: Browser, **more: str) -> None:
    guest.post("/turns/confirm", chosen=all_of(guest, "chosen"), words="I cannot sleep", each="1", **more)


def sends(guest: Browser, **more: str) -> None:
    fields = {"pending": guest.hidden("pending")} if 'name="pending"' in guest.body else {}
    guest.post(
        "/turns/send",
        chosen=all_of(guest, "chosen"),
        promises=all_of(guest, "promises"),
        words="I cannot sleep",
        each="1",
        **fields,
        **more,
    )


def test_a_guest_asks_two_in_their_order_sees_where_it_is_and_stops(
    world: World, oak: Community, elm: Community
) -> None:
    mira = signed_in(elm, "Mira")
    for name in ("One", "Two", "Three"):
        publishes(mira, title=f"Listener {name}")
    world.settle()
    guest = ticked(oak, "0", "1", "2")
    first, second, third = titles(guest)[::2][:3]
    fill_in(guest, place_0="2", place_1="0", place_2="1")
    assert "Nothing has been sent yet" in guest.text
    assert titles(guest)[:3] == [second, third, first]
    sends(guest, agree="yes")
    assert guest.status == 422, "the seven words first"
    sends(guest, agree="yes", kept="yes")
    assert guest.path.startswith("/turns"), guest.text
    assert f"{second}" in guest.text
    assert "They have it now, until" in guest.text
    assert guest.text.count("It waits for its turn") == 2
    world.settle()
    assert len(elm.rows("incoming")) == 1

    guest.post(re.findall(r'action="(/turns/[^"]+/stop)"', guest.body)[0])
    assert "Nobody further is asked" in guest.text
    assert second in guest.text
    assert first not in guest.text
    world.pass_time(3 * limits.DAY)
    world.pass_time(limits.HOUR)
    assert len(elm.rows("incoming")) == 1
    assert oak.rows("turn") == []


def test_what_changed_is_read_again_on_the_page(world: World, oak: Community, elm: Community) -> None:
    mira = signed_in(elm, "Mira")
    for name in ("One", "Two"):
        publishes(mira, title=f"Listener {name}")
    world.settle()
    words = account(oak, "Noor")
    noor = Browser(oak)
    noor.open("/sign-in").post("/sign-in", words=words)
    noor.open("/search").post("/search", words="")
    found = re.search(r'action="(/search/[^"]+/chosen)"', noor.body)
    assert found
    noor.post(found[1], pick=["0", "1"], page="0", then="turns")
    second = titles(noor)[2]
    fill_in(noor)
    sends(noor, agree="yes")
    assert noor.path.startswith("/turns?said=sent"), noor.text
    world.settle()
    mira.open("/offerings")
    links = re.findall(r'href="/offerings/([^"/]+)/preview">\s*<bdi[^>]*>([^<]+)', mira.body)
    [listing] = [name for name, title in links if title == second]
    mira.open(f"/offerings/{listing}/edit").post(
        f"/offerings/{listing}/edit", **(OFFER | {"title": second, "call_all": "never"})
    )
    assert mira.status == 200
    world.settle()
    world.pass_time(2 * limits.DAY)
    world.pass_time(limits.HOUR + 60)

    noor.open("/sign-in").post("/sign-in", words=words)
    noor.open("/turns")
    assert "They had not answered by their day" in noor.text
    assert "Something changed here since you agreed" in noor.text
    assert "They will not call anyone." in noor.text
    [agree] = re.findall(r'action="(/turns/[^"]+/agree)"', noor.body)
    promises = noor.hidden("promises")
    assert noor.post(agree, promises=promises).status == 422
    noor.post(agree, promises=promises, agree="yes")
    assert "It waits for its turn" in noor.text, noor.text
    world.pass_time(60)
    assert [row.state for row in elm.rows("incoming")].count("offered") == 1
    noor.open("/turns")
    assert "They have it now, until" in noor.text


def test_one_alone_is_sent_to_its_own_page_and_a_strangers_reference_opens_nothing(
    world: World, oak: Community
) -> None:
    publishes(signed_in(oak, "Mira"), title="Listener One")
    world.settle()
    guest = ticked(oak, "0")
    assert "choose two or more" in guest.text
    assert Browser(oak).open("/turns").path == "/sign-in"
    noor = signed_in(oak, "Noor")
    noor.open("/turns")
    assert "Nothing goes on here" in noor.text
    assert noor.post("/turns/AAAAAAAAAAAAAAAAAAAAAA/stop").status == 404
    assert noor.post("/turns/AAAAAAAAAAAAAAAAAAAAAA/agree", agree="yes").status == 404
