BEGIN;
SELECT plan(3);

SET LOCAL ROLE payments_definer;
SELECT is(payments.name_codes('john smith'), payments.name_codes('jon smythe'),
          'what sounds alike has the same codes');
SELECT isnt(payments.name_codes('john smith'), payments.name_codes('john miller'),
            'what does not has others');
SELECT is(payments.name_codes(''), '{}', 'nothing sounds like nothing');

SELECT * FROM finish();
ROLLBACK;
