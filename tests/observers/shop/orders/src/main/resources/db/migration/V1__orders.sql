CREATE TABLE orders (
    id          uuid PRIMARY KEY,
    customer_id uuid NOT NULL,
    sku         text NOT NULL,
    quantity    integer NOT NULL,
    total_cents bigint NOT NULL,
    status      varchar(16) NOT NULL DEFAULT 'PENDING',
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX orders_by_status ON orders (status) WHERE status IN ('PENDING', 'PAID');

CREATE TABLE invoices (
    number   serial PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES orders (id),
    path     text NOT NULL,
    state    varchar(12) NOT NULL
);
