-- The way a payment goes up to a chosen point, by calls of our own functions. The loader
-- (tests/support/tap.py) makes the schema, runs the files of this folder as the superuser, in any
-- order, and registers the tenants anew for each script. The helpers run as their owner: a script
-- that proves a right or row security calls the function under test itself, as the role that is
-- meant.

CREATE FUNCTION tap_helpers.tenants_register() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
AS $$
BEGIN
    PERFORM tap_helpers.enter(tap_helpers.tenant_a()),
            ops.tenant_register(tap_helpers.tenant_a(), 'Tenant A');
    PERFORM tap_helpers.enter(tap_helpers.tenant_b()),
            ops.tenant_register(tap_helpers.tenant_b(), 'Tenant B');
    PERFORM tap_helpers.enter(NULL);
END
$$;
COMMENT ON FUNCTION tap_helpers.tenants_register() IS
    'Registers the two tenants, who are there from the start.';

-- What a check is to notice must be broken first.
CREATE FUNCTION tap_helpers.unchecked(p_statements text) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET session_replication_role = replica
AS $$ BEGIN EXECUTE p_statements; END $$;
COMMENT ON FUNCTION tap_helpers.unchecked(text) IS
    'Runs statements without triggers and foreign keys.';

-- ── payees ──────────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION tap_helpers.answer_request(p_tenant_id uuid, p_operation_id uuid,
                                           p_lease_epoch bigint, p_result jsonb)
RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
               detail text) LANGUAGE sql
AS $$
    SELECT r.status, r.body, r.operation, r.replayed, r.problem, r.detail
      FROM api.requests_record(p_tenant_id, jsonb_build_array(jsonb_build_object(
               'operationId', p_operation_id, 'leaseEpoch', p_lease_epoch,
               'result', p_result))) AS r
$$;
COMMENT ON FUNCTION tap_helpers.answer_request(uuid, uuid, bigint, jsonb) IS
    'Hands back what Stripe answered to a request''s own operation; returns the client''s answer.';

CREATE FUNCTION tap_helpers.open_account(
    p_tenant_id uuid, p_recipient_type text, p_recipient_id text, p_transfers boolean DEFAULT true
) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    v_operation jsonb;
BEGIN
    PERFORM tap_helpers.enter(p_tenant_id);
    SELECT r.operation INTO STRICT v_operation FROM api.connected_account_create(
        p_tenant_id, 'fixtures', 'account ' || p_recipient_type || p_recipient_id, '\x00',
        jsonb_build_object('recipientType', p_recipient_type, 'recipientId', p_recipient_id,
                           'email', p_recipient_id || '@example.com', 'country', 'US'),
        20, NULL) AS r;
    SELECT r.operation INTO STRICT v_operation FROM tap_helpers.answer_request(
        p_tenant_id, (v_operation ->> 'id')::uuid, 1, jsonb_build_object(
            'outcome', 'succeeded',
            'object', tap_helpers.account_object(p_tenant_id, p_recipient_id, p_transfers))) AS r;
    PERFORM FROM tap_helpers.answer_request(
        p_tenant_id, (v_operation ->> 'id')::uuid, 1, jsonb_build_object(
            'outcome', 'succeeded',
            'object', jsonb_build_object('expires_at', 4102444800, 'url',
                'https://connect.stripe.com/setup/' || p_recipient_id)));
    RETURN (SELECT a.id FROM payments.connected_accounts AS a
             WHERE a.tenant_id = p_tenant_id AND a.recipient_type = p_recipient_type
               AND a.recipient_id = p_recipient_id);
END
$$;
COMMENT ON FUNCTION tap_helpers.open_account(uuid, text, text, boolean) IS
    'A payee''s account, opened at Stripe, with its onboarding link; returns its id.';

-- ── payments ────────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION tap_helpers.splits() RETURNS jsonb LANGUAGE sql IMMUTABLE
AS $$
    SELECT '[{"recipientType": "venue", "recipientId": "v1", "basisPoints": 6000},
             {"recipientType": "artist", "recipientId": "a1", "amount": 2500}]'::jsonb
$$;
COMMENT ON FUNCTION tap_helpers.splits() IS
    'Of 10,000: venue v1 6,000, artist a1 2,500, the platform 1,500.';

CREATE FUNCTION tap_helpers.resale(p_escrow jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql IMMUTABLE
AS $$
    SELECT jsonb_build_object(
        'splits', '[{"recipientType": "venue", "recipientId": "v1", "basisPoints": 1000},
                    {"recipientType": "seller", "recipientId": "s1", "basisPoints": 8000}]'::jsonb,
        'escrow', '{"recipientType": "seller", "recipientId": "s1"}'::jsonb || p_escrow)
$$;
COMMENT ON FUNCTION tap_helpers.resale(jsonb) IS
    'Of 10,000: venue v1 1,000 at once, seller s1 8,000 held, the platform 1,000; with changes to '
    'the hold.';

CREATE FUNCTION tap_helpers.payment_request(p_more jsonb DEFAULT '{}') RETURNS jsonb
LANGUAGE sql IMMUTABLE
AS $$
    SELECT jsonb_build_object('amount', 10000, 'currency', 'usd', 'orderId', 'order-1',
                              'splits', tap_helpers.splits()) || p_more
$$;
COMMENT ON FUNCTION tap_helpers.payment_request(jsonb) IS
    'The body of a request for a payment of 10,000 usd, with changes.';

CREATE FUNCTION tap_helpers.ask_payment(
    p_tenant_id uuid, p_subject text, p_key text, p_fingerprint bytea, p_request jsonb,
    p_lease_seconds numeric DEFAULT 20, p_trace_context text DEFAULT NULL,
    p_origin jsonb DEFAULT NULL
) RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
                 detail text) LANGUAGE sql
AS $$
    SELECT r.status, r.body, r.operation, r.replayed, r.problem, r.detail
      FROM api.payments_create(p_tenant_id, jsonb_build_array(jsonb_build_object(
               'subject', p_subject, 'idempotencyKey', p_key,
               'fingerprint', encode(p_fingerprint, 'hex'), 'request', p_request,
               'traceContext', p_trace_context, 'origin', p_origin)), p_lease_seconds) AS r
$$;
COMMENT ON FUNCTION tap_helpers.ask_payment(uuid, text, text, bytea, jsonb, numeric, text, jsonb) IS
    'One request for a payment, as the caller''s role; returns its answer.';

CREATE FUNCTION tap_helpers.asked_payment(
    p_tenant_id uuid, p_key text, p_more jsonb DEFAULT '{}'
) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    v_operation jsonb;
BEGIN
    PERFORM tap_helpers.enter(p_tenant_id);
    SELECT r.operation INTO STRICT v_operation
      FROM tap_helpers.ask_payment(p_tenant_id, 'fixtures', p_key, '\x00',
                                   tap_helpers.payment_request(p_more)) AS r;
    RETURN (v_operation #>> '{request,params,metadata,payment_id}')::uuid;
END
$$;
COMMENT ON FUNCTION tap_helpers.asked_payment(uuid, text, jsonb) IS
    'A payment in status created, whose intent operation is leased inline at epoch 1; returns its '
    'id.';

CREATE FUNCTION tap_helpers.created_payment(
    p_tenant_id uuid, p_key text, p_more jsonb DEFAULT '{}'
) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    v_payment_id uuid := tap_helpers.asked_payment(p_tenant_id, p_key, p_more);
BEGIN
    PERFORM FROM tap_helpers.answer_request(
        p_tenant_id, tap_helpers.operation_of(v_payment_id, 'intent'), 1, jsonb_build_object(
            'outcome', 'succeeded',
            'object', tap_helpers.intent_object(v_payment_id, 'requires_payment_method')));
    RETURN v_payment_id;
END
$$;
COMMENT ON FUNCTION tap_helpers.created_payment(uuid, text, jsonb) IS
    'A payment whose intent Stripe has made, waiting for a card; returns its id. Its payees must '
    'have accounts.';

CREATE FUNCTION tap_helpers.authorised_payment(
    p_tenant_id uuid, p_key text, p_more jsonb DEFAULT '{}'
) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    v_payment_id uuid := tap_helpers.created_payment(
        p_tenant_id, p_key, '{"captureMethod": "manual"}'::jsonb || p_more);
BEGIN
    PERFORM tap_helpers.apply(
        p_tenant_id, 'evt_capturable_' || v_payment_id,
        tap_helpers.event('payment_intent.amount_capturable_updated',
                          tap_helpers.intent_object(v_payment_id, 'requires_capture')));
    RETURN v_payment_id;
END
$$;
COMMENT ON FUNCTION tap_helpers.authorised_payment(uuid, text, jsonb) IS
    'A payment that waits for its capture; returns its id.';

CREATE FUNCTION tap_helpers.settled_payment(
    p_tenant_id uuid, p_key text, p_more jsonb DEFAULT '{}'
) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    v_payment_id uuid := tap_helpers.created_payment(p_tenant_id, p_key, p_more);
BEGIN
    PERFORM tap_helpers.apply(
        p_tenant_id, 'evt_succeeded_' || v_payment_id,
        tap_helpers.event('payment_intent.succeeded',
                          tap_helpers.intent_object(v_payment_id, 'succeeded')));
    RETURN v_payment_id;
END
$$;
COMMENT ON FUNCTION tap_helpers.settled_payment(uuid, text, jsonb) IS
    'A payment paid in full and split, its transfers ready or blocked; returns its id.';

CREATE FUNCTION tap_helpers.paid_transfer(p_payment_id uuid, p_recipient_id text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    v_call uuid := tap_helpers.call_of(p_payment_id, p_recipient_id);
BEGIN
    PERFORM tap_helpers.send(v_call);
    PERFORM tap_helpers.finish(v_call, jsonb_build_object(
        'outcome', 'succeeded', 'object', tap_helpers.transfer_object(v_call)));
    RETURN tap_helpers.transfer_of(p_payment_id, p_recipient_id);
END
$$;
COMMENT ON FUNCTION tap_helpers.paid_transfer(uuid, text) IS
    'Pays a payee''s transfer of a settled payment; returns the transfer''s id.';

CREATE FUNCTION tap_helpers.paid_payment(
    p_tenant_id uuid, p_key text, p_more jsonb DEFAULT '{}'
) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    v_payment_id uuid := tap_helpers.settled_payment(p_tenant_id, p_key, p_more);
BEGIN
    PERFORM tap_helpers.paid_transfer(v_payment_id, t.recipient_id)
       FROM payments.stripe_transfers AS t WHERE t.payment_id = v_payment_id;
    RETURN v_payment_id;
END
$$;
COMMENT ON FUNCTION tap_helpers.paid_payment(uuid, text, jsonb) IS
    'A settled payment whose payees have their money; returns its id.';

-- ── events ──────────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION tap_helpers.apply(
    p_tenant_id uuid, p_event_id text, p_payload bytea, p_source text DEFAULT 'platform'
) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
AS $$
BEGIN
    PERFORM tap_helpers.enter(p_tenant_id);
    RETURN (SELECT r.state FROM api.inbox_apply(p_tenant_id, p_source, p_event_id, p_payload) AS r);
END
$$;
COMMENT ON FUNCTION tap_helpers.apply(uuid, text, bytea, text) IS
    'Applies an event to a tenant and returns the state it ended in.';

CREATE FUNCTION tap_helpers.receive(
    p_event_id text, p_type text, p_object_ids jsonb, p_payload bytea DEFAULT '{}',
    p_source text DEFAULT 'platform'
) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
AS $$
BEGIN
    RETURN api.inbox_receive(ARRAY[p_source], ARRAY[p_event_id], ARRAY[p_type], ARRAY[p_object_ids],
                             ARRAY[p_payload]);
END
$$;
COMMENT ON FUNCTION tap_helpers.receive(text, text, jsonb, bytea, text) IS
    'Stores one event in the inbox; returns how many were new.';

-- ── operations ──────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION tap_helpers.lease(p_operation_id uuid, p_seconds numeric DEFAULT 20) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    v_operation payments.stripe_operations := tap_helpers.operation_row(p_operation_id);
BEGIN
    UPDATE payments.stripe_operations AS o
       SET state = 'leased', lease_epoch = o.lease_epoch + 1, leased_by = 'fixtures',
           next_run_at = payments.clock() + make_interval(secs => p_seconds::double precision)
     WHERE o.tenant_id = v_operation.tenant_id AND o.id = p_operation_id;
    RETURN v_operation.lease_epoch + 1;
END
$$;
COMMENT ON FUNCTION tap_helpers.lease(uuid, numeric) IS
    'Leases one operation as a claim would, whatever else is due, and returns its lease epoch.';

CREATE FUNCTION tap_helpers.send(p_operation_id uuid, p_seconds numeric DEFAULT 20) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    v_tenant_id uuid := (tap_helpers.operation_row(p_operation_id)).tenant_id;
    v_epoch bigint := tap_helpers.lease(p_operation_id, p_seconds);
BEGIN
    PERFORM tap_helpers.enter(v_tenant_id);
    PERFORM FROM api.operations_fence(v_tenant_id, ARRAY[p_operation_id], ARRAY[v_epoch],
                                      p_seconds);
    RETURN v_epoch;
END
$$;
COMMENT ON FUNCTION tap_helpers.send(uuid, numeric) IS
    'Leases and fences one operation, as if its call were on the wire; returns its lease epoch.';

CREATE FUNCTION tap_helpers.finish(p_operation_id uuid, p_result jsonb) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    v_operation payments.stripe_operations := tap_helpers.operation_row(p_operation_id);
BEGIN
    PERFORM tap_helpers.enter(v_operation.tenant_id);
    RETURN (SELECT r.applied FROM api.results_record(
        v_operation.tenant_id, jsonb_build_array(jsonb_build_object(
            'operationId', p_operation_id, 'leaseEpoch', v_operation.lease_epoch,
            'result', p_result))) AS r);
END
$$;
COMMENT ON FUNCTION tap_helpers.finish(uuid, jsonb) IS
    'Hands a result back under the operation''s newest lease; whether it applied.';

-- ── money back ──────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION tap_helpers.asked_refund(
    p_payment_id uuid, p_key text, p_amount bigint DEFAULT NULL, p_lease numeric DEFAULT 20
) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    v_tenant_id uuid := (SELECT p.tenant_id FROM payments.payment_transactions AS p
                          WHERE p.id = p_payment_id);
BEGIN
    PERFORM tap_helpers.enter(v_tenant_id);
    PERFORM FROM api.refund_create(
        v_tenant_id, 'fixtures', p_key, '\x00',
        jsonb_strip_nulls(jsonb_build_object('paymentId', p_payment_id, 'amount', p_amount)),
        p_lease, NULL);
    RETURN payments.id_derive(v_tenant_id, 'refund', 'api', 'fixtures', p_key);
END
$$;
COMMENT ON FUNCTION tap_helpers.asked_refund(uuid, text, bigint, numeric) IS
    'A refund that was asked for and is on its way to Stripe (without a lease: in the queue); '
    'returns its id.';

CREATE FUNCTION tap_helpers.refund(
    p_payment_id uuid, p_key text, p_amount bigint DEFAULT NULL, p_status text DEFAULT 'succeeded'
) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    v_refund_id uuid := tap_helpers.asked_refund(p_payment_id, p_key, p_amount);
BEGIN
    PERFORM tap_helpers.finish(
        tap_helpers.operation_of(v_refund_id, 'refund'), jsonb_build_object(
            'outcome', 'succeeded', 'object', tap_helpers.refund_object(v_refund_id, p_status)));
    RETURN v_refund_id;
END
$$;
COMMENT ON FUNCTION tap_helpers.refund(uuid, text, bigint, text) IS
    'A refund that Stripe has accepted; its reversals are due. Returns its id.';

CREATE FUNCTION tap_helpers.refund_event(
    p_refund_id uuid, p_type text, p_status text, p_event_id text
) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
AS $$
BEGIN
    RETURN tap_helpers.apply(
        (SELECT r.tenant_id FROM payments.payment_refunds AS r WHERE r.id = p_refund_id),
        p_event_id, tap_helpers.event(p_type, tap_helpers.refund_object(
            p_refund_id, p_status, '{"failure_reason": "declined"}')));
END
$$;
COMMENT ON FUNCTION tap_helpers.refund_event(uuid, text, text, text) IS
    'Applies an event about a refund; returns the state it ended in.';

CREATE FUNCTION tap_helpers.reverse(
    p_payment_id uuid, p_recipient_id text DEFAULT NULL, p_code text DEFAULT NULL
) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    v_call record;
    v_count integer := 0;
BEGIN
    FOR v_call IN
        SELECT o.id, CASE
                   WHEN p_code IS NOT NULL
                   THEN jsonb_build_object('outcome', 'failed', 'code', p_code)
                   ELSE jsonb_build_object('outcome', 'succeeded', 'object', jsonb_build_object(
                       'id', 'trr_' || o.id, 'amount', o.request #> '{params,amount}',
                       'transfer', o.request -> 'target')) END AS result
          FROM payments.stripe_operations AS o
          JOIN payments.transfer_reversals AS v ON v.id = o.subject_id
          JOIN payments.stripe_transfers AS t ON t.id = v.transfer_id
         WHERE o.payment_id = p_payment_id AND o.kind = 'reversal' AND o.state = 'ready'
           AND t.recipient_id = coalesce(p_recipient_id, t.recipient_id) ORDER BY o.id
    LOOP
        PERFORM tap_helpers.send(v_call.id);
        PERFORM tap_helpers.finish(v_call.id, v_call.result);
        v_count := v_count + 1;
    END LOOP;
    RETURN v_count;
END
$$;
COMMENT ON FUNCTION tap_helpers.reverse(uuid, text, text) IS
    'Carries out the reversals that are due of a payment (of one payee), or has Stripe refuse them '
    'with a code; returns how many.';

CREATE FUNCTION tap_helpers.dispute(
    p_payment_id uuid, p_name text, p_status text, p_amount bigint DEFAULT NULL,
    p_more jsonb DEFAULT '{}'
) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
AS $$
BEGIN
    RETURN tap_helpers.apply(
        (SELECT p.tenant_id FROM payments.payment_transactions AS p WHERE p.id = p_payment_id),
        'evt_' || gen_random_uuid(),
        tap_helpers.event(
            CASE WHEN p_status IN ('won', 'lost', 'warning_closed') THEN 'charge.dispute.closed'
                 ELSE 'charge.dispute.created' END,
            tap_helpers.dispute_object(p_payment_id, p_name, p_status, p_amount, p_more)));
END
$$;
COMMENT ON FUNCTION tap_helpers.dispute(uuid, text, text, bigint, jsonb) IS
    'Applies news of a dispute; returns the state the event ended in.';

-- ── screening ───────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION tap_helpers.suspect(p_tenant_id uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
AS $$
BEGIN
    PERFORM tap_helpers.enter(p_tenant_id);
    PERFORM payments.fraud_rules_store(p_tenant_id, '[
        {"name": "shady", "kind": "blocklist", "enabled": true, "weight": 50, "threshold": 1,
         "parameters": {}},
        {"name": "card", "kind": "velocity", "enabled": true, "weight": 60, "threshold": 2,
         "parameters": {"signal": "card", "event": "payment", "seconds": 3600}},
        {"name": "declines", "kind": "velocity", "enabled": true, "weight": 100, "threshold": 3,
         "parameters": {"signal": "customer", "event": "decline", "seconds": 3600}},
        {"name": "highest", "kind": "provider_risk", "enabled": true, "weight": 100, "threshold": 3,
         "parameters": {}}]', 50, 100, 'fixtures');
    INSERT INTO payments.fraud_list_entries (tenant_id, list, signal, value, active, created_at,
                                             updated_at, updated_by)
    VALUES (p_tenant_id, 'block', 'customer', 'shady', true, payments.clock(), payments.clock(),
            'fixtures')
    ON CONFLICT DO NOTHING;
END
$$;
COMMENT ON FUNCTION tap_helpers.suspect(uuid) IS
    'Rules under which payments of customer shady are reviewed, and those of a customer with three '
    'declines in an hour blocked.';

CREATE FUNCTION tap_helpers.shady_payment(p_key text, p_more jsonb DEFAULT '{}') RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER
AS $$
BEGIN
    PERFORM tap_helpers.suspect(tap_helpers.tenant_a());
    RETURN tap_helpers.authorised_payment(
        tap_helpers.tenant_a(), p_key,
        '{"captureMethod": "automatic", "customerId": "shady"}'::jsonb || p_more);
END
$$;
COMMENT ON FUNCTION tap_helpers.shady_payment(text, jsonb) IS
    'A payment of tenant A that was asked for as automatic, is in review, and authorised; returns '
    'its id.';

CREATE FUNCTION tap_helpers.sanctions_list() RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    v_version_id uuid := ops.sanctions_begin('ofac', '\x01');
BEGIN
    PERFORM ops.sanctions_add(v_version_id, '[
        {"entryId": "1", "place": 0, "listedAs": "sanction", "note": "SDGT",
         "name": "SMITH, John Paul", "transliterated": "SMITH, John Paul"},
        {"entryId": "2", "place": 0, "listedAs": "pep", "note": "",
         "name": "Владимир Петров", "transliterated": "Vladimir Petrov"},
        {"entryId": "2", "place": 1, "listedAs": "pep", "note": "",
         "name": "Wladimir Petroff", "transliterated": "Wladimir Petroff"},
        {"entryId": "3", "place": 0, "listedAs": "sanction", "note": "",
         "name": "Golden Star Trading Co., Ltd.",
         "transliterated": "Golden Star Trading Co., Ltd."}]');
    RETURN v_version_id;
END
$$;
COMMENT ON FUNCTION tap_helpers.sanctions_list() IS
    'A list of four names of three, imported and not yet in force; returns its version.';
