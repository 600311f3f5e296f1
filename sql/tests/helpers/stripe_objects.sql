-- What Stripe would say: its objects about what a script made, and events that carry them.

CREATE FUNCTION tap_helpers.event(p_type text, p_object jsonb, p_more jsonb DEFAULT '{}')
RETURNS bytea LANGUAGE sql IMMUTABLE
AS $$
    SELECT convert_to((jsonb_build_object(
        'id', 'evt_body', 'object', 'event', 'type', p_type, 'created', 1795000000,
        'livemode', false, 'data', jsonb_build_object('object', p_object)) || p_more)::text, 'UTF8')
$$;
COMMENT ON FUNCTION tap_helpers.event(text, jsonb, jsonb) IS
    'The body of an event about an object, with changes at the top level.';

CREATE FUNCTION tap_helpers.account_object(
    p_tenant_id uuid, p_recipient_id text, p_transfers boolean
) RETURNS jsonb LANGUAGE sql IMMUTABLE
AS $$
    SELECT jsonb_build_object(
        'id', 'acct_' || p_recipient_id || '_' || left(p_tenant_id::text, 8), 'object', 'account',
        'charges_enabled', p_transfers, 'payouts_enabled', p_transfers,
        'details_submitted', p_transfers,
        'capabilities', jsonb_build_object(
            'transfers', CASE WHEN p_transfers THEN 'active' ELSE 'inactive' END),
        'requirements', CASE
            WHEN p_transfers THEN '{"currently_due": [], "disabled_reason": null}'::jsonb
            ELSE '{"currently_due": ["external_account"],
                   "disabled_reason": "requirements.past_due"}' END)
$$;
COMMENT ON FUNCTION tap_helpers.account_object(uuid, text, boolean) IS
    'Stripe''s account object of a payee; its id is acct_<recipient>_<first eight of the tenant>.';

CREATE FUNCTION tap_helpers.intent_object(
    p_payment_id uuid, p_status text, p_more jsonb DEFAULT '{}'
) RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER
AS $$
    SELECT jsonb_build_object(
        'id', 'pi_' || p.id, 'object', 'payment_intent', 'amount', p.amount,
        'currency', p.currency, 'livemode', false, 'status', p_status,
        'client_secret', 'pi_' || p.id || '_secret',
        'latest_charge',
        CASE WHEN p_status IN ('requires_capture', 'succeeded') THEN 'ch_' || p.id END,
        'amount_received', CASE WHEN p_status = 'succeeded' THEN p.amount ELSE 0 END,
        'metadata', jsonb_build_object('payment_id', p.id, 'tenant_id', p.tenant_id)) || p_more
      FROM payments.payment_transactions AS p WHERE p.id = p_payment_id
$$;
COMMENT ON FUNCTION tap_helpers.intent_object(uuid, text, jsonb) IS
    'Stripe''s payment intent of a payment, id pi_<payment>, charge ch_<payment>, in a status, '
    'with changes.';

CREATE FUNCTION tap_helpers.charge_object(p_payment_id uuid, p_more jsonb DEFAULT '{}')
RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER
AS $$
    SELECT jsonb_build_object(
        'id', 'ch_' || p.id, 'object', 'charge', 'amount', p.amount, 'currency', p.currency,
        'livemode', false, 'payment_intent', 'pi_' || p.id, 'captured', true,
        'balance_transaction', 'txn_' || p.id) || p_more
      FROM payments.payment_transactions AS p WHERE p.id = p_payment_id
$$;
COMMENT ON FUNCTION tap_helpers.charge_object(uuid, jsonb) IS
    'Stripe''s charge of a payment, captured, with its balance transaction txn_<payment>, with '
    'changes.';

CREATE FUNCTION tap_helpers.transfer_object(p_operation_id uuid, p_more jsonb DEFAULT '{}')
RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER
AS $$
    SELECT (o.request -> 'params')
           || jsonb_build_object('id', 'tr_' || o.subject_id, 'object', 'transfer') || p_more
      FROM payments.stripe_operations AS o WHERE o.id = p_operation_id
$$;
COMMENT ON FUNCTION tap_helpers.transfer_object(uuid, jsonb) IS
    'Stripe''s transfer tr_<transfer> that an operation made, with changes.';

CREATE FUNCTION tap_helpers.refund_object(
    p_refund_id uuid, p_status text DEFAULT 'succeeded', p_more jsonb DEFAULT '{}'
) RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER
AS $$
    SELECT jsonb_build_object(
        'id', 're_' || r.id, 'object', 'refund', 'amount', r.amount, 'currency', r.currency,
        'status', p_status, 'payment_intent', 'pi_' || r.payment_id,
        'metadata', jsonb_build_object('refund_id', r.id)) || p_more
      FROM payments.payment_refunds AS r WHERE r.id = p_refund_id
$$;
COMMENT ON FUNCTION tap_helpers.refund_object(uuid, text, jsonb) IS
    'Stripe''s refund re_<refund>, in a status, with changes.';

CREATE FUNCTION tap_helpers.dispute_object(
    p_payment_id uuid, p_name text, p_status text, p_amount bigint DEFAULT NULL,
    p_more jsonb DEFAULT '{}'
) RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER
AS $$
    SELECT jsonb_build_object(
        'id', 'dp_' || p_name || '_' || p.id, 'object', 'dispute', 'payment_intent', 'pi_' || p.id,
        'charge', 'ch_' || p.id, 'amount', coalesce(p_amount, p.amount), 'currency', p.currency,
        'livemode', false, 'status', p_status, 'reason', 'fraudulent',
        'balance_transactions', '[]'::jsonb,
        'evidence_details', '{"due_by": 4102444800, "submission_count": 0}'::jsonb) || p_more
      FROM payments.payment_transactions AS p WHERE p.id = p_payment_id
$$;
COMMENT ON FUNCTION tap_helpers.dispute_object(uuid, text, text, bigint, jsonb) IS
    'Stripe''s dispute dp_<name>_<payment> of a payment, of all of it or an amount, in a status, '
    'with changes.';
