"""Who is calling: bearer tokens, signatures of other services, and their keys."""
