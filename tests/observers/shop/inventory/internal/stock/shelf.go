package stock

import (
	"log"
	"sync"
)

// shelf remembers, in this process alone, where an article was last seen.
type shelf struct {
	mu    sync.Mutex
	lanes map[string]string
	names map[string]func(string)
}

func newShelf() *shelf {
	return &shelf{lanes: map[string]string{}, names: map[string]func(string){}}
}

// Set is no write to a cache: the map is ours.
func (s *shelf) Set(key, lane string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lanes[key] = lane
}

// Get reads the map.
func (s *shelf) Get(key string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lane, ok := s.lanes[key]
	return lane, ok
}

// Subscribe calls f within this process.
func (s *shelf) Subscribe(topic string, f func(string)) { s.names[topic] = f }

func (s *shelf) move(key, lane string) {
	status := "held"
	if old, ok := s.Get("stock:" + key); ok && old == lane {
		status = "released"
	}
	s.Set("stock:"+key, lane)
	if f, ok := s.names["stock.reserved"]; ok {
		f(key)
	}
	log.Printf("stock.reserved: select %s from shelf where status = '%s'", key, status)
}
