"""`tsela chat`: the programme's own flows, in a terminal or through a pipe."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from tsela.work.commands import tsela

PROGRAMME = str(Path(__file__).parents[2] / "programmes" / "mentor_mother")


def chat(lines: list[str], *options: str) -> Result:
    return CliRunner().invoke(tsela, ["chat", PROGRAMME, *options], input="\n".join(lines))


def test_a_client_is_asked_for_her_language_and_stops() -> None:
    result = chat(["hello", "isiZulu", "STOP", "/quit"], "--country", "ZA", "--json")
    turns = [json.loads(line) for line in result.output.splitlines()]
    assert result.exit_code == 0
    assert turns[0]["shown"][0]["text"] == "Which language would you like?"
    assert {"do": "language", "tag": "zu"} in turns[1]["effects"]
    assert {"do": "stop"} in turns[2]["effects"]


def test_what_the_person_at_the_terminal_can_do() -> None:
    lines = ["menu", "/tap Talk to a person", "/voice", "/returned", "/later 5 hours", "/later soon", "/tap nothing", "/tier none", "/what", "/state"]  # fmt: skip
    result = chat(lines, "--language", "en", "--country", "ZA", "--channel", "sms")
    assert result.exit_code == 0
    for said in (
        "1. Pregnancy",
        "as gsm7",
        "handover support",
        "such as 4 hours",
        "no such option",
        "One of: covert",
        "There is no /what",
        '"opened"',
    ):
        assert said in result.output, said


def test_an_unknown_country_is_refused_with_the_known_ones() -> None:
    result = chat(["hello"], "--country", "XX")
    assert result.exit_code != 0
    assert "E220" in str(result.exception)
