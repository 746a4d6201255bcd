"""The exam of every storage: subclass it and supply the fixtures.

A fixture `storage` gives a storage that was prepared, and a fixture `told`
the list of all events that it told. Others may use it: every test makes
workspaces of its own.
"""

from earntrack_core.testing.storage_contract_book import BookContract
from earntrack_core.testing.storage_contract_claims import ClaimsContract
from earntrack_core.testing.storage_contract_lines import LinesContract
from earntrack_core.testing.storage_contract_lists import ListsContract
from earntrack_core.testing.storage_contract_records import RecordsContract
from earntrack_core.testing.storage_contract_references import (
    ReferencesContract,
)
from earntrack_core.testing.storage_contract_sums import SumsContract
from earntrack_core.testing.storage_contract_units import UnitsContract
from earntrack_core.testing.storage_contract_walls import WallsContract


class StorageContract(
    BookContract,
    ClaimsContract,
    LinesContract,
    ListsContract,
    RecordsContract,
    ReferencesContract,
    SumsContract,
    UnitsContract,
    WallsContract,
):
    """What every storage promises."""
