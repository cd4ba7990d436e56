"""`tsela errors`: every error by number."""

import click

from tsela.work.commands import print_json

EXAMPLES = """\b
Examples:
  tsela errors
  tsela errors E407
"""


@click.command(epilog=EXAMPLES)
@click.argument("code", required=False)
@click.option("--json", "as_json", is_flag=True)
def command(code: str | None, as_json: bool) -> None:
    """Print the catalogue of errors, or one of them: what it means, why, and what to do."""
    from dataclasses import asdict

    from tsela.kernel.errors import as_markdown, catalogue, fail, nearest

    entries = catalogue()
    if code is not None and code.upper() not in entries:
        fail("E156", where=code, nearest=nearest(code.upper(), entries))
    chosen = [entries[code.upper()]] if code else list(entries.values())
    if as_json:
        print_json([asdict(entry) for entry in chosen])
    elif code is None:
        click.echo(as_markdown(), nl=False)
    else:
        texts = filter(
            None, [f"{code.upper()} {chosen[0].title}", chosen[0].sentence, chosen[0].why, chosen[0].remedy]
        )
        click.echo("\n".join(texts))
