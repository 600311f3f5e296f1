-- depends: 017_add_audit_log
-- squawk-ignore ban-drop-constraint
ALTER TABLE payments.reviews DROP CONSTRAINT review_source_known;
-- The table is small: what people have to decide.
-- squawk-ignore constraint-missing-not-valid
ALTER TABLE payments.reviews ADD CONSTRAINT review_source_known
    CHECK (source IN ('rules', 'stripe', 'early_warning', 'sanctions', 'amounts'));
COMMENT ON COLUMN payments.reviews.source IS
    'rules: our fraud rules. stripe: a review of Stripe''s. early_warning: of the card''s bank. sanctions: a name like one on a list. amounts: sums that have to be looked at.';
