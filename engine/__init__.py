"""Campaign runbooks: outreach plans as reviewed YAML, planned on every path, sent at most once."""

__version__ = "0.1.0"
