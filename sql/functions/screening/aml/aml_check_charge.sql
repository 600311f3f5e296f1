-- At the request only what was paid by then counts: payments asked for together and paid afterwards
-- would each find nothing.
CREATE OR REPLACE FUNCTION payments.aml_check_charge(
    p_tenant_id uuid, p_payment_id uuid, p_now timestamptz
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_id CONSTANT uuid := payments.id_derive(p_tenant_id, 'aml_amounts', p_payment_id::text,
                                             'charge');
    v_request jsonb;
    v_reasons text[];
BEGIN
    IF NOT EXISTS (SELECT FROM payments.aml_limits AS l WHERE l.tenant_id = p_tenant_id)
       OR EXISTS (SELECT FROM payments.reviews AS r
                   WHERE r.tenant_id = p_tenant_id AND r.payment_id = p_payment_id
                     AND r.source = 'amounts') THEN
        RETURN;
    END IF;
    SELECT jsonb_build_object('customerId', p.customer_id, 'amount', p.amount,
                              'currency', p.currency) INTO v_request
      FROM payments.payment_transactions AS p
     WHERE p.tenant_id = p_tenant_id AND p.id = p_payment_id;
    INSERT INTO payments.aml_screenings
        (tenant_id, id, kind, payment_id, list_versions, settings_version, inputs, findings,
         decision, score, reasons, screened_at)
    SELECT p_tenant_id, v_id, 'amounts', p_payment_id, '{}', s.settings_version,
           jsonb_build_object('customer', v_request -> 'customerId') || (v_request - 'customerId'),
           s.findings, 'review', 100, s.reasons, p_now
      FROM payments.aml_sums(p_tenant_id, ARRAY[p_payment_id], ARRAY[v_request], p_now) AS s
     WHERE s.reasons <> '{}'
    RETURNING reasons INTO v_reasons;
    IF FOUND THEN
        PERFORM payments.review_open(p_tenant_id, 'amounts', v_id::text, p_payment_id, 100,
                                     v_reasons, p_now);
    END IF;
END
$$;
COMMENT ON FUNCTION payments.aml_check_charge(uuid, uuid, timestamptz) IS
    'Screens the sums that a locked payment brings its customer to now that it is paid or '
    'authorised, and opens the review that its request did not. Raises PY010.';
