BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(6);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT paid_payment(tenant_a(), k, '{"eventId": "gig"}') FROM unnest(ARRAY['k1', 'k2']) AS k;
SELECT keep('b', body ->> 'id')
  FROM api.show_cancel(tenant_a(), 'svc', 'c', '\x01', 'gig', '{"reason": "storm"}', 20);
CREATE FUNCTION pg_temp.drain() RETURNS bigint LANGUAGE plpgsql
    AS $$ DECLARE n bigint := 0; BEGIN LOOP PERFORM
          FROM api.refund_batch_advance(tap_helpers.tenant_a()); EXIT WHEN NOT FOUND; n := n + 1;
              END LOOP; RETURN n; END $$;
CREATE FUNCTION pg_temp.call_of(p_key text) RETURNS uuid LANGUAGE sql
    AS $$ SELECT tap_helpers.operation_of(r.id, 'refund') FROM payments.payment_refunds AS r
           WHERE r.payment_id = tap_helpers.pay(p_key) AND r.status = 'pending' $$;
CREATE FUNCTION pg_temp.shown() RETURNS text LANGUAGE sql
    AS $$ SELECT concat_ws(',', b ->> 'status', b ->> 'total', b ->> 'succeeded', b ->> 'failed',
                           b ->> 'pending') FROM payments.refund_batch_json(tap_helpers.tenant_a(),
                           tap_helpers.the('b')) AS b $$;
SELECT pg_temp.drain();
CREATE ROLE tap_batch_member IN ROLE payments_operator;
CREATE ROLE tap_batch_stranger IN ROLE payments_operator;
SELECT enter(tenant_a()), ops.tenant_member_add(tenant_a(), 'tap_batch_member'), enter(NULL);
SELECT remember();
SET LOCAL SESSION AUTHORIZATION tap_batch_stranger;
SELECT throws_ok($$ SELECT * FROM ops.refund_batch_start(tenant_a(), 'gig2', 'flood') $$, 'PY070',
                 NULL, 'an operator who is no member of the tenant is refused');
SET LOCAL SESSION AUTHORIZATION tap_batch_member;
SELECT throws_ok($$ SELECT ops.refund_batch_start(tenant_a(), 'gig2', '') $$, 'PY020', NULL,
                 'a reason is needed');
SELECT throws_ok($$ SELECT ops.refund_batch_start(tenant_a(), '', 'flood') $$, 'PY020', NULL,
                 'and an event');
RESET SESSION AUTHORIZATION;
SELECT unchanged('no refused start left anything');
SELECT settled_payment(tenant_a(), 'k9', '{"eventId": "gig2"}'), enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_batch_member;
SELECT set_config('tap.batch', ops.refund_batch_start(tenant_a(), 'gig2', 'flood')::text, true);
SELECT results_eq(
    $$ SELECT p.status, p.total
         FROM ops.refund_batch_progress(tenant_a(), current_setting('tap.batch')::uuid) AS p $$,
    $$ VALUES ('running', 1::bigint) $$, 'the event is canceled');
SELECT is(ops.refund_batch_start(tenant_a(), 'gig2', 'flood')::text, current_setting('tap.batch'),
          'a second time it is the same cancellation');
RESET SESSION AUTHORIZATION;

SELECT * FROM finish();
ROLLBACK;
