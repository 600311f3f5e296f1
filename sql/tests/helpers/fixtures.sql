-- What the scripts of sql/tests share: two tenants, and the way a payment goes up to a chosen
-- point, by calls of our own functions. The loader runs this file as the superuser at the start of
-- each script's transaction and puts tap_helpers on the search path, so nothing of it outlives the
-- script. The helpers run as their owner: a script that proves a right or row security calls the
-- function under test itself, as the role that is meant.
CREATE SCHEMA tap_helpers;
GRANT USAGE ON SCHEMA tap_helpers TO PUBLIC;

CREATE FUNCTION tap_helpers.tenant_a() RETURNS uuid LANGUAGE sql IMMUTABLE
AS $$ SELECT 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa'::uuid $$;
COMMENT ON FUNCTION tap_helpers.tenant_a() IS 'The tenant most scripts work in; registered.';

CREATE FUNCTION tap_helpers.tenant_b() RETURNS uuid LANGUAGE sql IMMUTABLE
AS $$ SELECT 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb'::uuid $$;
COMMENT ON FUNCTION tap_helpers.tenant_b() IS 'Another registered tenant.';

CREATE FUNCTION tap_helpers.enter(p_tenant_id uuid) RETURNS void LANGUAGE plpgsql SECURITY INVOKER
AS $$ BEGIN PERFORM set_config('app.current_tenant_id', coalesce(p_tenant_id::text, ''), true);
      END $$;
COMMENT ON FUNCTION tap_helpers.enter(uuid) IS
    'Enters a tenant, leaving another one: what a new transaction would do. Null leaves.';

-- ── time ────────────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION tap_helpers.advance(p_by interval) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
AS $$ BEGIN UPDATE payments.deployment SET clock_offset = clock_offset + p_by; END $$;
COMMENT ON FUNCTION tap_helpers.advance(interval) IS
    'Shifts payments.clock() for the rest of the transaction.';

-- ── names for what a script made ────────────────────────────────────────────────────────────────

CREATE FUNCTION tap_helpers.payment_of(p_tenant_id uuid, p_key text) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
AS $$ SELECT payments.id_derive(p_tenant_id, 'payment', 'fixtures', p_key) $$;
COMMENT ON FUNCTION tap_helpers.payment_of(uuid,
                                           text) IS 'The payment that a helper made under a key.';

CREATE FUNCTION tap_helpers.pay(p_key text) RETURNS uuid LANGUAGE sql STABLE
AS $$ SELECT tap_helpers.payment_of(tap_helpers.tenant_a(), p_key) $$;
COMMENT ON FUNCTION tap_helpers.pay(text) IS 'The payment of tenant A under a key.';

CREATE FUNCTION tap_helpers.account_of(p_tenant_id uuid, p_recipient_id text) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
AS $$
    SELECT a.id FROM payments.connected_accounts AS a
     WHERE a.tenant_id = p_tenant_id AND a.recipient_id = p_recipient_id
$$;
COMMENT ON FUNCTION tap_helpers.account_of(uuid, text) IS 'The connected account of a recipient.';

CREATE FUNCTION tap_helpers.keep(p_name text, p_value anyelement) RETURNS void LANGUAGE plpgsql
AS $$ BEGIN PERFORM set_config('tap_kept.' || p_name, p_value::text, true); END $$;
COMMENT ON FUNCTION tap_helpers.keep(text,
                                     anyelement) IS 'Keeps a value under a name until the script '
                                                    'ends.';

CREATE FUNCTION tap_helpers.kept(p_name text) RETURNS text LANGUAGE sql STABLE
AS $$ SELECT current_setting('tap_kept.' || p_name) $$;
COMMENT ON FUNCTION tap_helpers.kept(text) IS 'A value that was kept.';

CREATE FUNCTION tap_helpers.the(p_name text) RETURNS uuid LANGUAGE sql STABLE
AS $$ SELECT tap_helpers.kept(p_name)::uuid $$;
COMMENT ON FUNCTION tap_helpers.the(text) IS 'A kept id.';

CREATE FUNCTION tap_helpers.clock() RETURNS timestamptz LANGUAGE sql VOLATILE SECURITY DEFINER
AS $$ SELECT payments.clock() $$;
COMMENT ON FUNCTION tap_helpers.clock() IS 'payments.clock(), for any role.';

-- ── what must not have changed ──────────────────────────────────────────────────────────────────

CREATE FUNCTION tap_helpers.state() RETURNS text LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    v_table regclass;
    v_part text;
    v_all text := '';
BEGIN
    FOR v_table IN
        SELECT c.oid::regclass FROM pg_class AS c
         WHERE c.relnamespace = 'payments'::regnamespace AND c.relkind = 'r' ORDER BY c.relname
    LOOP
        EXECUTE format('SELECT md5(string_agg(r::text, %L ORDER BY r::text)) FROM %s AS r', '|',
                       v_table) INTO v_part;
        v_all := v_all || v_table || coalesce(v_part, '-');
    END LOOP;
    RETURN md5(v_all);
END
$$;
COMMENT ON FUNCTION tap_helpers.state() IS 'A fingerprint of every row of every table of ours.';

CREATE FUNCTION tap_helpers.remember() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
AS $$ BEGIN PERFORM set_config('tap_helpers.state', tap_helpers.state(), true); END $$;
COMMENT ON FUNCTION tap_helpers.remember() IS 'Notes the state that unchanged() compares with.';

CREATE FUNCTION tap_helpers.unchanged(p_description text) RETURNS text
    LANGUAGE plpgsql SECURITY INVOKER
AS $$ BEGIN RETURN tap.is(tap_helpers.state(), current_setting('tap_helpers.state'), p_description);
      END $$;
COMMENT ON FUNCTION tap_helpers.unchanged(text) IS 'Asserts that no row of ours changed since '
                                                   'remember().';

-- Runs statements that no caller could: without triggers and foreign keys, as the superuser. What a
-- check is to notice must be broken first.
CREATE FUNCTION tap_helpers.unchecked(p_statements text) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET session_replication_role = replica
AS $$ BEGIN EXECUTE p_statements; END $$;
COMMENT ON FUNCTION tap_helpers.unchecked(text) IS
    'Runs statements without triggers and foreign keys.';

-- ── payees ──────────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION tap_helpers.account_object(p_tenant_id uuid, p_recipient_id text,
                                           p_transfers boolean) RETURNS jsonb
LANGUAGE sql IMMUTABLE
AS $$
    SELECT jsonb_build_object(
        'id', 'acct_' || p_recipient_id || '_' || left(p_tenant_id::text, 8), 'object', 'account',
        'charges_enabled', p_transfers, 'payouts_enabled', p_transfers, 'details_submitted',
        p_transfers,
        'capabilities', jsonb_build_object('transfers', CASE WHEN p_transfers THEN 'active'
                                           ELSE 'inactive' END),
        'requirements', jsonb_build_object(
            'currently_due', CASE WHEN p_transfers THEN '[]'::jsonb ELSE '["external_account"]' END,
            'disabled_reason', CASE WHEN p_transfers THEN NULL ELSE 'requirements.past_due' END))
$$;
COMMENT ON FUNCTION tap_helpers.account_object(uuid, text, boolean) IS
    'Stripe''s account object of a payee; its id is acct_<recipient>_<first eight of the tenant>.';

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
    SELECT r.operation INTO STRICT v_operation
      FROM api.connected_account_create(p_tenant_id, 'fixtures', 'account ' || p_recipient_type
                                        || p_recipient_id, '\x00',
               jsonb_build_object('recipientType', p_recipient_type, 'recipientId', p_recipient_id,
                                  'email', p_recipient_id || '@example.com', 'country', 'US'), 20,
                                        NULL) AS r;
    SELECT r.operation INTO STRICT v_operation
      FROM tap_helpers.answer_request(p_tenant_id, (v_operation ->> 'id')::uuid, 1,
                              jsonb_build_object('outcome', 'succeeded',
               'object', tap_helpers.account_object(p_tenant_id, p_recipient_id,
                                                    p_transfers))) AS r;
    PERFORM FROM tap_helpers.answer_request(p_tenant_id, (v_operation ->> 'id')::uuid, 1,
                                    jsonb_build_object('outcome', 'succeeded',
        'object', jsonb_build_object('url', 'https://connect.stripe.com/setup/' || p_recipient_id,
                                     'expires_at', 4102444800)));
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

CREATE FUNCTION tap_helpers.payment_request(p_more jsonb DEFAULT '{}') RETURNS jsonb
    LANGUAGE sql IMMUTABLE
AS $$
    SELECT jsonb_build_object('amount', 10000, 'currency', 'usd', 'orderId', 'order-1', 'splits',
                              tap_helpers.splits()) || p_more
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

CREATE FUNCTION tap_helpers.asked_payment(p_tenant_id uuid, p_key text, p_more jsonb DEFAULT '{}')
    RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER
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

CREATE FUNCTION tap_helpers.intent_object(p_payment_id uuid, p_status text,
                                          p_more jsonb DEFAULT '{}') RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER
AS $$
    SELECT jsonb_build_object(
        'id', 'pi_' || p.id, 'object', 'payment_intent', 'amount', p.amount, 'currency', p.currency,
        'livemode', false,
        'status', p_status, 'client_secret', 'pi_' || p.id || '_secret',
        'latest_charge', CASE WHEN p_status IN ('requires_capture', 'succeeded')
        THEN 'ch_' || p.id END,
        'amount_received', CASE WHEN p_status = 'succeeded' THEN p.amount ELSE 0 END,
        'metadata', jsonb_build_object('payment_id', p.id, 'tenant_id', p.tenant_id)) || p_more
      FROM payments.payment_transactions AS p WHERE p.id = p_payment_id
$$;
COMMENT ON FUNCTION tap_helpers.intent_object(uuid, text, jsonb) IS
    'Stripe''s payment intent of a payment, id pi_<payment>, charge ch_<payment>, in a status, '
    'with changes.';

CREATE FUNCTION tap_helpers.charge_object(p_payment_id uuid, p_more jsonb DEFAULT '{}')
    RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER
AS $$
    SELECT jsonb_build_object(
        'id', 'ch_' || p.id, 'object', 'charge', 'amount', p.amount, 'currency', p.currency,
        'livemode', false,
        'payment_intent', 'pi_' || p.id, 'captured', true, 'balance_transaction', 'txn_' || p.id)
            || p_more
      FROM payments.payment_transactions AS p WHERE p.id = p_payment_id
$$;
COMMENT ON FUNCTION tap_helpers.charge_object(uuid, jsonb) IS
    'Stripe''s charge of a payment, captured, with its balance transaction txn_<payment>, with '
    'changes.';

CREATE FUNCTION tap_helpers.created_payment(p_tenant_id uuid, p_key text,
                                            p_more jsonb DEFAULT '{}') RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    v_payment_id uuid := tap_helpers.asked_payment(p_tenant_id, p_key, p_more);
BEGIN
    PERFORM FROM tap_helpers.answer_request(p_tenant_id, tap_helpers.operation_of(v_payment_id, 'intent'),
                                    1, jsonb_build_object(
        'outcome', 'succeeded', 'object',
                                        tap_helpers.intent_object(v_payment_id,
                                            'requires_payment_method')));
    RETURN v_payment_id;
END
$$;
COMMENT ON FUNCTION tap_helpers.created_payment(uuid, text, jsonb) IS
    'A payment whose intent Stripe has made, waiting for a card; returns its id. Its payees must '
    'have accounts.';

CREATE FUNCTION tap_helpers.authorised_payment(p_tenant_id uuid, p_key text,
                                               p_more jsonb DEFAULT '{}') RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    v_payment_id uuid := tap_helpers.created_payment(p_tenant_id, p_key,
                                                     '{"captureMethod": "manual"}'::jsonb
                                                     || p_more);
BEGIN
    PERFORM tap_helpers.apply(p_tenant_id, 'evt_capturable_' || v_payment_id,
                              tap_helpers.event('payment_intent.amount_capturable_updated',
        tap_helpers.intent_object(v_payment_id, 'requires_capture')));
    RETURN v_payment_id;
END
$$;
COMMENT ON FUNCTION tap_helpers.authorised_payment(uuid, text,
                                                   jsonb) IS 'A payment that waits for its '
                                                       'capture; returns its id.';

CREATE FUNCTION tap_helpers.settled_payment(p_tenant_id uuid, p_key text,
                                            p_more jsonb DEFAULT '{}') RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    v_payment_id uuid := tap_helpers.created_payment(p_tenant_id, p_key, p_more);
BEGIN
    PERFORM tap_helpers.apply(p_tenant_id, 'evt_succeeded_' || v_payment_id,
                              tap_helpers.event('payment_intent.succeeded',
        tap_helpers.intent_object(v_payment_id, 'succeeded')));
    RETURN v_payment_id;
END
$$;
COMMENT ON FUNCTION tap_helpers.settled_payment(uuid, text, jsonb) IS
    'A payment paid in full and split, its transfers ready or blocked; returns its id.';

-- ── events ──────────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION tap_helpers.event(p_type text, p_object jsonb, p_more jsonb DEFAULT '{}')
    RETURNS bytea
LANGUAGE sql IMMUTABLE
AS $$
    SELECT convert_to(
        (jsonb_build_object('id', 'evt_body', 'object', 'event', 'type', p_type, 'created',
                            1795000000,
        'livemode', false, 'data', jsonb_build_object('object', p_object)) || p_more)::text, 'UTF8')
$$;
COMMENT ON FUNCTION tap_helpers.event(text, jsonb,
                                      jsonb) IS 'The body of an event about an object, with '
                                                'changes at the top level.';

CREATE FUNCTION tap_helpers.apply(
    p_tenant_id uuid, p_event_id text, p_payload bytea, p_source text DEFAULT 'platform'
) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
AS $$
BEGIN
    PERFORM tap_helpers.enter(p_tenant_id);
    RETURN (SELECT r.state FROM api.inbox_apply(p_tenant_id, p_source, p_event_id, p_payload) AS r);
END
$$;
COMMENT ON FUNCTION tap_helpers.apply(uuid, text, bytea,
                                      text) IS 'Applies an event to a tenant and returns the state '
                                               'it ended in.';

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
COMMENT ON FUNCTION tap_helpers.receive(text, text, jsonb, bytea,
                                        text) IS 'Stores one event in the inbox; returns how many '
                                                 'were new.';

-- ── operations ──────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION tap_helpers.operation_of(p_subject_id uuid, p_kind text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER
AS $$
    SELECT o.id FROM payments.stripe_operations AS o
     WHERE o.subject_id = p_subject_id AND o.kind = p_kind ORDER BY o.created_at DESC LIMIT 1
$$;
COMMENT ON FUNCTION tap_helpers.operation_of(uuid,
                                             text) IS 'The newest operation of a kind that acts '
                                                      'for a payment, transfer or account.';

CREATE FUNCTION tap_helpers.transfer_of(p_payment_id uuid, p_recipient_id text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER
AS $$
    SELECT t.id FROM payments.stripe_transfers AS t WHERE t.payment_id = p_payment_id
       AND t.recipient_id = p_recipient_id
$$;
COMMENT ON FUNCTION tap_helpers.transfer_of(uuid, text) IS 'A payee''s transfer of a payment.';

CREATE FUNCTION tap_helpers.call_of(p_payment_id uuid, p_recipient_id text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER
AS $$ SELECT tap_helpers.operation_of(tap_helpers.transfer_of(p_payment_id, p_recipient_id),
                                      'transfer') $$;
COMMENT ON FUNCTION tap_helpers.call_of(uuid,
                                        text) IS 'The operation that pays a payee''s transfer of a '
                                                 'payment.';

CREATE FUNCTION tap_helpers.operation_row(p_operation_id uuid) RETURNS payments.stripe_operations
LANGUAGE sql STABLE SECURITY DEFINER
AS $$ SELECT o FROM payments.stripe_operations AS o WHERE o.id = p_operation_id $$;
COMMENT ON FUNCTION tap_helpers.operation_row(uuid) IS 'An operation as it is now.';

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
COMMENT ON FUNCTION tap_helpers.send(uuid,
                                     numeric) IS 'Leases and fences one operation, as if its call '
                                                 'were on the wire; returns its lease epoch.';

CREATE FUNCTION tap_helpers.finish(p_operation_id uuid, p_result jsonb) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    v_operation payments.stripe_operations := tap_helpers.operation_row(p_operation_id);
BEGIN
    PERFORM tap_helpers.enter(v_operation.tenant_id);
    RETURN (SELECT r.applied FROM api.results_record(v_operation.tenant_id,
                                                     jsonb_build_array(jsonb_build_object(
        'operationId', p_operation_id, 'leaseEpoch', v_operation.lease_epoch, 'result',
                                                         p_result))) AS r);
END
$$;
COMMENT ON FUNCTION tap_helpers.finish(uuid,
                                       jsonb) IS 'Hands a result back under the operation''s '
                                                 'newest lease; whether it applied.';

CREATE FUNCTION tap_helpers.transfer_object(p_operation_id uuid, p_more jsonb DEFAULT '{}')
    RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER
AS $$
    SELECT (o.request -> 'params')
           || jsonb_build_object('id', 'tr_' || o.subject_id, 'object', 'transfer') || p_more
      FROM payments.stripe_operations AS o WHERE o.id = p_operation_id
$$;
COMMENT ON FUNCTION tap_helpers.transfer_object(uuid,
                                                jsonb) IS 'Stripe''s transfer tr_<transfer> that '
                                                    'an operation made, with changes.';

CREATE FUNCTION tap_helpers.paid_transfer(p_payment_id uuid, p_recipient_id text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    v_call uuid := tap_helpers.call_of(p_payment_id, p_recipient_id);
BEGIN
    PERFORM tap_helpers.send(v_call);
    PERFORM tap_helpers.finish(v_call,
                               jsonb_build_object('outcome', 'succeeded', 'object',
                                                  tap_helpers.transfer_object(v_call)));
    RETURN tap_helpers.transfer_of(p_payment_id, p_recipient_id);
END
$$;
COMMENT ON FUNCTION tap_helpers.paid_transfer(uuid,
                                              text) IS 'Pays a payee''s transfer of a settled '
                                                       'payment; returns the transfer''s id.';

-- ── money back ──────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION tap_helpers.paid_payment(p_tenant_id uuid, p_key text, p_more jsonb DEFAULT '{}')
    RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    v_payment_id uuid := tap_helpers.settled_payment(p_tenant_id, p_key, p_more);
BEGIN
    PERFORM tap_helpers.paid_transfer(v_payment_id, t.recipient_id)
        FROM payments.stripe_transfers AS t WHERE t.payment_id = v_payment_id;
    RETURN v_payment_id;
END
$$;
COMMENT ON FUNCTION tap_helpers.paid_payment(uuid, text,
                                             jsonb) IS 'A settled payment whose payees have their '
                                                       'money; returns its id.';

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

CREATE FUNCTION tap_helpers.escrow_of(p_payment_id uuid) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
AS $$ SELECT e.id FROM payments.escrows AS e WHERE e.payment_id = p_payment_id $$;
COMMENT ON FUNCTION tap_helpers.escrow_of(uuid) IS 'The escrow of a payment.';

CREATE FUNCTION tap_helpers.asked_refund(p_payment_id uuid, p_key text,
                                         p_amount bigint DEFAULT NULL, p_lease numeric DEFAULT 20)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    v_tenant_id uuid := (SELECT p.tenant_id FROM payments.payment_transactions AS p
                          WHERE p.id = p_payment_id);
BEGIN
    PERFORM tap_helpers.enter(v_tenant_id);
    PERFORM FROM api.refund_create(v_tenant_id, 'fixtures', p_key, '\x00',
        jsonb_strip_nulls(jsonb_build_object('paymentId', p_payment_id, 'amount', p_amount)),
        p_lease, NULL);
    RETURN payments.id_derive(v_tenant_id, 'refund', 'api', 'fixtures', p_key);
END
$$;
COMMENT ON FUNCTION tap_helpers.asked_refund(uuid, text, bigint, numeric) IS
    'A refund that was asked for and is on its way to Stripe (without a lease: in the queue); '
    'returns its id.';

CREATE FUNCTION tap_helpers.refund_object(p_refund_id uuid, p_status text DEFAULT 'succeeded',
                                          p_more jsonb DEFAULT '{}') RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER
AS $$
    SELECT jsonb_build_object('id', 're_' || r.id, 'object', 'refund', 'amount', r.amount,
                              'currency', r.currency, 'status', p_status,
               'payment_intent', 'pi_' || r.payment_id, 'metadata',
               jsonb_build_object('refund_id', r.id)) || p_more
      FROM payments.payment_refunds AS r WHERE r.id = p_refund_id
$$;
COMMENT ON FUNCTION tap_helpers.refund_object(uuid, text,
                                              jsonb) IS 'Stripe''s refund re_<refund>, in a '
                                                        'status, with changes.';

CREATE FUNCTION tap_helpers.refund(p_payment_id uuid, p_key text, p_amount bigint DEFAULT NULL,
                                   p_status text DEFAULT 'succeeded')
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    v_refund_id uuid := tap_helpers.asked_refund(p_payment_id, p_key, p_amount);
BEGIN
    PERFORM tap_helpers.finish(tap_helpers.operation_of(v_refund_id, 'refund'),
        jsonb_build_object('outcome', 'succeeded', 'object',
                           tap_helpers.refund_object(v_refund_id, p_status)));
    RETURN v_refund_id;
END
$$;
COMMENT ON FUNCTION tap_helpers.refund(uuid, text, bigint,
                                       text) IS 'A refund that Stripe has accepted; its reversals '
                                                'are due. Returns its id.';

CREATE FUNCTION tap_helpers.refund_event(p_refund_id uuid, p_type text, p_status text,
                                         p_event_id text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
AS $$
BEGIN
    RETURN tap_helpers.apply((SELECT r.tenant_id FROM payments.payment_refunds AS r
                               WHERE r.id = p_refund_id), p_event_id,
        tap_helpers.event(p_type, tap_helpers.refund_object(p_refund_id, p_status,
                                                            '{"failure_reason": "declined"}')));
END
$$;
COMMENT ON FUNCTION tap_helpers.refund_event(uuid, text, text,
                                             text) IS 'Applies an event about a refund; returns '
                                                      'the state it ended in.';

CREATE FUNCTION tap_helpers.reversal_of(p_cause_id uuid, p_recipient_id text) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
AS $$
    SELECT v.id FROM payments.transfer_reversals AS v JOIN payments.stripe_transfers AS t
    ON t.id = v.transfer_id
     WHERE v.cause_id = p_cause_id AND t.recipient_id = p_recipient_id ORDER BY v.id LIMIT 1
$$;
COMMENT ON FUNCTION tap_helpers.reversal_of(uuid,
                                            text) IS 'What a refund or dispute takes back from a '
                                                     'payee''s transfer.';

CREATE FUNCTION tap_helpers.reverse(p_payment_id uuid, p_recipient_id text DEFAULT NULL,
                                    p_code text DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    v_call record;
    v_count integer := 0;
BEGIN
    FOR v_call IN
        SELECT o.id, o.request FROM payments.stripe_operations AS o
          JOIN payments.transfer_reversals AS v ON v.id = o.subject_id
          JOIN payments.stripe_transfers AS t ON t.id = v.transfer_id
         WHERE o.payment_id = p_payment_id AND o.kind = 'reversal' AND o.state = 'ready'
           AND t.recipient_id = coalesce(p_recipient_id, t.recipient_id) ORDER BY o.id
    LOOP
        PERFORM tap_helpers.send(v_call.id);
        PERFORM tap_helpers.finish(v_call.id, CASE WHEN p_code IS NOT NULL
                                   THEN jsonb_build_object('outcome', 'failed', 'code', p_code)
            ELSE jsonb_build_object('outcome', 'succeeded', 'object',
                                    jsonb_build_object('id', 'trr_' || v_call.id,
                'amount', v_call.request #> '{params,amount}', 'transfer',
                v_call.request -> 'target')) END);
        v_count := v_count + 1;
    END LOOP;
    RETURN v_count;
END
$$;
COMMENT ON FUNCTION tap_helpers.reverse(uuid, text, text) IS
    'Carries out the reversals that are due of a payment (of one payee), or has Stripe refuse them '
    'with a code; returns how many.';

CREATE FUNCTION tap_helpers.dispute_object(p_payment_id uuid, p_name text, p_status text,
                                           p_amount bigint DEFAULT NULL, p_more jsonb DEFAULT '{}')
RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER
AS $$
    SELECT jsonb_build_object('id', 'dp_' || p_name || '_' || p.id, 'object', 'dispute',
                              'payment_intent', 'pi_' || p.id,
               'charge', 'ch_' || p.id, 'amount', coalesce(p_amount, p.amount), 'currency',
               p.currency, 'livemode', false,
               'status', p_status, 'reason', 'fraudulent', 'balance_transactions', '[]'::jsonb,
               'evidence_details', jsonb_build_object('due_by', 4102444800, 'submission_count', 0))
                   || p_more
      FROM payments.payment_transactions AS p WHERE p.id = p_payment_id
$$;
COMMENT ON FUNCTION tap_helpers.dispute_object(uuid, text, text, bigint, jsonb) IS
    'Stripe''s dispute dp_<name>_<payment> of a payment, of all of it or an amount, in a status, '
    'with changes.';

CREATE FUNCTION tap_helpers.dispute(
    p_payment_id uuid, p_name text, p_status text, p_amount bigint DEFAULT NULL,
    p_more jsonb DEFAULT '{}'
) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
AS $$
BEGIN
    RETURN tap_helpers.apply((SELECT p.tenant_id FROM payments.payment_transactions AS p
                               WHERE p.id = p_payment_id),
        'evt_' || gen_random_uuid(), tap_helpers.event(
            CASE WHEN p_status IN ('won', 'lost', 'warning_closed') THEN 'charge.dispute.closed'
            ELSE 'charge.dispute.created' END,
            tap_helpers.dispute_object(p_payment_id, p_name, p_status, p_amount, p_more)));
END
$$;
COMMENT ON FUNCTION tap_helpers.dispute(uuid, text, text, bigint,
                                        jsonb) IS 'Applies news of a dispute; returns the state '
                                                  'the event ended in.';

CREATE FUNCTION tap_helpers.dispute_of(p_payment_id uuid, p_name text) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
AS $$ SELECT d.id FROM payments.disputes AS d
       WHERE d.stripe_dispute_id = 'dp_' || p_name || '_' || p_payment_id $$;
COMMENT ON FUNCTION tap_helpers.dispute_of(uuid, text) IS 'A dispute by its name.';

CREATE FUNCTION tap_helpers.balance(p_tenant_id uuid, p_kind text, p_recipient_id text DEFAULT '')
    RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER
AS $$
    SELECT coalesce(sum(CASE WHEN g.debit_account_id = a.id THEN g.amount ELSE -g.amount END),
                    0)::bigint
      FROM payments.ledger_accounts AS a
      JOIN payments.ledger_postings AS g ON g.tenant_id = a.tenant_id
       AND a.id IN (g.debit_account_id, g.credit_account_id)
     WHERE a.tenant_id = p_tenant_id AND a.kind = p_kind AND a.recipient_id = p_recipient_id
$$;
COMMENT ON FUNCTION tap_helpers.balance(uuid, text,
                                        text) IS 'Debits less credits of a ledger account.';

CREATE FUNCTION tap_helpers.money_is_right(p_tenant_id uuid, p_description text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
AS $$
BEGIN
    PERFORM tap_helpers.enter(p_tenant_id);
    RETURN tap.is((SELECT string_agg(v::text, ' ') FROM payments.violations_all(p_tenant_id) AS v),
                  NULL, p_description);
END
$$;
COMMENT ON FUNCTION tap_helpers.money_is_right(uuid,
                                               text) IS 'Asserts that no money invariant of a '
                                                        'tenant is broken.';

-- The two tenants are there from the start.
SELECT tap_helpers.enter(tap_helpers.tenant_a());
SELECT ops.tenant_register(tap_helpers.tenant_a(), 'Tenant A');
SELECT tap_helpers.enter(tap_helpers.tenant_b());
SELECT ops.tenant_register(tap_helpers.tenant_b(), 'Tenant B');
SELECT tap_helpers.enter(NULL);

-- ── fraud ───────────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION tap_helpers.suspect(p_tenant_id uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
AS $$
BEGIN
    PERFORM tap_helpers.enter(p_tenant_id);
    PERFORM payments.fraud_rules_store(p_tenant_id, '[
        {"name": "shady", "kind": "blocklist", "enabled": true, "weight": 50, "threshold": 1, "parameters": {}},
        {"name": "card", "kind": "velocity", "enabled": true, "weight": 60, "threshold": 2,
         "parameters": {"signal": "card", "event": "payment", "seconds": 3600}},
        {"name": "declines", "kind": "velocity", "enabled": true, "weight": 100, "threshold": 3,
         "parameters": {"signal": "customer", "event": "decline", "seconds": 3600}},
        {"name": "highest", "kind": "provider_risk", "enabled": true, "weight": 100, "threshold": 3, "parameters": {}}]', 50, 100, 'fixtures');
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

CREATE FUNCTION tap_helpers.review_of(p_subject_id uuid) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
AS $$
    SELECT r.id FROM payments.reviews AS r
     WHERE p_subject_id IN (r.payment_id, r.connected_account_id)
     ORDER BY r.created_at DESC, r.source LIMIT 1
$$;
COMMENT ON FUNCTION tap_helpers.review_of(uuid) IS 'The newest review of a payment or payee.';

CREATE FUNCTION tap_helpers.shady_payment(p_key text, p_more jsonb DEFAULT '{}') RETURNS uuid
    LANGUAGE plpgsql SECURITY DEFINER
AS $$
BEGIN
    PERFORM tap_helpers.suspect(tap_helpers.tenant_a());
    RETURN tap_helpers.authorised_payment(tap_helpers.tenant_a(), p_key,
                                          '{"captureMethod": "automatic", "customerId": '
                                          '"shady"}'::jsonb || p_more);
END
$$;
COMMENT ON FUNCTION tap_helpers.shady_payment(text, jsonb) IS
    'A payment of tenant A that was asked for as automatic, is in review, and authorised; returns '
    'its id.';
