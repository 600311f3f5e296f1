"""`python -m stripe_simulator` is the same as the command `stripe-simulator`."""

import sys

from stripe_simulator.cli import main

sys.exit(main())
