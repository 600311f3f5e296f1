"""What the processes tell: log lines, metrics, traces, health."""
