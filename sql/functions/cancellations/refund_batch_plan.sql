-- Also what is authorised and not captured: a buyer's money kept back for an event that will not
-- be. And what is disputed: if the bank decides for us, its buyer is still owed the price; until
-- then the item fails, and says so.
CREATE OR REPLACE FUNCTION payments.refund_batch_plan(
    p_tenant_id uuid, p_batch_id uuid, p_now timestamptz
) RETURNS void
LANGUAGE sql VOLATILE SET search_path = payments, pg_temp
AS $$
    -- No payment is locked here: each is when its turn comes.
    WITH planned AS (
        INSERT INTO payments.refund_batch_items (tenant_id, id, batch_id, payment_id, state,
                                                 next_run_at, updated_at)
        SELECT p_tenant_id, gen_random_uuid(), b.id, p.id, 'pending', p_now, p_now
          FROM payments.refund_batches AS b
          JOIN payments.payment_transactions AS p ON p.tenant_id = p_tenant_id
           AND p.show_id = b.show_id AND p.show_id IS NOT NULL
         WHERE b.tenant_id = p_tenant_id AND b.id = p_batch_id
           AND (p.status = 'requires_capture'
                OR (p.status = 'succeeded'
                    AND p.amount_refunded + p.amount_refund_pending < p.amount_captured))
        ON CONFLICT (tenant_id, batch_id, payment_id) DO NOTHING
        RETURNING id
    )
    UPDATE payments.refund_batches AS b
       SET total = b.total + (SELECT count(*) FROM planned), updated_at = p_now
     WHERE b.tenant_id = p_tenant_id AND b.id = p_batch_id
$$;
COMMENT ON FUNCTION payments.refund_batch_plan(uuid, uuid, timestamptz) IS
    'Writes an item for every payment of a canceled event that has money left of its buyer, '
    'captured or only authorised, and has none yet.';
