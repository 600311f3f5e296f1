BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(2);
SET LOCAL ROLE payments_worker;
SELECT api.missed_events_advance('platform', '2026-01-02Z', 'evt_1');
SELECT api.missed_events_done('platform', '2026-01-02Z');
RESET ROLE;
SELECT row_eq(
    $$ SELECT swept_until, begun_at, position FROM payments.missed_event_cursors
        WHERE provider_account = 'platform' $$,
    row('2026-01-02Z'::timestamptz, NULL::timestamptz, NULL::text),
    'how far an account was swept is kept, and where the sweep stood is not');
SELECT remember();
SET LOCAL ROLE payments_worker;
SELECT api.missed_events_done('platform', '2026-01-01Z');
RESET ROLE;
SELECT unchanged('a sweep that was overtaken by another takes nothing back');

SELECT * FROM finish();
ROLLBACK;
