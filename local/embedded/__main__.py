"""`python -m local.embedded psql`: where a program of the embedded PostgreSQL lies."""

import sys

from local.embedded.binaries import postgres_bin


def main() -> int:
    """Print the path; 2 when there is no such program."""
    path = postgres_bin() / (sys.argv[1] if len(sys.argv) > 1 else "psql")
    if not path.is_file():
        sys.stderr.write(f"no such program: {path.name}\n")
        return 2
    sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
