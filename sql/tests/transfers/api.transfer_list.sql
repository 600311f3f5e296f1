BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(22);
SELECT open_account(t, 'venue', 'v1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT open_account(t, 'artist', 'a1', false) FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
CREATE TEMP TABLE payments_made AS SELECT n, settled_payment(tenant_a(), 'k' || n) AS id
    FROM generate_series(1, 2) AS n;
SELECT settled_payment(tenant_b(), 'k1');
SELECT enter(tenant_a());
SELECT paid_transfer((SELECT id FROM payments_made WHERE n = 1), 'v1');
UPDATE payments.stripe_transfers AS t
   SET created_at = '2026-01-01 00:00+00'::timestamptz + p.n * interval '1 hour'
  FROM payments_made AS p WHERE p.id = t.payment_id;
CREATE TEMP TABLE expected AS
SELECT row_number() OVER (ORDER BY t.created_at DESC, t.id DESC) AS place, t.id::text, p.n,
       t.recipient_id, p.id AS payment_id
  FROM payments.stripe_transfers AS t JOIN payments_made AS p ON p.id = t.payment_id;
GRANT SELECT ON expected TO PUBLIC;
CREATE FUNCTION pg_temp.ids(p_list jsonb) RETURNS text[] LANGUAGE sql
AS $$ SELECT coalesce(array_agg(d ->> 'id' ORDER BY n), '{}')
        FROM jsonb_array_elements(p_list -> 'data') WITH ORDINALITY AS e (d, n) $$;
CREATE FUNCTION pg_temp.places(p_from integer, p_to integer) RETURNS text[] LANGUAGE sql
AS $$ SELECT array_agg(id ORDER BY place) FROM expected WHERE place BETWEEN p_from AND p_to $$;
CREATE FUNCTION pg_temp.found(p_filter jsonb) RETURNS text[] LANGUAGE sql
AS $$ SELECT coalesce(array_agg(e.n || e.recipient_id ORDER BY e.n, e.recipient_id), '{}')
        FROM unnest(pg_temp.ids(api.transfer_list(tap_helpers.tenant_a(), p_filter, 20))) AS i (id)
        JOIN expected AS e ON e.id = i.id $$;
SELECT enter(NULL);
SELECT remember();
SET LOCAL ROLE payments_api;

SELECT is(pg_temp.ids(api.transfer_list(tenant_a(), '{}', 20)), pg_temp.places(1, 4),
          'the newest transfer comes first, the id breaks a tie');
SELECT is(api.transfer_list(tenant_a(), '{}', 20) - 'data',
          '{"hasMore": false, "nextCursor": null}', 'a list that fits has no more and no cursor');
CREATE TEMP TABLE page1 AS SELECT api.transfer_list(tenant_a(), '{}', 1) AS p;
SELECT is((SELECT pg_temp.ids(p) FROM page1), pg_temp.places(1, 1),
          'a page has as many as asked for');
SELECT is((SELECT p -> 'hasMore' FROM page1), 'true', 'and says that there are more');
CREATE TEMP TABLE page2 AS SELECT api.transfer_list(tenant_a(), '{}', 2,
                                                    (SELECT p ->> 'nextCursor' FROM page1)) AS p;
SELECT is((SELECT pg_temp.ids(p) FROM page2), pg_temp.places(2, 3),
          'the next page goes on where it ended, between two of the same moment');
CREATE TEMP TABLE page3 AS SELECT api.transfer_list(tenant_a(), '{}', 2,
                                                    (SELECT p ->> 'nextCursor' FROM page2)) AS p;
SELECT is((SELECT pg_temp.ids(p) FROM page3), pg_temp.places(4, 4), 'the last page has the rest');
SELECT is((SELECT p - 'data' FROM page3), '{"hasMore": false, "nextCursor": null}',
          'and ends the list');
SELECT is(api.transfer_list(tenant_a(), '{}', 1) #> '{data,0}',
          api.transfer_get(tenant_a(), (SELECT id FROM expected WHERE place = 1)::uuid),
    'each entry is the transfer''s document');
SELECT is(pg_temp.found(f.filter::jsonb), f.found::text[], f.description)
  FROM (SELECT jsonb_build_object('paymentId', payment_id)::text, '{1a1,1v1}',
               'the payment is a filter' FROM expected WHERE n = 1 AND recipient_id = 'v1'
        UNION ALL
        VALUES ('{"status": "blocked"}', '{1a1,2a1}', 'the status is a filter'),
               ('{"status": "paid"}', '{1v1}', 'a paid one is found'),
               ('{"status": "lost"}', '{}', 'an unknown status finds nothing'),
               ('{"paymentId": "cccccccc-cccc-4ccc-8ccc-cccccccccccc"}', '{}',
                'an unknown payment finds nothing')) AS f (filter, found, description);
SELECT is(
    pg_temp.found((SELECT jsonb_build_object('paymentId', payment_id, 'status', 'pending')
                     FROM expected WHERE n = 2 LIMIT 1)), '{2v1}', 'filters go together');
SELECT throws_ok($$ SELECT api.transfer_list(tenant_a(), '{}', 20, 'nonsense') $$, 'PY050', NULL,
                 'a cursor that is not ours is refused');
SELECT throws_ok($$ SELECT api.transfer_list(tenant_b(), '{}', 20) $$, 'PY002', NULL,
                 'a second tenant in one transaction is refused');
SELECT enter(NULL);
SELECT is((SELECT jsonb_array_length(api.transfer_list(tenant_b(), '{}', 20) -> 'data')), 2,
          'another tenant sees just its own');
SELECT is(
    pg_temp.ids(api.transfer_list(tenant_b(),
                                  (SELECT jsonb_build_object('paymentId', payment_id) FROM expected
                                    WHERE place = 1), 20)), '{}',
    'another tenant finds nothing by this one''s payment');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT api.transfer_list('cccccccc-cccc-4ccc-8ccc-cccccccccccc', '{}', 20) $$,
                 'PY003', NULL, 'an unknown tenant is refused');
SELECT throws_ok($$ SELECT api.transfer_list(NULL, '{}', 20) $$, 'PY001', NULL,
                 'no tenant is refused');
SELECT unchanged('listing and refusing change no row');
SET LOCAL ROLE payments_worker;
SELECT throws_ok($$ SELECT api.transfer_list(tenant_a(), '{}', 20) $$, '42501', NULL,
                 'the worker''s group lists nothing');

SELECT * FROM finish();
ROLLBACK;
