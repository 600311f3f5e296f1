BEGIN;
SELECT plan(4);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT keep('list', sanctions_list());
SELECT ops.sanctions_activate(the('list'));

SELECT keep('v1', account_of(tenant_a(), 'v1'));
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(payments.account_cleared(tenant_a(), the('v1'), '[]'), true,
          'nothing found is nothing to look at');
SELECT is(payments.account_cleared(tenant_a(), the('v1'), '[{"entry_id": "1"}]'), false,
          'a likeness is');
SELECT payments.account_screen(tenant_a(), the('v1'), 'John Paul Smith', NULL, clock());
SELECT is(payments.account_cleared(tenant_a(), the('v1'), '[{"entry_id": "1"}]'), true,
          'once somebody is looking it is not again');
SELECT is(payments.account_cleared(tenant_a(), the('v1'), '[{"entry_id": "1"}, {"entry_id": "2"}]'),
          false, 'but another one is');

SELECT * FROM finish();
ROLLBACK;
