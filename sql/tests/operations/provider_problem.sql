BEGIN;
SELECT plan(19);

SET LOCAL ROLE payments_definer;
SELECT is(payments.provider_problem('card_error', 'anything'), 'card_declined',
          'a card error is the card''s');
SELECT is(payments.provider_problem('card_error', NULL), 'card_declined', 'even without a code');
SELECT is(payments.provider_problem('invalid_request_error', c), 'invalid_state', c
          || ' is a state of the payment')
              FROM unnest(ARRAY['payment_intent_unexpected_state',
                                'charge_expired_for_capture']) AS c;
SELECT is(payments.provider_problem('invalid_request_error', c), 'amount_invalid', c
          || ' is the amount''s') FROM unnest(ARRAY['amount_too_small', 'amount_too_large']) AS c;
SELECT is(payments.provider_problem('api_error', 'x'), 'provider_error',
          'anything else is the provider''s');
SELECT is(payments.provider_problem(NULL, NULL), 'provider_error', 'also nothing at all');
SELECT is(payments.provider_problem('invalid_request_error', c), 'payment_not_refundable', c
          || ' is the payment''s')
              FROM unnest(ARRAY['charge_disputed', 'refund_disputed_payment',
                                'charge_not_refundable']) AS c;
SELECT is(payments.provider_problem('invalid_request_error', 'charge_already_refunded'),
          'refund_exceeds_remaining', 'what is refunded already does not remain');

SELECT is(payments.provider_problem('invalid_request_error', c), 'validation_failed', c
          || ' is the request''s')
  FROM unnest(ARRAY['country_unsupported', 'country_code_invalid', 'email_invalid',
                    'parameter_invalid_empty',
                    'parameter_invalid_string_blank', 'parameter_invalid_string_empty',
                    'parameter_invalid_string_too_long']) AS c;

SELECT * FROM finish();
ROLLBACK;
