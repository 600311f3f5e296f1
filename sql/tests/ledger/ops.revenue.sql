BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(13);
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

SET LOCAL SESSION AUTHORIZATION tap_report_member;
SELECT set_eq(
    $$ SELECT r.currency, r.payments, r.gross, r.refunded, r.disputed, r.payees, r.platform, r.net
         FROM ops.revenue(tenant_a()) AS r $$,
    $$ VALUES ('usd', 2::bigint, 20000::numeric, 1000::numeric, 0::numeric, 16150::numeric,
               2850::numeric, 19000::numeric) $$, 'a day''s figures add up');
SELECT is((SELECT r.bucket FROM ops.revenue(tenant_a()) AS r),
          to_char(clock() AT TIME ZONE 'UTC', 'YYYY-MM-DD'), 'a day is named by its date');
SELECT set_eq(
    $$ SELECT r.bucket, r.gross, r.net FROM ops.revenue(tenant_a(), p_by => 'event') AS r $$,
    $$ VALUES ('e1', 10000::numeric, 10000::numeric), ('e2', 10000, 9000) $$,
    'by event each has its own line');
SELECT set_eq(
    $$ SELECT r.bucket, r.payments, r.gross FROM ops.revenue(tenant_a(), p_by => 'venue') AS r $$,
    $$ VALUES ('hall', 2::bigint, 20000::numeric) $$, 'by venue the place counts, not the payee');
SELECT set_eq(
    $$ SELECT r.bucket, r.gross, r.refunded, r.payees, r.platform, r.net
         FROM ops.revenue(tenant_a(), p_by => 'artist') AS r $$,
    $$ VALUES ('a1', 5000::numeric, 250::numeric, 4750::numeric, 0::numeric, 4750::numeric) $$,
    'by artist the figures are the artist''s own shares');
SELECT is_empty($$ SELECT * FROM ops.revenue(tenant_a(), p_to => kept('start')::timestamptz) $$,
                'outside the period nothing counts');
SELECT throws_ok($$ SELECT * FROM ops.revenue(tenant_a(), p_by => 'colour') $$, 'PY020', NULL,
                 'an unknown dimension is refused');
SELECT throws_ok($$ SELECT * FROM ops.revenue(tenant_a(), p_by => NULL) $$, 'PY020', NULL,
                 'no dimension is refused');
SELECT throws_ok($$ SELECT * FROM ops.revenue(tenant_a(), p_time_zone => 'Moon/Crater') $$, '22023',
                 NULL, 'an unknown time zone is refused');

SELECT enter(NULL);
RESET SESSION AUTHORIZATION;
SELECT dispute(pay('k1'), 'd', 'lost'), enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_report_member;
SELECT set_eq(
    $$ SELECT r.disputed, r.payees, r.platform, r.net
         FROM ops.revenue(tenant_a(), p_by => 'event') AS r WHERE r.bucket = 'e1' $$,
    $$ VALUES (10000::numeric, 0::numeric, 0::numeric, 0::numeric) $$,
    'what a bank took is no income');
RESET SESSION AUTHORIZATION;
SELECT dispute(pay('k1'), 'd', 'won'), enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_report_member;
SELECT set_eq(
    $$ SELECT r.disputed, r.payees, r.platform, r.net
         FROM ops.revenue(tenant_a(), p_by => 'event') AS r WHERE r.bucket = 'e1' $$,
    $$ VALUES (0::numeric, 8500::numeric, 1500::numeric, 10000::numeric) $$,
    'what it gave back is income again');
SELECT enter(NULL);
RESET SESSION AUTHORIZATION;
SET LOCAL SESSION AUTHORIZATION tap_report_stranger;
SELECT throws_ok($$ SELECT * FROM ops.revenue(tenant_a()) $$, 'PY070', NULL,
                 'an analyst who is no member of the tenant is refused');
RESET SESSION AUTHORIZATION;
SELECT enter(NULL);
SELECT throws_ok($$ SELECT * FROM ops.revenue(NULL) $$, 'PY001', NULL, 'no tenant is refused');

SELECT * FROM finish();
ROLLBACK;
