package stock

import (
	"context"
	"database/sql"
	"log"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/nats-io/nats.go"
	"github.com/redis/go-redis/v9"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

// Open connects to everything that the warehouse needs, or ends the process.
func Open(ctx context.Context, database, cache, bus string) (*Store, *Server) {
	raw, err := sql.Open("pgx", database)
	if err != nil {
		log.Fatalf("open database: %v", err)
	}
	orm, err := gorm.Open(postgres.New(postgres.Config{Conn: raw}), &gorm.Config{})
	if err != nil {
		log.Fatalf("open orm: %v", err)
	}
	options, err := redis.ParseURL(cache)
	if err != nil {
		log.Fatalf("redis: %v", err)
	}
	nc, err := nats.Connect(bus)
	if err != nil {
		log.Fatalf("nats: %v", err)
	}
	store := &Store{raw: raw, orm: orm}
	return store, &Server{store: store, rdb: redis.NewClient(options), nc: nc}
}
