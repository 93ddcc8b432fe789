"""How far the cells of a sheet may reach, and what stands for cells without a value."""

from collections.abc import Mapping

from nspermaudit.errors import InputError
from nspermaudit.model import Location

MAX_CELLS = 12_000_000
"""Cells between the first and the last one of a sheet, blank ones included."""

Place = tuple[int, int]
"""Row and column, counted from 0."""

Faults = Mapping[Place, str]
"""What stands in cells that have no value."""


def refuse_far_cells(rows: int, columns: int) -> None:
    """Raise InputError for a sheet whose reader would make room for too many cells."""
    if rows * columns > MAX_CELLS:
        text = (
            f"a sheet whose cells are too far apart, or more than {MAX_CELLS:,}: copy the rows to "
        )
        raise InputError(f"{text}a new sheet, or save it as CSV", Location(""))
