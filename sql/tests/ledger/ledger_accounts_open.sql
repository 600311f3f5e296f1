BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(9);
SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT set_config('tap.payment', created_payment(tenant_a(), 'k')::text, true);
DELETE FROM payments.ledger_accounts;
CREATE FUNCTION pg_temp.opened(p_currency text) RETURNS void LANGUAGE sql AS $$
    SELECT payments.ledger_accounts_open(tap_helpers.tenant_a(),
                                         ARRAY[current_setting('tap.payment')::uuid],
                                         ARRAY[p_currency], now()) $$;
SET LOCAL ROLE payments_definer;

SELECT lives_ok(
    $$ SELECT pg_temp.opened('usd') $$,
    'a payment''s accounts are opened');
SELECT set_eq('SELECT kind, recipient_type, recipient_id, currency FROM payments.ledger_accounts',
    $$ VALUES ('provider_clearing', '', '', 'usd'), ('platform_revenue', '', '', 'usd'),
              ('provider_fees', '', '', 'usd'),
              ('payee_payable', 'venue', 'v1', 'usd'), ('payee_payable', 'artist', 'a1', 'usd') $$,
    'the tenant''s own three and one per payee are there');
SELECT is_empty($$ SELECT * FROM payments.ledger_accounts AS a
                    WHERE a.id <> payments.ledger_account_id(a.tenant_id, a.kind, a.recipient_type,
                        a.recipient_id, a.currency) $$,
    'each has its derived id');
RESET ROLE;
SELECT remember();
SET LOCAL ROLE payments_definer;
SELECT lives_ok(
    $$ SELECT pg_temp.opened('usd') $$,
    'opening them again is no error');
SELECT unchanged('opening them again changes nothing');
SELECT pg_temp.opened('eur');
SELECT is((SELECT count(*) FROM payments.ledger_accounts WHERE currency = 'eur'), 5::bigint,
          'another currency has accounts of its own');
RESET ROLE;
SELECT keep('more', created_payment(tenant_a(), 'more'));
DELETE FROM payments.ledger_accounts;
SET LOCAL ROLE payments_definer;
SELECT payments.ledger_accounts_open(tenant_a(),
                                     ARRAY[current_setting('tap.payment')::uuid, the('more')],
                                     ARRAY['usd', 'eur'], now());
SELECT results_eq($$ SELECT currency, count(*) FROM payments.ledger_accounts GROUP BY currency
                      ORDER BY currency $$,
                  $$ VALUES ('eur', 5::bigint), ('usd', 5) $$, 'those of several payments at once');
SELECT enter(tenant_b());
SELECT is((SELECT count(*) FROM payments.ledger_accounts), 0::bigint,
          'another tenant has none of them');
SELECT throws_ok(
    $$ SELECT pg_temp.opened('gbp') $$, 'PY002', NULL,
    'another tenant''s accounts cannot be opened');

SELECT * FROM finish();
ROLLBACK;
