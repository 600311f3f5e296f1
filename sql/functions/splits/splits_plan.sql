CREATE OR REPLACE FUNCTION payments.splits_plan(
    p_tenant_id uuid, p_payment_ids uuid[], p_amounts bigint[], p_currencies text[],
    p_shares jsonb[], p_at timestamptz
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_missing text;
BEGIN
    PERFORM payments.split_check(g.amount, g.amount, g.shares, payments.currency_unit(g.currency))
       FROM unnest((SELECT p_amounts), p_currencies, p_shares) AS g (amount, currency, shares);
    WITH named AS MATERIALIZED (
        SELECT g.payment_id, g.currency, s.n, s.share ->> 'recipientType' AS rtype,
               s.share ->> 'recipientId' AS rid,
               (s.share ->> 'amount')::bigint AS amount,
               (s.share ->> 'basisPoints')::integer AS basis_points
          FROM unnest((SELECT p_payment_ids), p_currencies, p_shares)
               AS g (payment_id, currency, shares)
         CROSS JOIN LATERAL jsonb_array_elements(g.shares) WITH ORDINALITY AS s (share, n)
         WHERE s.share ->> 'recipientType' <> 'platform'
    ), share AS MATERIALIZED (
        SELECT s.*, a.id AS account_id
          FROM named AS s
          -- LIMIT: one probe a share, and never a scan of all the tenant's accounts.
          LEFT JOIN LATERAL (SELECT a.id FROM payments.connected_accounts AS a
                              WHERE a.tenant_id = p_tenant_id AND a.recipient_type = s.rtype
                                AND a.recipient_id = s.rid AND a.status = 'open'
                              LIMIT 1) AS a ON true
        UNION ALL
        SELECT g.payment_id, g.currency, 32767, 'platform', 'platform', NULL, NULL, NULL
          FROM unnest((SELECT p_payment_ids), p_currencies) AS g (payment_id, currency)
    ), planned AS (
        INSERT INTO payments.payment_splits
            (tenant_id, id, payment_id, position, recipient_type, recipient_id,
             connected_account_id,
             share_amount, share_basis_points, currency, created_at)
        SELECT p_tenant_id, payments.id_derive(p_tenant_id, 'split', s.payment_id::text, s.rtype,
                                               s.rid),
               s.payment_id, s.n, s.rtype, s.rid, s.account_id, s.amount, s.basis_points,
               s.currency, p_at
          FROM share AS s
         WHERE s.account_id IS NOT NULL OR s.rtype = 'platform'
    )
    SELECT string_agg(format('%s %s', s.rtype, s.rid), ', ') INTO v_missing
      FROM share AS s WHERE s.account_id IS NULL AND s.rtype <> 'platform';
    IF v_missing IS NOT NULL THEN
        RAISE EXCEPTION 'no connected account for %', v_missing USING ERRCODE = 'PY024';
    END IF;
END
$$;
COMMENT ON FUNCTION payments.splits_plan(uuid, uuid[], bigint[], text[], jsonb[], timestamptz) IS
    'Writes the agreed shares of payments, the platform last. Raises PY023 (impossible shares), '
    'PY024 (a recipient without connected account).';
