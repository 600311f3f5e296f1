BEGIN;
SELECT plan(3);

SET LOCAL ROLE payments_definer;
SELECT results_eq(
    $$ SELECT payments.ip_signal(a)
         FROM unnest(ARRAY['198.51.100.7', '::ffff:198.51.100.7', '2001:db8:1:2:3:4:5:6',
                           '198.51.100.7/8']) AS a $$,
    $$ VALUES ('198.51.100.7'), ('198.51.100.7'), ('2001:db8:1:2::/64'), ('198.51.100.7') $$,
    'IPv4 is itself, IPv6 its subscriber''s network');
SELECT is_empty(
    $$ SELECT a
         FROM unnest('{10.1.2.3,127.0.0.1,192.168.1.1,172.16.0.1,100.64.0.1,169.254.1.1,0.0.0.0,
                       224.0.0.1,255.255.255.255,::1,::,fe80::1,fd00::1,ff02::1,
                       ::ffff:10.0.0.1}'::text[]) AS a
        WHERE payments.ip_signal(a) IS NOT NULL $$,
    'an address that is nobody''s in particular counts as none');
SELECT is_empty(
    $$ SELECT a FROM unnest(ARRAY['', 'nobody', '1.2.3', '1.2.3.4, 5.6.7.8', 'x:y', NULL]) AS a
        WHERE payments.ip_signal(a) IS NOT NULL $$, 'what is no address counts as none');

SELECT * FROM finish();
ROLLBACK;
