"""A peer group vouches for a licensed practitioner: dated, for a year, taken back by the group's people, never a rank (listing.md)."""

import re
from datetime import date
from typing import Any

import pytest

from alongside_node.members.actions import Role
from alongside_protocol.listing import Practitioner, Vouching, vouched_on
from api_client import Client, granted
from visitors import OFFER, Browser, signed_in
from world import START, Community, World

DAY = 86_400
PRACTITIONER = OFFER | {
    "type": "practitioner",
    "title": "Talking by licence",
    "by": "Dr. A",
    "licensed_by": "Chamber",
    "duties": "If a child is in danger, I must say so.",
}
CIRCLE = OFFER | {"type": "circle", "title": "Grief circle", "by": "Night Circle"}


def published(browser: Browser, form: dict[str, Any]) -> str:
    """The id of a new listing of this person."""
    browser.open(f"/offerings/new?direction=offer&type={form['type']}").post("/offerings/new", **form)
    browser.post(browser.path.replace("preview", "publish"), listed="yes")
    assert "said=published" in browser.path, browser.text
    name = form["title"]
    found = re.search(rf'/offerings/([\w-]{{22}})/preview"><bdi[^>]*>{name}', browser.open("/offerings").body)
    assert found
    return found[1]


@pytest.fixture
def both(oak: Community) -> tuple[Browser, str, Browser, str]:
    """A group's keeper and the group, a practitioner and their listing."""
    mira, doctor = signed_in(oak, "Mira"), signed_in(oak, "Doctor")
    return mira, published(mira, CIRCLE), doctor, published(doctor, PRACTITIONER)


def seen(community: Community) -> str:
    """What somebody who looks reads."""
    return " ".join(Browser(community).open("/practitioners").post("/search", type="practitioner").text.split())


def test_a_group_vouches_and_takes_it_back_and_other_communities_see_both(
    world: World, oak: Community, elm: Community, both: tuple[Browser, str, Browser, str]
) -> None:
    mira, group, _, practitioner = both
    confirmed = published_record(oak, practitioner)["confirmed"]
    world.clock.at += 3 * DAY
    mira.open("/sign-in").post("/sign-in", words=mira.words)
    mira.open(f"/offerings/{group}/vouching")
    assert "If a child is in danger" in mira.text
    mira.post(f"/offerings/{group}/vouching", other=practitioner)
    assert "said=vouched" in mira.path
    world.settle()
    for community in (oak, elm):
        assert "Vouched for by Night Circle , until November 2027" in seen(community)
    record = published_record(oak, practitioner)
    assert record["practitioner"]["vouched"] == [{"by": "Night Circle", "until": "2027-11-21", "group": group}]
    assert record["confirmed"] == confirmed, "vouching confirms nothing for them"
    mira.post(f"/offerings/{group}/vouching/end", other=practitioner)
    world.settle()
    assert "Vouched for" not in seen(oak) + seen(elm)


def published_record(community: Community, listing: str) -> dict[str, Any]:
    found = Client(community).done("GET", f"/listings/{community.id}/{listing}")
    return dict(found["record"])


def test_it_ends_after_a_year_by_itself(world: World, oak: Community, both: tuple[Browser, str, Browser, str]) -> None:
    mira, group, doctor, practitioner = both
    mira.post(f"/offerings/{group}/vouching", other=practitioner)
    for days in range(80, 366, 80):
        world.pass_time(START + days * DAY - world.clock.at)
        for browser, listing in ((mira, group), (doctor, practitioner)):
            browser.open("/sign-in").post("/sign-in", words=browser.words)
            browser.open("/offerings").post(f"/offerings/{listing}/confirm")
    world.pass_time(START + 365 * DAY - world.clock.at)
    assert "Vouched for by Night Circle" in seen(oak)
    world.pass_time(DAY)
    assert "Talking by licence" in seen(oak)
    assert "Vouched for" not in seen(oak)
    assert "vouched" not in published_record(oak, practitioner)["practitioner"]


def test_it_does_not_outlive_its_group(world: World, oak: Community, both: tuple[Browser, str, Browser, str]) -> None:
    mira, group, _, practitioner = both
    mira.post(f"/offerings/{group}/vouching", other=practitioner)
    mira.open("/offerings").post(f"/offerings/{group}/withdraw")
    world.pass_time(DAY)
    assert "Vouched for" not in seen(oak)


def test_the_practitioner_need_not_keep_it(oak: Community, both: tuple[Browser, str, Browser, str]) -> None:
    mira, group, doctor, practitioner = both
    mira.post(f"/offerings/{group}/vouching", other=practitioner)
    doctor.open(f"/offerings/{practitioner}/vouching")
    assert "Night Circle" in doctor.text
    doctor.post(f"/offerings/{practitioner}/vouching/end", other=group)
    assert "said=vouching_ended" in doctor.path
    assert "Vouched for" not in seen(oak)


def test_nobody_vouches_for_themselves_by_page_form_or_api(
    oak: Community, both: tuple[Browser, str, Browser, str]
) -> None:
    _, _, doctor, practitioner = both
    own = published(doctor, CIRCLE | {"title": "My own circle"})
    assert "Talking by licence" not in doctor.open(f"/offerings/{own}/vouching").text
    assert doctor.post(f"/offerings/{own}/vouching", other=practitioner).status == 404
    client = granted(oak, oak.person("Api"))
    draft = published_record(oak, practitioner)
    forged = [{"by": "Everybody", "until": "2027-11-01", "group": own}]
    content = {
        name: draft[name]
        for name in (
            "direction",
            "type",
            "audience",
            "lang",
            "title",
            "text",
            "languages",
            "modality",
            "exchange",
            "commitments",
        )
    } | {"practitioner": {"licensed": True, "vouched": forged}}
    kept = client.done("POST", "/offerings", {"content": content})
    assert kept["content"]["practitioner"]["vouched"] == []
    kept = client.done("PUT", f"/offerings/{kept['id']}", {"content": content})
    assert kept["content"]["practitioner"]["vouched"] == []


def test_who_does_not_keep_the_group_cannot_speak_for_it(
    oak: Community, both: tuple[Browser, str, Browser, str]
) -> None:
    mira, group, _, practitioner = both
    for other in (signed_in(oak, "Lena"), signed_in(oak, "Steward", Role.STEWARD)):
        assert other.open(f"/offerings/{group}/vouching").status == 404
        assert other.open("/offerings").post(f"/offerings/{group}/vouching", other=practitioner).status == 404
    mira.open("/offerings").post(f"/offerings/{group}/vouching", other=practitioner)
    lena = signed_in(oak, "Jo")
    assert lena.open("/offerings").post(f"/offerings/{group}/vouching/end", other=practitioner).status == 404
    assert "Vouched for by Night Circle" in seen(oak)


@pytest.mark.parametrize("other", ["", "A" * 22, "../x", "<script>"])
def test_what_is_no_practitioner_cannot_be_vouched_for(
    oak: Community, both: tuple[Browser, str, Browser, str], other: str
) -> None:
    mira, group, _, _ = both
    mira.open("/offerings")
    assert mira.post(f"/offerings/{group}/vouching", other=other).status == 404
    assert mira.open("/offerings").post(f"/offerings/{group}/vouching", other=group).status == 404


def test_only_a_group_vouches(oak: Community, both: tuple[Browser, str, Browser, str]) -> None:
    mira, _, _, practitioner = both
    listening = published(mira, OFFER | {"title": "I listen"})
    assert mira.open(f"/offerings/{listening}/vouching").status == 404
    assert mira.open("/offerings").post(f"/offerings/{listening}/vouching", other=practitioner).status == 404


def test_an_edit_of_the_practitioner_keeps_who_vouches(oak: Community, both: tuple[Browser, str, Browser, str]) -> None:
    mira, group, doctor, practitioner = both
    mira.post(f"/offerings/{group}/vouching", other=practitioner)
    doctor.open(f"/offerings/{practitioner}/edit").post(
        f"/offerings/{practitioner}/edit", **(PRACTITIONER | {"duties": "New words."})
    )
    assert "Vouched for by Night Circle" in seen(oak)
    assert "New words." in seen(oak)


def test_vouching_changes_no_order(oak: Community, both: tuple[Browser, str, Browser, str]) -> None:
    mira, group, doctor, practitioner = both
    for number in range(6):
        published(doctor, PRACTITIONER | {"title": f"Number {number}"})

    def order() -> list[str]:
        return [one["record"]["id"] for one in Client(oak).done("POST", "/search", {"limit": 50})["results"]]

    before = order()
    mira.open("/offerings").post(f"/offerings/{group}/vouching", other=practitioner)
    assert order() == before
    assert before[0] == group, "peers come first"


def test_what_another_node_claims_counts_only_for_a_year() -> None:
    said = tuple(Vouching(by=day, until=day) for day in ("2026-11-24", "2026-11-25", "2027-11-25", "2027-11-26"))
    practitioner = Practitioner(licensed=True, vouched=said)
    assert [one.by for one in vouched_on(practitioner, date(2026, 11, 25))] == ["2026-11-25", "2027-11-25"]


def test_ten_groups_at_most(oak: Community, both: tuple[Browser, str, Browser, str]) -> None:
    mira, _, _, practitioner = both
    groups = [published(mira, CIRCLE | {"title": f"Circle {number}"}) for number in range(11)]
    statuses = [mira.open("/offerings").post(f"/offerings/{one}/vouching", other=practitioner).status for one in groups]
    assert statuses == [200] * 10 + [404]
    assert len(published_record(oak, practitioner)["practitioner"]["vouched"]) == 10
