"""From text to a typed runbook, pure: read, check, decode."""
