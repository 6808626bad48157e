"""Rooms in Redis: two hosts see the same, all of a room ends, and Redis may go and come back."""

from collections import Counter

import pytest
import redis

import ui.votes
from benchmarks.servers import REDIS, free_port, redis_server
from tests.ui.votes.test_rooms import ASKED, asked, many_vote_at_once
from ui.votes.redis import RedisRooms
from ui.votes.rooms import LIFE_SECONDS, NoRoomError, Phase, Tally, UnkeptError

pytestmark = pytest.mark.skipif(REDIS is None, reason="no redis-server was found")


@pytest.fixture
def client(redis_port):
    with redis.Redis(port=redis_port, decode_responses=True) as found:
        yield found


def test_votes_that_come_to_two_hosts_at_once_are_all_there_once(in_redis, redis_port):
    other = RedisRooms(f"redis://127.0.0.1:{redis_port}/0")
    many_vote_at_once(in_redis, other)
    other.forget_connections()


def test_every_key_of_a_room_ends_by_itself_and_with_it(in_redis, client):
    client.flushall()
    key = asked(in_redis)
    in_redis.join(key.code, "me")
    in_redis.vote(key.code, "me", "exact-zeros", 1, 0)
    in_redis.close(key)
    in_redis.again(key)
    in_redis.vote(key.code, "me", "exact-zeros", 2, 0)
    keys = client.keys()
    assert len(keys) == 6
    assert all(0 < client.ttl(one) <= LIFE_SECONDS for one in keys)
    in_redis.end_room(key)
    assert client.keys() == []
    with pytest.raises(NoRoomError):
        in_redis.poll(key.code)


def test_redis_may_go_and_come_back_and_nothing_is_lost(tmp_path):
    port = free_port()
    rooms = RedisRooms(f"redis://127.0.0.1:{port}/0")
    with redis_server(tmp_path, port):
        key = asked(rooms)
        rooms.vote(key.code, "me", "exact-zeros", 1, 2)
    for act in (lambda: rooms.poll(key.code), lambda: rooms.vote(key.code, "me", "exact-zeros", 1, 0)):
        with pytest.raises(UnkeptError, match="Try again"):
            act()
    with redis_server(tmp_path, port):
        assert rooms.poll(key.code).phase == Phase.OPEN
        rooms.close(key)
        assert rooms.tallies(key) == [Tally(1, Counter({2: 1}))]
    rooms.forget_connections()


def test_the_environment_names_it(monkeypatch, redis_port):
    from dataclasses import replace

    url = f"redis://127.0.0.1:{redis_port}/0"
    monkeypatch.setattr(ui.votes, "ENVIRONMENT", replace(ui.votes.ENVIRONMENT, rooms=url))
    ui.votes.rooms.cache_clear()
    found = ui.votes.rooms()
    ui.votes.rooms.cache_clear()
    assert isinstance(found, RedisRooms)
    assert found.poll(asked(found).code).question == ASKED
    found.forget_connections()
