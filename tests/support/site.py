"""A running site: `tsela serve` in a process and a folder of its own."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from support.processes import die_with_parent, free_port, stop

PROJECT = Path(__file__).parents[2]


@dataclass
class Site:
    """One folder of data and, once started, a server at `url`."""

    home: Path
    database_url: str
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.home / "serve.log"

    def run(self, *arguments: str | Path, timeout: float = 300, typed: str | None = None) -> str:
        """Run `tsela …` on this site's data; its standard output. A failure fails the test with what it said."""
        done = subprocess.run(
            [sys.executable, "-m", "tsela", *map(str, arguments)],
            env=self._environment(), cwd=PROJECT, capture_output=True, text=True, timeout=timeout, input=typed,
        )  # fmt: skip
        assert done.returncode == 0, (
            f"tsela {' '.join(map(str, arguments))} failed:\n{done.stdout}\n{done.stderr}"
        )
        return done.stdout

    def start(self, seconds: float = 60, arguments: tuple[str, ...] = ()) -> "Site":
        """Serve, and return when the site answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tsela", "serve", "--host", "127.0.0.1", "--port", str(self.port), *arguments],
                env=self._environment(), cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )  # fmt: skip
        self._await_answer(seconds)
        return self

    def stop(self) -> None:
        if self.process is not None:
            stop(self.process)
            self.process = None

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None:
            stop(self.process, signal.SIGKILL)
            self.process = None

    def _environment(self) -> dict[str, str]:
        own = {"TSELA_MODE": "test", "TSELA_HOME": str(self.home), "TSELA_DATABASE_URL": self.database_url}
        return {**os.environ, "DJANGO_SETTINGS_MODULE": "tsela.config.settings", **own, **self.environment}

    def _await_answer(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        with closing(httpx.Client(trust_env=False)) as client:
            while time.monotonic() < deadline and self.process and self.process.poll() is None:
                with suppress(httpx.TransportError):
                    client.get(self.url)  # any answer will do, a 404 too
                    return
                time.sleep(0.1)
        said = self.log.read_text()[-3000:]
        self.stop()
        raise AssertionError(f"tsela serve gave no answer:\n{said}")
