"""The clock port."""

from collections.abc import Callable
from datetime import datetime


Clock = Callable[[], datetime]
"""Returns the present instant, aware and in UTC."""
