BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(10);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), k, '{"eventId": "gig"}') FROM unnest(ARRAY['k1', 'k2']) AS k;
SELECT dispute(pay('k1'), 'd', 'needs_response', 1);
SELECT keep('b', body ->> 'id')
  FROM api.show_cancel(tenant_a(), 'svc', 'c', '\x01', 'gig', '{"reason": "storm"}', 20);
CREATE ROLE tap_resume_member IN ROLE payments_operator;
CREATE ROLE tap_resume_stranger IN ROLE payments_operator;
SELECT ops.tenant_member_add(tenant_a(), 'tap_resume_member');
CREATE FUNCTION pg_temp.drain() RETURNS bigint LANGUAGE plpgsql
    AS $$ DECLARE n bigint := 0; BEGIN LOOP PERFORM
          FROM api.refund_batch_advance(tap_helpers.tenant_a()); EXIT WHEN NOT FOUND; n := n + 1;
              END LOOP; RETURN n; END $$;
SELECT ops.refund_batch_stop(tenant_a(), the('b')), remember();
SELECT is(pg_temp.drain(), 0::bigint, 'a stopped cancellation');
SELECT unchanged('stands still');
SET LOCAL SESSION AUTHORIZATION tap_resume_stranger;
SELECT throws_ok($$ SELECT ops.refund_batch_resume(tenant_a(), the('b')) $$, 'PY070', NULL,
                 'an operator who is no member of the tenant is refused');
SET LOCAL SESSION AUTHORIZATION tap_resume_member;
SELECT ops.refund_batch_resume(tenant_a(), the('b'));
RESET SESSION AUTHORIZATION;
SELECT is(pg_temp.drain(), 2::bigint, 'resumed, it goes on where it was');
SELECT results_eq(
    $$ SELECT b.status, (SELECT count(*) FROM payments.refund_batch_items AS i WHERE i.state =
              'failed')
         FROM payments.refund_batches AS b $$,
    $$ VALUES ('finished', 1::bigint) $$, 'to its end; one payment has failed');
SELECT dispute(pay('k1'), 'd', 'won'), ops.refund_batch_resume(tenant_a(), the('b'));
SELECT results_eq(
    $$ SELECT b.status, b.finished_at FROM payments.refund_batches AS b $$,
    $$ VALUES ('running', NULL::timestamp with time zone) $$, 'what failed can be tried again');
SELECT remember();
SET LOCAL SESSION AUTHORIZATION tap_resume_member;
SELECT throws_ok($$ SELECT ops.refund_batch_resume(tenant_a(), the('b')) $$, 'PY010', NULL,
                 'what runs is not resumed');
SELECT unchanged('or changed');
RESET SESSION AUTHORIZATION;
SELECT is(pg_temp.drain(), 1::bigint, 'only the one that had failed is tried');
SELECT results_eq(
    $$ SELECT b.status, (SELECT count(*) FROM payments.payment_refunds), (SELECT count(*) FROM
              payments.refund_batch_items AS i WHERE i.state = 'requested')
         FROM payments.refund_batches AS b $$,
    $$ VALUES ('finished', 2::bigint, 2::bigint) $$, 'and each payment has one refund');

SELECT * FROM finish();
ROLLBACK;
