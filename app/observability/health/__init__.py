"""Health of a process: checks of what it depends on, and probes."""
