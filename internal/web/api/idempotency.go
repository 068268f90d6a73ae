package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// How it works: the first transaction of a call with an Idempotency-Key inserts the key's row, does what is to be done and stores the answer, all in one,
// so the effect and the memory of it stand or fall together. A second call finds the row and gets the stored answer; one at the same
// time waits for the first one's commit. Answers are sealed, since some hold a link or a token that is shown once.

// repeat is a creating call with an Idempotency-Key.
type repeat struct {
	hash    []byte // of the key, who gave it and the operation
	request []byte // hash of everything that was asked for
	status  int
	used    reflect.Type // of the answer, once a transaction took the key
}

type repeatKey struct{}

// idempotent reads the key and the body of a creating call, and puts both aside for the call's first writing transaction.
func (s *Server) idempotent(r route) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		key := ctx.Header("Idempotency-Key")
		if key == "" {
			next(ctx)
			return
		}
		req, w := humago.Unwrap(ctx)
		if len(key) > 200 {
			writeProblem(w, problemOf(desk.RefuseField(desk.Invalid, "header.Idempotency-Key", "at most 200 characters")))
			return
		}
		max := r.option.max
		if max == 0 {
			max = 1 << 20
		}
		data, err := io.ReadAll(io.LimitReader(req.Body, max+1))
		if err != nil {
			writeProblem(w, newProblem(http.StatusBadRequest, desk.Invalid, "the request broke off"))
			return
		}
		req.Body = io.NopCloser(bytes.NewReader(data)) // what is too long is refused where every body is
		c := callerIn(ctx.Context())
		rep := &repeat{
			hash:    digest([]byte(r.id), binary.BigEndian.AppendUint64(nil, uint64(c.Agent)), []byte(key)),
			request: digest([]byte(req.Method), []byte(req.URL.Path), []byte(req.URL.RawQuery), data),
			status:  s.operation(r).DefaultStatus,
		}
		leave := s.flights.enter(rep.hash)
		defer leave()
		next(huma.WithValue(ctx, repeatKey{}, rep))
	}
}

// digest hashes parts so that no two lists of parts give the same.
func digest(parts ...[]byte) []byte {
	h := sha256.New()
	for _, p := range parts {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(p))))
		h.Write(p)
	}
	return h.Sum(nil)
}

// create is write for creating operations, whose answer is what fn returned.
func create[T any](ctx context.Context, s *Server, fn func(tx *db.Tx) (T, error)) (*reply[T], error) {
	v, err := write(ctx, s, fn)
	if err != nil {
		return nil, err
	}
	return answer(v), nil
}

// once makes fn, the first writing transaction of a creating call, do nothing where the same call was answered before. What fn returns must be
// the body of the answer.
func once[T any](ctx context.Context, s *Server, rep *repeat, fn func(tx *db.Tx) (T, error)) func(tx *db.Tx) (T, error) {
	rep.used = reflect.TypeFor[T]()
	return func(tx *db.Tx) (v T, err error) {
		if err := s.claim(ctx, tx, rep); err != nil {
			return v, err
		}
		if v, err = fn(tx); err != nil {
			return v, err
		}
		return v, s.remember(ctx, tx, rep, v)
	}
}

// kept complains where a creating operation, answered with a body of that type, did not keep that answer: a fault of its handler.
func (s *Server) kept(ctx context.Context, id string, output reflect.Type) {
	rep, _ := ctx.Value(repeatKey{}).(*repeat)
	if rep == nil {
		return
	}
	if f, ok := output.FieldByName("Body"); !ok || f.Type != rep.used {
		s.Log.ErrorContext(ctx, "operation does not keep its answer for its Idempotency-Key", "operation", id)
	}
}

// claim inserts the key's row, or returns the answer that is stored there as an error.
func (s *Server) claim(ctx context.Context, tx *db.Tx, rep *repeat) error {
	// On PostgreSQL this waits while another transaction holds the same key uncommitted.
	n, err := tx.Exec(ctx, `
		INSERT INTO idempotency (key_hash, request, status, body, created_at) VALUES ($1, $2, 0, '', $3)
		ON CONFLICT (key_hash) DO NOTHING`, rep.hash, rep.request, tx.Now)
	if err != nil {
		return fmt.Errorf("claim idempotency key: %w", err)
	}
	if n == 1 {
		return nil
	}
	var request []byte
	var status int
	var body string
	err = tx.Row(ctx, `SELECT request, status, body FROM idempotency WHERE key_hash = $1`, rep.hash).Scan(&request, &status, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return desk.Refuse(desk.Conflict, "the same call is being made just now; try again")
	}
	if err != nil {
		return fmt.Errorf("read idempotency key: %w", err)
	}
	if !bytes.Equal(request, rep.request) {
		return desk.RefuseField(desk.IdempotencyUsed, "header.Idempotency-Key", "this key came with another request before")
	}
	sealed, err := base64.StdEncoding.DecodeString(body)
	if err != nil {
		return fmt.Errorf("stored answer: %w", err)
	}
	plain, err := s.Keys.Open(sealed, "idempotency")
	if err != nil {
		return fmt.Errorf("open stored answer: %w", err)
	}
	return &repeated{status: status, body: plain}
}

func (s *Server) remember(ctx context.Context, tx *db.Tx, rep *repeat, v any) error {
	data, err := json.Marshal(filled(v))
	if err != nil {
		return fmt.Errorf("write answer to remember: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE idempotency SET status = $1, body = $2 WHERE key_hash = $3`,
		rep.status, base64.StdEncoding.EncodeToString(s.Keys.Seal(data, "idempotency")), rep.hash)
	if err != nil {
		return fmt.Errorf("remember answer: %w", err)
	}
	return nil
}

// repeated is the answer of an earlier call. It travels as an error because that is how an operation can return another body than its own.
type repeated struct {
	status int
	body   json.RawMessage
}

func (r *repeated) Error() string                { return "answered before" }
func (r *repeated) GetStatus() int               { return r.status }
func (r *repeated) MarshalJSON() ([]byte, error) { return r.body, nil }

// flights lets calls with the same key on this node go one after the other; across nodes the database does.
type flights struct {
	mu  sync.Mutex
	own map[string]*flight
}

type flight struct {
	sync.Mutex
	waiting int
}

func newFlights() *flights { return &flights{own: map[string]*flight{}} }

// enter waits until nobody else is busy with the key. Nil lets everybody in.
func (f *flights) enter(key []byte) (leave func()) {
	if f == nil {
		return func() {}
	}
	f.mu.Lock()
	fl := f.own[string(key)]
	if fl == nil {
		fl = &flight{}
		f.own[string(key)] = fl
	}
	fl.waiting++
	f.mu.Unlock()
	fl.Lock()
	return func() {
		fl.Unlock()
		f.mu.Lock()
		defer f.mu.Unlock()
		if fl.waiting--; fl.waiting == 0 {
			delete(f.own, string(key))
		}
	}
}

// DropAnswers forgets at most limit answers from before a time; it returns how many.
func (s *Server) DropAnswers(ctx context.Context, tx *db.Tx, before desk.Time, limit int) (int, error) {
	n, err := tx.Exec(ctx, `DELETE FROM idempotency WHERE key_hash IN (SELECT key_hash FROM idempotency WHERE created_at < $1 LIMIT $2)`, before, limit)
	if err != nil {
		return 0, fmt.Errorf("drop answers to repeated calls: %w", err)
	}
	return int(n), nil
}
