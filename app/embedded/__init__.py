"""PostgreSQL and Valkey from wheels, for development, the demo and tests.

Nothing here is imported by a service in production; the wheels are the extra `embedded`.
"""

from app.embedded.postgres import EmbeddedPostgres
from app.embedded.process import ServerError
from app.embedded.valkey import EmbeddedValkey

__all__ = ["EmbeddedPostgres", "EmbeddedValkey", "ServerError"]
