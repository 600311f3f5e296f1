"""Rate limits, counted in Redis, or alone while Redis is away."""
