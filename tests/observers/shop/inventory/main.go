package main

import (
	"context"
	"encoding/json"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/go-chi/chi/v5"
	"google.golang.org/grpc"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"

	"shop/gen/inventorypb"
	"shop/inventory/internal/stock"
)

func routes(store *stock.Store) http.Handler {
	r := chi.NewRouter()
	r.Get("/healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	r.Route("/stock", func(r chi.Router) {
		r.Get("/{sku}", func(w http.ResponseWriter, req *http.Request) {
			article, err := store.Article(req.Context(), chi.URLParam(req, "sku"))
			if err != nil {
				http.Error(w, "no such article", http.StatusNotFound)
				return
			}
			_ = json.NewEncoder(w).Encode(article)
		})
	})
	return r
}

func sweep(ctx context.Context, store *stock.Store) {
	for range time.Tick(time.Minute) {
		if err := store.Expire(ctx); err != nil {
			log.Printf("delete from reservations failed: %v", err)
		}
	}
}

func main() {
	ctx := context.Background()
	store, server := stock.Open(ctx, os.Getenv("DATABASE_URL"), os.Getenv("REDIS_URL"), os.Getenv("NATS_URL"))

	config, err := rest.InClusterConfig()
	if err != nil {
		log.Fatal(err)
	}
	lock := &resourcelock.LeaseLock{
		LeaseMeta:  metav1.ObjectMeta{Name: "inventory-sweeper", Namespace: "shop"},
		Client:     kubernetes.NewForConfigOrDie(config).CoordinationV1(),
		LockConfig: resourcelock.ResourceLockConfig{Identity: os.Getenv("POD_NAME")},
	}
	go leaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{
		Lock:          lock,
		LeaseDuration: 15 * time.Second,
		RenewDeadline: 10 * time.Second,
		RetryPeriod:   2 * time.Second,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(ctx context.Context) { sweep(ctx, store) },
			OnStoppedLeading: func() { os.Exit(1) },
		},
	})

	go func() { log.Fatal(http.ListenAndServe(":8081", routes(store))) }()
	go func() { log.Fatal(stock.Consume(ctx, store)) }()

	listener, err := net.Listen("tcp", ":50051")
	if err != nil {
		log.Fatal(err)
	}
	s := grpc.NewServer()
	inventorypb.RegisterInventoryServer(s, server)
	log.Fatal(s.Serve(listener))
}
