"""Conditions and templates: the two small languages inside a runbook's texts.

``parse`` turns the text of a ``when`` or ``success`` into a checked tree and is the only door to
Jinja2; ``evaluate`` walks such a tree; ``template`` fills ``{{ inputs.x }}`` into other texts.
"""
