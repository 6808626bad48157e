"""The pages on which phones vote: /vote and /vote/CODE, beside Streamlit and without it.

A phone is counted by a cookie that its room has signed.
"""

from collections import OrderedDict
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from deploy.browsers import caller_of
from ui.votes import page, rooms
from ui.votes.guesses import GUESSES, TOO_MANY
from ui.votes.rooms import LIFE_SECONDS, Key, LateError, NoRoomError, RoomError, UnkeptError, tidy_code

MAX_BODY = 2_000  # bytes of a vote; one has about sixty
JOINED = 20_000  # phones that are known to be in, so that a look writes nothing
HEADERS = {"Content-Security-Policy": page.POLICY, "Cache-Control": "no-cache"}


class Joined:
    """Phones that this process has seen come in."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()

    def note(self, code: str, token: str) -> None:
        """Count the phone in, unless it is known to be."""
        if (code, token) not in self._known:
            rooms().join(code, token)
            self._known[code, token] = None
        if len(self._known) > JOINED:
            self._known.popitem(last=False)


JOINED_PHONES = Joined()


async def door(request: Request) -> Response:
    """Where a code is typed; with one, on to its room."""
    typed = request.query_params.get("code", "")
    code = tidy_code(typed)
    if code:
        return RedirectResponse(f"/vote/{code}", 303)
    problem = "A code has four letters, as on the screen." if typed else ""
    return HTMLResponse(page.door(problem), headers=HEADERS)


async def room(request: Request) -> Response:
    """A phone looks, or votes."""
    vote = await _choice(request) if request.method == "POST" else None
    return await run_in_threadpool(_answered, request, vote)


def _answered(request: Request, vote: dict[str, str] | None) -> Response:
    """The page, or the part of it that changes; a vote is taken first."""
    address, code = caller_of(request.scope).address, tidy_code(request.path_params["code"])
    name = f"lab_vote_{code}"
    token = request.cookies.get(name, "")
    try:
        is_in = bool(code and token) and rooms().is_token(code, token)
        if not is_in and GUESSES.left(address) < 1:
            return _sent_away(request, TOO_MANY, 429)
        if not is_in:
            token = rooms().new_token(code)
        else:
            JOINED_PHONES.note(code, token)
        problem, status = _voted(code, token, vote, is_in) if vote is not None else ("", 200)
        found = page.part(rooms(), code, token, problem)
    except NoRoomError as error:
        GUESSES.note(address)
        return _sent_away(request, str(error), 404)
    except UnkeptError as error:
        return _sent_away(request, str(error), 503)
    answer = _page(request, code, found, status)
    if not is_in and "part" not in request.query_params:
        answer.set_cookie(
            name, token, int(LIFE_SECONDS), path="/vote", httponly=True, secure=request.url.scheme == "https"
        )
    return answer


def _voted(code: str, token: str, vote: dict[str, str], is_in: bool) -> tuple[str, int]:
    """Take a vote: why it does not count, "" where it does, and the status of the answer."""
    if not is_in:
        return "This phone is not in the room yet. Reload the page, and vote again.", 403
    try:
        rooms().vote(code, token, vote["step"], int(vote["round"]), int(vote["choice"]))
    except LateError as error:
        return str(error), 409
    except (RoomError, KeyError, ValueError) as error:
        if isinstance(error, UnkeptError | NoRoomError):
            raise
        return "That was no vote. Reload the page, and vote again.", 400
    return "", 200


def _page(request: Request, code: str, found: page.Part, status: int) -> Response:
    headers = HEADERS | {"ETag": found.version}
    if "part" not in request.query_params:
        return HTMLResponse(page.whole(code, found), status, HEADERS)
    if status == 200 and request.headers.get("if-none-match") == found.version:
        return Response(status_code=304, headers=headers)
    return HTMLResponse(found.html, status, headers)


def _sent_away(request: Request, why: str, status: int) -> Response:
    """Without a room: the sentence, and on a page of its own the way in."""
    if "part" in request.query_params:
        return HTMLResponse(page.alone(why), status, HEADERS | {"ETag": f'"{status}"'})
    retry = {"Retry-After": "5", "Refresh": "5"} if status in (429, 503) else {}
    return HTMLResponse(page.door(why), status, HEADERS | retry)


async def _choice(request: Request) -> dict[str, str]:
    """What a form says; {} where it is too long, or no form."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return {}
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


async def count(request: Request) -> Response:
    """How many have voted in the round that is on, and how many are in: for the room's teacher."""
    code, secret = tidy_code(request.path_params["code"]), request.headers.get("x-secret", "")

    def counted() -> tuple[int, int]:
        rooms().check(Key(code, secret))
        return rooms().presence(code)

    try:
        voted, present = await run_in_threadpool(counted)
    except NoRoomError:
        return JSONResponse({}, 404)  # be it there or not
    except UnkeptError:
        return JSONResponse({}, 503)
    return JSONResponse({"voted": voted, "present": present}, headers={"Cache-Control": "no-store"})


ROUTES = [
    Route("/vote", door),
    Route("/vote/{code}", room, methods=["GET", "POST"]),
    Route("/vote/{code}/count", count),
]
