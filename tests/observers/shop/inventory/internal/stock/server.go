package stock

import (
	"context"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/redis/go-redis/v9"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"shop/gen/inventorypb"
	"shop/inventory/internal/names"
)

// Server answers for the warehouse.
type Server struct {
	inventorypb.UnimplementedInventoryServer
	store *Store
	rdb   *redis.Client
	nc    *nats.Conn
}

// Reserve holds pieces under a lock on the article.
func (s *Server) Reserve(ctx context.Context, req *inventorypb.ReserveRequest) (*inventorypb.ReserveReply, error) {
	lock := names.LockKey(req.GetSku())
	owner := uuid.NewString()
	ok, err := s.rdb.SetNX(ctx, lock, owner, 5*time.Second).Result()
	if err != nil || !ok {
		return nil, status.Error(codes.Aborted, "article is busy")
	}
	defer s.rdb.Del(ctx, lock)

	r := Reservation{ID: uuid.NewString(), OrderID: req.OrderId, SKU: req.Sku, Quantity: int(req.Quantity)}
	if err := s.store.Hold(ctx, r); err != nil {
		return nil, status.Error(codes.FailedPrecondition, err.Error())
	}
	free, err := s.rdb.DecrBy(ctx, names.StockKey(req.Sku), int64(req.Quantity)).Result()
	if err == nil && free < 3 {
		_ = s.nc.Publish(names.SubjectStockLow, []byte(req.Sku))
	}
	return &inventorypb.ReserveReply{ReservationId: r.ID, State: inventorypb.ReservationState_HELD}, nil
}

// Release gives pieces back.
func (s *Server) Release(ctx context.Context, req *inventorypb.ReleaseRequest) (*inventorypb.ReleaseReply, error) {
	if err := s.store.Release(ctx, req.ReservationId); err != nil {
		return nil, status.Error(codes.Unavailable, err.Error())
	}
	return &inventorypb.ReleaseReply{}, nil
}

// GetStock answers from the cache where it can.
func (s *Server) GetStock(ctx context.Context, req *inventorypb.StockQuery) (*inventorypb.Stock, error) {
	key := names.StockKey(req.Sku)
	if cached, err := s.rdb.Get(ctx, key).Result(); err == nil {
		if n, err := strconv.Atoi(cached); err == nil {
			return &inventorypb.Stock{Sku: req.Sku, Available: int32(n)}, nil
		}
	}
	article, err := s.store.Article(ctx, req.Sku)
	if err != nil {
		return nil, status.Error(codes.NotFound, "no such article")
	}
	s.rdb.Set(ctx, key, article.Available, time.Minute)
	return &inventorypb.Stock{Sku: article.SKU, Available: int32(article.Available)}, nil
}
