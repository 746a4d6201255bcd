from datetime import timedelta

import pytest

from earntrack_adapters.memory.clock import MIDNIGHT
from earntrack_adapters.memory.relay import MemoryRelay
from earntrack_core.identity.known import CHANGED, REVOKED, Known
from earntrack_core.identity.model import Authenticated, SessionKind
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.ids import uuid7
from earntrack_core.ports.relay import MISSED


@pytest.fixture(name="relay")
def _relay():
    return MemoryRelay()


@pytest.fixture(name="known")
def _known(relay):
    return Known(relay, most=3)


def somebody(**more):
    return Authenticated(
        **{
            "actor": Actor(
                user_id=uuid7(MIDNIGHT), workspace_id=uuid7(MIDNIGHT)
            ),
            "session_id": uuid7(MIDNIGHT),
            "kind": SessionKind.API,
            "expires_at": MIDNIGHT + timedelta(hours=1),
            **more,
        }
    )


def never():
    raise AssertionError("should have been remembered")


class TestKnown:
    def test_asks_once(self, known):
        """What was found is believed for a moment."""
        ada = somebody()
        known.recall("a", MIDNIGHT, lambda: ada)

        assert known.recall("a", MIDNIGHT, never) is ada

    def test_asks_again_later(self, known):
        """After ten seconds it is found out anew."""
        ada, bob = somebody(), somebody()
        known.recall("a", MIDNIGHT, lambda: ada)
        later = MIDNIGHT + timedelta(seconds=10)

        assert known.recall("a", later, lambda: bob) is bob

    def test_does_not_outlive_the_token(self, known):
        """What expires sooner is forgotten sooner."""
        soon = MIDNIGHT + timedelta(seconds=1)
        ada, bob = somebody(expires_at=soon), somebody()
        known.recall("a", MIDNIGHT, lambda: ada)

        assert known.recall("a", soon, lambda: bob) is bob

    def test_does_not_believe_what_aged_while_it_was_found(self, known):
        """A revocation during the look-up is not overlooked."""
        ada, bob = somebody(), somebody()

        def slowly():
            known.revoke([ada.session_id])
            return ada

        known.recall("a", MIDNIGHT, slowly)

        assert known.recall("a", MIDNIGHT, lambda: bob) is bob

    def test_is_bounded(self, known):
        """However many tokens come, the memory stays small."""
        ada = somebody()
        for number in range(4):
            known.recall(str(number), MIDNIGHT, lambda: ada)
        bob = somebody()

        assert known.recall("0", MIDNIGHT, lambda: bob) is bob
        assert known.recall("3", MIDNIGHT, never) is ada

    @pytest.mark.parametrize("channel", [REVOKED, CHANGED])
    def test_doubts_all_after_a_break(self, known, relay, channel):
        """Where a bell may have been missed, everything is asked anew."""
        ada, bob = somebody(), somebody()
        known.recall("a", MIDNIGHT, lambda: ada)
        doubts = []
        known.on_changed(lambda: doubts.append(1))

        relay.publish(channel, MISSED)

        assert known.recall("a", MIDNIGHT, lambda: bob) is bob
        assert doubts == [1]

    def test_names_the_session_on_its_channel(self, known, relay):
        """Whoever listens hears which session has ended."""
        heard = []
        relay.listen(REVOKED, lambda *said: heard.append(said))
        ada = somebody()

        known.revoke([ada.session_id])

        assert heard == [(f"revoked:{ada.session_id}", str(ada.session_id))]

    def test_stops_listening(self, known, relay):
        """After closing nothing is heard, and closing again does nothing."""
        ended = []
        known.on_revoked(ended.append)

        known.close()
        known.close()
        relay.publish(REVOKED, str(uuid7(MIDNIGHT)))

        assert ended == []
