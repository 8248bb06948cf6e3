"""The sample county (示例数据) on an empty store: places, handbook, units, people."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import insert, select

from intake.domain.events import GENESIS
from intake.domain.people import Role
from intake.sample.county import SampleCounty, UnitKind, load_sample
from intake.sample.tables import read
from intake.security.passwords import hash_password, random_password
from intake.services.catalogue import HandbookRow, write_catalogue, write_handbook
from intake.services.county import write_county
from intake.settings import Settings
from intake.store.database import Database
from intake.store.tables import account, county, referral, unit
from intake.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Credentials:
    """Shown once, when the account is made; only the hash is stored."""

    username: str
    name: str
    role: Role
    password: str


def seed_sample(
    settings: Settings, database: Database, progress: Callable[[str], None]
) -> list[Credentials]:
    """Load the sample when the store is empty; returns the new accounts, else nothing."""
    with database.read() as conn:
        if conn.execute(select(county.c.code)).first() is not None:
            return []
    sample = load_sample()
    progress("accounts")
    people = _credentials(sample)
    hashes = {
        person.username: hash_password(person.password) if person.password else ""
        for person in people
    }

    def work(work_unit: Unit) -> None:
        progress("county")
        write_county(work_unit, sample.rows, sample=True, duties=_duties(sample))
        progress("catalogue and handbook")
        write_catalogue(work_unit, settings.edition)
        write_handbook(work_unit, settings.edition, _handbook())
        _write_units(work_unit, sample)
        work_unit.conn.execute(
            insert(account), [_account_row(work_unit, person, hashes) for person in people]
        )

    database.write(work)
    return people


def _credentials(sample: SampleCounty) -> list[Credentials]:
    """Random passwords for the desk; collectors have none: their own system comes by token."""
    return [
        Credentials(
            staff.username,
            staff.name,
            Role(staff.role),
            "" if Role(staff.role) is Role.COLLECTOR else random_password(),
        )
        for staff in sample.staff
    ]


def _account_row(work: Unit, person: Credentials, hashes: dict[str, str]) -> dict[str, object]:
    return {
        "username": person.username,
        "display_name": person.name,
        "role": person.role.value,
        "unit_code": "",
        "password_hash": hashes[person.username],
        "active": True,
        "deputy": False,
        "failures": 0,
        "created_at": work.now,
        "changed_at": work.now,
        "head_hash": GENESIS,
        "version": 1,
    }


def _duties(sample: SampleCounty) -> dict[str, tuple[str, str]]:
    """Unit grid → (duty grid, its collector)."""
    holders = {staff.duty_grid: staff.username for staff in sample.staff if staff.duty_grid}
    return {
        grid: (duty.code, holders.get(duty.code, ""))
        for duty in sample.duty_grids
        for grid in duty.grids
    }


def _handbook() -> Iterable[HandbookRow]:
    for name in ("handbook_components.tsv", "handbook_events.tsv"):
        for row in read(name):
            yield HandbookRow(
                label=row["label"],
                position=int(row["seq"]),
                filing=row["filing_condition"],
                closing=row["closing_condition"],
                limits=row["limits"],
                lead_unit=row["lead_unit"],
            )


def _write_units(work: Unit, sample: SampleCounty) -> None:
    work.conn.execute(
        insert(unit),
        [
            {
                "code": one.code,
                "name": one.name,
                "short_name": one.short_name,
                "kind": one.kind.value,
                "phone": one.phone,
                "town_code": sample.rows.code + one.code[1:]
                if one.kind is UnitKind.TERRITORY
                else "",
            }
            for one in sample.units
        ],
    )
    work.conn.execute(
        insert(referral),
        [
            {"code": one.code, "name": one.name, "phone": one.phone, "text": one.text}
            for one in sample.referrals
        ],
    )
