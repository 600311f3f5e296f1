CREATE OR REPLACE FUNCTION payments.split_plan(
    p_tenant_id uuid, p_payment_id uuid, p_amount bigint, p_currency text, p_shares jsonb, p_at timestamptz
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_missing text;
BEGIN
    PERFORM payments.split_check(p_amount, p_amount, p_shares);
    INSERT INTO payments.payment_splits
        (tenant_id, id, payment_id, position, recipient_type, recipient_id, connected_account_id,
         share_amount, share_basis_points, currency, created_at)
    SELECT p_tenant_id, payments.id_derive(p_tenant_id, 'split', p_payment_id::text, s.share ->> 'recipientType', s.share ->> 'recipientId'),
           p_payment_id, s.n, s.share ->> 'recipientType', s.share ->> 'recipientId', a.id,
           (s.share ->> 'amount')::bigint, (s.share ->> 'basisPoints')::integer, p_currency, p_at
      FROM jsonb_array_elements(p_shares) WITH ORDINALITY AS s (share, n)
      JOIN payments.connected_accounts AS a
        ON a.tenant_id = p_tenant_id AND a.recipient_type = s.share ->> 'recipientType'
       AND a.recipient_id = s.share ->> 'recipientId' AND a.status = 'open'
    UNION ALL
    SELECT p_tenant_id, payments.id_derive(p_tenant_id, 'split', p_payment_id::text, 'platform', 'platform'),
           p_payment_id, 32767, 'platform', 'platform', NULL, NULL, NULL, p_currency, p_at;
    SELECT string_agg(format('%s %s', s ->> 'recipientType', s ->> 'recipientId'), ', ') INTO v_missing
      FROM jsonb_array_elements(p_shares) AS s
     WHERE s ->> 'recipientType' <> 'platform'
       AND NOT EXISTS (SELECT FROM payments.connected_accounts AS a
                        WHERE a.tenant_id = p_tenant_id AND a.recipient_type = s ->> 'recipientType'
                          AND a.recipient_id = s ->> 'recipientId' AND a.status = 'open');
    IF v_missing IS NOT NULL THEN
        RAISE EXCEPTION 'no connected account for %', v_missing USING ERRCODE = 'PY024';
    END IF;
END
$$;
COMMENT ON FUNCTION payments.split_plan(uuid, uuid, bigint, text, jsonb, timestamptz) IS
    'Writes the agreed shares of a payment, the platform last. Raises PY023 (impossible shares), PY024 (a recipient without connected account).';
