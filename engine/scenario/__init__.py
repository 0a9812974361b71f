"""Runbook tests: what a run must decide when the API answers so or so, told by the machine itself; pure."""
