BEGIN;
SELECT plan(9);

SELECT keep('one', '11111111-1111-4111-8111-111111111111'::text),
       keep('two', '22222222-2222-4222-8222-222222222222'::text);
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT payments.provider_object_claim(tenant_a(), 'ch_1', 'charge', the('one'), clock());
SELECT results_eq(
    $$ SELECT tenant_id = tenant_a(), object_type, object_id = the('one')
         FROM payments.provider_objects WHERE provider_id = 'ch_1' $$,
    $$ VALUES (true, 'charge', true) $$, 'a Stripe id is remembered as a row''s');
SELECT remember();
SELECT lives_ok(
    $$ SELECT payments.provider_object_claim(tenant_a(), 'ch_1', 'charge', the('one'), clock()) $$,
    'the same row may claim it again');
SELECT throws_ok(
    $$ SELECT payments.provider_object_claim(tenant_a(), 'ch_1', 'charge', the('two'), clock()) $$,
    'PY033', NULL, 'another row of the tenant may not');
SELECT enter(tenant_b());
SELECT throws_ok(
    $$ SELECT payments.provider_object_claim(tenant_b(), 'ch_1', 'charge', the('one'), clock()) $$,
    'PY033', NULL, 'another tenant may not, though it cannot see the row');
SELECT throws_ok(
    $$ SELECT payments.provider_object_claim(tenant_b(), '', 'charge', the('one'), clock()) $$,
    '23514', NULL, 'an empty id is refused');
SELECT throws_ok(
    $$ SELECT payments.provider_object_claim(tenant_b(), 'x', 'unheard_of', the('one'), clock()) $$,
    '23514', NULL, 'an unknown kind of object is refused');
SELECT throws_ok(
    $$ SELECT payments.provider_object_claim(tenant_a(), 'ch_2', 'charge', the('one'), clock()) $$,
    'PY002', NULL, 'a claim for a tenant that is not entered is refused');
SELECT unchanged('what is refused changes nothing');
SELECT is_empty($$ SELECT * FROM payments.provider_objects $$, 'another tenant does not see it');

SELECT * FROM finish();
ROLLBACK;
