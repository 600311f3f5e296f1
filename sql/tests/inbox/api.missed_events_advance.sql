BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SET LOCAL ROLE payments_worker;
SELECT keep('begun', clock() - interval '1 hour');
SELECT api.missed_events_advance('platform', kept('begun')::timestamptz, 'evt_9');
SELECT api.missed_events_advance('platform', kept('begun')::timestamptz, 'evt_5');
SELECT row_eq($$ SELECT begun_at, position FROM api.missed_events_due(1) $$,
              row(kept('begun')::timestamptz, 'evt_5'::text),
    'a sweep that was broken off goes on behind the last page that was stored');
SELECT is((SELECT since FROM api.missed_events_due(1)),
          extract(epoch FROM kept('begun')::timestamptz - interval '10 minutes')::bigint,
    'an account''s first sweep ends where it would have ended without a break');
SELECT advance('23 hours');
SELECT row_eq(
    $$ SELECT begun_at > kept('begun')::timestamptz, position FROM api.missed_events_due(1) $$,
    row(true, NULL::text),
    'a sweep that was begun a day ago begins anew');
SELECT api.missed_events_done('platform', clock());
RESET ROLE;
SELECT remember();
SET LOCAL ROLE payments_worker;
SELECT api.missed_events_advance('platform', clock() - interval '1 hour', 'evt_4');
RESET ROLE;
SELECT unchanged('the page of a sweep that was overtaken by a whole one keeps no place');
SET LOCAL ROLE payments_api;
SELECT throws_ok($$ SELECT api.missed_events_advance('platform', now(), 'evt_1') $$, '42501', NULL,
                 'the API may not sweep');

SELECT * FROM finish();
ROLLBACK;
