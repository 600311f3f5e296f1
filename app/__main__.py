"""`python -m app`: the command line, for children that must run this very checkout."""

from app.commands.main import main

if __name__ == "__main__":
    main()
