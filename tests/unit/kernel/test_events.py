from typing import ClassVar
from uuid import UUID

from attrs import frozen

from earntrack_core.kernel.events import Event, EventBus
from earntrack_core.kernel.ids import WorkspaceId


HERE = WorkspaceId(UUID(int=1))


@frozen(kw_only=True)
class Rung(Event):
    """Somebody rang."""

    topic: ClassVar[str] = "bell:rung"


@frozen(kw_only=True)
class RungTwice(Rung):
    """Somebody is in a hurry."""


@frozen(kw_only=True)
class Shut(Event):
    """A door was shut; an event of a plugin that forgot its topic."""


RING = Rung(workspace_id=HERE)
RING_TWICE = RungTwice(workspace_id=HERE)
SHUT = Shut(workspace_id=HERE)


class TestEventBus:
    def test_tells_who_asked(self):
        """A handler hears its kind of event, in order, and no other."""
        bus, heard = EventBus(), []
        bus.on(Rung, heard.append)

        bus.publish([RING, SHUT, RING_TWICE])

        assert heard == [RING, RING_TWICE]

    def test_a_special_kind_is_not_the_general_one(self):
        """Who asked for the special kind does not hear the general one."""
        bus, heard = EventBus(), []
        bus.on(RungTwice, heard.append)

        bus.publish([RING, RING_TWICE])

        assert heard == [RING_TWICE]

    def test_everybody_who_asked_for_all_hears_all(self):
        """The base of all events stands for every event."""
        bus, heard = EventBus(), []
        bus.on(Event, heard.append)

        bus.publish([RING, SHUT])

        assert heard == [RING, SHUT]

    def test_a_failing_handler_stops_nobody(self, caplog):
        """Others still hear, and the failure is in the log."""
        bus, heard = EventBus(), []
        bus.on(Shut, lambda _: 1 / 0)
        bus.on(Shut, heard.append)

        bus.publish([SHUT, RING])

        assert heard == [SHUT]
        assert "lambda" in caplog.messages[0]
        assert caplog.messages[0].endswith("failed on Shut")
        assert "ZeroDivisionError" in caplog.text

    def test_a_handler_may_bring_another(self):
        """Who asks while an event is told hears from the next one on."""
        bus, heard = EventBus(), []

        def invite(_):
            bus.on(Rung, heard.append)

        bus.on(Rung, invite)

        bus.publish([RING])
        assert heard == []

        bus.publish([RING])
        assert heard == [RING]
