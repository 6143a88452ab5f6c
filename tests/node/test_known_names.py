"""A city for its time zone, a language by any of its names: what people write leads to one code, or to none."""

import pytest

from alongside_node.entrypoints.web.known_names import language_of, written, zone_of
from alongside_node.entrypoints.web.visitor import SPOKEN


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Berlin", "Europe/Berlin"),
        ("bogotá", "America/Bogota"),
        ("europe/madrid", "Europe/Madrid"),
        ("New York", "America/New_York"),
        ("Mars", None),
        ("", None),
        ("Etc/GMT+3", None),
    ],
)
def test_a_city_leads_to_its_zone(text: str, zone: str | None) -> None:
    assert zone_of(text) == zone


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("Spanish", "es"),
        ("español", "es"),
        ("árabe", "ar"),
        ("العربية", "ar"),
        ("  kurdish ", "ku"),
        ("Quechua", "qu"),
        ("British Sign Language", "bfi"),
        ("pt-BR", "pt-BR"),
        ("Klingonish", None),
        ("", None),
    ],
)
def test_a_language_is_known_by_any_of_its_names(text: str, tag: str | None) -> None:
    assert language_of(text, lang="es") == tag


@pytest.mark.parametrize("tag", [*SPOKEN, "pt-BR", "qaa"])
@pytest.mark.parametrize("lang", ["en", "es"])
def test_what_stands_in_the_field_leads_back_to_the_language(tag: str, lang: str) -> None:
    assert language_of(written(tag, lang=lang), lang=lang) == tag
