"""Which browser a request comes from, as the queue tells its visitors apart."""

from starlette.requests import HTTPConnection

from deploy.headers import Message
from ui.work import owner


def browser_of(scope: Message) -> str | None:
    """What is the same in all tabs of a browser, by its cookies; None without one that says it."""
    return owner.browser_of(HTTPConnection(scope).cookies) or None
