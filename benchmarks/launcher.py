"""Runs one command and says what it took; a program of its own, so that it is small.

On Linux the peak of a process begins at that of the one that starts it.
"""

import json
import os
import sys
import time


def _main(errors: str, command: list[str]) -> None:
    quiet = (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)
    kept = (os.POSIX_SPAWN_OPEN, 2, errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    begin = time.perf_counter()
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=[quiet, kept])
    _, status, used = os.wait4(pid, 0)
    wall_s = time.perf_counter() - begin
    code = os.waitstatus_to_exitcode(status)
    print(json.dumps([code, wall_s, used.ru_utime + used.ru_stime, used.ru_maxrss]))


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2:])
