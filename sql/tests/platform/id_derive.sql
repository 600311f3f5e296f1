BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(10);
SET LOCAL ROLE payments_definer;

SELECT is(payments.id_derive(tenant_a(), 'payment', 'svc', 'key-1'),
          '0d94be73-d29f-85c8-9f1d-586ac9293e38'::uuid,
    'an id is the one that every release has derived: a retry across an upgrade is the same row '
    'and the same Stripe key');
SELECT is(payments.id_derive(tenant_a(), 'payment', 'svc', 'key-1'),
          payments.id_derive(tenant_a(), 'payment', 'svc', 'key-1'),
    'the same name gives the same id');
SELECT isnt(payments.id_derive(tenant_b(), 'payment', 'svc', 'key-1'),
            payments.id_derive(tenant_a(), 'payment', 'svc', 'key-1'),
    'another tenant gives another id');
SELECT isnt(payments.id_derive(tenant_a(), 'intent', 'svc', 'key-1'),
            payments.id_derive(tenant_a(), 'payment', 'svc', 'key-1'),
    'another kind gives another id');
SELECT isnt(payments.id_derive(tenant_a(), 'k', 'a', 'bc'),
            payments.id_derive(tenant_a(), 'k', 'ab', 'c'),
    'parts do not run into each other');
SELECT isnt(payments.id_derive(tenant_a(), 'k', 'a,b'),
            payments.id_derive(tenant_a(), 'k', 'a', 'b'),
    'a separator inside a part is not a separator');
SELECT isnt(payments.id_derive(tenant_a(), 'k', 'a","b'),
            payments.id_derive(tenant_a(), 'k', 'a', 'b'),
    'a quote inside a part is not a quote');
SELECT isnt(payments.id_derive(tenant_a(), 'k', NULL::text),
            payments.id_derive(tenant_a(), 'k', 'null'),
    'a missing part is not the word null');
SELECT is_empty($$
    SELECT i.id FROM generate_series(1, 1000) AS n,
           payments.id_derive(tenant_a(), 'k', n::text) AS i (id)
     WHERE i.id::text !~ '^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'
$$, 'each of a thousand ids is a version 8 uuid, whatever its hash has in that place');
SELECT is(payments.id_derive(NULL, 'k', 'x'), NULL, 'without a tenant there is no id');

SELECT * FROM finish();
ROLLBACK;
