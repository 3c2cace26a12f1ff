package stock

import (
	"context"
	"encoding/json"
	"log"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/segmentio/kafka-go"

	"shop/inventory/internal/names"
)

// Consume holds stock for every order that was made, and tells about it.
func Consume(ctx context.Context, store *Store) error {
	brokers := strings.Split(names.Brokers(), ",")
	reader := kafka.NewReader(kafka.ReaderConfig{
		Brokers: brokers,
		GroupID: names.ConsumerGroup,
		Topic:   names.TopicOrdersCreated,
	})
	defer reader.Close()
	writer := &kafka.Writer{
		Addr:        kafka.TCP(brokers...),
		Topic:       names.TopicStockReserved,
		MaxAttempts: 4,
	}
	defer writer.Close()

	for {
		msg, err := reader.FetchMessage(ctx)
		if err != nil {
			return err
		}
		var event OrderCreated
		if err := json.Unmarshal(msg.Value, &event); err != nil {
			log.Printf("orders.created: bad message at %d: %v", msg.Offset, err)
			continue
		}
		r := Reservation{
			ID:        uuid.NewString(),
			OrderID:   event.OrderID,
			SKU:       event.SKU,
			Quantity:  event.Quantity,
			ExpiresAt: time.Now().Add(15 * time.Minute),
		}
		if err := store.Hold(ctx, r); err != nil {
			log.Printf("order %s of customer %s: %v", event.OrderID, event.CustomerID, err)
			continue
		}
		body, _ := json.Marshal(StockReserved{OrderID: r.OrderID, ReservationID: r.ID})
		if err := writer.WriteMessages(ctx, kafka.Message{Key: []byte(r.OrderID), Value: body}); err != nil {
			return err
		}
		if err := reader.CommitMessages(ctx, msg); err != nil {
			return err
		}
	}
}
