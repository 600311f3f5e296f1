BEGIN;
SELECT plan(9);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

SELECT keep('v1', account_of(tenant_a(), 'v1')), keep('a1', account_of(tenant_a(), 'a1'));
SELECT settled_payment(tenant_a(), 'k');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(payments.account_screen(tenant_a(), the('v1'), NULL, NULL, clock()), NULL,
          'without a name nothing is screened');
SELECT is(
    payments.account_screen(tenant_a(), the('v1'), 'John Paul Smith', 'John Paul Smith', clock()),
    'unscreened', 'without a list it is said so');
RESET ROLE;
SELECT keep('list', sanctions_list());
SELECT ops.sanctions_activate(the('list'));

SET LOCAL ROLE payments_definer;
SELECT is(payments.account_screen(tenant_a(), the('a1'), 'Mary Miller', 'Mary Miller', clock()),
          'clear', 'a name that is on no list is clear');
SELECT is(
    payments.account_screen(tenant_a(), the('v1'), 'Джон Пол Смит', 'John Paul Smith', clock()),
    'review', 'one that is like a listed one is for a person');
SELECT results_eq(
    $$ SELECT list_versions, inputs ->> 'name', inputs ->> 'normal', findings #>> '{0,entry_id}',
              score, reasons FROM payments.aml_screenings WHERE decision = 'review' $$,
    $$ VALUES (ARRAY[the('list')], 'Джон Пол Смит', 'john paul smith', '1', 100,
               '{sanction}'::text[]) $$,
    'what was compared with which version, and what was found, is kept');
SELECT results_eq(
    $$ SELECT kind, source, connected_account_id, score, status FROM payments.reviews $$,
    $$ VALUES ('aml', 'sanctions', the('v1'), 100, 'open') $$, 'it is in the queue');
SELECT results_eq(
    $$ SELECT t.recipient_id, o.holds
         FROM payments.stripe_operations AS o
         JOIN payments.stripe_transfers AS t ON t.id = o.subject_id ORDER BY t.recipient_id $$,
    $$ VALUES ('a1', '{}'::text[]), ('v1', '{payee_review}') $$,
    'and meanwhile nothing is paid to that payee');
SELECT is(payments.account_screen(tenant_a(), the('v1'), 'John Paul Smith', NULL, clock()), 'clear',
          'screened again it asks nothing new');
SELECT throws_ok($$ UPDATE payments.aml_screenings SET decision = 'clear' $$, '42501', NULL,
                 'a screening is not changed afterwards');

SELECT * FROM finish();
ROLLBACK;
