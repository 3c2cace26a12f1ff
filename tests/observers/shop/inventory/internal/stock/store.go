package stock

import (
	"context"
	"database/sql"
	"errors"
	"log"

	"gorm.io/gorm"
)

// ErrSoldOut says that there are fewer pieces than asked for.
var ErrSoldOut = errors.New("sold out")

const holdStock = `
	UPDATE articles
	SET available = available - $1, updated_at = now()
	WHERE sku = $2 AND available >= $1 AND status = 'active'`

// Store is the database of the warehouse.
type Store struct {
	raw *sql.DB
	orm *gorm.DB
}

// Hold takes pieces from the shelf, or says that there are not enough.
func (s *Store) Hold(ctx context.Context, r Reservation) error {
	tx, err := s.raw.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	res, err := tx.ExecContext(ctx, holdStock, r.Quantity, r.SKU)
	if err != nil {
		return err
	}
	if n, _ := res.RowsAffected(); n == 0 {
		log.Printf("update articles set aside: %s", r.SKU)
		return ErrSoldOut
	}
	_, err = tx.ExecContext(ctx,
		"INSERT INTO reservations (id, order_id, sku, quantity, state, expires_at) VALUES ($1, $2, $3, $4, 'held', $5)",
		r.ID, r.OrderID, r.SKU, r.Quantity, r.ExpiresAt)
	if err != nil {
		return err
	}
	return tx.Commit()
}

// Release gives a reservation back.
func (s *Store) Release(ctx context.Context, id string) error {
	return s.orm.WithContext(ctx).Model(&Reservation{}).
		Where("id = ? AND state = ?", id, "held").
		Update("state", "released").Error
}

// Article reads one article.
func (s *Store) Article(ctx context.Context, sku string) (Article, error) {
	var article Article
	err := s.orm.WithContext(ctx).Where("sku = ?", sku).First(&article).Error
	return article, err
}

// Expire removes what nobody fetched.
func (s *Store) Expire(ctx context.Context) error {
	_, err := s.raw.ExecContext(ctx, `DELETE FROM reservations WHERE state = 'held' AND expires_at < now()`)
	return err
}
