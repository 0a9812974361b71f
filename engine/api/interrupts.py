"""How another thread has a run end in good order."""

import threading
from contextlib import AbstractContextManager, nullcontext


class Interrupts:
    """Ends the runs that it was given to; one value may be given to many, and is good for one end."""

    def __init__(self) -> None:
        self._asked = threading.Event()

    def stop(self) -> None:
        """Have nothing more sent, from any thread; each run then stands, and can be resumed.

        What is in flight is waited for, for as long as the step's ``timeout`` says.
        """
        self._asked.set()

    @property
    def asked(self) -> bool:
        """Whether nothing more is to be sent."""
        return self._asked.is_set()

    def in_flight(self) -> AbstractContextManager[None]:
        """Wait for the answer: a thread cannot be torn off it, and its timeout bounds it."""
        return nullcontext()
