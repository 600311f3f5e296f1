CREATE OR REPLACE FUNCTION payments.clawback_share(
    p_tenant_id uuid, p_payment_id uuid, p_cause_type text, p_cause_id uuid, p_delta bigint,
    p_now timestamptz
) RETURNS TABLE (recipient_type text, recipient_id text, amount bigint)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_unit CONSTANT bigint := payments.currency_unit((
        SELECT p.currency FROM payments.payment_transactions AS p
         WHERE p.tenant_id = p_tenant_id AND p.id = p_payment_id));
BEGIN
    RETURN QUERY
    WITH leg AS (
        SELECT split.recipient_type AS rtype, split.recipient_id AS rid, split.amount AS share,
               split.currency, row_number() OVER (ORDER BY split.position) AS n,
               coalesce((SELECT sum(earlier.amount) FROM payments.clawback_shares AS earlier
                          WHERE earlier.tenant_id = p_tenant_id
                            AND earlier.payment_id = p_payment_id
                            AND earlier.recipient_type = split.recipient_type
                            AND earlier.recipient_id = split.recipient_id), 0)::bigint AS given,
               coalesce((SELECT snapshot.amount FROM payments.clawback_snapshots AS snapshot
                          WHERE snapshot.tenant_id = p_tenant_id
                            AND snapshot.payment_id = p_payment_id
                            AND snapshot.recipient_type = split.recipient_type
                            AND snapshot.recipient_id = split.recipient_id), 0) AS borne
          FROM payments.payment_splits AS split
         WHERE split.tenant_id = p_tenant_id AND split.payment_id = p_payment_id
    ), target AS (
        SELECT payments.clawback_target(array_agg(l.share ORDER BY l.n),
                                        array_agg(l.borne ORDER BY l.n),
                                        sum(l.given)::bigint + p_delta, v_unit) AS given
          FROM leg AS l
    ), moved AS (
        INSERT INTO payments.clawback_shares AS g
            (tenant_id, id, payment_id, cause_type, cause_id, recipient_type, recipient_id, amount,
             currency, created_at)
        SELECT p_tenant_id, payments.id_derive(p_tenant_id, 'clawback', p_cause_type,
                                               p_cause_id::text, l.rtype, l.rid),
               p_payment_id, p_cause_type, p_cause_id, l.rtype, l.rid, t.given[l.n] - l.given,
               l.currency, p_now
          FROM leg AS l CROSS JOIN target AS t
         WHERE t.given[l.n] <> l.given
        RETURNING g.recipient_type, g.recipient_id, g.amount
    )
    SELECT m.recipient_type, m.recipient_id, m.amount FROM moved AS m
     ORDER BY m.recipient_type, m.recipient_id;
END
$$;
COMMENT ON FUNCTION payments.clawback_share(uuid, uuid, text, uuid, bigint, timestamptz) IS
    'Shares out p_delta more (or, negative, less) given back to the buyer among the recipients of '
    'a locked, settled payment, remembers it and returns each recipient''s part. Minor units. '
    'Raises PY023 when more than was captured would be given back.';
