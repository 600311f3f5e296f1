BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(37);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT open_account(tenant_a(), 'promoter', 'p1', false);
-- k1: all of it the platform's; k2: 1,500 of 10,000 the platform's; k3: not captured; k4: disputed.
SELECT settled_payment(tenant_b(), 'k1', '{"splits": []}');
SELECT settled_payment(tenant_a(), 'k1', '{"splits": []}'), paid_payment(tenant_a(), 'k2'),
       authorised_payment(tenant_a(), 'k3'), settled_payment(tenant_a(), 'k4', '{"splits": []}'),
       settled_payment(tenant_a(), 'k5', '{"splits": []}'),
       settled_payment(tenant_a(), 'k6', '{"splits": [], "currency": "isk"}');
SELECT dispute(pay('k4'), 'd', 'needs_response');
CREATE FUNCTION pg_temp.part(p_amount bigint, p_type text DEFAULT 'venue', p_id text DEFAULT 'v1')
    RETURNS jsonb LANGUAGE sql
AS $$ SELECT jsonb_build_object('stripeAccountId', 'acct_' || p_id || '_aaaaaaaa', 'amount',
                                p_amount, 'recipientType', p_type, 'recipientId', p_id) $$;
CREATE FUNCTION pg_temp.charge(p_payment uuid) RETURNS text LANGUAGE sql SECURITY DEFINER
AS $$ SELECT i.latest_charge_id FROM payments.payment_intents AS i WHERE i.id = p_payment $$;
CREATE FUNCTION pg_temp.ask(p_key text, p_payment uuid, p_parts jsonb, p_more jsonb DEFAULT '{}',
                            p_fingerprint bytea DEFAULT '\x01')
RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
               detail text) LANGUAGE sql
AS $$ SELECT * FROM api.distribution_create(tap_helpers.tenant_a(), 'svc', p_key, p_fingerprint,
                                            jsonb_build_object('orderId', 'order-1',
                                                'paymentIntentId', 'pi_' || p_payment,
    'chargeId', pg_temp.charge(p_payment), 'totalAmount', 10000, 'transfers', p_parts) || p_more,
                                            20) $$;
SELECT remember();
SET LOCAL ROLE payments_api;
SELECT throws_ok(
    $$ SELECT * FROM pg_temp.ask('x', gen_random_uuid(), jsonb_build_array(pg_temp.part(1))) $$,
    'PY010', NULL, 'an unknown payment is refused');
SELECT throws_ok(
    $$ SELECT * FROM pg_temp.ask('x', payment_of(tenant_b(), 'k1'),
                                 jsonb_build_array(pg_temp.part(1))) $$, 'PY010', NULL,
    'another tenant''s payment is not there');
SELECT throws_ok(
    $$ SELECT * FROM pg_temp.ask('x', pay('k1'), jsonb_build_array(pg_temp.part(1)),
                                 '{"chargeId": "ch_other"}') $$, 'PY010', NULL,
    'a charge that is not this payment''s is refused');
SELECT throws_ok(
    $$ SELECT * FROM pg_temp.ask('x', pay('k1'), jsonb_build_array(pg_temp.part(1)),
                                 '{"orderId": "order-2"}') $$, 'PY010', NULL,
    'another order''s payment is refused');
SELECT throws_ok(
    $$ SELECT * FROM pg_temp.ask('x', pay('k1'), jsonb_build_array(pg_temp.part(1)),
                                 '{"totalAmount": 9999}') $$, 'PY021', NULL,
    'a caller who thinks that another amount was captured is refused');
SELECT throws_ok(
    $$ SELECT * FROM pg_temp.ask('x', pay('k3'), jsonb_build_array(pg_temp.part(1)),
                                 '{"chargeId": null}') $$, 'PY010', NULL,
    'a payment without a charge is refused');
SELECT throws_ok(
    $$ SELECT * FROM pg_temp.ask('x', pay('k4'), jsonb_build_array(pg_temp.part(1))) $$, 'PY052',
    NULL, 'a disputed payment is the bank''s business');
SELECT throws_ok(
    $$ SELECT * FROM pg_temp.ask('x', pay('k1'), jsonb_build_array(pg_temp.part(10001))) $$,
    'PY021', NULL, 'more than was captured is refused');
SELECT throws_ok(
    $$ SELECT * FROM pg_temp.ask('x', pay('k6'), jsonb_build_array(pg_temp.part(150))) $$, 'PY021',
    NULL, 'a part that the currency cannot pay is refused');
SELECT throws_ok(
    $$ SELECT * FROM pg_temp.ask('x', pay('k1'),
                                 jsonb_build_array(pg_temp.part(9223372036854775807),
                                                   pg_temp.part(1, 'artist', 'a1'))) $$, 'PY021',
    NULL, 'a sum beyond all numbers is refused');
SELECT throws_ok(
    $$ SELECT * FROM pg_temp.ask('x', pay('k1'),
                                 jsonb_build_array(pg_temp.part(10),
                                                   pg_temp.part(-1, 'artist', 'a1'))) $$, 'PY021',
    NULL, 'a negative part is refused');
SELECT throws_ok(
    $$ SELECT * FROM pg_temp.ask('x', pay('k2'), jsonb_build_array(pg_temp.part(1501))) $$, 'PY021',
    NULL, 'what other payees were promised is not the platform''s to give');
SELECT unchanged('no refused distribution left anything, nor its key');
SELECT enter(NULL);
SELECT throws_ok(
    $$ SELECT * FROM api.distribution_create('cccccccc-cccc-4ccc-8ccc-cccccccccccc', 'svc', 'x',
                                             '\x01', '{}', 20) $$, 'PY003', NULL,
    'an unknown tenant is refused');
SET LOCAL ROLE payments_worker;
SELECT throws_ok(
    $$ SELECT * FROM pg_temp.ask('x', pay('k1'), jsonb_build_array(pg_temp.part(1))) $$, '42501',
    NULL, 'the worker''s group asks for nothing');
SET LOCAL ROLE payments_api;
CREATE TEMP TABLE first AS SELECT *
    FROM pg_temp.ask('d1', pay('k1'),
                     jsonb_build_array(pg_temp.part(6000), pg_temp.part(1000, 'promoter', 'p1')));
SELECT results_eq(
    $$ SELECT status, replayed, problem, operation, body -> 'amount', body ->> 'orderId'
         FROM first $$,
    $$ VALUES (201, false, NULL::text, NULL::jsonb, '7000'::jsonb, 'order-1') $$,
    'a distribution is answered at once');
SELECT is(
    (SELECT string_agg(concat_ws(':', t ->> 'recipientId', t ->> 'amount', t ->> 'status',
                                 t ->> 'purpose'), ' ') FROM first,
            jsonb_array_elements(body -> 'transfers') AS t),
    'p1:1000:blocked:distribution v1:6000:pending:distribution',
    'with its transfers; a payee who cannot receive waits');
RESET ROLE;
SELECT keep('d1', payments.id_derive(tenant_a(), 'distribution', 'svc', 'd1'));
SELECT is(
    (SELECT o.request #>> '{params,source_transaction}' FROM payments.stripe_operations AS o
       JOIN payments.stripe_transfers AS t ON t.id = o.subject_id WHERE t.cause_id = the('d1')
        AND t.recipient_id = 'v1'),
    pg_temp.charge(pay('k1')), 'the transfers draw on the charge');
SELECT set_eq(
    $$ SELECT recipient_type, amount FROM payments.payment_splits WHERE payment_id = pay('k1') $$,
    $$ VALUES ('platform', 3000::bigint), ('venue', 6000), ('promoter', 1000) $$,
    'the shares still sum to the capture');
SELECT is(
    (SELECT sum(amount) FROM payments.ledger_postings WHERE cause_type = 'distribution'
        AND cause_id = the('d1')), 7000::numeric, 'the ledger has it');
SELECT money_is_right(tenant_a(), 'no cent is lost');
SELECT remember();
SET LOCAL ROLE payments_api;
SELECT results_eq(
    $$ SELECT status, replayed, body -> 'amount'
         FROM pg_temp.ask('d1', pay('k1'), jsonb_build_array(pg_temp.part(6000),
              pg_temp.part(1000, 'promoter', 'p1'))) $$,
    $$ VALUES (201, true, '7000'::jsonb) $$, 'the same key replays the answer');
SELECT throws_ok($$ SELECT * FROM pg_temp.ask('d1', pay('k1'), '[]', '{}', '\x02') $$, 'PY040',
                 NULL, 'the same key with another request is refused');
SELECT throws_ok(
    $$ SELECT * FROM pg_temp.ask('d2', pay('k1'), jsonb_build_array(pg_temp.part(3001))) $$,
    'PY021', NULL, 'another key gets no more than what remains');
SELECT unchanged('no repetition left anything');
SELECT is((SELECT status FROM pg_temp.ask('d2', pay('k1'), jsonb_build_array(pg_temp.part(3000)))),
          201, 'the same payee may get the rest');
RESET ROLE;
SELECT is(
    (SELECT amount FROM payments.payment_splits WHERE payment_id = pay('k1')
        AND recipient_type = 'venue'), 9000::bigint, 'its share grows');
SELECT money_is_right(tenant_a(), 'no cent is lost');
-- After a refund of 4,000 borne by the platform alone.
SELECT refund(pay('k5'), 'r1', 4000);
SELECT throws_ok(
    $$ SELECT * FROM pg_temp.ask('d5', pay('k5'), jsonb_build_array(pg_temp.part(6001))) $$,
    'PY021', NULL, 'what went back to the buyer is not given away');
SELECT asked_refund(pay('k5'), 'r2', 500);
SELECT throws_ok(
    $$ SELECT * FROM pg_temp.ask('d5', pay('k5'), jsonb_build_array(pg_temp.part(5501))) $$,
    'PY021', NULL, 'nor is what is on its way back');
SELECT is((SELECT status FROM pg_temp.ask('d5', pay('k5'), jsonb_build_array(pg_temp.part(5000)))),
          201, 'the rest is');
SELECT money_is_right(tenant_a(), 'the old refund stays the platform''s');
SELECT is(
    (SELECT sum(amount) FROM payments.clawback_shares WHERE payment_id = pay('k5')
        AND recipient_type = 'venue'), NULL, 'nobody else is asked for it');
SELECT paid_transfer(pay('k5'), 'v1');
SELECT ok(
    finish(operation_of(payments.id_derive(tenant_a(), 'refund', 'api', 'fixtures', 'r2'),
                        'refund'), jsonb_build_object('outcome', 'succeeded', 'object',
                        refund_object(payments.id_derive(tenant_a(), 'refund', 'api', 'fixtures',
                                                         'r2')))),
    'the refund on its way is accepted');
SELECT refund(pay('k5'), 'r3');
SELECT set_eq(
    $$ SELECT recipient_type, sum(amount) FROM payments.clawback_shares
        WHERE payment_id = pay('k5') GROUP BY 1 $$,
    $$ VALUES ('platform', 5000::numeric), ('venue', 5000) $$,
    'all refunded, everybody has given back all it received');
SELECT money_is_right(tenant_a(), 'no cent is lost');

RESET ROLE;
SELECT set_eq(
    $$ SELECT a.object_id, a.outcome FROM payments.audit_log AS a WHERE a.tenant_id = tenant_a()
          AND a.action = 'distributions.create' $$,
    $$ SELECT d.id::text, 'accepted' FROM payments.distributions AS d
        WHERE d.tenant_id = tenant_a() $$, 'each distribution is in the audit log');
SELECT * FROM finish();
ROLLBACK;
