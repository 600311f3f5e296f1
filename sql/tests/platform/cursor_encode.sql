BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(6);
SET LOCAL ROLE payments_definer;
SET LOCAL TimeZone = 'Pacific/Chatham';

SELECT results_eq(
    $$ SELECT *
         FROM payments.cursor_decode(
             payments.cursor_encode('2026-01-02 03:04:05.678901+00', tenant_a())) $$,
    $$ VALUES ('2026-01-02 03:04:05.678901+00'::timestamptz, tenant_a()) $$,
    'a cursor names its row to the microsecond');
SELECT is((SELECT count(*) FROM generate_series(1, 200) AS n
            WHERE payments.cursor_encode(now() + n * interval '1.000001 days',
                                         gen_random_uuid()) !~ '^[A-Za-z0-9_-]+$'), 0::bigint,
    'a cursor is safe in a URL');
SELECT is(payments.cursor_encode('2026-01-02 03:04:05+00', tenant_a()),
          payments.cursor_encode('2026-01-02 04:04:05+01', tenant_a()),
    'the same moment is the same cursor in every zone');
SELECT isnt(payments.cursor_encode('2026-01-02 03:04:05+00', tenant_a()),
            payments.cursor_encode('2026-01-02 03:04:05+00', tenant_b()),
    'two rows of one moment have two cursors');
SELECT is(payments.cursor_encode(NULL, tenant_a()), NULL, 'without a time there is no cursor');
SELECT is(payments.cursor_encode(now(), NULL), NULL, 'without a row there is no cursor');

SELECT * FROM finish();
ROLLBACK;
