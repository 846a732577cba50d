"""Draw heads needed and given at each outlet over one day of a roster, as an SVG picture.

schedsolver demo --out out/demo
python examples/cover_chart.py examples/one_plus_n out/demo docs/cover.svg
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from xml.sax.saxutils import escape

import numpy as np
import typer

import schedsolver as ss
from schedsolver.domain.arrays import IntArray
from schedsolver.domain.base import format_clock, parse_date
from schedsolver.scoring.kpis import heads_given
from schedsolver.traffic.staffing import required_cells

COLOURS = {"covered": "#3b6ea8", "missing": "#d1495b", "calls, training and heads to spare": "#c9d3dd"}
COLUMNS = 3
PANEL = (300, 150)
MARGIN, TOP = 34, 46


def main(
    problem: Annotated[Path, typer.Argument(help="problem folder or .json file")],
    roster: Annotated[Path, typer.Argument(help="roster folder")],
    picture: Annotated[Path, typer.Argument(help="SVG file to write")],
    date: Annotated[str | None, typer.Option(help="day to draw; the first when not given")] = None,
) -> None:
    """Draw heads needed and given at each outlet over one day of a roster."""
    loaded = ss.load(problem)
    day = loaded.horizon.start if date is None else parse_date(date)
    picture.write_text(drawing(loaded, ss.load_schedule(roster), day), encoding="utf-8")


def drawing(problem: ss.Problem, schedule: ss.Schedule, date: dt.date) -> str:
    """Give the picture: a panel for each outlet, in it a bar for each slot."""
    layers, first = stacked_heads(problem, schedule, date)
    highest = max(1, int(layers.sum(axis=0).max()))
    rows = -(-len(problem.outlets) // COLUMNS)
    width, height = MARGIN + COLUMNS * PANEL[0], TOP + rows * PANEL[1]
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="{MARGIN}" y="18" font-size="13">Heads on {date:%A %Y-%m-%d}</text>',
        *_legend(),
    ]
    for i, outlet in enumerate(problem.outlets):
        left, top = MARGIN + i % COLUMNS * PANEL[0], TOP + i // COLUMNS * PANEL[1]
        lines.append(f'<g transform="translate({left} {top})">')
        lines += _panel(
            escape(outlet.name or outlet.outlet_id), layers[:, i], first, problem.horizon.slot_minutes, highest
        )
        lines.append("</g>")
    return "\n".join([*lines, "</svg>\n"])


def stacked_heads(problem: ss.Problem, schedule: ss.Schedule, date: dt.date) -> tuple[IntArray, int]:
    """Count the heads of one day in the order of ``COLOURS``.

    Returns
    -------
    Heads, shape ``(3, outlets, slots)``, and the minute after midnight at which the first slot begins.
    """
    given = heads_given(problem, schedule)
    needed = np.zeros_like(given)
    for cell in required_cells(problem):
        needed[cell.outlet, cell.activity, cell.slot] = cell.heads
    covered = np.minimum(given, needed)
    layers = np.stack([part.sum(axis=1) for part in (covered, needed - covered, given - covered)])
    slots_per_day = 24 * 60 // problem.horizon.slot_minutes
    start = problem.horizon.day_index(date) * slots_per_day
    today = layers[:, :, start : start + slots_per_day]
    busy = np.flatnonzero(today.any(axis=(0, 1)))
    if not len(busy):
        return today[:, :, :1], 0
    return today[:, :, busy[0] : busy[-1] + 1], int(busy[0]) * problem.horizon.slot_minutes


def _legend() -> Iterator[str]:
    left = MARGIN
    for name, colour in COLOURS.items():
        yield f'<rect x="{left}" y="27" width="9" height="9" fill="{colour}"/>'
        yield f'<text x="{left + 13}" y="35" font-size="10">{name}</text>'
        left += 30 + 6 * len(name)


def _panel(title: str, layers: IntArray, first: int, slot_minutes: int, highest: int) -> Iterator[str]:
    width, height = PANEL[0] - 24, PANEL[1] - 44
    slots = layers.shape[1]
    bar, unit = width / slots, height / highest
    yield f'<text x="0" y="12" font-size="11">{title}</text>'
    for heads in range(0, highest + 1, max(1, highest // 4)):
        y = 18 + height - heads * unit
        yield f'<line x1="0" x2="{width}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e6e6e6"/>'
        yield f'<text x="-4" y="{y + 3:.1f}" font-size="8" text-anchor="end">{heads}</text>'
    for slot in range(slots):
        y = 18.0 + height
        for colour, heads in zip(COLOURS.values(), layers[:, slot].tolist(), strict=True):
            y -= heads * unit
            if heads:
                box = f'x="{slot * bar:.1f}" y="{y:.1f}" width="{bar - 0.8:.1f}" height="{heads * unit:.1f}"'
                yield f'<rect {box} fill="{colour}"/>'
        minute = first + slot * slot_minutes
        if minute % 120 == 0:
            yield f'<text x="{slot * bar:.1f}" y="{height + 29}" font-size="8">{format_clock(minute)}</text>'


if __name__ == "__main__":
    typer.run(main)
