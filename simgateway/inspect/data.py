"""The report as plain values, for JSON."""

from datetime import datetime

from simgateway.inspect.orders import OrderLife
from simgateway.inspect.report import Report
from simgateway.inspect.requests import Request
from simgateway.inspect.timeline import COLUMNS


def data_of(report: Report, *, torn: bool) -> dict[str, object]:
    """Return everything: times are ISO 8601 in UTC, spans in seconds, prices and fees in USD as text."""
    tally = report.tally
    seconds, spans = report.timeline.spans()
    return {
        "messages": tally.total,
        "first": _iso(tally.first),
        "last": _iso(tally.last),
        "torn": torn,
        "connections": [
            {
                "connection": row.number,
                "client": row.client_id,
                "version": row.version,
                "first": _iso(row.first),
                "last": _iso(row.last),
                "sent": row.sent,
                "got": row.got,
                "messages_in_a_second_most": row.most,
                "messages_in_a_second_most_at": _iso(row.most_at),
                "messages_too_fast": row.too_fast,
            }
            for row in tally.connections.values()
        ],
        "kinds": [
            {"direction": direction, "name": name, "client": tally.client_of(connection), "count": count}
            for (direction, name, connection), count in tally.by_client.items()
        ],
        "errors": [{"code": code, "text": text, "count": count} for (code, text), count in tally.errors.items()],
        "timeline": {
            "seconds": seconds,
            "spans": [{"from": _iso(row.start), **dict(zip(COLUMNS, row.counts, strict=True))} for row in spans],
        },
        "orders": [_order(row) for row in report.orders],
        "never_cancelled": [_request(row, report) for row in report.never_cancelled],
        "never_answered": [_request(row, report) for row in report.never_answered],
        "faults": [{"at": _iso(row.at), "connection": row.connection, "what": row.fields[1:]} for row in report.faults],
        "listed": [
            {"at": _iso(row.at), "connection": row.connection, "dir": row.direction, "name": row.name, "f": row.fields}
            for row in report.listed
        ],
    }


def _order(order: OrderLife) -> dict[str, object]:
    heard = (order.acknowledged - order.placed).total_seconds() if order.acknowledged else None
    return {
        "client": order.client_id,
        "order": order.order_id,
        "parent": order.parent,
        "what": order.ticket,
        "placed": _iso(order.placed),
        "heard_after_seconds": heard,
        "filled": f"{order.filled:f}",
        "average": f"{order.average:f}" if order.average is not None else None,
        "fees": f"{order.fees:f}",
        "told_twice": order.told_twice,
        "ended": _iso(order.ended),
        "end": order.end or "open",
        "steps": [{"at": _iso(step.at), "what": step.text} for step in order.steps],
    }


def _request(request: Request, report: Report) -> dict[str, object]:
    until = request.ended or report.tally.last or request.asked
    return {
        "name": request.name,
        "client": report.tally.client_of(request.connection),
        "connection": request.connection,
        "id": request.number,
        "about": request.about,
        "asked": _iso(request.asked),
        "ended_by": request.ended_by,
        "waited_seconds": (until - request.asked).total_seconds(),
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
