package stock

import "time"

// Article is what lies on a shelf.
type Article struct {
	SKU       string `gorm:"column:sku;primaryKey"`
	Available int    `gorm:"column:available"`
	Status    string `gorm:"column:status;default:active"`
	UpdatedAt time.Time
}

// Reservation keeps pieces for one order.
type Reservation struct {
	ID        string    `gorm:"primaryKey"`
	OrderID   string    `gorm:"column:order_id;index"`
	SKU       string    `gorm:"column:sku"`
	Quantity  int       `gorm:"column:quantity"`
	State     string    `gorm:"column:state"`
	ExpiresAt time.Time `gorm:"column:expires_at"`
}

// OrderCreated is read from the bus.
type OrderCreated struct {
	OrderID    string `json:"order_id"`
	CustomerID string `json:"customer_id"`
	SKU        string `json:"sku"`
	Quantity   int    `json:"quantity"`
}

// StockReserved is written to the bus.
type StockReserved struct {
	OrderID       string `json:"order_id"`
	ReservationID string `json:"reservation_id"`
}
