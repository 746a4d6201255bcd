"""A Flask application with EarnTrack inside, for its own users.

EarnTrack is synchronous, so a view just calls it. The host knows its users;
here a header tells who asks, where yours would look at its session.
"""

from http import HTTPStatus
from io import BytesIO
from uuid import NAMESPACE_URL, uuid5

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue

from earntrack_core import Actor, EarnTrack, EarnTrackError, Order
from earntrack_core.kernel.ids import UserId, WorkspaceId


def actor() -> Actor:
    """Return who asks; each user of the host has a workspace."""
    key = uuid5(NAMESPACE_URL, f"mailto:{request.headers['X-User']}")
    return Actor(
        user_id=UserId(key), workspace_id=WorkspaceId(key), plan="business"
    )


def make_app(et: EarnTrack) -> Flask:
    """Return the application; its threads share one EarnTrack."""
    app = Flask(__name__)

    @app.post("/statements")
    def import_statement() -> ResponseReturnValue:
        upload = request.files["file"]
        order = Order(name=upload.filename or "statement")
        report = et.statements.book(actor(), BytesIO(upload.read()), order)
        return jsonify(imported=report.counts.imported), HTTPStatus.CREATED

    @app.get("/net")
    def net() -> ResponseReturnValue:
        return jsonify([str(one) for one in et.net_by_platform(actor())])

    @app.errorhandler(EarnTrackError)
    def refuse(error: EarnTrackError) -> ResponseReturnValue:
        told = jsonify(code=error.code, message=str(error))
        return told, HTTPStatus.UNPROCESSABLE_ENTITY

    return app


if __name__ == "__main__":
    with EarnTrack.open("sqlite:///earn.db") as opened:
        make_app(opened).run(port=8000)
