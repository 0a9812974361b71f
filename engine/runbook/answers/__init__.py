"""What conditions can tell of answers: cuts, cells, witnesses, and every way that a step can end.

``atoms``, ``cells`` and ``witness`` part all answers into classes; the outcome tree of a plan stands on
them. ``ends`` and ``survey`` ask the same of a runbook that has no inputs yet: what a condition can
come to at all.
"""
