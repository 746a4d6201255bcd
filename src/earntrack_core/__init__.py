"""EarnTrack: exact net earnings, out of what platforms really export."""

from earntrack_core.app import EarnTrack, PlatformNet
from earntrack_core.earnings.filters import EarningFilter, EarningOrder
from earntrack_core.earnings.model import Earning, EarningPatch, NewEarning
from earntrack_core.hookspecs import hookimpl
from earntrack_core.kernel.actor import Actor, Role
from earntrack_core.kernel.errors import EarnTrackError
from earntrack_core.kernel.periods import Period, Step
from earntrack_core.parts import Options
from earntrack_core.platforms.model import (
    FeeRule,
    NewPlatform,
    Platform,
    PlatformInfo,
)
from earntrack_core.statements.importer import Order
from earntrack_core.statements.model import Answers
from earntrack_core.statements.report import ImportReport


__all__ = [
    "Actor",
    "Answers",
    "EarnTrack",
    "EarnTrackError",
    "Earning",
    "EarningFilter",
    "EarningOrder",
    "EarningPatch",
    "FeeRule",
    "ImportReport",
    "NewEarning",
    "NewPlatform",
    "Options",
    "Order",
    "Period",
    "Platform",
    "PlatformInfo",
    "PlatformNet",
    "Role",
    "Step",
    "hookimpl",
]
