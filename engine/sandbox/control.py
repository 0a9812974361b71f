"""Control of the sandbox over HTTP, below ``/_sandbox``; it needs no token and is not recorded."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from engine.sandbox.faults import Fault, Kind
from engine.sandbox.inbox import page
from engine.sandbox.reading import fault_from, listed
from engine.sandbox.state import Sandbox
from engine.sandbox.wire import decoded

Refuse = Callable[[float], Awaitable[None]]
_REFUSED_FOR_S = 2.0


def routes(sandbox: Sandbox, refuse: Refuse | None = None) -> list[Route]:
    """Give the routes of control and of the inbox."""
    control = Control(sandbox, refuse)
    return [
        Route("/", control.inbox),
        Route("/_sandbox/inbox", control.inbox),
        Route("/_sandbox/load", control.load, methods=["POST"]),
        Route("/_sandbox/reset", control.reset, methods=["POST"]),
        Route("/_sandbox/faults", control.faults, methods=["GET", "POST", "DELETE"]),
        Route("/_sandbox/outbox", control.outbox),
        Route("/_sandbox/requests", control.requests),
    ]


class Control:
    """What can be done to the sandbox from outside; every body is JSON."""

    def __init__(self, sandbox: Sandbox, refuse: Refuse | None) -> None:
        self._sandbox = sandbox
        self._refuse = refuse

    async def load(self, request: Request) -> Response:
        """Add campaigns: ``{campaigns: [{id, name, customers: [row, …]}, …]}``."""
        try:
            self._sandbox.load(*listed(decoded(await request.body()), "campaigns"))
        except ValueError as error:
            return _refused(error)
        campaigns = self._sandbox.campaigns.values()
        return JSONResponse({"campaigns": {each.id: len(each.customers) for each in campaigns}})

    async def reset(self, _: Request) -> Response:
        """Forget messages, requests, log rows and faults."""
        self._sandbox.reset()
        return JSONResponse({})

    async def faults(self, request: Request) -> Response:
        """Show the faults that wait, add some, or forget them all."""
        if request.method == "DELETE":
            self._sandbox.heal()
        if request.method == "POST":
            try:
                given = listed(decoded(await request.body()), "faults")
                await self._add([fault_from(each, self._sandbox.options.endpoints) for each in given])
            except ValueError as error:
                return _refused(error)
        return JSONResponse({"faults": [{"kind": each.kind} for each in self._sandbox.faults]})

    async def _add(self, faults: list[Fault]) -> None:
        """Script faults; to refuse, the door itself closes: no request could be met in time."""
        for fault in faults:
            if fault.kind is Kind.REFUSE and self._refuse is not None:
                await self._refuse(_REFUSED_FOR_S if fault.seconds is None else fault.seconds)
            else:
                self._sandbox.script(fault)

    async def outbox(self, _: Request) -> Response:
        """Show every message that was accepted."""
        return JSONResponse({"messages": [each.to_json() for each in self._sandbox.outbox]})

    async def requests(self, _: Request) -> Response:
        """Show every request that arrived."""
        return JSONResponse({"requests": [each.to_json() for each in self._sandbox.requests]})

    async def inbox(self, _: Request) -> Response:
        """Show people what their customers got."""
        return HTMLResponse(page(self._sandbox), headers={"cache-control": "no-store"})


def _refused(error: ValueError) -> Response:
    return JSONResponse({"error": str(error)}, status_code=400)
