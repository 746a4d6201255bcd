import copy
import pickle
from datetime import UTC, date, datetime

import pytest

from earntrack_core.kernel import errors
from earntrack_core.kernel.errors import (
    ConflictError,
    DuplicateError,
    EarnTrackError,
    FieldProblem,
    ForbiddenError,
    InvalidError,
    LockedOutError,
    MissingRateError,
    NotFoundError,
    PlanLimitError,
    PluginError,
    StaleError,
    UnauthenticatedError,
    UnavailableError,
    WrongStateError,
)


ALL = [
    InvalidError("fee", "must not exceed gross", FieldProblem("on", "when?")),
    MissingRateError("EUR", "USD", date(2026, 1, 15)),
    NotFoundError("platform", 7),
    ConflictError("That does not fit."),
    StaleError("earning", 7),
    DuplicateError("platform", "name", "Upwork"),
    WrongStateError("The batch is already undone."),
    ForbiddenError("This needs the role owner."),
    PlanLimitError("free", "platforms", 3),
    UnauthenticatedError("Please sign in."),
    LockedOutError(datetime(2026, 1, 15, tzinfo=UTC)),
    UnavailableError("database", "connection refused"),
    PluginError("acme", "has no key"),
]


@pytest.fixture(name="error", params=ALL, ids=lambda one: type(one).__name__)
def _error(request):
    return request.param


class TestEveryError:
    def test_is_one_of_ours(self, error):
        """Who catches EarnTrackError catches all that is raised on purpose."""
        assert isinstance(error, EarnTrackError)

    def test_says_something(self, error):
        """Every error is a sentence for people."""
        assert len(str(error)) > 10

    @pytest.mark.parametrize(
        "again", [copy.copy, lambda one: pickle.loads(pickle.dumps(one))]
    )
    def test_survives_being_copied(self, error, again):
        """An error can cross to another process and lose nothing."""
        other = again(error)

        assert type(other) is type(error)
        assert (str(other), vars(other)) == (str(error), vars(error))


def test_codes_are_different():
    """A client can tell every error from every other by its code."""
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, EarnTrackError)
    ]

    assert len({kind.code for kind in kinds}) == len(kinds)
    assert {type(error) for error in ALL} == set(kinds) - {EarnTrackError}


class TestSentences:
    @pytest.mark.parametrize(
        ("error", "sentence"),
        [
            (ALL[1], "currency: no EUR/USD rate for 2026-01-15"),
            (ALL[2], "No platform 7."),
            (ALL[4], "The earning 7 has changed in the meantime."),
            (ALL[5], "There is already a platform with name Upwork."),
            (ALL[8], "The free plan includes 3 platforms."),
            (ALL[10], "Too many failed attempts; wait and try again."),
            (ALL[11], "The database cannot be reached: connection refused."),
            (ALL[12], "Plugin acme: has no key."),
        ],
    )
    def test_are_built_from_facts(self, error, sentence):
        """The sentence names what the error is about."""
        assert str(error) == sentence

    @pytest.mark.parametrize(
        ("error", "facts"),
        [
            (ALL[1], {"base": "EUR", "quote": "USD", "field": "currency"}),
            (ALL[2], {"kind": "platform", "key": 7}),
            (ALL[4], {"kind": "earning", "key": 7}),
            (
                ALL[5],
                {"kind": "platform", "field": "name", "value": "Upwork"},
            ),
            (ALL[8], {"plan": "free", "limit": "platforms", "allowed": 3}),
            (ALL[10], {"until": datetime(2026, 1, 15, tzinfo=UTC)}),
            (ALL[11], {"what": "database"}),
            (ALL[12], {"plugin": "acme", "problem": "has no key"}),
        ],
        ids=repr,
    )
    def test_facts_stay_readable(self, error, facts):
        """Programs read the facts, not the sentence."""
        assert facts.items() <= vars(error).items()


class TestInvalidError:
    def test_names_all_problems(self):
        """All that is wrong is told at once."""
        error = InvalidError("fee", "is odd", FieldProblem("on", "is late"))

        assert str(error) == "fee: is odd; on: is late"
        assert error.problems == (
            FieldProblem("fee", "is odd"),
            FieldProblem("on", "is late"),
        )
        assert (error.field, error.problem) == ("fee", "is odd")


class TestFamilies:
    @pytest.mark.parametrize(
        ("error", "family"),
        [
            (MissingRateError, InvalidError),
            (StaleError, ConflictError),
            (DuplicateError, ConflictError),
            (WrongStateError, ConflictError),
            (PlanLimitError, ForbiddenError),
            (LockedOutError, UnauthenticatedError),
        ],
    )
    def test_are_caught_together(self, error, family):
        """A special error is also one of its family."""
        assert issubclass(error, family)
