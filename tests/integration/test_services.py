"""What deploy/test starts is the real thing, and every test finds it empty."""

import redis
from kombu import Connection
from sqlalchemy import create_engine, text


def test_postgres_is_durable_and_empty(empty_postgres_url: str) -> None:
    engine = create_engine(empty_postgres_url)
    with engine.connect() as connection:
        fsync = connection.scalar(text("SHOW fsync"))
        encoding = connection.scalar(text("SHOW server_encoding"))
        tables = connection.scalar(
            text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        )
    engine.dispose()
    assert (fsync, encoding) == ("on", "UTF8")
    assert tables == 0


def test_session_database_is_not_the_tests_own(postgres_url: str, empty_postgres_url: str) -> None:
    assert postgres_url != empty_postgres_url


def test_rabbitmq_carries_a_message(rabbitmq_url: str) -> None:
    with Connection(rabbitmq_url) as connection:
        queue = connection.SimpleQueue("bell")
        queue.put("有新诉求")
        message = queue.get(timeout=5)
        message.ack()
        queue.close()
    assert message.payload == "有新诉求"


def test_redis_starts_empty(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("bell", "1")
        assert client.dbsize() == 1
