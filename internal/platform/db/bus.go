package db

import "sync"

// Message is what Publish sent. It is ephemeral: who is not listening, or listens too slowly, misses it.
type Message struct {
	Topic   string
	Payload string
}

// bus hands signals and small ephemeral messages to those in this process who wait for them, and on PostgreSQL to other nodes through relay.
type bus struct {
	mu      sync.Mutex
	signals map[string]map[chan struct{}]bool
	subs    map[string]map[chan Message]bool
	relay   *relay // nil on SQLite
}

func newBus() *bus {
	return &bus{signals: map[string]map[chan struct{}]bool{}, subs: map[string]map[chan Message]bool{}}
}

// Signal wakes everybody who listens for name: in this process at once, in other nodes within some milliseconds. Signals carry nothing and
// merge; use it after a commit (Tx.AfterCommit) to say "look again".
func (d *DB) Signal(name string) {
	d.bus.wake(name)
	if d.bus.relay != nil {
		d.bus.relay.send(Message{Topic: name}, true)
	}
}

// Listen returns a channel of capacity one that holds a value after each Signal of name since it was last read, and also when signals of others
// may have been missed. stop must be called at the end.
func (d *DB) Listen(name string) (signal <-chan struct{}, stop func()) {
	ch := make(chan struct{}, 1)
	b := d.bus
	b.mu.Lock()
	if b.signals[name] == nil {
		b.signals[name] = map[chan struct{}]bool{}
	}
	b.signals[name][ch] = true
	b.mu.Unlock()
	if b.relay != nil {
		b.relay.start()
	}
	return ch, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.signals[name], ch)
	}
}

// Publish sends a small ephemeral message (topic and payload below 7,000 bytes together, valid text) to all who subscribed to its topic,
// here and in other nodes. It never waits; what cannot be delivered is dropped.
func (d *DB) Publish(topic, payload string) {
	m := Message{Topic: topic, Payload: payload}
	d.bus.deliver(m)
	if d.bus.relay != nil {
		d.bus.relay.send(m, false)
	}
}

// Subscribe returns a channel that receives what is published to topic. A reader that falls size messages behind misses the newer ones.
func (d *DB) Subscribe(topic string, size int) (messages <-chan Message, stop func()) {
	ch := make(chan Message, max(size, 1))
	b := d.bus
	b.mu.Lock()
	if b.subs[topic] == nil {
		b.subs[topic] = map[chan Message]bool{}
	}
	b.subs[topic][ch] = true
	b.mu.Unlock()
	if b.relay != nil {
		b.relay.start()
	}
	return ch, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.subs[topic], ch)
	}
}

func (b *bus) wake(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for ch := range b.signals[name] {
		nudge(ch)
	}
}

// wakeAll tells every listener to look again: somebody wrote, and nobody knows what.
func (b *bus) wakeAll() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, chans := range b.signals {
		for ch := range chans {
			nudge(ch)
		}
	}
}

func nudge(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default: // it is awake already
	}
}

func (b *bus) deliver(m Message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for ch := range b.subs[m.Topic] {
		select {
		case ch <- m:
		default: // too slow
		}
	}
}

func (b *bus) close() {
	if b.relay != nil {
		b.relay.close()
	}
}
