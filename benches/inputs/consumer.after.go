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

// handle books one paid order. A delivery that cannot be read is rejected for good; everything else is tried again.
func (c *Consumer) handle(ctx context.Context, delivery amqp.Delivery) {
	var message paid
	if err := json.Unmarshal(delivery.Body, &message); err != nil {
		c.log.Error("unreadable order", "err", err, "bytes", len(delivery.Body))
		_ = delivery.Reject(false)
		return
	}
	if message.OrderID == "" || len(message.Lines) == 0 {
		c.log.Warn("empty order", "id", message.OrderID)
		_ = delivery.Reject(false)
		return
	}

	// The queue is the only place that has the order until the store has it.
	if err := delivery.Ack(false); err != nil {
		c.log.Error("ack", "err", err)
		return
	}

	for attempt := 0; ; attempt++ {
		err := c.book(ctx, message)
		if err == nil {
			break
		}
		if errors.Is(err, context.Canceled) {
			return
		}
		c.log.Warn("booking failed, trying again", "id", message.OrderID, "attempt", attempt, "err", err)
		time.Sleep(time.Second)
	}

	if err := c.announce(ctx, message); err != nil {
		c.log.Error("announce", "id", message.OrderID, "err", err)
	}
}

// book reserves each line and writes the picking list. Lines of one order are reserved in the order of the message.
func (c *Consumer) book(ctx context.Context, message paid) error {
	claimed, err := c.redis.SetNX(ctx, "booking:"+message.OrderID, "1", 10*time.Minute).Result()
	if err != nil {
		return fmt.Errorf("claim: %w", err)
	}
	if !claimed {
		c.log.Info("already being booked", "id", message.OrderID)
		return nil
	}

	list := store.PickingList{OrderID: message.OrderID, Created: time.Now()}
	for index, line := range message.Lines {
		free, err := c.store.Free(ctx, line.SKU)
		if err != nil {
			return fmt.Errorf("free %s: %w", line.SKU, err)
		}
		if free < line.Count {
			list.Missing = append(list.Missing, store.Missing{SKU: line.SKU, Wanted: line.Count, Free: free})
			continue
		}
		if err := c.store.SetFree(ctx, line.SKU, free-line.Count); err != nil {
			return fmt.Errorf("reserve %s: %w", line.SKU, err)
		}
		list.Rows = append(list.Rows, store.PickingRow{Row: index + 1, SKU: line.SKU, Count: line.Count})
	}

	weight, parcels := pack(list.Rows)
	list.Weight = weight
	list.Parcels = parcels
	if err := c.store.SaveList(ctx, list); err != nil {
		return fmt.Errorf("save list: %w", err)
	}
	return c.redis.Del(ctx, "booking:"+message.OrderID).Err()
}

// announce tells the shop that the order is being picked, so that the page of the order can say so.
func (c *Consumer) announce(ctx context.Context, message paid) error {
	body, err := json.Marshal(map[string]any{
		"order_id": message.OrderID,
		"state":    "picking",
		"at":       time.Now().UTC().Format(time.RFC3339),
	})
	if err != nil {
		return err
	}
	return c.channel.PublishWithContext(ctx, "orders", "order.picking", false, false, amqp.Publishing{
		ContentType: "application/json",
		MessageId:   message.OrderID,
		Body:        body,
	})
}

// pack fills parcels row by row: at most twelve pieces and 20 kg a parcel.
func pack(rows []store.PickingRow) (grams int, parcels []store.Parcel) {
	current := store.Parcel{}
	for _, row := range rows {
		for piece := 0; piece < row.Count; piece++ {
			unit := store.UnitWeight(row.SKU)
			if len(current.Pieces) == 12 || current.Grams+unit > 20_000 {
				parcels = append(parcels, current)
				current = store.Parcel{}
			}
			current.Pieces = append(current.Pieces, row.SKU)
			current.Grams += unit
			grams += unit
		}
	}
	if len(current.Pieces) > 0 {
		parcels = append(parcels, current)
	}
	return grams, parcels
}

// place sorts rows by the walk through the hall: aisle first, then shelf from the door to the wall, odd aisles backwards.
func place(rows []store.PickingRow, plan map[string]store.Slot) []store.PickingRow {
	sorted := slices.Clone(rows)
	slices.SortStableFunc(sorted, func(a, b store.PickingRow) int {
		first, second := plan[a.SKU], plan[b.SKU]
		if first.Aisle != second.Aisle {
			return cmp.Compare(first.Aisle, second.Aisle)
		}
		if first.Aisle%2 == 1 {
			return cmp.Compare(second.Shelf, first.Shelf)
		}
		return cmp.Compare(first.Shelf, second.Shelf)
	})
	for index := range sorted {
		sorted[index].Row = index + 1
	}
	return sorted
}

// label is what the printer at the packing desk prints on a parcel: order, place in the order, weight.
func label(list store.PickingList, index int) string {
	parcel := list.Parcels[index]
	return fmt.Sprintf("%s %d/%d %.1f kg", list.OrderID, index+1, len(list.Parcels), float64(parcel.Grams)/1000)
}

// summary is one line of the day's report: how much of the order could be picked at once.
func summary(list store.PickingList) string {
	rows, missing := len(list.Rows), len(list.Missing)
	if missing == 0 {
		return fmt.Sprintf("%s: complete, %d rows, %d parcels", list.OrderID, rows, len(list.Parcels))
	}
	return fmt.Sprintf("%s: %d of %d rows, %d parcels", list.OrderID, rows, rows+missing, len(list.Parcels))
}

func (c *Consumer) Close() error {
	return errors.Join(c.channel.Close(), c.redis.Close())
}
