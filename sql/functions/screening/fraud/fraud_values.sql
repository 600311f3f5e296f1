CREATE OR REPLACE FUNCTION payments.fraud_values(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = payments, pg_temp
AS $$
BEGIN
    RETURN jsonb_strip_nulls(jsonb_build_object(
        'amount', p_request -> 'amount', 'currency', p_request -> 'currency',
        'customer', p_request -> 'customerId', 'device', p_request #> '{device,id}',
        'ip', payments.ip_signal(coalesce(p_request #>> '{device,ip}', p_request ->> 'clientIp')),
        'email', lower(p_request ->> 'receiptEmail'),
        'email_domain', lower(split_part(p_request ->> 'receiptEmail', '@', 2))));
END
$$;
COMMENT ON FUNCTION payments.fraud_values(jsonb) IS
    'What a request for a payment tells fraud rules: amount, currency, customer, device '
    '(device.id), ip (device.ip, else where the request came from), email, email_domain.';
