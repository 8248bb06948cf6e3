"""Editions of the catalogue, local categories and the handbook: check a file, bring it in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.table import Table

from intake.commands.refusing import console, open_or_refuse, plain_errors

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def catalogue() -> None:
    """The catalogue of components and events, and the county's handbook."""


@contextmanager
def _listed() -> Iterator[None]:
    """Every fault on a line of its own; exit code 1, nothing written."""
    from intake.services.catalogue_import import ImportRefused

    try:
        with plain_errors():
            yield
    except ImportRefused as refused:
        told = "\n  ".join(refused.faults)
        raise click.ClickException(f"{refused}:\n  {told}") from None


@catalogue.command("import")
@click.option("--edition", required=True, help="Name of the edition, e.g. GB/T 47678.5-2026.")
@click.option("--local", is_flag=True, help="Further categories of an edition that is there.")
@click.option("--crosswalk", multiple=True, type=_FILE, help="Steps from older editions.")
@click.option("--check", is_flag=True, help="Check only, write nothing.")
@click.argument("files", nargs=-1, required=True, type=_FILE)
def import_edition(
    edition: str, local: bool, crosswalk: tuple[Path, ...], check: bool, files: tuple[Path, ...]
) -> None:
    """Bring in an edition, or local categories, from CSV or TSV files.

    Columns: kind, major_code, major_name, code, name, source, confidence. Crosswalk: kind,
    from_edition, from_code, to_code, match.
    """
    from intake.services.catalogue_import import import_edition as bring_in

    room = open_or_refuse("catalogue")
    with _listed():
        done = bring_in(room, edition, files, crosswalk, local=local, check_only=check)
    verb = "are in order" if check else "imported"
    console.print(f"{edition}: {done.categories} categories, {done.crossings} crossings {verb}")


@catalogue.command("handbook")
@click.option("--check", is_flag=True, help="Check only, write nothing.")
@click.argument("files", nargs=-1, required=True, type=_FILE)
def import_handbook(check: bool, files: tuple[Path, ...]) -> None:
    """Bring in filing conditions with limits and lead units from CSV or TSV files.

    Columns: label, seq, filing_condition, closing_condition, limits, lead_unit. They replace the
    conditions of the same categories; cases keep the condition they were filed under.
    """
    from intake.services.catalogue_import import import_handbook as bring_in

    room = open_or_refuse("catalogue")
    with _listed():
        done = bring_in(room, files, check_only=check)
    verb = "are in order" if check else f"imported, {done.retired} retired"
    console.print(f"{done.conditions} filing conditions {verb}")


@catalogue.command("editions")
def list_editions() -> None:
    """The editions of the store, with their numbers of categories."""
    from intake.services.catalogue import list_editions as editions

    table = Table("edition", "in force", "components", "events", "of these local")
    with plain_errors():
        rows = editions(open_or_refuse("catalogue"))
    for row in rows:
        force = "yes" if row.active else ""
        table.add_row(row.name, force, str(row.components), str(row.events), str(row.local))
    console.print(table)
