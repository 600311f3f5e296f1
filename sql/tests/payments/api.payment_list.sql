BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(30);
SELECT open_account(t, 'venue', 'v1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT open_account(t, 'artist', 'a1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
CREATE TEMP TABLE ids AS
SELECT n, created_payment(tenant_a(), 'k' || n,
                          jsonb_build_object('orderId', 'o' || n, 'customerId', 'c' || n % 2,
                                             'eventId', 'e' || n % 3)) AS id
  FROM generate_series(1, 5) AS n;
SELECT set_config('tap.other', created_payment(tenant_b(), 'k1')::text, true);
-- 3 and 4 were created at the same moment: the id decides.
UPDATE payments.payment_transactions AS p
   SET created_at = '2026-01-01 00:00+00'::timestamptz + (CASE i.n WHEN 4 THEN 3
                                                          ELSE i.n END) * interval '1 hour'
  FROM ids AS i WHERE p.id = i.id;
UPDATE payments.payment_transactions AS p SET status = 'canceled' FROM ids AS i WHERE p.id = i.id
   AND i.n = 2;
CREATE TEMP TABLE expected AS
SELECT row_number() OVER (ORDER BY p.created_at DESC, p.id DESC) AS place, p.id::text, i.n
  FROM payments.payment_transactions AS p JOIN ids AS i ON i.id = p.id;
GRANT SELECT ON expected TO PUBLIC;
CREATE FUNCTION pg_temp.ids(p_list jsonb) RETURNS text[] LANGUAGE sql
AS $$ SELECT coalesce(array_agg(d ->> 'id' ORDER BY n), '{}')
        FROM jsonb_array_elements(p_list -> 'data') WITH ORDINALITY AS e (d, n) $$;
CREATE FUNCTION pg_temp.places(p_from integer, p_to integer) RETURNS text[] LANGUAGE sql
AS $$ SELECT array_agg(id ORDER BY place) FROM expected WHERE place BETWEEN p_from AND p_to $$;
CREATE FUNCTION pg_temp.found(p_filter jsonb) RETURNS bigint[] LANGUAGE sql
AS $$ SELECT coalesce(array_agg(e.n::bigint ORDER BY e.n), '{}')
        FROM unnest(pg_temp.ids(api.payment_list(tap_helpers.tenant_a(), p_filter, 20))) AS i (id)
      JOIN expected AS e ON e.id = i.id $$;
SELECT enter(NULL);
SELECT remember();
SET LOCAL ROLE payments_api;

-- ── pages ────────────────────────────────────────────────────────────────────────────────────
SELECT is(pg_temp.ids(api.payment_list(tenant_a(), '{}', 20)), pg_temp.places(1, 5),
          'the newest payment comes first, the id breaks a tie');
SELECT is(api.payment_list(tenant_a(), '{}', 20) - 'data', '{"hasMore": false, "nextCursor": null}',
          'a list that fits has no more and no cursor');
SELECT is(api.payment_list(tenant_a(), '{}', 5) -> 'hasMore', 'false',
          'a list that just fits has no more');
CREATE TEMP TABLE page1 AS SELECT api.payment_list(tenant_a(), '{}', 2) AS p;
SELECT is((SELECT pg_temp.ids(p) FROM page1), pg_temp.places(1, 2),
          'a page has as many as asked for');
SELECT is((SELECT p -> 'hasMore' FROM page1), 'true', 'and says that there are more');
SELECT matches((SELECT p ->> 'nextCursor' FROM page1), '^[A-Za-z0-9_-]+$',
               'its cursor is safe in a URL');
CREATE TEMP TABLE page2 AS SELECT api.payment_list(tenant_a(), '{}', 2,
                                                   (SELECT p ->> 'nextCursor' FROM page1)) AS p;
SELECT is((SELECT pg_temp.ids(p) FROM page2), pg_temp.places(3, 4),
          'the next page goes on where it ended, between two of the same moment');
CREATE TEMP TABLE page3 AS SELECT api.payment_list(tenant_a(), '{}', 2,
                                                   (SELECT p ->> 'nextCursor' FROM page2)) AS p;
SELECT is((SELECT pg_temp.ids(p) FROM page3), pg_temp.places(5, 5), 'the last page has the rest');
SELECT is((SELECT p - 'data' FROM page3), '{"hasMore": false, "nextCursor": null}',
          'and ends the list');
SELECT is(
    pg_temp.ids(api.payment_list(tenant_a(), '{}', 1, (SELECT p ->> 'nextCursor' FROM page1))),
    pg_temp.places(3, 3), 'the page size may change between pages');
SELECT is(api.payment_list(tenant_a(), '{}', 1) #> '{data,0}',
          api.payment_get(tenant_a(),
                          (pg_temp.ids(api.payment_list(tenant_a(), '{}', 1)))[1]::uuid),
    'each entry is the payment''s document, without its secret');

-- ── filters ──────────────────────────────────────────────────────────────────────────────────
SELECT is(pg_temp.found(f.filter::jsonb), f.found::bigint[], f.description)
  FROM (VALUES ('{"orderId": "o3"}', '{3}', 'the order is a filter'),
               ('{"customerId": "c1"}', '{1,3,5}', 'the customer is a filter'),
               ('{"eventId": "e2"}', '{2,5}', 'the event is a filter'),
               ('{"status": "canceled"}', '{2}', 'the status is a filter'),
               ('{"createdAfter": "2026-01-01T03:00:00Z"}', '{3,4,5}',
                'the earliest time is included'),
               ('{"createdBefore": "2026-01-01T03:00:00Z"}', '{1,2}',
                'the latest time is not included'),
               ('{"customerId": "c1", "eventId": "e2"}', '{5}', 'filters go together'),
               ('{"orderId": "none"}', '{}', 'nothing found is an empty list'),
               ('{"status": "lost"}', '{}', 'an unknown status finds nothing'))
                   AS f (filter, found, description);
SELECT is(
    (SELECT array_length(pg_temp.ids(api.payment_list(tenant_a(), '{"customerId": "c1"}', 2)), 1)),
    2, 'a filtered list has pages, too');
SELECT is(
    pg_temp.ids(api.payment_list(tenant_a(), '{"customerId": "c1"}', 2,
                                 api.payment_list(tenant_a(), '{"customerId": "c1"}',
                                                  2) ->> 'nextCursor')),
    (SELECT array_agg(id) FROM expected WHERE n = 1), 'which go on under the same filter');

-- ── refusals ─────────────────────────────────────────────────────────────────────────────────
SELECT throws_ok($$ SELECT api.payment_list(tenant_a(), '{}', 20, 'nonsense') $$, 'PY050', NULL,
                 'a cursor that is not ours is refused');
SELECT throws_ok($$ SELECT api.payment_list(tenant_b(), '{}', 20) $$, 'PY002', NULL,
                 'a second tenant in one transaction is refused');
SELECT enter(NULL);
SELECT is(pg_temp.ids(api.payment_list(tenant_b(), '{}', 20)), ARRAY[current_setting('tap.other')],
          'another tenant sees just its own');
SELECT is(
    pg_temp.ids(api.payment_list(tenant_b(), '{}', 20, (SELECT p ->> 'nextCursor' FROM page1))),
    '{}', 'a cursor of another tenant shows nothing of it');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT api.payment_list('cccccccc-cccc-4ccc-8ccc-cccccccccccc', '{}', 20) $$,
                 'PY003', NULL, 'an unknown tenant is refused');
SELECT throws_ok($$ SELECT api.payment_list(NULL, '{}', 20) $$, 'PY001', NULL,
                 'no tenant is refused');
SELECT unchanged('listing and refusing change no row');
SET LOCAL ROLE payments_worker;
SELECT throws_ok($$ SELECT api.payment_list(tenant_a(), '{}', 20) $$, '42501', NULL,
                 'the worker''s group lists nothing');

SELECT * FROM finish();
ROLLBACK;
