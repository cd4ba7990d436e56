"""The system's Chromium, driven by Playwright."""

import os
import shutil

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# The cheapest phones in the field: a small, touch-only screen.
PHONE = {
    "viewport": {"width": 320, "height": 640},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
DESK = {"viewport": {"width": 1280, "height": 800}}
PATIENCE = (
    90_000  # milliseconds: on a busy machine the worker, which gives way to everybody, takes long to begin
)


def find_chromium() -> str | None:
    """The path of a Chromium or Chrome, or None."""
    named = os.environ.get("TSELA_CHROMIUM")
    names = [named] if named else ["chromium", "chromium-browser", "google-chrome"]
    return next(filter(None, map(shutil.which, names)), None)
