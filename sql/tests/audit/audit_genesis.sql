BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(2);
SELECT isnt(payments.audit_genesis(tenant_a()), payments.audit_genesis(tenant_b()),
            'each tenant''s chain has a start of its own');
SELECT is(encode(payments.audit_genesis(tenant_a()), 'hex'),
          encode(sha256(convert_to('payment-service audit aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa',
                                   'UTF8')), 'hex'), 'which anybody can compute');

SELECT * FROM finish();
ROLLBACK;
