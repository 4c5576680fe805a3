"""The report in words."""

from collections.abc import Iterator
from typing import Final

from simgateway.inspect.kinds import NO_ID
from simgateway.inspect.layout import Page, clock, lasting
from simgateway.inspect.orders import OrderLife
from simgateway.inspect.report import NEW_YORK, Report
from simgateway.inspect.requests import Request
from simgateway.inspect.tally import PACE_MAX
from simgateway.inspect.timeline import COLUMNS

_USUAL: Final = Page()


def text_of(
    report: Report, name: str, *, torn: bool = False, whole_lives: bool = False, page: Page = _USUAL
) -> Iterator[str]:
    """Give the lines. `whole_lives` tells every step of every order instead of a line for each."""
    tally = report.tally
    if tally.first is None or tally.last is None:
        of = f" of client {report.wanted.client}" if report.wanted.client is not None else ""
        yield page.line(f"{name}: no messages{of}{' in these hours' if report.wanted.is_part else ''}")
        return
    days = dict.fromkeys(f"{at.astimezone(NEW_YORK):%Y-%m-%d}" for at in (tally.first, tally.last))
    yield page.line(f"{name}: {tally.total} messages, {' to '.join(days)}, {clock(tally.first)} to {clock(tally.last)}")
    yield "Times are New York's."
    if torn:
        yield "The last line is torn and left out: the gateway did not end by itself."
    yield from _connections(page, report)
    yield from _timeline(page, report)
    yield from _kinds(page, report)
    yield from _errors(page, report)
    yield from (_whole_lives(page, report) if whole_lives else _orders(page, report))
    yield from _requests(page, report)
    yield from _faults(page, report)
    yield from _listed(page, report)


def _connections(page: Page, report: Report) -> Iterator[str]:
    rows = [
        (
            *(row.client_id if row.client_id >= 0 else "?", row.number, row.version, clock(row.first), clock(row.last)),
            *(row.sent, row.got, row.most, clock(row.most_at), row.too_fast),
        )
        for row in report.tally.connections.values()
    ]
    head = ("client", "conn", "version", "first", "last", "sent", "got", "most/s", "at", f">{PACE_MAX}/s")
    yield from page.table("Connections", head, rows)


def _timeline(page: Page, report: Report) -> Iterator[str]:
    seconds, spans = report.timeline.spans()
    rows = [(clock(span.start)[:8], *span.counts) for span in spans if any(span.counts)]
    yield from page.table(f"What passed when, by {seconds} s", ("from", *COLUMNS), rows)


def _kinds(page: Page, report: Report) -> Iterator[str]:
    tally = report.tally
    for direction, title in (("in", "Sent by clients"), ("out", "Sent by the gateway")):
        kinds = [row for row in tally.kinds.values() if row.direction == direction]
        rows = [
            (row.name, row.count, clock(row.first), clock(row.last), _split(report, direction, row.name))
            for row in sorted(kinds, key=lambda row: (-row.count, row.name))
        ]
        if rows:
            yield from page.table(title, ("message", "count", "first", "last", "client: count"), rows)


def _split(report: Report, direction: str, name: str) -> str:
    counts: dict[int, int] = {}
    for (way, kind, connection), count in report.tally.by_client.items():
        if (way, kind) == (direction, name):
            client = report.tally.client_of(connection)
            counts[client] = counts.get(client, 0) + count
    return ", ".join(f"{client if client >= 0 else '?'}: {count}" for client, count in sorted(counts.items()))


def _errors(page: Page, report: Report) -> Iterator[str]:
    rows = [(code, count, text) for (code, text), count in report.tally.errors.most_common()]
    if rows:
        yield from page.table("Errors and notices", ("code", "count", "text"), rows)


def _orders(page: Page, report: Report) -> Iterator[str]:
    rows = [
        (f"{row.client_id}/{row.order_id}", clock(row.placed)[:8], _wait(row), _fills(row), _end(row), row.ticket)
        for row in report.orders
    ]
    if rows:
        yield from page.table("Orders", ("order", "placed", "heard", "filled", "end", "what"), rows)


def _whole_lives(page: Page, report: Report) -> Iterator[str]:
    for row in report.orders:
        parent = f", child of {row.parent}" if row.parent else ""
        yield ""
        yield page.line(f"Order {row.client_id}/{row.order_id}{parent}: {row.ticket}")
        yield from (page.line(f"  {clock(step.at)}  {step.text}") for step in row.steps)
        yield page.line(f"  {_end(row)}; filled {_fills(row)}; fees {row.fees}; first heard of after {_wait(row)}")


def _wait(order: OrderLife) -> str:
    return lasting(order.acknowledged - order.placed) if order.acknowledged else "never"


def _fills(order: OrderLife) -> str:
    average = f" at {round(order.average, 4).normalize():f}" if order.average is not None else ""
    twice = f", {order.told_twice} told twice" if order.told_twice else ""
    return f"{order.filled.normalize():f}/{order.quantity}{average}{twice}"


def _end(order: OrderLife) -> str:
    if order.ended:
        return f"{order.end} {clock(order.ended)[:8]}"
    return "still open"


def _requests(page: Page, report: Report) -> Iterator[str]:
    last = report.tally.last
    left = [
        (
            row.name,
            _owner(report, row.connection),
            _id(row),
            clock(row.asked),
            row.ended_by or "still open",
            row.about,
        )
        for row in report.never_cancelled
    ]
    if left:
        head = ("request", "client", "id", "asked", "until", "about")
        yield from page.table("Never cancelled", head, left)
    else:
        yield from ("", "Never cancelled: nothing; every subscription was ended by its client.")
    silent = [
        (
            *(row.name, _owner(report, row.connection), _id(row), clock(row.asked)),
            *(lasting((row.ended or last or row.asked) - row.asked), row.about),
        )
        for row in report.never_answered
    ]
    if silent:
        head = ("request", "client", "id", "asked", "waited", "about")
        yield from page.table("Never answered", head, silent)
    else:
        yield from ("", "Never answered: nothing; every request got an answer or an error.")


def _id(request: Request) -> str:
    return "" if request.number == NO_ID else str(request.number)


def _owner(report: Report, connection: int) -> str:
    client = report.tally.client_of(connection)
    return str(client) if client >= 0 else "?"


def _faults(page: Page, report: Report) -> Iterator[str]:
    rows = [(clock(frame.at), frame.connection or "all", " ".join(frame.fields[1:])) for frame in report.faults]
    if rows:
        yield from page.table("Faults fired", ("at", "conn", "what"), rows)


def _listed(page: Page, report: Report) -> Iterator[str]:
    rows = [
        (clock(frame.at), _owner(report, frame.connection), frame.direction, frame.name, " ".join(frame.fields[1:]))
        for frame in report.listed
    ]
    if rows:
        yield from page.table("Messages asked for", ("at", "client", "way", "message", "fields"), rows)
