"""PostgreSQL and Valkey from wheels, for development, the demo and tests.

Nothing here is imported by a service in production; the wheels are the extra `embedded`.
"""

from local.embedded.postgres import EmbeddedPostgres
from local.embedded.process import ServerError
from local.embedded.valkey import EmbeddedValkey

__all__ = ["EmbeddedPostgres", "EmbeddedValkey", "ServerError"]
