"""The worker: carries due operations to Stripe, applies received webhooks, works by the clock.

`queue.py` is the engine both queues run on; `operations.py` and `webhooks.py` say what claiming and
handling mean; `periodic` is what one worker does for all; `listener.py` hears notifications;
`process.py` starts and stops it all.
"""

from app.worker.process import run

__all__ = ["run"]
