// Package names holds what this service and others call shared things.
package names

import (
	"fmt"
	"os"
)

const (
	TopicOrdersCreated = "orders.created"
	TopicStockReserved = "stock.reserved"
	SubjectStockLow    = "stock.low"

	ConsumerGroup = "inventory"

	lockPrefix  = "lock:sku:"
	stockPrefix = "stock:"
)

// StockKey is where the number of free pieces is cached.
func StockKey(sku string) string {
	return fmt.Sprintf("%s%s:free", stockPrefix, sku)
}

// LockKey is held while the pieces of one article are moved.
func LockKey(sku string) string {
	return lockPrefix + sku
}

// Brokers of the event bus.
func Brokers() string {
	if v := os.Getenv("KAFKA_BROKERS"); v != "" {
		return v
	}
	return "localhost:9092"
}
