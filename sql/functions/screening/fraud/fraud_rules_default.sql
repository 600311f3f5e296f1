-- Chosen so that an ordinary on-sale never meets them; docs/fraud-and-aml.md gives the reason of
-- each number.
CREATE OR REPLACE FUNCTION payments.fraud_rules_default() RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT jsonb_agg(jsonb_build_object(
               'name', d.name, 'kind', d.kind, 'enabled', true, 'weight', d.weight,
               'threshold', d.threshold, 'parameters', d.parameters::jsonb))
      FROM (VALUES
        ('blocklist', 'blocklist', 100, 1, '{}'),
        ('allowlist', 'allowlist', 0, 1, '{}'),
        ('declines_customer', 'velocity', 50, 5,
         '{"signal": "customer", "event": "decline", "seconds": 3600}'),
        ('declines_device', 'velocity', 50, 5,
         '{"signal": "device", "event": "decline", "seconds": 3600}'),
        ('declines_ip', 'velocity', 50, 20,
         '{"signal": "ip", "event": "decline", "seconds": 3600}'),
        ('velocity_customer', 'velocity', 50, 20,
         '{"signal": "customer", "event": "payment", "seconds": 3600}'),
        ('velocity_device', 'velocity', 50, 20,
         '{"signal": "device", "event": "payment", "seconds": 3600}'),
        -- Stripe's test cards have one fingerprint for everybody.
        ('velocity_card', 'velocity', 50, 10,
         '{"signal": "card", "event": "payment", "seconds": 3600, "live_only": true}'),
        ('velocity_ip', 'velocity', 30, 200,
         '{"signal": "ip", "event": "payment", "seconds": 3600}'),
        ('velocity_email_domain', 'velocity', 30, 100,
         '{"signal": "email_domain", "event": "payment", "seconds": 3600,
            "ignore": ["gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com",
                       "msn.com", "yahoo.com", "icloud.com", "me.com", "aol.com", "gmx.net",
                       "gmx.de", "web.de", "t-online.de", "orange.fr", "free.fr", "libero.it",
                       "btinternet.com", "proton.me", "protonmail.com", "mail.ru", "yandex.ru",
                       "qq.com", "163.com"]}'),
        ('amount_customer', 'amount', 30, 1000, '{"against": "customer", "minimum": 5}'),
        ('amount_tenant', 'amount', 30, 2000, '{"against": "tenant", "minimum": 20}'),
        ('stripe_elevated', 'provider_risk', 30, 2, '{}'),
        ('stripe_highest', 'provider_risk', 100, 3, '{}'))
            AS d (name, kind, weight, threshold, parameters)
$$;
COMMENT ON FUNCTION payments.fraud_rules_default() IS 'The fraud rules of a new tenant.';
