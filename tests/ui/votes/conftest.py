"""A Redis of our own on 127.0.0.1, for the tests of rooms in it."""

from collections.abc import Iterator

import pytest

from benchmarks.servers import REDIS, free_port, redis_server
from ui.votes.redis import RedisRooms


@pytest.fixture(scope="session")
def redis_port(tmp_path_factory) -> Iterator[int]:
    if REDIS is None:
        pytest.skip("no redis-server was found")
    port = free_port()
    with redis_server(tmp_path_factory.mktemp("redis"), port):
        yield port


@pytest.fixture
def in_redis(redis_port) -> Iterator[RedisRooms]:
    rooms = RedisRooms(f"redis://127.0.0.1:{redis_port}/0")
    yield rooms
    rooms.forget_connections()
