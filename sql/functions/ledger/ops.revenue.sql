CREATE OR REPLACE FUNCTION ops.revenue(
    p_tenant_id uuid, p_from timestamptz DEFAULT NULL, p_to timestamptz DEFAULT NULL,
    p_by text DEFAULT 'day', p_time_zone text DEFAULT 'UTC'
) RETURNS TABLE (bucket text, currency text, payments bigint, gross numeric, refunded numeric,
                 disputed numeric, fees numeric, payees numeric,
                 platform numeric, net numeric)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_of_recipient CONSTANT boolean := p_by IN ('artist', 'promoter', 'seller');
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    IF p_by NOT IN ('day', 'event', 'venue', 'artist', 'promoter', 'seller') OR p_by IS NULL THEN
        RAISE EXCEPTION 'revenue goes by day, event, venue, artist, promoter or seller'
            USING ERRCODE = 'PY020';
    END IF;
    RETURN QUERY
    WITH facts AS (
        -- A payment at a time first: its event is looked up once, and nothing has to be told apart
        -- afterwards.
        SELECT fact.payment_id, fact.currency,
               CASE WHEN p_by = 'day'
                        THEN to_char(fact.posted_at AT TIME ZONE p_time_zone, 'YYYY-MM-DD')
                    WHEN v_of_recipient THEN fact.recipient_id END AS bucket,
               bool_or(fact.cause_type = 'capture') AS captured, sum(fact.gross) AS gross,
               sum(fact.refunded) AS refunded, sum(fact.disputed) AS disputed,
               sum(fact.fees) AS fees,
               coalesce(sum(fact.gross - fact.refunded - fact.disputed)
                        FILTER (WHERE fact.recipient_type <> 'platform'), 0) AS payees
          FROM payments.money_facts(p_tenant_id, payments.report_period(p_from, p_to)) AS fact
         WHERE NOT v_of_recipient OR fact.recipient_type = p_by
         GROUP BY 1, 2, 3
    )
    SELECT sorted.bucket, facts.currency, count(*) FILTER (WHERE facts.captured),
           sum(facts.gross), sum(facts.refunded), sum(facts.disputed), sum(facts.fees),
           sum(facts.payees),
           sum(facts.gross - facts.refunded - facts.disputed - facts.fees - facts.payees),
           sum(facts.gross - facts.refunded - facts.disputed - facts.fees)
      FROM facts
      LEFT JOIN payments.payment_transactions AS payment
        ON p_by IN ('event', 'venue') AND payment.tenant_id = p_tenant_id
       AND payment.id = facts.payment_id
     CROSS JOIN LATERAL (SELECT CASE p_by WHEN 'event' THEN payment.show_id
                                          WHEN 'venue' THEN payment.venue_id
                                          ELSE facts.bucket END) AS sorted (bucket)
     GROUP BY sorted.bucket, facts.currency
     ORDER BY sorted.bucket, facts.currency;
END
$$;
COMMENT ON FUNCTION ops.revenue(uuid, timestamptz, timestamptz, text, text) IS
    'What a period brought, in minor units per currency, by day (of p_time_zone), event, venue, '
    'artist, promoter or seller: captured, refunded, lost in disputes, Stripe''s fees; what is '
    'left for payees, for the platform (after fees), and together. By artist, promoter or seller '
    'the figures are that payee''s own shares. A fact counts when it was posted, not when its '
    'order was placed; a date given for p_from or p_to is midnight of the session''s TimeZone. '
    'Default: the last 30 days. Raises PY020, PY070, 22023 (no such time zone). Example: SELECT * '
    'FROM ops.revenue(''…'', ''2026-10-01'', ''2026-11-01'', ''event'');';
