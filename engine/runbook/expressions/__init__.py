"""Conditions and templates: the two small languages inside a runbook's texts.

``parse.parse`` turns the text of a ``when`` or ``success`` into a checked tree; ``grammar``, below it,
is the only door to Jinja2, which ``plain`` conditions do not need. ``evaluate.evaluate`` walks such a
tree; ``template`` fills ``{{ inputs.x }}`` into other texts. The last two import nothing heavy.
"""
