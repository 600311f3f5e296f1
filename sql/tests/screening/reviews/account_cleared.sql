BEGIN;
SELECT plan(4);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT keep('list', ops.sanctions_begin('ofac', '\x01'));
SELECT ops.sanctions_add(the('list'),
                         '[{"entryId": "1", "place": 0, "name": "SMITH, John Paul", '
                         '"transliterated": "SMITH, John Paul", "listedAs": "sanction", "note": '
                         '"SDGT"},
    {"entryId": "2", "place": 0, "name": "Владимир Петров", "transliterated": "Vladimir Petrov", "listedAs": "pep", "note": ""},
    {"entryId": "2", "place": 1, "name": "Wladimir Petroff", "transliterated": "Wladimir Petroff", "listedAs": "pep", "note": ""},
    {"entryId": "3", "place": 0, "name": "Golden Star Trading Co., Ltd.", "transliterated": "Golden Star Trading Co., Ltd.", "listedAs": "sanction", "note": ""}]');
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
