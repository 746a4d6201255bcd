"""The wire: reads and writes everything that EarnTrack sends or stores."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from attrs import frozen
from cattrs import Converter

from earntrack_core.wire.forms import Form, plain_form
from earntrack_core.wire.names import WireError, spelt
from earntrack_core.wire.problems import Explainer
from earntrack_core.wire.reading import PROBLEMS, teach_reading
from earntrack_core.wire.text import dumps, loads
from earntrack_core.wire.writing import teach_writing


T = TypeVar("T")


@frozen
class Wire:
    """Reads and writes everything that EarnTrack sends or stores."""

    form_of: Callable[[type], Form]
    converter: Converter

    def write(self, thing: Any) -> Any:
        """Return *thing* as a tree that `dumps` can write."""
        return self.converter.unstructure(thing)

    def read(self, tree: Any, kind: type[T], at: str = "") -> T:
        """Return the *kind* of thing that a tree describes.

        Raises:
            WireError: It does not; all problems are named, with pointers
                that begin with *at*.
        """
        try:
            return self.converter.structure(tree, kind)
        except PROBLEMS:
            explainer = Explainer(self.converter, self.form_of)
            explainer.explain(tree, kind, at)
            if not explainer.problems:
                raise
            raise WireError(explainer.problems) from None

    def dumps(self, thing: Any) -> str:
        """Return *thing* as JSON text."""
        return dumps(self.write(thing))

    def loads(self, text: str | bytes, kind: type[T]) -> T:
        """Return the *kind* of thing that JSON text describes.

        Raises:
            MalformedError: It is not JSON, or not in earnest.
            WireError: It is not a *kind*; all problems are named.
        """
        return self.read(loads(text), kind)

    def pointer(self, kind: type, field: str) -> str:
        """Return where a client finds what an error calls *field*."""
        return spelt(field, self.form_of(kind).names)


def make_wire(forms: Iterable[Form] = ()) -> Wire:
    """Return a wire that knows these special forms."""
    known: Mapping[type, Form] = {form.kind: form for form in forms}

    def form_of(kind: type) -> Form:
        return known.get(kind) or plain_form(kind)

    converter = Converter(detailed_validation=False)
    teach_reading(converter, form_of)
    teach_writing(converter, form_of)
    return Wire(form_of, converter)
