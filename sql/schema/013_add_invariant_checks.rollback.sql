DROP TABLE payments.violations_found, payments.violation_checks, payments.payment_marks;
