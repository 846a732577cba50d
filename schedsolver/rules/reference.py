"""The reference of all rules, made from their classes.

``python -m schedsolver.rules.reference > docs/rules-reference.md`` writes the page anew.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

from pydantic.fields import FieldInfo

from schedsolver.domain.rule import Rule
from schedsolver.rules.catalogue import LISTED, PROFILES, STANDING

_SCOPES = (
    ("people", {"employees", "contracts", "tags"}),
    ("date", {"weekdays", "first_day", "last_day", "day_kinds"}),
    ("outlets", {"outlets"}),
    ("activities", {"activities"}),
)
_PARAMETER = re.compile(r"^(?P<names>\w+(?:, \w+)*)\n(?P<text>(?:    .*(?:\n|\Z))+)", re.MULTILINE)


def reference() -> str:
    """Give the page: a table of all rules, then each rule with its parameters and source."""
    parts = [
        "# All rules",
        "Made by `python -m schedsolver.rules.reference` from the code; [rules.md](rules.md) tells how to list a rule.",
        "\n".join(_table("Rules that always hold", STANDING)),
        "\n".join(_table("Rules to list", LISTED)),
        "\n".join(_table("Profiles: several rules by one name", PROFILES)),
        *("\n\n".join(_section(kind)) for kind in (*STANDING, *LISTED, *PROFILES)),
    ]
    return "\n\n".join(parts) + "\n"


def _table(title: str, kinds: tuple[type[Rule], ...]) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    yield "| rule | says | soft | scope | file |"
    yield "|---|---|---|---|---|"
    for kind in kinds:
        link = f"[`{kind.name}`](#{kind.name.replace('.', '')})"
        yield f"| {link} | {_says(kind)} | {_softness(kind)} | {_scope(kind)} | {_file(kind)} |"


def _section(kind: type[Rule]) -> Iterator[str]:
    yield f"### {kind.name}"
    summary, *paragraphs = _text(kind).split("\n\n")
    yield _joined(summary)
    sources = [p for p in paragraphs if p.startswith("Source")]
    yield from (_joined(p) for p in paragraphs if p not in sources and not p.startswith("Attributes"))
    told = _told_parameters(kind)
    own = {name: field for name, field in kind.model_fields.items() if name not in Rule.model_fields}
    if own:
        yield "\n".join(f"- `{name}` ({_default(field)}): {told.get(name, '')}".rstrip() for name, field in own.items())
    yield f"In `{_file(kind)}`; soft: {_softness(kind)}; scope: {_scope(kind)}."
    yield from map(_joined, sources)


def _told_parameters(kind: type[Rule]) -> dict[str, str]:
    """Give what the docstrings of a rule and its bases say of each parameter."""
    told: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if base is not Rule and issubclass(base, Rule):
            _, _, attributes = _text(base).partition("Attributes\n----------\n")
            for match in _PARAMETER.finditer(attributes):
                told |= dict.fromkeys(match["names"].split(", "), _joined(match["text"]))
    return told


def _text(kind: type[Rule]) -> str:
    return inspect.cleandoc(kind.__doc__ or "")


def _says(kind: type[Rule]) -> str:
    return _joined(_text(kind).partition("\n\n")[0]).rstrip(".")


def _joined(text: str) -> str:
    return " ".join(text.split()).replace("``", "`")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    default = field.get_default(call_default_factory=True)
    if default is None or default in ((), {}):
        return "none"
    return f"{default.model_dump(exclude_defaults=True)}" if hasattr(default, "model_dump") else f"{default}"


def _softness(kind: type[Rule]) -> str:
    return "yes" if kind.may_be_soft else "no"


def _scope(kind: type[Rule]) -> str:
    return ", ".join(word for word, fields in _SCOPES if fields & kind.scoped_by) or "none"


def _file(kind: type[Rule]) -> str:
    return Path(inspect.getfile(kind)).name


if __name__ == "__main__":
    print(reference(), end="")
