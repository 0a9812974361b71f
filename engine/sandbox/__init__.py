"""The API on this machine, where nobody can be reached: pure state, faults, a thin HTTP layer.

Written from the API's own pages; shares no code with the client, so that the two check each other.
The server stands in ``engine.sandbox.server`` and is imported only where a socket is wanted.
"""

from engine.sandbox.customers import Campaign, Customer
from engine.sandbox.faults import Fault, Kind
from engine.sandbox.outbox import Message, Received
from engine.sandbox.state import Sandbox
from engine.sandbox.wire import Break, Call, Reply, Wire
from engine.sandbox.world import Options

__all__ = [
    "Break",
    "Call",
    "Campaign",
    "Customer",
    "Fault",
    "Kind",
    "Message",
    "Options",
    "Received",
    "Reply",
    "Sandbox",
    "Wire",
]
