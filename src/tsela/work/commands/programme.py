"""`tsela programme`: check a programme folder, and run its worked examples."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tsela.kernel.errors import Problem, problem
from tsela.programme import Programme, load
from tsela.programme import check as check_folder
from tsela.work import adopting, publishing
from tsela.work.commands import print_json

if TYPE_CHECKING:
    from tsela.messaging.dialogues import Result as DialogueResult
    from tsela.work.cases import Result as CaseResult

FAILURES = ("E231", "E731")  # of a case, of a dialogue
FOLDER = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


@click.group(no_args_is_help=True)
def command() -> None:
    """Make, check, test, understand, edit and publish a programme."""


@command.command(epilog="Example: tsela programme check programmes/mentor_mother")
@FOLDER
@JSON
def check(folder: Path, as_json: bool) -> None:
    """Say everything that is wrong with a programme: file and line, what, and what to do."""
    problems = check_folder(folder)
    if not _errors(problems):
        problems += _indicators(folder)
    errors = _errors(problems)
    if as_json:
        print_json({"errors": errors, "problems": [asdict(found) for found in problems]})
    else:
        _say(problems)
        click.echo(
            f"{errors} errors, {len(problems) - errors} warnings" if problems else "The programme is sound."
        )
    sys.exit(bool(errors))


@command.command(
    epilog="Examples: tsela programme words programmes/mentor_mother --app phone/src · "
    "tsela programme words programmes/mentor_mother --coverage"
)
@FOLDER
@click.option(
    "--app", type=click.Path(path_type=Path, exists=True), help="Sources of the field app: its words too."
)
@click.option("--coverage", is_flag=True, help="Change nothing; say how much is translated, and reviewed.")
@JSON
def words(folder: Path, app: Path | None, coverage: bool, as_json: bool) -> None:
    """Bring the PO files of locales/ up to date with everything that people read. Translations stay."""
    from tsela.programme import locales

    if coverage:
        _translated(load(folder), as_json)
        return
    lacking = locales.update(load(folder), app)
    if as_json:
        print_json({"lacking": lacking})
    for language, count in lacking.items() if not as_json else ():
        click.echo(f"{folder}/locales/{language}.po: {count} texts lack a translation")


@command.command(
    epilog="Examples: tsela programme test programmes/mentor_mother · "
    "tsela programme test programmes/mentor_mother --coverage=100"
)
@FOLDER
@click.option(
    "--coverage", "wanted", type=click.FloatRange(0, 100), is_flag=False, flag_value=0, metavar="[=PERCENT]",
    help="Say which items and flags no example shows, with their days; fail below this share.",
)  # fmt: skip
@JSON
def test(folder: Path, wanted: float | None, as_json: bool) -> None:
    """Run the programme's worked examples (cases/*.yaml) and dialogues (dialogues/*.yaml); say where they differ."""
    from tsela.work.cases import run_cases
    from tsela.work.coverage import coverage
    from tsela.work.dialogues import not_shown, run_dialogues

    programme = load(folder)
    cases, problems = run_cases(programme)
    dialogues, unread = run_dialogues(programme)
    shown = None if wanted is None else coverage(programme)
    results: list[CaseResult | DialogueResult] = [*cases, *dialogues]
    failed = [result for result in results if result.differences]
    problems += [*unread, *map(_failure, failed)]
    passed = len(cases) + len(dialogues) - len(failed)
    if as_json:
        print_json({
            "passed": passed, "failed": len(failed), "cases": [result.as_dict() for result in cases],
            "dialogues": [result.as_dict() for result in dialogues], "problems": [asdict(found) for found in problems],
            **({"coverage": shown.as_dict(), "steps_not_shown": not_shown(programme, dialogues)} if shown else {}),
        })  # fmt: skip
    else:
        _say([found for found in problems if found.code not in FAILURES])
        for result in failed:
            click.echo(f"FAILED {result.where}: {result.title}")
            click.echo("\n".join(f"   {difference}" for difference in result.differences))
        for rule in shown.missing if shown else ():
            click.echo(f"not shown: {rule.kind} {rule.id}: {', '.join(rule.missing)}")
        for flow, steps in not_shown(programme, dialogues).items() if shown else ():
            click.echo(f"not shown: flow {flow}: {', '.join(steps)}")
        click.echo(f"{sum(not case.differences for case in cases)} of {len(cases)} examples hold.")
        if dialogues:
            click.echo(f"{sum(not one.differences for one in dialogues)} of {len(dialogues)} dialogues hold.")
        if shown:
            click.echo(
                f"Examples show {shown.percent:.1f}% of what {len(shown.rules)} items and flags can do."
            )
    sys.exit(bool(problems) or (shown is not None and shown.percent < (wanted or 0)))


def _failure(result: "CaseResult | DialogueResult") -> Problem:
    differences = "; ".join(result.differences)
    return problem(result.code, where=result.where, case=result.title, differences=differences)


@command.command(epilog="Example: tsela programme countries programmes/mentor_mother --json")
@FOLDER
@JSON
def countries(folder: Path, as_json: bool) -> None:
    """Say what the programme knows of each country, what nobody has told it, and what somebody must confirm."""
    programme = load(folder)
    if as_json:
        print_json({code: country.as_dict() for code, country in programme.countries.items()})
    for country in programme.countries.values() if not as_json else ():
        click.echo(
            f"{country.code} {country.title}: follows {country.policy}, speaks {', '.join(country.languages)}"
        )
        for said, names in (("unknown", country.unknown), ("to be confirmed", country.unconfirmed)):
            click.echo(f"   {said}: {', '.join(names) or 'nothing'}")


def _translated(programme: Programme, as_json: bool) -> None:
    """The share of texts in each language, by kind."""
    from tsela.programme.translation import KINDS, translation

    found = translation(programme)
    if as_json:
        known = [language.as_dict() for language in programme.registered.values()]
        print_json({**found.as_dict(), "registered": known})
        return
    click.echo(
        "Share of texts that are translated; in brackets: read by a native speaker, where that is less."
    )
    click.echo(f"{'':26}" + "".join(f"{kind:>12}" for kind in KINDS) + "  countries")
    for tag, row in found.rows():
        language = programme.language(tag)
        shares = "".join(f"{row[kind]!s:>12}" for kind in KINDS)
        click.echo(f"{tag:5}{language.name:21}{shares}  {' '.join(language.countries)}")


def _indicators(folder: Path) -> list[Problem]:
    """The indicators of a folder whose rules can run."""
    from tsela.evaluation import definitions

    return definitions.check(load(folder))


def _errors(problems: list[Problem]) -> int:
    return sum(found.level == "error" for found in problems)


def _say(problems: list[Problem]) -> None:
    for found in problems:
        click.echo(f"{found.level}: {found}")


for added in (
    adopting.new, adopting.show, adopting.export_, adopting.import_,
    publishing.diff, publishing.publish, publishing.rollback, publishing.versions,
):  # fmt: skip
    command.add_command(added)
