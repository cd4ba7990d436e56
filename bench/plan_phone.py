"""The phone's engine alone, in Chromium with the CPU throttled: python -m bench.plan_phone.

500 clients cleaned, ordered and planned from their raw events; then one client again after a new event, her relatives too.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright

from bench.plan_data import TODAY, Data, simulated
from bench.site import report
from support.browser import FLAGS, find_chromium

SLOWER, CLIENTS, RUNS = 6, 500, 3
PHONE = Path(__file__).parents[1] / "phone"
ALL = """([tables, events, today]) => {
  window.rules = engine.makeRules(tables);
  window.day = engine.parseDate(today);
  window.histories = Map.groupBy(events, (event) => event.client);
  const start = performance.now();
  window.records = engine.makeRecords(rules, events);
  for (const client of records.clients()) engine.plan(rules, records, client, day);
  return performance.now() - start;
}"""
ONE = """() => [...histories].slice(0, 60).map(([client, events]) => {
  const start = performance.now();
  records.put(client, events);
  for (const one of [client, ...records.linked(client)]) engine.plan(rules, records, one, day);
  return performance.now() - start;
})"""


def bundle() -> str:
    """The engine as one script that defines `engine`."""
    with tempfile.TemporaryDirectory() as folder:
        entry, out = Path(folder, "engine.ts"), Path(folder, "engine.js")
        core = PHONE / "src/core"
        entry.write_text(
            f'export * from "{core}/engine/index";\nexport {{ parseDate }} from "{core}/dates";\n'
        )
        subprocess.run(
            [PHONE / "node_modules/.bin/rolldown", entry, "--format", "iife", "--name", "engine", "--minify", "-o", out],
            check=True, capture_output=True, cwd=PHONE,
        )  # fmt: skip
        return out.read_text(encoding="utf-8")


def measured(browser: Browser, data: Data) -> tuple[float, float]:
    """Milliseconds: everyone on a page that has just opened, and one client once it is warm."""
    with browser.new_page() as page:  # closed at once: a throttled page keeps its core busy
        page.add_script_tag(content=bundle())
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        return page.evaluate(ALL, [*data, TODAY]), median(page.evaluate(ONE))


def main() -> int:
    data = simulated(CLIENTS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        runs = [measured(browser, data) for _ in range(RUNS)]
        browser.close()
    everyone, one = map(min, zip(*runs, strict=True))
    print(
        f"  {CLIENTS} clients, {len(data.events)} events, {len(data.tables['items'])} items; best of {RUNS} fresh pages"
    )
    held = [
        report(f"engine, {CLIENTS} clients, CPU {SLOWER}x", everyone / 1000, "s", 1.5, at_least=False),
        report(f"engine, one client and relatives, CPU {SLOWER}x", one, "ms", 10, at_least=False),
    ]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
