CREATE OR REPLACE FUNCTION payments.distribution_payees(p_tenant_id uuid, p_transfers jsonb)
RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_payees jsonb;
    v_missing text;
BEGIN
    WITH asked AS MATERIALIZED (
        SELECT t.n, t.e ->> 'stripeAccountId' AS stripe_id, t.e ->> 'recipientType' AS rtype,
               t.e ->> 'recipientId' AS rid, t.e -> 'amount' AS amount
          FROM jsonb_array_elements(p_transfers) WITH ORDINALITY AS t (e, n)
    )
    SELECT jsonb_agg(jsonb_build_object('accountId', a.id, 'amount', t.amount) ORDER BY t.n),
           string_agg(t.stripe_id, ', ' ORDER BY t.n) FILTER (WHERE a.id IS NULL)
      INTO v_payees, v_missing
      FROM asked AS t
      LEFT JOIN payments.connected_accounts AS a
        ON a.tenant_id = p_tenant_id AND a.status = 'open' AND a.stripe_account_id = t.stripe_id
       AND a.recipient_type = t.rtype AND a.recipient_id = t.rid;
    IF v_missing IS NOT NULL THEN
        RAISE EXCEPTION 'no such connected account and recipient: %', v_missing
            USING ERRCODE = 'PY024';
    END IF;
    IF EXISTS (SELECT FROM jsonb_array_elements(v_payees) AS y GROUP BY y -> 'accountId'
               HAVING count(*) > 1) THEN
        RAISE EXCEPTION 'a recipient is named twice' USING ERRCODE = 'PY023';
    END IF;
    RETURN v_payees;
END
$$;
COMMENT ON FUNCTION payments.distribution_payees(uuid, jsonb) IS
    'The payees of a distribution as transfers_plan takes them ([{accountId, amount}]), each this '
    'tenant''s own. Raises PY023 (named twice), PY024 (not an account of this recipient).';
