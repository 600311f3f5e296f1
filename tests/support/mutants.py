"""Deliberate defects, put into a throwaway database: what the explorer must notice."""

import re
from dataclasses import dataclass

from tests.support.database import Database


@dataclass(frozen=True)
class Mutant:
    """One piece of the protocol taken out.

    Attributes:
        function: whose text is changed; empty when only `statement` is run.
        old: what is taken out; must be there exactly once, however it is broken into lines.
        new: what stands there instead.
        statement: run beside it.
    """

    function: str = ""
    old: str = ""
    new: str = ""
    statement: str = ""

    def spoil(self, database: Database) -> None:
        """Apply the defect to a database."""
        if self.function:
            query = "SELECT pg_get_functiondef(%s::regproc)"
            text = str(database.execute(query, self.function)[0][0])
            pattern = r"\s+".join(re.escape(word) for word in self.old.split())
            text, times = re.subn(pattern, lambda _: self.new, text)
            assert times == 1, f"{self.function} has changed: mend the mutant"
            database.execute(text)
        if self.statement:
            database.execute(self.statement)


MUTANTS = {
    "no fence": Mutant(
        "payments.operations_mark_sent",
        "AND o.lease_epoch = l.epoch\n       AND o.state = 'leased' AND o.next_run_at > v_now",
    ),
    "a new key after an unknown outcome": Mutant(
        "payments.operation_mark_unknown",
        "SET state = 'unknown',",
        "SET state = 'unknown', generation = o.generation + 1,",
    ),
    "no evidence before a repeat": Mutant(
        "payments.operation_evidence",
        "WHEN p_operation.first_sent_at IS NULL AND p_operation.generation = 0 THEN NULL",
        "WHEN true THEN NULL",
    ),
    "no evidence once the key is forgotten": Mutant(
        "payments.operation_evidence",
        "WHEN p_operation.kind IN ('intent', 'account') THEN",
        "WHEN false THEN",
    ),
    "no index of unresolved calls": Mutant(
        statement="DROP INDEX payments.stripe_operations_unresolved"
    ),
    "a 429 forgets earlier sends": Mutant(
        "payments.operation_requeue_unsent",
        "p_operation.first_sent_epoch = p_operation.lease_epoch",
        "true",
    ),
    "an unresolved call may be forgotten": Mutant(
        "payments.operation_mark_unknown",
        "SET state = 'unknown',",
        "SET state = 'unknown',"
        " first_sent_at = NULL, first_sent_epoch = NULL, last_sent_at = NULL,",
    ),
}
