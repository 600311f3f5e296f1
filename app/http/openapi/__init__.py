"""What the service says of itself: /openapi.json and /docs."""
