"""The reference of the rules is the one that the code makes, and says something of every parameter."""

from pathlib import Path

from schedsolver.domain.rule import Rule
from schedsolver.rules.catalogue import LISTED, PROFILES, STANDING
from schedsolver.rules.reference import reference

PAGE = Path(__file__).parents[2] / "docs" / "rules-reference.md"


def test_the_page_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == reference()


def test_every_rule_and_parameter_is_told():
    page = reference()
    for kind in (*STANDING, *LISTED, *PROFILES):
        section = page.partition(f"\n### {kind.name}\n")[2].partition("\n### ")[0]
        assert section.strip(), kind.name
        for name in kind.model_fields.keys() - Rule.model_fields.keys():
            line = next(line for line in section.splitlines() if line.startswith(f"- `{name}` "))
            assert len(line.partition("): ")[2]) > 10, f"{kind.name}: {name} has no words"
