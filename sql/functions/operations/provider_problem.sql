CREATE OR REPLACE FUNCTION payments.provider_problem(p_type text, p_code text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN p_type = 'card_error' THEN 'card_declined'
        WHEN p_code IN ('payment_intent_unexpected_state', 'charge_expired_for_capture')
            THEN 'invalid_state'
        WHEN p_code IN ('amount_too_small', 'amount_too_large') THEN 'amount_invalid'
        WHEN p_code IN ('charge_disputed', 'refund_disputed_payment', 'charge_not_refundable')
            THEN 'payment_not_refundable'
        WHEN p_code = 'charge_already_refunded' THEN 'refund_exceeds_remaining'
        -- What Stripe checks better than we could: countries, addresses, lengths.
        WHEN p_code IN ('country_unsupported', 'country_code_invalid', 'email_invalid',
                        'parameter_invalid_empty',
                        'parameter_invalid_string_blank', 'parameter_invalid_string_empty',
                        'parameter_invalid_string_too_long')
            THEN 'validation_failed'
        ELSE 'provider_error'
    END
$$;
COMMENT ON FUNCTION payments.provider_problem(text, text) IS
    'Our error code for a refusal by Stripe, from its wire type and code (docs: Stripe API, '
    'Errors).';
