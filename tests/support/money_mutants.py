"""Deliberate defects in how money goes back: what the state machine must notice."""

from tests.support.mutants import Mutant

MUTANTS = {
    "each refund is shared out by itself": Mutant(
        "payments.clawback_share",
        "payments.clawback_target(array_agg(l.share ORDER BY l.n),"
        " array_agg(l.borne ORDER BY l.n), sum(l.given)::bigint + p_delta, v_unit) AS given",
        "(SELECT array_agg(u.given + sign(p_delta)::bigint * u.part ORDER BY u.n)"
        " FROM unnest(array_agg(l.given ORDER BY l.n), payments.clawback_calculate("
        "array_agg(l.share ORDER BY l.n), abs(p_delta))) WITH ORDINALITY AS u (given, part, n))"
        " AS given",
    ),
    "a refund that failed stays given back": Mutant(
        "payments.refund_apply",
        "payments.clawback_undo(p_tenant_id, v_refund.payment_id, 'refund_failure',"
        " p_refund_id, v_refund.amount, 'provider_clearing', p_now)",
        "0",
    ),
    "a reversal is posted twice over": Mutant(
        "payments.reversal_settle",
        "v_reversal.recipient_id, v_reversal.amount, v_reversal.currency, 'reversal'",
        "v_reversal.recipient_id, v_reversal.amount * 2, v_reversal.currency, 'reversal'",
    ),
    "a dispute freezes nothing": Mutant(
        "payments.payment_frozen", "payments.dispute_open(d.status)", "false"
    ),
    "a refused refund keeps its reservation": Mutant(
        "payments.refund_refused", "AND r.accepted_at IS NULL", "AND r.accepted_at IS NOT NULL"
    ),
    "a shortfall is forgiven": Mutant(
        "payments.reversal_fail", "v_reversal.amount, v_reversal.currency, p_now", "0, 'usd', p_now"
    ),
    "one transfer gives back for all": Mutant(
        "payments.clawback_transfers", "p_amount - sum(s.open) OVER w + s.open", "p_amount"
    ),
    "a loss is not looked at again": Mutant(
        "payments.refund_apply",
        "+ payments.dispute_losses_allocate(p_tenant_id, v_refund.payment_id, p_now)",
        "",
    ),
    "a hold is released and stays": Mutant(
        "payments.escrow_release_amount",
        "SET held_amount = e.held_amount - v_amount,",
        "SET held_amount = e.held_amount,",
    ),
    "what is reserved can be refunded": Mutant(
        "payments.refund_amount",
        "- p_payment.amount_refund_pending - p_payment.amount_disputed",
        "- p_payment.amount_disputed",
    ),
    "a reversal that waited is forgotten": Mutant(
        "payments.transfers_settle",
        "AND r.status = 'waiting'",
        "AND r.status = 'failed'",
    ),
    "a win after a loss is not heard": Mutant(
        "payments.dispute_rank", "WHEN 'won' THEN 10", "WHEN 'won' THEN 9"
    ),
    "a repayment has its refund's name": Mutant(
        "payments.transfer_reduce",
        "payments.id_derive(p_tenant_id, 'reduced', p_transfer_id::text, p_cause_id::text)",
        "p_cause_id",
    ),
    "nobody looks before a repeat": Mutant(
        "payments.operation_evidence",
        "WHEN p_operation.first_sent_at IS NULL AND p_operation.generation = 0 THEN NULL",
        "WHEN true THEN NULL",
    ),
}
