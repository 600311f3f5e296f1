BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(7);
SET LOCAL ROLE payments_definer;

SELECT is(payments.ledger_account_id(tenant_a(), 'payee_payable', 'venue', 'v1', 'usd'),
    payments.id_derive(tenant_a(), 'ledger_account', 'payee_payable', 'venue', 'v1', 'usd'),
    'an account''s id is derived from what it is for');
SELECT isnt(payments.ledger_account_id(v.tenant, v.kind, v.type, v.id, v.currency),
    payments.ledger_account_id(tenant_a(), 'payee_payable', 'venue', 'v1', 'usd'), v.description)
  FROM (VALUES (tenant_b(), 'payee_payable', 'venue', 'v1', 'usd',
                'another tenant has another account'),
               (tenant_a(), 'payee_held', 'venue', 'v1', 'usd', 'another kind has another account'),
               (tenant_a(), 'payee_payable', 'artist', 'v1', 'usd',
                'another type of payee has another account'),
               (tenant_a(), 'payee_payable', 'venue', 'v2', 'usd',
                'another payee has another account'),
               (tenant_a(), 'payee_payable', 'venue', 'v1', 'eur',
                'another currency has another account'))
       AS v (tenant, kind, type, id, currency, description);
SELECT isnt(payments.ledger_account_id(tenant_a(), 'provider_clearing', '', '', 'usd'), NULL,
            'the tenant''s own accounts have ids as well');

SELECT * FROM finish();
ROLLBACK;
