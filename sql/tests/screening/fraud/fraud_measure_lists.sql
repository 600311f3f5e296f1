BEGIN;
SELECT plan(7);

SELECT ops.fraud_list_set(tenant_a(), 'block', 'customer', 'c1'),
       ops.fraud_list_set(tenant_a(), 'allow', 'email_domain', 'Good.example'),
       ops.fraud_list_set(tenant_a(), 'block', 'device', 'off', p_active => false),
       ops.fraud_list_set(tenant_a(), 'block', 'ip', '198.51.100.1',
                          p_expires_at => clock() + interval '1 hour');
SELECT keep('one', gen_random_uuid());
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
CREATE FUNCTION pg_temp.hits(p_values jsonb, p_at timestamptz DEFAULT tap_helpers.clock())
RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(m.rule || m.measured, ',' ORDER BY m.rule)
      FROM payments.fraud_measure_lists(tap_helpers.tenant_a(), '[
               {"name": "no", "kind": "blocklist"}, {"name": "yes", "kind": "allowlist"},
               {"name": "other", "kind": "velocity"}]',
               ARRAY[tap_helpers.the('one')], ARRAY[p_values], p_at) AS m $$;
SELECT is(pg_temp.hits('{"customer": "c1"}'), 'no1', 'a listed customer strikes the blocklist');
SELECT is(pg_temp.hits('{"customer": "c1", "email_domain": "good.example"}'), 'no1,yes1',
          'a listed domain the allowlist');
SELECT is(pg_temp.hits('{"customer": "c2", "email": "c1", "device": "c1"}'), NULL,
          'the same value of another kind does not');
SELECT is(pg_temp.hits('{"device": "off"}'), NULL, 'what is switched off does not');
SELECT is(pg_temp.hits('{"ip": "198.51.100.1"}'), 'no1', 'what ends later does');
SELECT is(pg_temp.hits('{"ip": "198.51.100.1"}', clock() + interval '1 hour'), NULL,
          'until it ends');
SELECT enter(tenant_b());
SELECT is_empty($$
    SELECT * FROM payments.fraud_measure_lists(
        tenant_b(), '[{"name": "no", "kind": "blocklist"}]', ARRAY[the('one')],
        ARRAY['{"customer": "c1"}'::jsonb], clock())
$$, 'another tenant''s list does not count');

SELECT * FROM finish();
ROLLBACK;
