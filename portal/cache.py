"""The cache: Redis, and the database while Redis is away, so that limits stay neither open nor shut."""

import logging
import time

from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

RETRY_SECONDS = 10


def _or_database(name: str):
    def call(self, *args, **kwargs):
        if time.monotonic() >= self.away_until:
            try:
                return getattr(RedisCache, name)(self, *args, **kwargs)
            except (RedisError, OSError):
                self.away_until = time.monotonic() + RETRY_SECONDS
                logger.warning("Redis is away; the database cache stands in")
        return getattr(self.database, name)(*args, **kwargs)

    return call


class FallbackCache(RedisCache):
    """Redis by its address; every call falls back to the table `portal_cache`."""

    def __init__(self, server, params):
        super().__init__(server, params)
        self.database = DatabaseCache("portal_cache", params)
        self.away_until = 0.0

    add = _or_database("add")
    get = _or_database("get")
    set = _or_database("set")
    touch = _or_database("touch")
    delete = _or_database("delete")
    get_many = _or_database("get_many")
    has_key = _or_database("has_key")
    incr = _or_database("incr")
    set_many = _or_database("set_many")
    delete_many = _or_database("delete_many")
    clear = _or_database("clear")
