"""Child processes that never outlive the tests."""

import ctypes
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing

PR_SET_PDEATHSIG = 1


def die_with_parent(with_signal: signal.Signals) -> Callable[[], None] | None:
    """For Popen's preexec_fn: on Linux the child gets a signal when the tests die, however they die."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    return lambda: libc.prctl(PR_SET_PDEATHSIG, with_signal)


def stop(
    process: subprocess.Popen, with_signal: signal.Signals = signal.SIGTERM, seconds: float = 15
) -> None:
    """Stop one process, by its own id: politely first."""
    if process.poll() is not None:
        return
    process.send_signal(with_signal)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(seconds)


def free_port() -> int:
    """A loopback port that nobody listens on just now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
