package db

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	notifyChannel = "tellus"
	notifyBytes   = 7000                 // PostgreSQL allows 8,000 in one payload
	notifyPause   = 5 * time.Millisecond // between two NOTIFYs: commits that notify queue behind each other cluster-wide
	relayQueue    = 4096
)

// relay carries messages between nodes by LISTEN/NOTIFY, many in one notification. Notifying is never part of a feature's transaction.
type relay struct {
	db     *DB
	cfg    *pgx.ConnConfig
	self   string // messages of our own come back and are dropped by it
	mu     sync.Mutex
	queue  []Message
	queued map[string]bool // signals in queue, which merge
	full   bool            // something was dropped since the last warning
	kick   chan struct{}

	sending, listening sync.Once
	ctx                context.Context
	cancel             context.CancelFunc
	wg                 sync.WaitGroup
}

// envelope is a notification's payload.
type envelope struct {
	From     string      `json:"f"`
	Messages [][2]string `json:"m"` // topic and payload
	Signals  []string    `json:"s,omitempty"`
}

func newRelay(d *DB, cfg *pgx.ConnConfig) *relay {
	r := &relay{db: d, cfg: cfg.Copy(), self: rand.Text()[:10], queued: map[string]bool{}, kick: make(chan struct{}, 1)}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	return r
}

func (r *relay) close() {
	r.cancel()
	r.wg.Wait()
	// The last words of a node that stops, such as that nobody looks at anything here any more.
	for range 10 {
		payload, err := r.take()
		if err != nil || payload == nil || r.notify(payload) != nil {
			return
		}
	}
}

const notifyWithin = 2 * time.Second

// notify goes on while the relay closes, so that nothing is lost halfway.
func (r *relay) notify(payload []byte) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), notifyWithin)
	defer cancel()
	_, err := r.db.write.ExecContext(ctx, "SELECT pg_notify($1, $2)", notifyChannel, string(payload))
	return err
}

// start begins to listen; a program that only writes never does.
func (r *relay) start() { r.listening.Do(func() { r.wg.Go(r.listen) }) }

func (r *relay) send(m Message, signal bool) {
	r.sending.Do(func() { r.wg.Go(r.sendQueued) })
	if len(m.Topic)+len(m.Payload) > notifyBytes {
		r.db.log.Warn("message too large to relay", "topic", m.Topic, "bytes", len(m.Payload))
		return
	}
	r.mu.Lock()
	switch {
	case signal && r.queued[m.Topic]:
	case signal:
		r.queued[m.Topic] = true
	case len(r.queue) >= relayQueue:
		r.full = true
	default:
		r.queue = append(r.queue, m)
	}
	r.mu.Unlock()
	nudge(r.kick)
}

// take returns the next notification's payload, nil where nothing waits.
func (r *relay) take() ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.full {
		r.full = false
		r.db.log.Warn("messages to other nodes dropped: too many at once")
	}
	e := envelope{From: r.self}
	for s := range r.queued {
		e.Signals = append(e.Signals, s)
	}
	clear(r.queued)
	size := 0
	for len(r.queue) > 0 {
		m := r.queue[0]
		// JSON may double what it quotes; a single message below the limit is sent by itself in any case.
		if size += 2*(len(m.Topic)+len(m.Payload)) + 8; size > notifyBytes && len(e.Messages) > 0 {
			break
		}
		e.Messages = append(e.Messages, [2]string{m.Topic, m.Payload})
		r.queue = r.queue[1:]
	}
	if len(e.Signals)+len(e.Messages) == 0 {
		return nil, nil
	}
	return json.Marshal(e)
}

func (r *relay) sendQueued() {
	for {
		select {
		case <-r.kick:
		case <-r.ctx.Done():
			return
		}
		for {
			payload, err := r.take()
			if err == nil && payload == nil {
				break
			}
			if err == nil {
				err = r.notify(payload)
			}
			if err != nil && r.ctx.Err() == nil {
				r.db.log.Warn("messages to other nodes lost", "error", err)
			}
			if !r.sleep(notifyPause) {
				return
			}
		}
	}
}

func (r *relay) sleep(d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-r.ctx.Done():
		return false
	}
}

// listen keeps one connection for notifications. After each new connection everybody looks again, since something may have been missed.
func (r *relay) listen() {
	for wait := time.Duration(0); r.sleep(wait); {
		err := r.listenOnce(func() { wait = 0 })
		if r.ctx.Err() != nil {
			return
		}
		wait = min(max(2*wait, 100*time.Millisecond), 5*time.Second)
		r.db.log.Warn("listening to other nodes interrupted", "error", err, "again in", wait)
	}
}

func (r *relay) listenOnce(connected func()) error {
	conn, err := pgx.ConnectConfig(r.ctx, r.cfg)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(r.ctx)) // nothing waits on it any more
	if _, err := conn.Exec(r.ctx, "LISTEN "+notifyChannel); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	connected()
	r.db.bus.wakeAll()
	for {
		n, err := conn.WaitForNotification(r.ctx)
		if err != nil {
			return err
		}
		if err := r.receive(n.Payload); err != nil {
			r.db.log.Warn("unreadable message from another node", "error", err)
		}
	}
}

func (r *relay) receive(payload string) error {
	var e envelope
	if err := json.Unmarshal([]byte(payload), &e); err != nil {
		return errors.New("not the expected JSON")
	}
	if e.From == r.self {
		return nil
	}
	for _, s := range e.Signals {
		r.db.bus.wake(s)
	}
	for _, m := range e.Messages {
		r.db.bus.deliver(Message{Topic: m[0], Payload: m[1]})
	}
	return nil
}
