import asyncio
from typing import Any

from broker.ib.adapter import IbBroker
from broker.ib.config import IbConfig
from domain.connection_reports import DisconnectedReport
from domain.ids import Generation
from domain.reports import (
    Failure,
    RequestFailed,
)
from tests.broker.scripted_gateway import ACCOUNT, Answer, Desk, ScriptedGateway, TestClock


def _broker(port: int, **settings: Any) -> IbBroker:
    config = IbConfig(host="127.0.0.1", port=port, client_id=7, **settings)
    return IbBroker(config, TestClock(), Generation(1), lambda _: None)


async def _failure(port: int, **settings: Any) -> RequestFailed:
    async with asyncio.timeout(5):
        failure = await _broker(port, **settings).connect()
    assert failure is not None
    return failure


def test_connecting_sends_the_log_on_and_nothing_else() -> None:
    async def scenario() -> None:
        async with ScriptedGateway() as gateway, Desk(gateway):
            await gateway.heard(71)

            assert [fields[0] for fields in gateway.received] == ["71"]

    asyncio.run(scenario())


def test_a_client_id_in_use_is_named_at_once() -> None:
    async def scenario() -> None:
        async with ScriptedGateway({71: lambda _: [(4, 2, -1, 326, "client id is already in use", "")]}) as gateway:
            failure = await _failure(gateway.port)

            assert (failure.failure, failure.code) == (Failure.DISCONNECTED, 326)
            assert "client id 7 is in use" in failure.text

    asyncio.run(scenario())


def test_a_closed_port_is_named() -> None:
    async def scenario() -> None:
        async with ScriptedGateway() as gateway:
            port = gateway.port
        failure = await _failure(port)

        assert failure.failure is Failure.DISCONNECTED
        assert "nothing listens" in failure.text

    asyncio.run(scenario())


def test_a_silent_port_ends_at_the_limit() -> None:
    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def scenario() -> None:
        server = await asyncio.start_server(swallow, "127.0.0.1", 0)
        failure = await _failure(server.sockets[0].getsockname()[1], connect_timeout_seconds=0.05)
        server.close()

        assert failure.failure is Failure.DISCONNECTED
        assert "silent" in failure.text

    asyncio.run(scenario())


def test_something_that_is_no_gateway_is_named() -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    async def scenario() -> None:
        server = await asyncio.start_server(greet, "127.0.0.1", 0)
        failure = await _failure(server.sockets[0].getsockname()[1])
        server.close()

        assert "not an IB gateway" in failure.text

    asyncio.run(scenario())


def test_a_gateway_of_an_older_protocol_is_named_at_once() -> None:
    async def scenario() -> None:
        async with ScriptedGateway(version=150) as gateway:
            failure = await _failure(gateway.port)

            assert "its API is of version 150; at least 157 is needed" in failure.text
            assert "update TWS or IB Gateway" in failure.advice

    asyncio.run(scenario())


def test_a_gateway_that_does_not_log_on_is_named() -> None:
    async def scenario() -> None:
        async with ScriptedGateway({71: lambda _: []}) as gateway:
            failure = await _failure(gateway.port, connect_timeout_seconds=0.1)

            assert "does not log on" in failure.text

    asyncio.run(scenario())


def test_a_gateway_that_hangs_up_at_log_on_is_named_at_once() -> None:
    async def scenario() -> None:
        async with ScriptedGateway() as gateway:

            def hang_up(_: list[str]) -> list[tuple[object, ...]]:
                gateway.hang_up()
                return []

            gateway.answers[71] = hang_up
            failure = await _failure(gateway.port)

            assert "hung up while logging on" in failure.text

    asyncio.run(scenario())


def test_another_account_is_refused_without_naming_it() -> None:
    async def scenario() -> None:
        async with ScriptedGateway() as gateway:
            failure = await _failure(gateway.port, account="U999")

            assert failure.failure is Failure.REFUSED
            assert "U999" not in failure.text
            assert "DU1" not in failure.text

    asyncio.run(scenario())


def test_several_accounts_and_no_name_are_refused() -> None:
    async def scenario() -> None:
        async with ScriptedGateway({71: lambda _: [(15, 1, "DU1,DU2"), (9, 1, 50)]}) as gateway:
            failure = await _failure(gateway.port)

            assert failure.failure is Failure.REFUSED

    asyncio.run(scenario())


def test_a_lost_socket_fails_what_waits_and_is_reported_once() -> None:
    async def scenario() -> None:
        async with ScriptedGateway() as gateway, Desk(gateway) as desk:
            asked = asyncio.ensure_future(desk.broker.current_time(5))
            await gateway.heard(49)
            gateway.hang_up()
            answer = await asked
            (report,) = await desk.reported(DisconnectedReport)

            assert isinstance(answer, RequestFailed)
            assert answer.failure is Failure.DISCONNECTED
            assert isinstance(report, DisconnectedReport)
            assert report.generation == 3
            assert len(await desk.reported(DisconnectedReport)) == 1

    asyncio.run(scenario())


def test_an_own_disconnect_fails_what_waits_and_reports_nothing() -> None:
    async def scenario() -> None:
        async with ScriptedGateway() as gateway, Desk(gateway) as desk:
            asked = asyncio.ensure_future(desk.broker.current_time(5))
            await gateway.heard(49)
            desk.broker.disconnect()
            answer = await asked

            assert isinstance(answer, RequestFailed)
            assert answer.failure is Failure.DISCONNECTED
            assert desk.reports == []

    asyncio.run(scenario())


def test_a_request_before_connecting_is_a_failure_and_no_error() -> None:
    async def scenario() -> None:
        answer = await _broker(1).current_time(1)

        assert isinstance(answer, RequestFailed)
        assert answer.failure is Failure.DISCONNECTED

    asyncio.run(scenario())


def test_a_log_on_answer_that_was_lost_is_asked_for_again() -> None:
    async def scenario() -> None:
        script: dict[int, Answer] = {71: lambda _: [(15, 1, ACCOUNT)], 8: lambda _: [(9, 1, 50)]}
        async with ScriptedGateway(script) as gateway:
            broker = _broker(gateway.port, connect_timeout_seconds=1)

            assert await broker.connect() is None
            broker.disconnect()

    asyncio.run(scenario())
