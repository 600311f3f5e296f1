BEGIN;
SELECT plan(2);

SET LOCAL ROLE payments_definer;
SELECT is_empty(
    $$ SELECT payments.fraud_rule_check(r)
         FROM jsonb_array_elements(payments.fraud_rules_default()) AS r
        WHERE NOT (r ->> 'enabled')::boolean $$,
    'every default rule can be measured and is enabled');
RESET ROLE;
SELECT set_eq($$ SELECT r.name FROM payments.fraud_rules AS r WHERE r.tenant_id = tenant_a() $$,
    $$ SELECT r ->> 'name' FROM jsonb_array_elements(payments.fraud_rules_default()) AS r $$,
    'a new tenant has them');

SELECT * FROM finish();
ROLLBACK;
