CREATE OR REPLACE FUNCTION payments.split_check(
    p_amount bigint, p_captured bigint, p_shares jsonb, p_unit bigint DEFAULT 1
) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_all record;
BEGIN
    IF p_amount IS NULL OR p_captured IS NULL OR p_amount <= 0
        OR p_captured NOT BETWEEN 0 AND p_amount THEN
        RAISE EXCEPTION 'captured amount must be from 0 to the positive authorised amount'
            USING ERRCODE = 'PY023';
    END IF;
    IF jsonb_typeof(p_shares) IS DISTINCT FROM 'array' OR jsonb_array_length(p_shares) > 50 THEN
        RAISE EXCEPTION 'splits must be a list of at most 50 shares' USING ERRCODE = 'PY023';
    END IF;
    SELECT count(*) AS shares,
           count(DISTINCT (s ->> 'recipientType', s ->> 'recipientId')) AS recipients,
           count(*) FILTER (WHERE payments.split_share_valid(s)) AS valid,
           bool_or(CASE WHEN payments.split_share_valid(s)
                   THEN (s ->> 'amount')::bigint % p_unit <> 0 END) AS broken,
           sum(CASE WHEN payments.split_share_valid(s)
                    THEN coalesce((s ->> 'amount')::numeric * 10000,
                                  (s ->> 'basisPoints')::numeric * p_amount)
               END) AS assigned
      INTO v_all
      FROM jsonb_array_elements(p_shares) AS s;
    IF v_all.valid <> v_all.shares THEN
        RAISE EXCEPTION 'each share names a recipient and either amount or basisPoints'
            USING ERRCODE = 'PY023';
    END IF;
    IF v_all.broken THEN
        RAISE EXCEPTION 'in this currency an amount is a multiple of % minor units', p_unit
            USING ERRCODE = 'PY023';
    END IF;
    IF v_all.recipients <> v_all.shares THEN
        RAISE EXCEPTION 'each recipient may appear once' USING ERRCODE = 'PY023';
    END IF;
    IF v_all.assigned > p_amount::numeric * 10000 THEN
        RAISE EXCEPTION 'the shares exceed the amount' USING ERRCODE = 'PY023';
    END IF;
END
$$;
COMMENT ON FUNCTION payments.split_check(bigint, bigint, jsonb, bigint) IS
    'Returns when the shares can be paid out of the amount, fixed ones in whole units '
    '(currency_unit). Raises PY023 with the reason.';
