"""The imperative shell: the loop, the gate, and what a person may say to a run (DESIGN, section 7)."""
