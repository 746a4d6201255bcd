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


UNTIL = datetime(2026, 1, 15, tzinfo=UTC)
RAISED = {
    InvalidError: (
        "fee",
        "must not exceed gross",
        FieldProblem("on", "when?"),
    ),
    MissingRateError: ("EUR", "USD", date(2026, 1, 15)),
    NotFoundError: ("platform", 7),
    ConflictError: ("That does not fit.",),
    StaleError: ("earning", 7),
    DuplicateError: ("platform", "name", "Upwork"),
    WrongStateError: ("The batch is already undone.",),
    ForbiddenError: ("This needs the role owner.",),
    PlanLimitError: ("free", "platforms", 3),
    UnauthenticatedError: ("Please sign in.",),
    LockedOutError: (UNTIL,),
    UnavailableError: ("database", "connection refused"),
    PluginError: ("acme", "has no key"),
}


@pytest.fixture(name="error", params=RAISED, ids=lambda one: one.__name__)
def _error(request):
    return request.param(*RAISED[request.param])


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
    assert set(RAISED) == set(kinds) - {EarnTrackError}


class TestSentences:
    @pytest.mark.parametrize(
        ("kind", "sentence"),
        [
            (MissingRateError, "currency: no EUR/USD rate for 2026-01-15"),
            (NotFoundError, "No platform 7."),
            (StaleError, "The earning 7 has changed in the meantime."),
            (DuplicateError, "There is already a platform with name Upwork."),
            (PlanLimitError, "The free plan includes 3 platforms."),
            (LockedOutError, "Too many failed attempts; wait and try again."),
            (
                UnavailableError,
                "The database cannot be reached: connection refused.",
            ),
            (PluginError, "Plugin acme: has no key."),
        ],
    )
    def test_are_built_from_facts(self, kind, sentence):
        """The sentence names what the error is about."""
        assert str(kind(*RAISED[kind])) == sentence

    @pytest.mark.parametrize(
        ("kind", "facts"),
        [
            (
                MissingRateError,
                {"base": "EUR", "quote": "USD", "field": "currency"},
            ),
            (NotFoundError, {"kind": "platform", "key": 7}),
            (StaleError, {"kind": "earning", "key": 7}),
            (
                DuplicateError,
                {"kind": "platform", "field": "name", "value": "Upwork"},
            ),
            (
                PlanLimitError,
                {"plan": "free", "limit": "platforms", "allowed": 3},
            ),
            (LockedOutError, {"until": UNTIL}),
            (UnavailableError, {"what": "database"}),
            (PluginError, {"plugin": "acme", "problem": "has no key"}),
        ],
        ids=repr,
    )
    def test_facts_stay_readable(self, kind, facts):
        """Programs read the facts, not the sentence."""
        assert facts.items() <= vars(kind(*RAISED[kind])).items()


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
