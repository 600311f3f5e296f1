BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(6);
SET LOCAL ROLE payments_system;
SELECT is(payments.uuid_parse('aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa'), tenant_a(),
          'a uuid is read');
SELECT is(payments.uuid_parse(x), NULL, 'nothing else is: ' || coalesce(x, 'null'))
  FROM unnest(ARRAY['', 'order-7', 'AAAAAAAA-aaaa-4aaa-8aaa-aaaaaaaaaaaa',
                    '{aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa}', NULL]) AS x;

SELECT * FROM finish();
ROLLBACK;
