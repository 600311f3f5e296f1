-- A call that a person or service waits for is refused once. A transfer is owed: it is tried again
-- while there is reason to hope, held while its payee cannot receive, and a short balance may take
-- a week of sales to recover.
CREATE OR REPLACE FUNCTION payments.operation_failure_policy(
    p_kind text, p_code text, p_failures integer, p_age interval
) RETURNS TABLE (verdict text, base_seconds numeric, cap_seconds numeric)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN p_kind IN ('intent', 'capture', 'cancel', 'refund', 'evidence', 'account',
                        'account_link') THEN 'fail'
        -- The account has left us: asking again would say the same.
        WHEN p_kind = 'fetch' AND p_code = 'account_invalid' THEN 'fail'
        -- The payee has spent it: what it owes is kept back from its next transfers instead.
        WHEN p_kind = 'reversal' AND p_code = 'balance_insufficient' THEN 'fail'
        WHEN p_kind = 'transfer' AND p_code IN ('insufficient_capabilities_for_transfer',
                                                'transfers_not_allowed', 'account_invalid')
                                                    THEN 'hold'
        WHEN p_code = 'balance_insufficient' THEN CASE WHEN p_age > interval '7 days' THEN 'fail'
            ELSE 'retry' END
        -- Asking costs nothing: a read outlasts an outage of hours.
        WHEN p_failures >= CASE p_kind WHEN 'fetch' THEN 20 ELSE 5 END THEN 'fail'
        ELSE 'retry'
    END,
    CASE WHEN p_code = 'balance_insufficient' THEN 600 ELSE 0 END::numeric,
    CASE WHEN p_code = 'balance_insufficient' THEN 43200 ELSE 3600 END::numeric
$$;
COMMENT ON FUNCTION payments.operation_failure_policy(text, text, integer, interval) IS
    'What a definite refusal means: fail, retry or hold, and the back-off (base, cap, in seconds). '
    'p_failures counts this one; p_age is since the first refusal with this code.';
