"""The worker: carries due operations to Stripe, applies received webhooks, rolls up the ledger.

`queue.py` is the engine both queues run on; `operations.py` and `webhooks.py` say what claiming and
handling mean; `listener.py` hears notifications; `process.py` starts and stops it all.
"""

from app.worker.process import run

__all__ = ["run"]
