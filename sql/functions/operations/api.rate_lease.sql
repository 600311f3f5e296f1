-- owner: payments_system
-- One row per Stripe account is enough: processes take tokens in chunks, a few times a second.
CREATE OR REPLACE FUNCTION api.rate_lease(p_provider_account text, p_rate numeric, p_wanted integer,
                                          p_inline boolean)
RETURNS TABLE (granted integer, retry_after numeric)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_burst CONSTANT numeric := greatest(1, p_rate / 4);
    -- Of every ten calls one is the queue's, a second's worth at most: an on-sale that lasts is no
    -- reason not to pay anybody.
    v_share CONSTANT numeric := 0.1;
    v_bucket payments.provider_rates;
    v_new numeric;
    v_kept numeric;
    v_taken numeric := 0;
BEGIN
    -- A bucket that a crash turns back by a moment does no harm: nobody waits for the disk.
    SET LOCAL synchronous_commit = off;
    INSERT INTO payments.provider_rates (provider_account, tokens, refilled_at)
    VALUES (p_provider_account, v_burst, v_now)
    ON CONFLICT (provider_account) DO NOTHING;
    SELECT r.* INTO v_bucket FROM payments.provider_rates AS r
     WHERE r.provider_account = p_provider_account FOR NO KEY UPDATE;
    v_new := p_rate * greatest(0, extract(epoch FROM v_now - v_bucket.refilled_at));
    v_kept := least(v_new * v_share, greatest(1, p_rate * v_share) - v_bucket.reserved);
    v_bucket.reserved := v_bucket.reserved + v_kept;
    v_bucket.tokens := least(v_burst, v_bucket.tokens + v_new - v_kept);
    IF p_inline THEN
        -- A buyer is waiting behind an inline call: it may run up to one second ahead of the rate,
        -- the queue pays it back.
        granted := least(p_wanted, greatest(0, floor(v_bucket.tokens + p_rate)::integer));
    ELSE
        v_taken := least(p_wanted, floor(v_bucket.reserved));
        granted := least(p_wanted, v_taken + greatest(0, floor(v_bucket.tokens)));
    END IF;
    UPDATE payments.provider_rates AS r
       SET tokens = v_bucket.tokens - granted + v_taken, reserved = v_bucket.reserved - v_taken,
           refilled_at = greatest(v_now, r.refilled_at)
     WHERE r.provider_account = p_provider_account;
    retry_after := CASE WHEN granted > 0 THEN 0 ELSE round(least(
        (1 - least(v_bucket.tokens, 1)) / p_rate, CASE WHEN NOT p_inline
        THEN (1 - v_bucket.reserved) / (p_rate * v_share) END), 3) END;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION api.rate_lease(text, numeric, integer, boolean) IS
    'Takes up to p_wanted calls out of the bucket of a Stripe account (p_rate a second over all '
    'processes) and says how many were granted, and when to ask again (seconds). Inline calls may '
    'go one second into debt; a tenth of the rate is the queue''s alone.';
