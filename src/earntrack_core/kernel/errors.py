"""Everything EarnTrack raises on purpose."""

from datetime import date, datetime
from typing import Any, ClassVar

from attrs import frozen


def _restored(kind: "type[EarnTrackError]", message: str) -> "EarnTrackError":
    return kind.__new__(kind, message)


class EarnTrackError(Exception):
    """Base of all EarnTrack errors; *code* is stable, the message is not."""

    code: ClassVar[str] = "error"

    def __reduce__(self) -> tuple[Any, ...]:
        """Let errors be copied and sent to other processes.

        Left alone, Python would call the class with the message, which is
        not what the classes below are made from.
        """
        return _restored, (type(self), *self.args), vars(self)


@frozen
class FieldProblem:
    """One thing that is wrong with one field of the input."""

    field: str
    problem: str


class InvalidError(EarnTrackError):
    """The input breaks a rule; `problems` names every field concerned."""

    code = "invalid"

    def __init__(self, field: str, problem: str, *more: FieldProblem) -> None:
        self.field = field
        self.problem = problem
        self.problems = (FieldProblem(field, problem), *more)
        super().__init__(
            "; ".join(f"{one.field}: {one.problem}" for one in self.problems)
        )


class MissingRateError(InvalidError):
    """No exchange rate is known for a pair of currencies on a day."""

    code = "missing_rate"

    def __init__(self, base: str, quote: str, on: date) -> None:
        super().__init__("currency", f"no {base}/{quote} rate for {on}")
        self.base = base
        self.quote = quote
        self.on = on


class NotFoundError(EarnTrackError):
    """There is no such thing, or it is not yours."""

    code = "not_found"

    def __init__(self, kind: str, key: object) -> None:
        super().__init__(f"No {kind} {key}.")
        self.kind = kind
        self.key = key


class ConflictError(EarnTrackError):
    """The request does not fit what is stored."""

    code = "conflict"


class StaleError(ConflictError):
    """Somebody else changed the thing since you read it."""

    code = "stale"

    def __init__(self, kind: str, key: object) -> None:
        super().__init__(f"The {kind} {key} has changed in the meantime.")
        self.kind = kind
        self.key = key


class DuplicateError(ConflictError):
    """There is one already, and there can only be one."""

    code = "duplicate"

    def __init__(self, kind: str, field: str, value: object) -> None:
        super().__init__(f"There is already a {kind} with {field} {value}.")
        self.kind = kind
        self.field = field
        self.value = value


class WrongStateError(ConflictError):
    """The thing exists, but this cannot be done to it now."""

    code = "wrong_state"


class ForbiddenError(EarnTrackError):
    """You are known, but you may not do this."""

    code = "forbidden"


class PlanLimitError(ForbiddenError):
    """The workspace's plan does not include this."""

    code = "plan_limit"

    def __init__(self, plan: str, limit: str, allowed: int) -> None:
        super().__init__(f"The {plan} plan includes {allowed} {limit}.")
        self.plan = plan
        self.limit = limit
        self.allowed = allowed


class UnauthenticatedError(EarnTrackError):
    """We do not know who you are."""

    code = "unauthenticated"


class LockedOutError(UnauthenticatedError):
    """Too many failed attempts; try again at `until` (aware UTC)."""

    code = "locked_out"

    def __init__(self, until: datetime) -> None:
        super().__init__("Too many failed attempts; wait and try again.")
        self.until = until


class UnavailableError(EarnTrackError):
    """Something behind an adapter is down; trying again later may help."""

    code = "unavailable"

    def __init__(self, what: str, problem: str) -> None:
        super().__init__(f"The {what} cannot be reached: {problem}.")
        self.what = what


class PluginError(EarnTrackError):
    """A plugin is broken or contradicts another; names the culprit."""

    code = "plugin"

    def __init__(self, plugin: str, problem: str) -> None:
        super().__init__(f"Plugin {plugin}: {problem}.")
        self.plugin = plugin
        self.problem = problem
