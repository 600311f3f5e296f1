BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(27);
SELECT remember();
SET LOCAL ROLE payments_definer;

SELECT lives_ok(format('SELECT payments.currency_check(%L, %s)', c.currency, c.amount),
                c.description)
  FROM (VALUES ('usd', 50, 'the smallest charge in usd passes'),
               ('usd', 99999999, 'eight digits pass'),
               ('gbp', 30, 'the smallest charge in gbp passes'),
               ('jpy', 50, 'the smallest charge in a zero-decimal currency passes'),
               ('isk', 100, 'a whole krona passes'), ('ugx', 12300, 'whole shillings pass'),
               ('kwd', 10, 'ten thousandths of a dinar pass'), ('mga', 1, 'one ariary passes'),
               ('huf', 17550, 'forints need whole hundreds for payouts, not for charges'))
       AS c (currency, amount, description);
SELECT throws_ok(format('SELECT payments.currency_check(%L, %L)', c.currency, c.amount), 'PY021',
                 NULL, c.description)
  FROM (VALUES ('usd', 49, 'less than the smallest charge is refused'),
               ('usd', 100000000, 'nine digits are refused'),
               ('usd', 0, 'nothing is refused'), ('usd', -50, 'a negative amount is refused'),
               ('usd', NULL, 'no amount is refused'),
               ('usd', 9223372036854775807, 'the largest bigint is refused'),
               ('isk', 150, 'half a krona is refused'),
               ('ugx', 12350, 'half a shilling is refused'),
               ('kwd', 15, 'a thousandth Stripe cannot charge is refused'),
               ('tnd', 5, 'less than ten thousandths are refused'))
                   AS c (currency, amount, description);
SELECT throws_ok(format('SELECT payments.currency_check(%L, 1000)', c.currency), 'PY022', NULL,
                 c.description)
  FROM (VALUES ('xxx', 'an unknown currency is refused'),
               ('USD', 'upper case is refused: the service lowers it'),
               ('', 'an empty currency is refused'), (NULL, 'no currency is refused'))
                   AS c (currency, description);
SELECT is_empty(
    $$ SELECT c.currency FROM payments.currencies AS c
        WHERE c.min_amount % c.charge_multiple <> 0 $$,
    'every currency''s smallest charge can be charged');
SELECT throws_ok($$ UPDATE payments.currencies SET min_amount = 1 $$, '42501', NULL,
                 'the functions cannot change a currency');
SELECT throws_ok($$ DELETE FROM payments.currencies $$, '42501', NULL,
                 'the functions cannot remove a currency');
SELECT unchanged('checking changes no row');

SELECT * FROM finish();
ROLLBACK;
