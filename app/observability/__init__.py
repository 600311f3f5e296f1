"""Log lines, metrics, traces, health."""
