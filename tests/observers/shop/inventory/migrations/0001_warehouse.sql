-- The warehouse. status: active, blocked; state: held, released.
CREATE TABLE articles (
    sku        text PRIMARY KEY,
    available  integer NOT NULL CHECK (available >= 0),
    status     text NOT NULL DEFAULT 'active',
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE reservations (
    id         uuid PRIMARY KEY,
    order_id   uuid NOT NULL,
    sku        text NOT NULL REFERENCES articles (sku),
    quantity   integer NOT NULL,
    state      text NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE INDEX reservations_by_order ON reservations (order_id);

-- A blocked article is not handed out.
UPDATE articles SET status = 'blocked' WHERE available = 0;

CREATE TABLE jobs (
    id         uuid PRIMARY KEY,
    kind       text NOT NULL,
    payload    jsonb NOT NULL,
    status     text NOT NULL DEFAULT 'queued',
    attempts   integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now()
);
