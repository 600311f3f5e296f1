BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k');
SELECT enter(NULL);
SELECT keep('start', clock()),
       settled_payment(tenant_a(), 'k1', '{"eventId": "e1", "venueId": "hall"}');
SELECT settled_payment(tenant_a(), 'k2', '{"eventId": "e2", "venueId": "hall"}'),
       refund(pay('k2'), 'r', 1000);

CREATE ROLE tap_report_member IN ROLE payments_analyst;
CREATE ROLE tap_report_stranger IN ROLE payments_analyst;
SELECT enter(tenant_a()), ops.tenant_member_add(tenant_a(), 'tap_report_member');
SELECT enter(NULL);

SELECT unchecked($$
    DELETE FROM payments.payment_events;
    INSERT INTO payments.payment_events (tenant_id, id, source, event_type, provider_id, result,
                                         occurred_at, applied_at)
    SELECT tenant_a(), 'evt_' || n, 'platform', 'charge.updated', 'ch_' || n,
           CASE n WHEN 4 THEN 'quarantined' ELSE 'done' END, clock() - n * interval '1 second',
           clock()
      FROM generate_series(1, 4) AS n
$$);
SET LOCAL SESSION AUTHORIZATION tap_report_member;
SELECT set_eq(
    $$ SELECT w.event_type, w.events, w.p50_seconds, w.p95_seconds, w.max_seconds, w.quarantined
         FROM ops.inbox_lag(tenant_a()) AS w $$,
    $$ VALUES ('charge.updated', 4::bigint, 2.0, 4.0, 4.0, 1::bigint) $$,
    'from what happened at Stripe to what was applied here');
SELECT is_empty($$ SELECT * FROM ops.inbox_lag(tenant_a(), p_to => kept('start')::timestamptz) $$,
                'outside the period nothing counts');
SELECT throws_ok($$ SELECT * FROM ops.inbox_lag(tenant_a(), '2026-02-01', '2026-01-01') $$, 'PY020',
                 NULL, 'a period that ends before it starts is refused');

SELECT enter(NULL);
RESET SESSION AUTHORIZATION;
SET LOCAL SESSION AUTHORIZATION tap_report_stranger;
SELECT throws_ok($$ SELECT * FROM ops.inbox_lag(tenant_a()) $$, 'PY070', NULL,
                 'an analyst who is no member of the tenant is refused');
RESET SESSION AUTHORIZATION;
SELECT enter(NULL);
SELECT throws_ok($$ SELECT * FROM ops.inbox_lag(NULL) $$, 'PY001', NULL, 'no tenant is refused');

SELECT * FROM finish();
ROLLBACK;
