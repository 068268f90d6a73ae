package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lxzan/gws"
)

// Live is how long a change takes to reach everybody.
type Live struct {
	Agents  int     `json:"agents"`
	Changes int     `json:"changes"`
	Told    int     `json:"told"` // changes that reached a client, all clients together
	Lost    int     `json:"lost"` // that never did
	P50     float64 `json:"p50"`  // milliseconds from asking for the change to the row in the client
	P99     float64 `json:"p99"`
	Most    float64 `json:"most"`
	Cores   float64 `json:"cores"`  // processor time of the server for a second
	CPU     float64 `json:"cpu"`    // milliseconds of processor time of the server for a change
	Answer  float64 `json:"answer"` // milliseconds until a change was answered, p99
}

const (
	liveFor  = 30 * time.Second
	livePace = 20 * time.Millisecond // 50 changes a second
	// Of the open list as many conversations are changed in turn; fewer where windows are watched, which show a screen of them.
	liveSpread   = 400
	screenSpread = 100
	screenFor    = time.Minute
	liveMark     = `"subject":"live change `
)

// watcher is a client of the live feed that notes when it is told of a change.
type watcher struct {
	gws.BuiltinEventHandler
	begun *sync.Map // by the number of the change
	mu    sync.Mutex
	took  []float64
	fail  atomic.Bool
}

// OnMessage looks for the mark of a change without reading the rest: the load generator shares the machine with the server.
func (w *watcher) OnMessage(_ *gws.Conn, m *gws.Message) {
	defer m.Close() // gives the buffer back
	now := time.Now()
	_, rest, ok := bytes.Cut(m.Bytes(), []byte(liveMark))
	if !ok {
		return
	}
	text, _, _ := bytes.Cut(rest, []byte(" "))
	n, err := strconv.Atoi(string(text))
	if err != nil {
		return
	}
	if begun, known := w.begun.Load(n); known {
		w.mu.Lock()
		w.took = append(w.took, milliseconds(now.Sub(begun.(time.Time))))
		w.mu.Unlock()
	}
}

// OnClose notes a line that was cut before the end.
func (w *watcher) OnClose(*gws.Conn, error) { w.fail.Store(true) }

// held says where the desk is and waits for a line: so long somebody opens windows at it. With nobody to wait for it says and waits for nothing.
func (o Options) held(s *server) error {
	if o.Hold == nil {
		return nil
	}
	fmt.Fprintf(o.Log, "held: %s as %s with the password %q\n", s.base, address, password)
	if _, err := bufio.NewReader(o.Hold).ReadString('\n'); err != nil {
		return fmt.Errorf("wait for the word to begin: %w", err)
	}
	return nil
}

// live has clients follow the feed while conversations are changed, and measures until the row is with each of them.
func (o Options) live(ctx context.Context, s *server) (out Live, err error) {
	agents, spread, long := o.Agents, liveSpread, liveFor
	if o.Hold != nil {
		spread, long = screenSpread, screenFor
	}
	if err := s.filled(ctx); err != nil { // filling the search index is other work
		return out, err
	}
	targets, err := s.targets(ctx, spread)
	if err != nil {
		return out, err
	}
	var begun sync.Map
	watchers := make([]*watcher, agents)
	lines := make([]*gws.Conn, 0, agents)
	defer func() {
		for _, l := range lines {
			_ = l.WriteClose(1000, nil) // the server may have gone first
		}
	}()
	for i := range watchers {
		watchers[i] = &watcher{begun: &begun}
		line, _, err := gws.NewClient(watchers[i], &gws.ClientOption{Addr: "ws" + strings.TrimPrefix(s.base, "http") + "/api/v1/live", //nolint:bodyclose // a line has no body
			RequestHeader: http.Header{"Authorization": {"Bearer " + crowdToken(i)}}})
		if err != nil {
			return out, fmt.Errorf("open the live feed of agent %d: %w", i, err)
		}
		lines = append(lines, line)
		go line.ReadLoop() // ends with the line
	}
	if err := o.held(s); err != nil {
		return out, err
	}
	before, err := s.cpu()
	if err != nil {
		return out, err
	}
	start := time.Now()
	out.Agents = agents
	answers, err := s.change(ctx, targets, long, &begun)
	if err != nil {
		return out, err
	}
	out.Changes = len(answers)
	slices.Sort(answers)
	out.Answer = answers[len(answers)*99/100]
	after, err := s.cpu()
	if err != nil {
		return out, err
	}
	out.Cores = (after - before).Seconds() / time.Since(start).Seconds()
	out.CPU = milliseconds(after-before) / float64(out.Changes)
	time.Sleep(time.Second) // for what is on its way
	var all []float64
	for i, w := range watchers {
		if w.fail.Load() {
			return out, fmt.Errorf("the line of agent %d was cut", i)
		}
		w.mu.Lock()
		all = append(all, w.took...)
		w.mu.Unlock()
	}
	slices.Sort(all)
	out.Told, out.Lost = len(all), out.Changes*agents-len(all)
	if len(all) == 0 {
		return out, errors.New("no change reached anybody")
	}
	out.P50, out.P99, out.Most = all[len(all)/2], all[len(all)*99/100], all[len(all)-1]
	return out, nil
}

// target is a conversation that is changed now and then.
type target struct {
	ID      int64 `json:"id"`
	Version int64 `json:"version"`
}

func (s *server) targets(ctx context.Context, spread int) ([]*target, error) {
	var all []*target
	for cursor := ""; len(all) < spread; {
		var page struct {
			Items []*target `json:"items"`
			Next  string    `json:"next"`
		}
		if err := s.ask(ctx, http.MethodGet, "/conversations?view=all&limit=100&cursor="+cursor, nil, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	return all, nil
}

// change changes conversations in turn, 50 a second, and returns how many milliseconds it took until each change was answered. The words of a change say when
// it was asked for, in microseconds, for whoever reads them on a screen.
func (s *server) change(ctx context.Context, targets []*target, long time.Duration, begun *sync.Map) (answers []float64, err error) {
	tick := time.NewTicker(livePace)
	defer tick.Stop()
	var work sync.WaitGroup
	var mu sync.Mutex
	var failed error
	n := 0
	for end := time.Now().Add(long); time.Now().Before(end); n++ {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-tick.C:
		}
		number, t := n, targets[n%len(targets)]
		work.Go(func() {
			asked := time.Now()
			begun.Store(number, asked)
			body := map[string]any{"version": t.Version, "subject": fmt.Sprintf("live change %d at %d", number, asked.UnixMicro())}
			err := s.ask(ctx, http.MethodPatch, fmt.Sprint("/conversations/", t.ID), body, t)
			mu.Lock()
			defer mu.Unlock()
			failed = errors.Join(failed, err)
			answers = append(answers, milliseconds(time.Since(asked)))
		})
	}
	work.Wait()
	return answers, failed
}

// ask calls the API as the first of the crowd and reads the answer into out.
func (s *server) ask(ctx context.Context, method, path string, body, out any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, s.base+"/api/v1"+path, bytes.NewReader(data))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+crowdToken(0))
	answer, err := s.http.Do(req)
	if err != nil {
		return err
	}
	defer answer.Body.Close() // read to its end below
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s: %s: %w", method, path, answer.Status, text, errors.Join(err, errors.New("refused")))
	}
	return json.Unmarshal(text, out)
}
