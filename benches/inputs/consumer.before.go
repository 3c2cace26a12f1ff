package orders

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
	"github.com/redis/go-redis/v9"

	"example.com/shop/internal/store"
)

// Consumer books paid orders into the warehouse.
type Consumer struct {
	channel *amqp.Channel
	redis   *redis.Client
	store   *store.Store
	log     *slog.Logger
}

type paid struct {
	OrderID string      `json:"order_id"`
	Lines   []orderLine `json:"lines"`
	Total   int64       `json:"total_cents"`
}

type orderLine struct {
	SKU   string `json:"sku"`
	Count int    `json:"count"`
}

func (c *Consumer) Run(ctx context.Context) error {
	deliveries, err := c.channel.ConsumeWithContext(ctx, "orders.paid", "warehouse", false, false, false, false, nil)
	if err != nil {
		return fmt.Errorf("consume: %w", err)
	}
	for delivery := range deliveries {
		c.handle(ctx, delivery)
	}
	return ctx.Err()
}

func (c *Consumer) Close() error {
	return errors.Join(c.channel.Close(), c.redis.Close())
}
