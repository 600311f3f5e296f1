BEGIN;
SELECT plan(3);

SET LOCAL ROLE payments_definer;
SELECT is(
    payments.fraud_values('{
        "amount": 5, "currency": "usd", "customerId": "c", "receiptEmail": "A.Fan@Example.COM",
        "clientIp": "198.51.100.1", "device": {"id": "d1"}}'), '{
        "amount": 5, "currency": "usd", "customer": "c", "device": "d1", "ip": "198.51.100.1",
        "email": "a.fan@example.com", "email_domain": "example.com"}',
    'a request tells its customer, device, address and mail domain');
SELECT is(
    payments.fraud_values(
        '{"clientIp": "198.51.100.1", "device": {"ip": "198.51.100.2"}}') ->> 'ip', '198.51.100.2',
    'the buyer''s address that the caller tells comes before the caller''s own');
SELECT is(
    payments.fraud_values(
        '{"amount": 5, "currency": "usd", "clientIp": "127.0.0.1", "device": {"model": "x"}}'),
    '{"amount": 5, "currency": "usd"}',
    'what is not told, or tells nothing, is not there');

SELECT * FROM finish();
ROLLBACK;
