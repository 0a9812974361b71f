"""The run log in one SQLite file: durable at every commit, read by many, written by one at a time."""

from engine.runlog.sqlite.fault import Locked
from engine.runlog.sqlite.log import SqliteLog, look_at, open_log
from engine.runlog.sqlite.place import why_closed

__all__ = ["Locked", "SqliteLog", "look_at", "open_log", "why_closed"]
