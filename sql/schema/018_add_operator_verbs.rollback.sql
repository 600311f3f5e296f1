-- depends: 017_X
ALTER TABLE payments.reviews DROP CONSTRAINT review_source_known;
ALTER TABLE payments.reviews ADD CONSTRAINT review_source_known
    CHECK (source IN ('rules', 'stripe', 'early_warning', 'sanctions', 'amounts')) NOT VALID;
ALTER TABLE payments.reviews VALIDATE CONSTRAINT review_source_known;
COMMENT ON COLUMN payments.reviews.source IS
    'rules: our fraud rules. stripe: a review of Stripe''s. early_warning: of the card''s bank. sanctions: a name like one on a list. amounts: sums that have to be looked at.';
