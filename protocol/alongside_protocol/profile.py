"""The community's own record in its directory: who they are, their agreements, and their stewards' commitments (listing.md).

Peers read it before they federate and show it beside every listing; the hash that consent is pinned to covers its commitments.
"""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from .commitments import Commitments
from .listing import Contact, plain
from .place import Place

_Name = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(plain)]
_Text = Annotated[str, Field(max_length=4_000), AfterValidator(plain)]
_Lang = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
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
    commitments: Commitments = Commitments()
    capabilities: Annotated[tuple[_Code, ...], Field(strict=False, max_length=40)] = ()
