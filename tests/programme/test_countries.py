"""Countries: what is known, what is said to be unknown and inherited, and what a phone gets there."""

import gzip
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from tsela.kernel.errors import TselaError
from tsela.programme import check, load
from tsela.work.commands.programme import command

FOLDER = Path(__file__).resolve().parents[2] / "programmes/mentor_mother"
PROGRAMME = load(FOLDER)
TWELVE = ["ZA", "LS", "SZ", "MW", "KE", "UG", "ZM", "MZ", "AO", "GH", "TZ", "BW"]
CONSENT = {"ZA": 12, "LS": 12, "SZ": 12, "UG": 12, "MW": 13, "KE": 15, "TZ": 15, "ZM": 16, "BW": 16,
           "AO": 18, "GH": 18, "MZ": 18}  # fmt: skip


@pytest.mark.parametrize("code", TWELVE)
def test_a_country_has_districts_languages_and_a_law_that_somebody_must_confirm(code: str) -> None:
    country = PROGRAMME.countries[code]
    assert len(country.districts) >= 4
    assert country.official in country.languages
    assert {"consent_age", "data_protection"} <= set(country.unconfirmed)
    assert country.consent_age == CONSENT[code]
    assert {"emergency_number", "helpline"} <= set(country.unknown)


def test_who_may_agree_to_a_test_is_18_where_nobody_has_told_us() -> None:
    assert PROGRAMME.countries["NG"].consent_age == 18
    assert "consent_age" in PROGRAMME.countries["NG"].unknown


@pytest.mark.parametrize("code", TWELVE)
def test_what_is_unknown_is_inherited_and_what_is_known_is_the_countrys_own(code: str) -> None:
    country = PROGRAMME.countries[code]
    assert all(fact.source and fact.review for fact in country.parameters.values() if fact.known)
    tables = PROGRAMME.tables_for(PROGRAMME.policy_of(code))
    base = PROGRAMME.tables_for(country.policy)
    assert [item["id"] for item in tables["items"]] == [item["id"] for item in base["items"]]
    assert tables["policy"] == PROGRAMME.policy_of(code)


def given(policy: str, item: str) -> bool:
    """Whether an item can be needed at all under a policy."""
    rows = {row["id"]: row for row in PROGRAMME.tables_for(policy)["items"]}
    return '{"const": false}' not in json.dumps(rows[item]["when"])


@pytest.mark.parametrize(
    ("item", "countries"),
    [("malaria_first", {"KE", "GH", "MW", "UG", "MZ"}), ("yellow_fever", {"AO", "GH", "UG"}),
     ("iptp_first", set(TWELVE) - {"ZA", "LS", "SZ", "BW"})],
)  # fmt: skip
def test_vaccines_and_malaria_are_switched_by_country(item: str, countries: set[str]) -> None:
    assert {code for code in TWELVE if given(PROGRAMME.policy_of(code), item)} == countries


def test_a_country_without_a_profile_follows_what_programme_yaml_says_or_the_default() -> None:
    assert (PROGRAMME.policy_of("NG"), PROGRAMME.policy_of("FR"), PROGRAMME.policy_of("")) == (
        "who_2025",
    ) * 3


def test_a_phone_gets_the_languages_of_its_country_and_english() -> None:
    assert [one["code"] for one in PROGRAMME.bundle("KE")["languages"]] == ["en", "sw"]
    assert [one["name"] for one in PROGRAMME.bundle("LS")["languages"]] == ["English", "Sesotho"]
    assert set(PROGRAMME.bundle("ZA")["locales"]) == {"zu", "xh", "st", "tn", "ss"}
    assert set(PROGRAMME.bundle()["locales"]) == set(PROGRAMME.languages) - {"en"}


def test_the_months_of_a_language_are_in_the_bundle() -> None:
    assert PROGRAMME.bundle("MZ")["locales"]["pt"]["Nov"] == "novembro"


def test_twelve_languages_do_not_swell_a_phones_bundle() -> None:
    def size(country: str, words: str) -> int:
        return len(gzip.compress(json.dumps(PROGRAMME.bundle(country, words)["locales"]).encode()))

    assert size("ZA", "en") < 100
    assert all(size("ZA", tag) < 90_000 for tag in ("zu", "xh", "st", "tn", "ss"))


def test_a_phone_gets_the_words_of_the_language_it_speaks() -> None:
    one = PROGRAMME.bundle("ZA", "xh")
    assert set(one["locales"]) == {"xh"}
    assert one["languages"] == PROGRAMME.bundle("ZA")["languages"]
    assert PROGRAMME.bundle("ZA", "sw")["locales"] == {}


def test_a_country_may_fall_back_on_its_official_language(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "programme"))
    text = (folder / "programme.yaml").read_text()
    (folder / "programme.yaml").write_text(text.replace("pt, tw]", "pt, tw, vmw]"))
    (folder / "locales/vmw.po").write_text('msgid ""\nmsgstr ""\n\nmsgid "Yes"\nmsgstr "Aayo"\n')
    words = load(folder).bundle("MZ")["locales"]["vmw"]
    assert (words["Yes"], words["No"]) == ("Aayo", "Não")


def test_a_countrys_value_that_breaks_a_rule_is_found_by_check_and_never_runs(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "programme"))
    text = (folder / "countries/KE.yaml").read_text()
    assert "mr_second: {value: 18 months" in text
    (folder / "countries/KE.yaml").write_text(
        text.replace("mr_second: {value: 18 months", "mr_second: {value: soon")
    )
    assert any(found.where.startswith("countries/KE.yaml") for found in check(folder))
    with pytest.raises(TselaError):
        load(folder).tables_for("KE")


def test_the_command_says_what_is_known_of_a_country() -> None:
    told = json.loads(CliRunner().invoke(command, ["countries", str(FOLDER), "--json"]).output)
    kenya = told["KE"]
    assert kenya["consent_age"]["value"] == "15"
    assert kenya["parameters"]["rota_again"] == "unknown"
    assert kenya["parameters"]["malaria_vaccine"]["review"] == "clinician"
    assert "KE Kenya: follows who_2025" in CliRunner().invoke(command, ["countries", str(FOLDER)]).output
