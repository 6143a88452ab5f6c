"""The community's own record in its directory: who they are, their agreements, and their stewards' commitments (listing.md).

Peers read it before they federate and show it beside every listing; the hash that consent is pinned to covers its commitments.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from .commitments import Commitments
from .listing import TEXT_CHARACTERS, TITLE_CHARACTERS, Contact
from .place import Place
from .text_forms import LANG, LANG_CHARACTERS, LINE, TEXT

_Name = Annotated[str, Field(min_length=1, max_length=TITLE_CHARACTERS, pattern=LINE)]
_Text = Annotated[str, Field(max_length=TEXT_CHARACTERS, pattern=TEXT)]
_Lang = Annotated[str, Field(pattern=LANG, max_length=LANG_CHARACTERS)]
_Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]{0,39}$")]


class Profile(BaseModel):
    """A community, as it describes itself. `commitments` are those of its stewards, relays and interpreters."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")

    name: _Name
    description: _Text = ""
    lang: _Lang
    languages: Annotated[tuple[_Lang, ...], Field(strict=False, max_length=20)] = ()
    place: Place | None = None
    agreements: _Text = ""
    hard_night: Annotated[tuple[Contact, ...], Field(strict=False, max_length=5)] = ()
    """Whom this community suggests on a hard night, in its own words; never called by software."""
    hard_night_words: _Text = ""
    """What it wants somebody to read on a hard night."""
    young_people: _Text = ""
    """What this community agreed about people under 18. Empty: it has not opened to them, and no offer of its own may."""
    commitments: Commitments = Commitments()
    capabilities: Annotated[tuple[_Code, ...], Field(strict=False, max_length=40)] = ()
