-- owner: payments_system
-- One row per Stripe account is enough: processes take tokens in chunks, a few times a second.
CREATE OR REPLACE FUNCTION api.rate_lease(p_provider_account text, p_rate numeric, p_wanted integer, p_inline boolean)
RETURNS TABLE (granted integer, retry_after numeric)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_burst numeric := greatest(1, p_rate / 4);
    v_tokens numeric;
BEGIN
    -- A bucket that a crash turns back by a moment does no harm: nobody waits for the disk.
    SET LOCAL synchronous_commit = off;
    INSERT INTO payments.provider_rates (provider_account, tokens, refilled_at)
    VALUES (p_provider_account, v_burst, v_now)
    ON CONFLICT (provider_account) DO NOTHING;
    SELECT least(v_burst, r.tokens + p_rate * greatest(0, extract(epoch FROM v_now - r.refilled_at))) INTO v_tokens
      FROM payments.provider_rates AS r WHERE r.provider_account = p_provider_account FOR NO KEY UPDATE;
    -- A buyer is waiting behind an inline call: it may run up to one second ahead of the rate, the queue pays it back.
    granted := least(p_wanted, greatest(0, floor(v_tokens + CASE WHEN p_inline THEN p_rate ELSE 0 END)::integer));
    UPDATE payments.provider_rates AS r
       SET tokens = v_tokens - granted, refilled_at = greatest(v_now, r.refilled_at)
     WHERE r.provider_account = p_provider_account;
    retry_after := CASE WHEN granted > 0 THEN 0 ELSE round((1 - least(v_tokens, 1)) / p_rate, 3) END;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION api.rate_lease(text, numeric, integer, boolean) IS
    'Takes up to p_wanted calls out of the bucket of a Stripe account (p_rate a second over all processes) and says how many were granted, and when to ask again (seconds). Inline calls may go one second into debt.';
