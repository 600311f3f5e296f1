BEGIN;
SELECT plan(4);

SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(payments.fraud_ruleset(tenant_a()) ->> 'version', '1', 'the newest version is in force');
SELECT payments.fraud_rules_store(tenant_a(), '[
    {"name": "a", "kind": "blocklist", "enabled": true, "weight": 7, "threshold": 1,
     "parameters": {}},
    {"name": "b", "kind": "blocklist", "enabled": false, "weight": 7, "threshold": 1,
     "parameters": {}}]', 10, 20, 'me');
SELECT is(payments.fraud_ruleset(tenant_a()), '{"version": 2, "review": 10, "block": 20, "rules": [
    {"name": "a", "kind": "blocklist", "weight": 7, "threshold": 1, "parameters": {}}]}',
    'with its enabled rules only');
SELECT is(jsonb_array_length(payments.fraud_ruleset(tenant_a(), 1) -> 'rules'),
          jsonb_array_length(payments.fraud_rules_default()), 'an older version can be asked for');
SELECT payments.fraud_rules_store(tenant_a(), '[]', 10, 20, 'me');
SELECT is(payments.fraud_ruleset(tenant_a()), NULL, 'without an enabled rule there is none');

SELECT * FROM finish();
ROLLBACK;
