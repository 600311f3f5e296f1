"""PostgreSQL as the service uses it: one client that calls functions, group commits, wake-ups."""
