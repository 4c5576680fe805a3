"""The README's example of each client, run as it stands in that client's own environment."""

import subprocess

from simgateway.running import running
from tests.conformance.clients import Client
from tests.simgateway.readme_blocks import blocks

EXPECTED = {"ib_insync": "Filled ", "ib_async": " bars, the last closed at ", "ibapi": "the gateway's time is "}


def test_the_example_in_the_readme_runs(client: Client) -> None:
    name = "ibapi" if client.is_official else client.name
    with running() as gateway:
        code = blocks()[name].replace("4002", str(gateway.port))

        ran = subprocess.run(  # noqa: S603 - our own example, by the interpreter of an environment of ours
            [str(client.python), "-c", code], capture_output=True, text=True, timeout=60, check=False
        )

    assert ran.returncode == 0, ran.stderr
    assert EXPECTED[name] in ran.stdout
