-- Orders can be cancelled; until now they were deleted.
ALTER TABLE orders ADD COLUMN cancel_reason text;

UPDATE orders
SET status = 'CANCELLED', cancel_reason = 'expired'
WHERE status = 'PENDING' AND created_at < now() - interval '30 days';
