"""The run log: what surely went out, what surely did not, and what nobody knows (DESIGN, section 8)."""
