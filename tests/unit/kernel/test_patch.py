from attrs import frozen

from earntrack_core.kernel.patch import UNSET, UnsetType, changes


@frozen(kw_only=True)
class CardPatch:
    name: str | UnsetType = UNSET
    notes: str | UnsetType | None = UNSET


class TestChanges:
    def test_of_an_empty_patch(self):
        """Who says nothing changes nothing."""
        assert changes(CardPatch()) == {}

    def test_tells_none_from_nothing(self):
        """Set to nothing is a change; left alone is none."""
        assert changes(CardPatch(notes=None)) == {"notes": None}

    def test_keeps_what_looks_empty(self):
        """An empty text is a value like any other."""
        assert changes(CardPatch(name="", notes="x")) == {
            "name": "",
            "notes": "x",
        }
