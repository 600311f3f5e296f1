"""Input of requests, read strictly: bodies, free text, client addresses."""
