"""Platforms refuse fees and colours that cannot be."""

from decimal import Decimal

import pytest

from earntrack_core.kernel.errors import InvalidError
from earntrack_core.platforms.model import FeeRule
from earntrack_core.testing.makers import a_platform, an_actor


class TestFeeRule:
    @pytest.mark.parametrize(
        ("fields", "problem"),
        [
            ({"percent": Decimal("100.1")}, "percent: must be 0 to 100"),
            ({"percent": Decimal("NaN")}, "percent: must be 0 to 100"),
            ({"percent": Decimal("0.00001")}, "percent: must not have more"),
            ({"fixed": Decimal(-1)}, "fixed: must be 0 to"),
            ({"fixed": Decimal("0.00001")}, "fixed: must not have more"),
        ],
    )
    def test_refuses(self, fields, problem):
        """A share is 0 to 100 with four decimals; an amount likewise."""
        with pytest.raises(InvalidError, match=problem):
            FeeRule(**fields)


class TestPlatform:
    @pytest.mark.parametrize("colour", ["red", "#12345", "123456#", "#12345g"])
    def test_colour(self, colour):
        """A colour is #rrggbb."""
        with pytest.raises(InvalidError, match="colour: must look like"):
            a_platform(an_actor(), colour=colour)
