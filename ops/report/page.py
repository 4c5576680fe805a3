"""The report as one HTML file that needs nothing else: no network, no other file; light and dark, wide and narrow."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Final

import orjson

from domain.trading_day import new_york
from ops.report.facts import Facts
from ops.report.page_data import charted, page_data
from ops.report.timeline import Mark, Span
from ops.report.trips import Trip
from ops.report.words import (
    TRIP_COLUMNS,
    Figure,
    books_agree,
    clock,
    duration,
    figures,
    health_rows,
    price,
    span_of,
    trip_cells,
    usd,
)

ASSETS: Final = Path(__file__).resolve().parent / "assets"
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
OPENED: Final = 1  # Charts shown without being asked for.
ROWS_MAX: Final = 2000
LEFT: Final = ("opened", "contract", "strategy", "by", "event", "kind", "what")
KINDS: Final = {**dict.fromkeys(LEFT, "left"), "rule": "left rule", "P&L": "pin"}
"""How a column of this name is set; to the right where nothing is said."""
CHARTS: Final = (
    'Charts by <a href="https://www.tradingview.com/" rel="noopener">TradingView Lightweight Charts™</a>, '
    "Copyright (c) 2026 TradingView, Inc., Apache License 2.0."
)


def page(facts: Facts) -> str:
    """Return the whole file."""
    title = f"Stopward, {span_of(facts)}"
    body = [
        f"<h1>{escape(title)}</h1>",
        '<p class="dim">New York time, USD. Made from the log alone.</p>',
        _figures(figures(facts)),
        *_curves(facts),
        *_trips(facts),
        *_denied(facts),
        "<h2>Cycles and data</h2>",
        _table(("what", "how"), health_rows(facts), words={"how"}),
        *_timeline(facts),
        f'<footer class="dim"><p>{escape(books_agree(facts))}</p><p>{CHARTS}</p></footer>',
    ]
    return "\n".join((_head(title), *body, *_scripts(facts), "</body>", "</html>", ""))


def _head(title: str) -> str:
    style = (ASSETS / "page.css").read_text(encoding="utf-8")
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>{escape(title)}</title>
<style>
{style}</style>
</head>
<body>"""


def _scripts(facts: Facts) -> Iterable[str]:
    data = orjson.dumps(page_data(facts)).decode().replace("<", "\\u003c")
    yield f'<script type="application/json" id="data">{data}</script>'
    for name in ("lightweight-charts.js", "page.js"):
        code = (ASSETS / name).read_text(encoding="utf-8").replace("</script", "<\\/script")
        yield f"<script>{code}</script>"


def _figures(shown: Iterable[Figure]) -> str:
    tone = {True: ' class="good"', False: ' class="bad"', None: ""}
    cells = (
        f'<div class="figure"><span>{escape(one.name)}</span><b{tone[one.good]}>{escape(one.value)}</b>'
        f"<span>{_breakable(one.more)}</span></div>"
        for one in shown
    )
    return f'<div class="figures">{"".join(cells)}</div>'


def _curves(facts: Facts) -> Iterable[str]:
    points = facts.points
    if not points:
        return
    ended = usd(points[-1][1], signed=True)
    yield f'<h2>Profit and loss</h2><p class="dim">What is open counts at its bid. It ended at {ended}.</p>'
    yield '<div class="chart" id="pnl" role="img" aria-label="Profit and loss over time"></div>'
    yield '<p class="dim">Below the height reached before</p>'
    yield '<div class="chart low" id="fall" role="img" aria-label="Drawdown over time"></div>'


def _trips(facts: Facts) -> Iterable[str]:
    trips = [*facts.trips, *facts.open_trips]
    if not trips:
        yield "<h2>Round trips</h2><p>None.</p>"
        return
    yield "<h2>Round trips</h2>"
    yield _table(TRIP_COLUMNS, map(trip_cells, trips[-ROWS_MAX:]))
    if len(trips) > ROWS_MAX:
        yield f'<p class="dim">The last {ROWS_MAX} of {len(trips)}; ./bot report --csv has all.</p>'
    shown = charted(facts)
    for number, trip in enumerate(shown):
        yield _trip(number, trip, opened=number >= len(shown) - OPENED)


def _trip(number: int, trip: Trip, *, opened: bool) -> str:
    tone = "good" if trip.pnl > 0 else "bad"
    at = f"{new_york(trip.opened_at):%Y-%m-%d %H:%M:%S}"
    head = f'{at} {escape(trip.contract)}, {trip.bought} bought <b class="{tone}">{usd(trip.pnl, signed=True)}</b>'
    bid, ask = trip.quote or (None, None)
    told = (
        f"{trip.intent}: at the decision {price(bid)} bid, {price(ask)} ask. Bought at "
        f"{price(trip.average(bought=True))}, {_ended(trip)}."
    )
    return f"""<details id="trip-{number}"{" open" if opened else ""}><summary>{head}</summary>
<p class="dim">{escape(told)}</p>
<div class="legend"><span>The option's bid</span><span><i style="background:var(--mark)"></i>bought at</span>
<span><i style="background:var(--good)"></i>target</span><span><i style="background:var(--bad)"></i>stop</span></div>
<div class="chart" id="option-{number}" role="img" aria-label="The option's bid"></div>
<div class="legend"><span>{escape(trip.symbol)}</span></div>
<div class="chart low" id="share-{number}" role="img" aria-label="The share"></div></details>"""


def _ended(trip: Trip) -> str:
    if trip.closed_at is None:
        return f"{trip.held} still held" + (f", {trip.lacking} of them not at the broker" if trip.lacking else "")
    return f"sold at {price(trip.average(bought=False))} by {trip.reason} after {duration(trip.seconds)}"


def _denied(facts: Facts) -> Iterable[str]:
    denied = facts.health.denied
    if not denied:
        return
    yield "<h2>Entries denied</h2>"
    rows = ((rule, str(count), facts.health.examples.get(rule, "")) for rule, count in denied.most_common())
    yield _table(("rule", "count", "for example"), rows, words={"for example"})


def _table(names: Sequence[str], rows: Iterable[Sequence[str]], words: frozenset[str] | set[str] = frozenset()) -> str:
    kinds = ["words" if name in words else KINDS.get(name, "") for name in names]
    head = "".join(_cell("th", kind.replace("words", "left"), name) for name, kind in zip(names, kinds, strict=True))
    body = "".join(f"<tr>{_row(names, kinds, row)}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _row(names: Sequence[str], kinds: Sequence[str], row: Sequence[str]) -> str:
    cells = zip(names, kinds, row, strict=True)
    return "".join(_cell("td", f"{kind} {_tone(name, cell)}", cell) for name, kind, cell in cells)


def _cell(tag: str, classes: str, text: str) -> str:
    named = f' class="{classes.strip()}"' if classes.strip() else ""
    return f"<{tag}{named}>{_breakable(text)}</{tag}>"


def _tone(name: str, cell: str) -> str:
    return ("good" if cell.startswith("+") else "bad") if name == "P&L" else ""


def _breakable(text: str) -> str:
    """Return the text as HTML; a name of several words may go on in the next line of a narrow page."""
    return escape(text).replace("_", "_<wbr>")


def _timeline(facts: Facts) -> Iterable[str]:
    line, end = facts.timeline, facts.timeline.end
    spans = [span for span in line.spans if span.seconds(end) > 0]
    if line.first is None:
        return
    yield "<h2>Restarts and outages</h2>"
    yield _drawn(spans, line.marks, line.first, end)
    rows = [
        *((span.start, (clock(span.start), span.kind, duration(span.seconds(end)), span.text)) for span in spans),
        *((mark.at, (clock(mark.at), mark.kind, "", mark.text)) for mark in line.marks),
    ]
    if rows:
        ordered = [cells for _, cells in sorted(rows, key=lambda row: row[0])]
        yield _table(("event", "kind", "lasted", "what"), ordered, words={"what"})
    else:
        yield '<p class="dim">Nothing was down, nothing was started anew.</p>'


def _drawn(spans: Sequence[Span], marks: Sequence[Mark], first: datetime, end: datetime) -> str:
    """Return a bar of the whole time; red where something was down, a tick for each mark."""
    whole = max(1.0, (end - first).total_seconds())

    def place(at: datetime) -> float:
        return round(1000 * (at - first).total_seconds() / whole, 2)

    parts = ['<rect x="0" y="4" width="1000" height="16" fill="var(--good)" opacity=".35"/>']
    for span in spans:
        wide = max(2.0, place(span.end or end) - place(span.start))
        parts.append(f'<rect x="{place(span.start)}" y="4" width="{wide}" height="16" fill="var(--bad)"/>')
    parts.extend(f'<rect x="{place(mark.at)}" y="0" width="3" height="24" fill="var(--warn)"/>' for mark in marks)
    what = f'role="img" aria-label="Time line from {clock(first)} to {clock(end)}"'
    bar = f'<svg viewBox="0 0 1000 24" width="100%" height="24" preserveAspectRatio="none" {what}>'
    return f'{bar}{"".join(parts)}</svg><p class="dim">{clock(first)} to {clock(end)}</p>'
