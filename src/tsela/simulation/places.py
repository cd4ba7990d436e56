"""The sites and the staff of the simulated programme."""

from dataclasses import dataclass
from random import Random

from tsela.kernel.ids import derived_id

# country, district, sample sites: real district names, invented use
DISTRICTS = [
    ("ZA", "GP", "Tshwane", ["SOSHANGUVE", "TEMBISA"]),
    ("MW", "MJ", "Mulanje", ["MULANJE", "THYOLO"]),
    ("LS", "MS", "Maseru", ["MASERU", "ROMA"]),
    ("SZ", "LB", "Lubombo", ["DVOKOLWAKO", "SITEKI"]),
    ("KE", "HB", "Homa Bay", ["HOMABAY", "MBITA"]),
    ("UG", "JJ", "Jinja", ["JINJA", "BUGEMBE"]),
]
GIVEN_NAMES = {
    "ZA": ["Nomsa", "Thandi", "Zusiphe", "Lerato", "Ayanda", "Busisiwe", "Nthabiseng", "Palesa"],
    "MW": ["Promise", "Femia", "Chikondi", "Thokozani", "Mphatso", "Tiyamike", "Alinafe", "Takondwa"],
    "LS": ["Limpho", "Mpho", "Puleng", "Teboho", "Refiloe", "Khotso", "Mamello", "Keneuoe"],
    "SZ": ["Temalangeni", "Nothando", "Gugu", "Phindile", "Sibongile", "Lindiwe", "Zanele", "Nomcebo"],
    "KE": ["Achieng", "Atieno", "Wanjiku", "Akinyi", "Njeri", "Adhiambo", "Mercy", "Faith"],
    "UG": ["Teddy", "Nakato", "Namukasa", "Irene", "Nalongo", "Babirye", "Sarah", "Joan"],
}
FAMILY_NAMES = {
    "ZA": ["Dlamini", "Nkosi", "Mokoena", "Khumalo", "Sithole"],
    "MW": ["Banda", "Phiri", "Mwale", "Chirwa", "Kachale"],
    "LS": ["Mohapi", "Letsie", "Thamae", "Mokhele", "Lebone"],
    "SZ": ["Simelane", "Mamba", "Nxumalo", "Maseko", "Gama"],
    "KE": ["Otieno", "Odhiambo", "Mwangi", "Kamau", "Ouma"],
    "UG": ["Nabirye", "Mugisha", "Okello", "Kato", "Mukasa"],
}
LANGUAGES = {"ZA": "zu", "MW": "ny", "LS": "st", "SZ": "ss", "KE": "sw", "UG": "lg"}
CLIENTS_A_SITE, CLIENTS_A_MENTOR_MOTHER = 700, 60


@dataclass(frozen=True)
class Staff:
    id: str
    name: str
    role: str
    sites: tuple[str, ...]
    device: str


@dataclass(frozen=True)
class Site:
    code: str
    name: str
    country: str
    district: str
    mentor_mothers: tuple[Staff, ...]
    coordinator: Staff


def name_of(rng: Random, country: str) -> tuple[str, str]:
    return rng.choice(GIVEN_NAMES[country]), rng.choice(FAMILY_NAMES[country])


def make_sites(clients: int, seed: int) -> list[Site]:
    """One site a country at least; more sites and more Mentor Mothers with more clients."""
    count = max(len(DISTRICTS), round(clients / CLIENTS_A_SITE))
    mothers = max(2, round(clients / count / CLIENTS_A_MENTOR_MOTHER))
    return [_site(Random(f"site {seed} {i}"), i, mothers, seed) for i in range(count)]


def _site(rng: Random, index: int, mothers: int, seed: int) -> Site:
    country, province, district, towns = DISTRICTS[index % len(DISTRICTS)]
    lap = index // len(DISTRICTS)
    town = towns[lap % len(towns)]
    number = lap // len(towns) + 1
    code = f"{country}-{province}-{town}" + (f"-{number}" if number > 1 else "")
    name = f"{town.title()} Clinic" + (f" {number}" if number > 1 else "")
    team = tuple(_staff(rng, code, country, "mentor_mother", i, seed) for i in range(mothers))
    return Site(code, name, country, district, team, _staff(rng, code, country, "site_coordinator", 0, seed))


def _staff(rng: Random, site: str, country: str, role: str, number: int, seed: int) -> Staff:
    key = (seed, site, role, number)
    name = " ".join(name_of(rng, country))
    return Staff(derived_id("staff", *key), name, role, (site,), derived_id("device", *key))
