import pytest

from tests.unit.identity.people import Town


@pytest.fixture(name="town")
def _town():
    return Town()
