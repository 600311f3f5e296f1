"""How often somebody may call, counted in Redis, or alone while Redis is away."""
