"""The control API under `/_sim/`: time, faults, and everything only Stripe could do."""
