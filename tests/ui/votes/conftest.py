"""A Redis of our own on 127.0.0.1, for the tests of rooms in it."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from benchmarks.servers import free_port
from ui.votes.redis import RedisRooms

SERVER = shutil.which("redis-server")


@contextmanager
def redis_server(folder: Path, port: int) -> Iterator[subprocess.Popen]:
    """Redis with its files in this folder, which it finds again; ended with the block."""
    command = [SERVER, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", ""]
    command += ["--appendonly", "yes", "--appendfsync", "always"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        with redis.Redis(port=port) as client:
            while time.monotonic() < deadline:
                try:
                    client.ping()
                    break
                except redis.RedisError:
                    time.sleep(0.05)
        yield server
    finally:
        server.kill()
        server.wait()


@pytest.fixture(scope="session")
def redis_port(tmp_path_factory) -> Iterator[int]:
    if SERVER is None:
        pytest.skip("no redis-server was found")
    port = free_port()
    with redis_server(tmp_path_factory.mktemp("redis"), port):
        yield port


@pytest.fixture
def in_redis(redis_port) -> Iterator[RedisRooms]:
    rooms = RedisRooms(f"redis://127.0.0.1:{redis_port}/0")
    yield rooms
    rooms.forget_connections()
