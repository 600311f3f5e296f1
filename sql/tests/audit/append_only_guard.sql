BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(17);
SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k');
SELECT remember();

SELECT throws_ok('UPDATE payments.ledger_postings SET amount = amount + 1', 'PY060', NULL,
                 'a posting cannot be changed, not even by a superuser');
SELECT throws_ok('DELETE FROM payments.ledger_postings', 'PY060', NULL,
                 'a posting cannot be deleted');
SELECT throws_ok('TRUNCATE payments.ledger_postings', 'PY060', NULL,
                 'the postings cannot be truncated');
SELECT throws_ok('UPDATE payments.ledger_postings SET amount = 1 WHERE false', 'PY060', NULL,
                 'an update of no posting is refused as well');
SELECT throws_ok('UPDATE payments.stripe_operation_attempts SET applied = true', 'PY060', NULL,
                 'an attempt cannot be changed');
SELECT throws_ok('DELETE FROM payments.stripe_operation_attempts', 'PY060', NULL,
                 'an attempt cannot be deleted');
SELECT throws_ok('TRUNCATE payments.stripe_operation_attempts', 'PY060', NULL,
                 'the attempts cannot be truncated');
SELECT throws_ok('TRUNCATE payments.payment_transactions CASCADE', 'PY060', NULL,
                 'truncating payments does not take the postings along');
SELECT unchanged('every refusal left every row');

SET LOCAL ROLE payments_owner;
SELECT throws_ok('UPDATE payments.ledger_postings SET amount = 1', 'PY060', NULL,
                 'the owner of the tables cannot change a posting');
SELECT throws_ok('DELETE FROM payments.ledger_postings', 'PY060', NULL,
                 'the owner of the tables cannot delete a posting');
SET LOCAL ROLE payments_definer;
SELECT throws_ok('UPDATE payments.ledger_postings SET amount = 1', '42501', NULL,
                 'the functions have no right to change a posting');
SELECT throws_ok('DELETE FROM payments.stripe_operation_attempts', '42501', NULL,
                 'the functions have no right to delete an attempt');
SELECT lives_ok($$
    INSERT INTO payments.ledger_postings
        (tenant_id, id, debit_account_id, credit_account_id, amount, currency, cause_type, cause_id,
         leg, posted_at)
    SELECT p.tenant_id, gen_random_uuid(), p.credit_account_id, p.debit_account_id, 1, p.currency,
           'tap', p.id, 'more', p.posted_at
      FROM payments.ledger_postings AS p LIMIT 1
$$, 'the functions append');
SELECT throws_ok($$
    INSERT INTO payments.ledger_postings
        (tenant_id, id, debit_account_id, credit_account_id, amount, currency, cause_type, cause_id,
         leg, posted_at)
    SELECT p.tenant_id, gen_random_uuid(), p.credit_account_id, p.debit_account_id, 1, p.currency,
           'tap', p.cause_id, 'more', p.posted_at
      FROM payments.ledger_postings AS p WHERE p.cause_type = 'tap'
$$, '23505', NULL, 'the same fact does not post twice');
SELECT throws_ok($$
    INSERT INTO payments.ledger_postings
        (tenant_id, id, debit_account_id, credit_account_id, amount, currency, cause_type, cause_id,
         leg, posted_at)
    SELECT p.tenant_id, gen_random_uuid(), p.debit_account_id, p.debit_account_id, 1, p.currency,
           'tap2', p.id, 'more', p.posted_at
      FROM payments.ledger_postings AS p LIMIT 1
$$, '23514', NULL, 'a posting moves money between two accounts');
SELECT throws_ok($$
    INSERT INTO payments.ledger_postings
        (tenant_id, id, debit_account_id, credit_account_id, amount, currency, cause_type, cause_id,
         leg, posted_at)
    SELECT p.tenant_id, gen_random_uuid(), p.credit_account_id, p.debit_account_id, 1, 'eur',
           'tap3', p.id, 'more', p.posted_at
      FROM payments.ledger_postings AS p LIMIT 1
$$, '23503', NULL, 'a posting has the currency of its accounts');

SELECT * FROM finish();
ROLLBACK;
