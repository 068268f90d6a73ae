// Package pushtest is a push service and browsers for tests: it takes messages as real services do, checks their signature, and decrypts them with the
// browser's key, by the RFCs and without the code that it stands against.
package pushtest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"tellus/internal/platform/webpush"
)

// Message is what a browser got.
type Message struct {
	Plain  string
	Header http.Header
	Claims map[string]any // of the sender's signature
	Key    string         // by which the sender is known
}

// Service is a push service with its browsers.
type Service struct {
	Server *httptest.Server
	t      testing.TB

	mu       sync.Mutex
	browsers map[string]*browser
	answers  []Answer
}

// Answer is what the service says in place of taking a message.
type Answer struct {
	Status     int
	RetryAfter string
}

type browser struct {
	private *ecdh.PrivateKey
	auth    []byte
	got     []Message
}

// New starts a service that ends with the test.
func New(t testing.TB) *Service {
	s := &Service{t: t, browsers: map[string]*browser{}}
	s.Server = httptest.NewTLSServer(http.HandlerFunc(s.take))
	t.Cleanup(s.Server.Close)
	return s
}

// Subscribe makes a browser.
func (s *Service) Subscribe(name string) webpush.Subscription {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	b := &browser{private: key, auth: make([]byte, 16)}
	if _, err := rand.Read(b.auth); err != nil {
		s.t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.browsers["/push/"+name] = b
	b64 := base64.RawURLEncoding
	return webpush.Subscription{Endpoint: s.Server.URL + "/push/" + name, P256DH: b64.EncodeToString(key.PublicKey().Bytes()), Auth: b64.EncodeToString(b.auth)}
}

// Forget has a browser be gone.
func (s *Service) Forget(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.browsers, "/push/"+name)
}

// Say has the next messages be answered so.
func (s *Service) Say(answers ...Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers = append(s.answers, answers...)
}

// Got returns what a browser got so far.
func (s *Service) Got(name string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b := s.browsers["/push/"+name]; b != nil {
		return append([]Message{}, b.got...)
	}
	return nil
}

func (s *Service) take(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 4097))
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.browsers[r.URL.Path]
	switch {
	case len(s.answers) > 0:
		a := s.answers[0]
		s.answers = s.answers[1:]
		w.Header().Set("Retry-After", a.RetryAfter)
		w.WriteHeader(a.Status)
		return
	case b == nil:
		w.WriteHeader(http.StatusGone)
		return
	case err != nil || len(body) > 4096:
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	m := Message{Header: r.Header}
	if m.Plain, err = Decrypt(b.private, b.auth, body); err == nil {
		m.Claims, m.Key, err = s.signed(r.Header.Get("Authorization"))
	}
	if err == nil && (r.Header.Get("TTL") == "" || r.Header.Get("Content-Encoding") != "aes128gcm") {
		err = fmt.Errorf("headers %v", r.Header)
	}
	if err != nil {
		s.t.Errorf("push service: %v", err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	b.got = append(b.got, m)
	w.WriteHeader(http.StatusCreated)
}

// signed checks the header of RFC 8292, 3.
func (s *Service) signed(header string) (claims map[string]any, key string, err error) {
	rest, ok := strings.CutPrefix(header, "vapid t=")
	token, key, ok2 := strings.Cut(rest, ", k=")
	parts := strings.Split(token, ".")
	if !ok || !ok2 || len(parts) != 3 {
		return nil, "", fmt.Errorf("authorization %q", header)
	}
	b64 := base64.RawURLEncoding
	point, err1 := b64.DecodeString(key)
	signature, err2 := b64.DecodeString(parts[2])
	body, err3 := b64.DecodeString(parts[1])
	if err1 != nil || err2 != nil || err3 != nil || len(signature) != 64 {
		return nil, "", fmt.Errorf("authorization %q", header)
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return nil, "", fmt.Errorf("key: %w", err)
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if !ecdsa.Verify(public, sum[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
		return nil, "", fmt.Errorf("the signature is not of the key")
	}
	if err := json.Unmarshal(body, &claims); err != nil {
		return nil, "", fmt.Errorf("claims: %w", err)
	}
	if claims["aud"] != s.Server.URL {
		return nil, "", fmt.Errorf("claims are for %v", claims["aud"])
	}
	if exp, ok := claims["exp"].(float64); !ok || exp <= 0 || time.Duration(exp) <= 0 {
		return nil, "", fmt.Errorf("claims without an end: %v", claims)
	}
	return claims, key, nil
}

// Decrypt reads a body as a browser does (RFC 8291, RFC 8188), with HKDF written out from HMAC (RFC 5869).
func Decrypt(private *ecdh.PrivateKey, auth, body []byte) (string, error) {
	if len(body) < 21 || len(body) < 21+int(body[20]) {
		return "", fmt.Errorf("body of %d bytes", len(body))
	}
	salt, size, n := body[:16], binary.BigEndian.Uint32(body[16:20]), int(body[20])
	as, record := body[21:21+n], body[21+n:]
	if uint32(len(record)) > size {
		return "", fmt.Errorf("record of %d bytes, said %d", len(record), size)
	}
	sender, err := ecdh.P256().NewPublicKey(as)
	if err != nil {
		return "", fmt.Errorf("sender's key: %w", err)
	}
	shared, err := private.ECDH(sender)
	if err != nil {
		return "", fmt.Errorf("agree: %w", err)
	}
	ikm := derive(auth, shared, "WebPush: info\x00"+string(private.PublicKey().Bytes())+string(as), 32)
	block, err := aes.NewCipher(derive(salt, ikm, "Content-Encoding: aes128gcm\x00", 16))
	if err != nil {
		return "", fmt.Errorf("cipher: %w", err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return "", fmt.Errorf("cipher: %w", err)
	}
	padded, err := gcm.Open(nil, derive(salt, ikm, "Content-Encoding: nonce\x00", 12), record, nil)
	if err != nil {
		return "", fmt.Errorf("open: %w", err)
	}
	plain := strings.TrimRight(string(padded), "\x00")
	if !strings.HasSuffix(plain, "\x02") {
		return "", fmt.Errorf("the last record does not end with 2")
	}
	return plain[:len(plain)-1], nil
}

func derive(salt, ikm []byte, info string, n int) []byte {
	extract := hmac.New(sha256.New, salt)
	extract.Write(ikm)
	expand := hmac.New(sha256.New, extract.Sum(nil))
	expand.Write([]byte(info + "\x01"))
	return expand.Sum(nil)[:n]
}
