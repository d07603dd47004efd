"""What the labelling page asks: its pictures, and to write a label."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from hil.errors import HilError, InfrastructureError
from hil.live.encode import to_json
from hil.live.labelling import ChangedMeanwhileError
from hil.live.pages import page

if TYPE_CHECKING:
    import bottle

    from hil.live.labelling import Labelling

_CONFLICT, _WRONG, _NO_SPACE = 409, 400, 507
_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}


def label_app(labelling: Labelling, name: str) -> bottle.Bottle:
    """The application. `name`: of the folder, for people.

    A label is put with the stamp of the file as the page knows it; 409 says that it has another
    now, and nothing was written.
    """
    import bottle

    app = bottle.Bottle()
    text = page("label", {}, data=name)

    def answer(found: Any, status: int = 200) -> str:
        bottle.response.status = status
        bottle.response.content_type = "application/json"
        return to_json(found)

    def refused(error: HilError, status: int) -> str:
        return answer({"message": str(error.message), "hint": error.hint}, status)

    def state() -> str:
        try:
            return answer(labelling.state())
        except HilError as error:
            return refused(error, _CONFLICT)

    def picture() -> Any:
        path = labelling.picture(bottle.request.query.get("file", ""))
        if path is None:
            return bottle.HTTPError(404, "no such picture")
        try:
            data = path.read_bytes()
        except OSError as error:
            return bottle.HTTPError(404, error.strerror)
        bottle.response.content_type = _TYPES[path.suffix.lower()]
        return data

    def change() -> str:
        asked = _asked(bottle.request)
        if asked is None:
            return answer({"message": "not a request of this page", "hint": "load it again"}, 400)
        stamp, file, label = asked
        try:
            done = labelling.undo(stamp) if file is None else labelling.put(stamp, file, label)
        except ChangedMeanwhileError:
            return answer(
                {"message": "labels.csv was changed by somebody else", "hint": ""}, _CONFLICT
            )
        except InfrastructureError as error:
            return refused(error, _NO_SPACE)
        except HilError as error:
            return refused(error, _WRONG)
        return answer(None if done is None else asdict(done))

    app.route("/", "GET", lambda: text)
    app.route("/state", "GET", state)
    app.route("/picture", "GET", picture)
    app.route("/label", "POST", change)
    return app


def _asked(request: Any) -> tuple[str, str | None, str] | None:
    """Stamp, file (None: undo) and label; None for anything else."""
    if request.content_type.partition(";")[0].strip() != "application/json":
        return None  # a form of another site can send no JSON
    try:
        given = json.loads(request.body.read())
    except (ValueError, RecursionError):
        return None
    if not isinstance(given, dict):
        return None
    stamp, file, label = given.get("stamp"), given.get("file"), given.get("label", "")
    if not isinstance(stamp, str) or not isinstance(label, str):
        return None
    return (stamp, file, label) if file is None or isinstance(file, str) else None
