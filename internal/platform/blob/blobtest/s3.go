// Package blobtest starts an S3-compatible store for tests, on a free port of the loopback: the server that rclone serves S3 with, which checks signatures.
// It keeps everything in memory and can go away and come back with what it holds.
package blobtest

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rclone/gofakes3"
	"github.com/rclone/gofakes3/s3mem"
)

// Bucket is the bucket that every store has.
const Bucket = "desk-files"

// What every store lets in.
const (
	Key    = "tellus-tests"
	Secret = "not a secret: tests only"
)

// Server is a store.
type Server struct {
	t       testing.TB
	address string
	handler http.Handler
	memory  *s3mem.Backend
	age     atomic.Int64 // how far its clock is behind, for what is stored from now on

	mu       sync.Mutex
	serving  *httptest.Server
	requests map[string]int
	spoil    func(w http.ResponseWriter, r *http.Request) bool
}

// Start starts a store that ends with the test.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{t: t, requests: map[string]int{}}
	s.memory = s3mem.New(s3mem.WithTimeSource(clock{s}))
	faker := gofakes3.New(undelimited{s.memory}, gofakes3.WithV4Auth(map[string]string{Key: Secret}), gofakes3.WithIntegrityCheck(true), gofakes3.WithoutVersioning())
	s.handler = faker.Server()
	if err := s.memory.CreateBucket(t.Context(), Bucket); err != nil {
		t.Fatal(err)
	}
	s.listen("127.0.0.1:0")
	t.Cleanup(s.Stop)
	return s
}

func (s *Server) listen(address string) {
	s.t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.address = l.Addr().String()
	s.serving = &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(s.serve), ReadHeaderTimeout: time.Minute}}
	s.serving.Start()
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.requests[r.Method]++
	spoil := s.spoil
	s.mu.Unlock()
	if spoil != nil && spoil(w, r) {
		return
	}
	s.handler.ServeHTTP(w, r)
}

// Stop takes the store away: connections break, new ones are refused.
func (s *Server) Stop() {
	s.mu.Lock()
	serving := s.serving
	s.serving = nil
	s.mu.Unlock()
	if serving != nil {
		serving.CloseClientConnections()
		serving.Close()
	}
}

// Again brings the store back at the same address, with what it held.
func (s *Server) Again() { s.t.Helper(); s.listen(s.address) }

// Spoil has f answer requests in place of the store where it returns true; nil for none any more.
func (s *Server) Spoil(f func(w http.ResponseWriter, r *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spoil = f
}

// Requests is how many requests of a method there were.
func (s *Server) Requests(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests[method]
}

// Age sets the clock by which Replace stamps objects back.
func (s *Server) Age(by time.Duration) { s.age.Store(int64(by)) }

// Location is what --blobs takes: the bucket below a prefix, with a file of credentials that lives as long as the test.
func (s *Server) Location() string { return s.LocationWith(Key, Secret) }

// LocationWith is Location with credentials that may be wrong.
func (s *Server) LocationWith(key, secret string) string {
	s.t.Helper()
	file := filepath.Join(s.t.TempDir(), "credentials")
	text := "[default]\naws_access_key_id = " + key + "\naws_secret_access_key = " + secret + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return "s3://" + Bucket + "/desk?endpoint=http://" + s.address + "&credentials=" + file
}

// Keys lists what the bucket holds, past the store's own door.
func (s *Server) Keys() (keys []string) {
	s.t.Helper()
	prefix := gofakes3.NewPrefix(nil, nil)
	list, err := s.memory.ListBucket(context.WithoutCancel(s.t.Context()), Bucket, &prefix, gofakes3.ListBucketPage{})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, o := range list.Contents {
		keys = append(keys, o.Key)
	}
	return keys
}

// Replace changes what an object holds, past the store's own door; it is as old as Age says.
func (s *Server) Replace(key, content string) {
	s.t.Helper()
	stamp := map[string]string{"Last-Modified": clock{s}.Now().UTC().Format(http.TimeFormat)}
	_, err := s.memory.PutObject(s.t.Context(), Bucket, key, stamp, strings.NewReader(content), int64(len(content)))
	if err != nil {
		s.t.Fatal(err)
	}
}

// Content reads an object past the store's own door.
func (s *Server) Content(key string) []byte {
	s.t.Helper()
	o, err := s.memory.GetObject(s.t.Context(), Bucket, key, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	defer o.Contents.Close() // in memory
	var b bytes.Buffer
	if _, err := io.Copy(&b, o.Contents); err != nil {
		s.t.Fatal(err)
	}
	return b.Bytes()
}

// undelimited takes an empty delimiter for none, as S3 does: clients send one with every listing.
type undelimited struct{ *s3mem.Backend }

// ListBucket implements gofakes3.Backend.
func (b undelimited) ListBucket(ctx context.Context, name string, prefix *gofakes3.Prefix, page gofakes3.ListBucketPage) (*gofakes3.ObjectList, error) {
	if prefix != nil && prefix.Delimiter == "" {
		prefix.HasDelimiter = false
	}
	return b.Backend.ListBucket(ctx, name, prefix, page)
}

type clock struct{ s *Server }

func (c clock) Now() time.Time                  { return time.Now().Add(-time.Duration(c.s.age.Load())) }
func (c clock) Since(t time.Time) time.Duration { return c.Now().Sub(t) }
