"""Somebody who offers, through the pages alone: publishing with help, answering in their own time, not alone (section 5; experience.md)."""

from visitors import OFFER, signed_in
from world import Community


def test_the_notice_stands_in_nobodys_way_and_changes_nothing(oak: Community) -> None:
    mira = signed_in(oak, "Mira")
    mira.open("/offerings/new?direction=offer&type=listening")
    mira.post("/offerings/new", **(OFFER | {"text": "I was a patient once."}))
    assert "Words that can hurt" in mira.text
    mira.post(mira.path.replace("preview", "publish"), listed="yes")
    assert "said=published" in mira.path
    assert "Words to look at again" in mira.text
    mira.open("/search").post("/search", words="patient")
    assert "I was a patient once." in mira.text


def test_the_preview_names_the_communities_that_could_read_it(oak: Community, elm: Community) -> None:
    mira = signed_in(elm, "Mira")
    mira.open("/offerings/new?direction=offer&type=listening").post("/offerings/new", **OFFER)
    assert "Oak" in mira.text[mira.text.index("Who could read it") :]
    mira.open("/offerings/new?direction=offer&type=listening").post("/offerings/new", **(OFFER | {"audience": "here"}))
    assert "Oak" not in mira.text[mira.text.index("Who could read it") :]


def test_a_form_begins_with_them(oak: Community) -> None:
    mira = signed_in(oak, "Mira")
    mira.open("/offerings/new?direction=offer&type=circle")
    assert 'value="anyone" checked' in mira.body
    assert 'name="waiting" type="number" value="8"' in mira.body
    mira.open("/offerings/new?direction=need&type=practical")
    assert 'value="here" checked' in mira.body
