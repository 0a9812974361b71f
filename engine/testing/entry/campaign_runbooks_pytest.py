"""The fixtures that pytest finds by entry point, in every session where the engine is installed.

So it imports nothing but pytest until a test asks for one of them. It stands by itself, and not in a
package: a project that is tested may have a package `engine` of its own, and must not be disturbed.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from engine.testing.fixtures import RunbookCase, ServedSandbox

pytest.register_assert_rewrite("engine.testing.channel_contract")


@pytest.fixture
def sandbox() -> "Iterator[ServedSandbox]":
    """Serve the API on this machine, where nobody can be reached: address, outbox, faults."""
    from engine.testing.fixtures import served_sandbox  # noqa: PLC0415  (it imports the server)

    with served_sandbox() as running:
        yield running


@pytest.fixture
def runbook_case(request: pytest.FixtureRequest) -> "RunbookCase":
    """Carry runbooks out on a sandbox inside the process; paths are those below pytest's root."""
    from engine.testing.fixtures import RunbookCase  # noqa: PLC0415  (it imports the engine)

    return RunbookCase(request.config.rootpath)
