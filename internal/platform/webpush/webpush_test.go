package webpush

import (
	"context"
	"crypto/ecdh"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func raw(t testing.TB, text string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The example of RFC 8291, section 5 and appendix A.
const (
	exampleAuth   = "BTBZMqHH6r4Tts7J_aSIgg"
	examplePublic = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
	exampleBody   = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)

func TestTheExampleOfTheRFC(t *testing.T) {
	t.Parallel()
	public, err := ecdh.P256().NewPublicKey(raw(t, examplePublic))
	if err != nil {
		t.Fatal(err)
	}
	own, err := ecdh.P256().NewPrivateKey(raw(t, "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
	if err != nil {
		t.Fatal(err)
	}
	body, err := seal(public, raw(t, exampleAuth), own, raw(t, "DGv6ra1nlYgDCS1FRnbzlw"), []byte("When I grow up, I want to be a watermelon"))
	if err != nil {
		t.Fatal(err)
	}
	if got := base64.RawURLEncoding.EncodeToString(body); got != exampleBody {
		t.Errorf("seal of the example = %s, want %s", got, exampleBody)
	}
}

func TestSubscriptionsOfNoBrowserAreRefused(t *testing.T) {
	t.Parallel()
	good := Subscription{"https://push.example/abc", examplePublic, exampleAuth}
	if err := good.Check(); err != nil {
		t.Errorf("Check(%v) = %v", good, err)
	}
	padded := good
	padded.P256DH, padded.Auth = padded.P256DH+"=", padded.Auth+"=="
	if err := padded.Check(); err != nil {
		t.Errorf("Check with padding = %v", err)
	}
	for name, s := range map[string]Subscription{
		"http":          {"http://push.example/abc", examplePublic, exampleAuth},
		"no host":       {"https:///abc", examplePublic, exampleAuth},
		"a password":    {"https://a:b@push.example/abc", examplePublic, exampleAuth},
		"another":       {"file:///etc/passwd", examplePublic, exampleAuth},
		"long":          {"https://push.example/" + strings.Repeat("a", maxEndpoint), examplePublic, exampleAuth},
		"no key":        {"https://push.example/abc", "", exampleAuth},
		"no point":      {"https://push.example/abc", base64.RawURLEncoding.EncodeToString(append([]byte{4}, make([]byte, 64)...)), exampleAuth},
		"a short auth":  {"https://push.example/abc", examplePublic, "BTBZMqHH"},
		"a hybrid form": {"https://push.example/abc", "A" + examplePublic[1:], exampleAuth},
	} {
		if err := s.Check(); !errors.Is(err, ErrSubscription) {
			t.Errorf("%s: Check = %v, want ErrSubscription", name, err)
		}
	}
}

func TestLongMessagesAreRefused(t *testing.T) {
	t.Parallel()
	s := Subscription{"https://push.example/abc", examplePublic, exampleAuth}
	body, err := Encrypt(s, make([]byte, MaxPlain))
	if err != nil || len(body) != recordSize {
		t.Errorf("Encrypt(%d bytes) = %d bytes, %v; want %d", MaxPlain, len(body), err, recordSize)
	}
	if _, err := Encrypt(s, make([]byte, MaxPlain+1)); err == nil {
		t.Errorf("Encrypt(%d bytes) was not refused", MaxPlain+1)
	}
}

func TestAKeyComesBackFromItsBytes(t *testing.T) {
	t.Parallel()
	k, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	b, err := k.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseKey(b)
	if err != nil || again.Public() != k.Public() {
		t.Errorf("ParseKey(Bytes) = %v, %v; want the same public key", again, err)
	}
	if _, err := ParseKey(b[1:]); err == nil {
		t.Error("ParseKey took 31 bytes")
	}
}

func TestWhatAServiceAnswers(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	var status int
	var after string
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", after)
		w.WriteHeader(status)
	}))
	defer server.Close()
	key, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	s := &Sender{HTTP: server.Client(), Key: key, Now: func() time.Time { return now }}
	send := func() error {
		return s.Send(context.Background(), Subscription{server.URL + "/x", examplePublic, exampleAuth}, Message{Plain: []byte("x")})
	}
	for _, status = range []int{200, 201, 202} {
		if err := send(); err != nil {
			t.Errorf("%d: %v", status, err)
		}
	}
	for _, status = range []int{404, 410} {
		if err := send(); !errors.Is(err, ErrGone) {
			t.Errorf("%d: %v, want ErrGone", status, err)
		}
	}
	for want, status2 := range map[bool][]int{true: {408, 429, 500, 503}, false: {400, 401, 403, 413}} {
		for _, status = range status2 {
			var refused *Refused
			if err := send(); !errors.As(err, &refused) || refused.Again() != want {
				t.Errorf("%d: %v, want a refusal with Again() = %v", status, err, want)
			}
		}
	}
	status = 429
	for text, want := range map[string]time.Duration{"": 0, "30": 30 * time.Second, "Mon, 02 Mar 2026 10:05:00 GMT": 5 * time.Minute, "99999999": most, "-3": 0, "soon": 0} {
		after = text
		var refused *Refused
		if err := send(); !errors.As(err, &refused) || refused.After != want {
			t.Errorf("Retry-After %q: %v, want %v", text, err, want)
		}
	}
}

func FuzzSubscription(f *testing.F) {
	f.Add("https://push.example/abc", examplePublic, exampleAuth)
	f.Add("https://a:b@[::1]:443/%zz", "BA==", "====")
	f.Fuzz(func(t *testing.T, endpoint, key, auth string) {
		s := Subscription{endpoint, key, auth}
		if s.Check() != nil {
			return
		}
		if body, err := Encrypt(s, []byte("x")); err != nil || len(body) != headSize+1+1+tagSize || s.Host() == "" {
			t.Errorf("Encrypt to %v, which Check let pass: %d bytes, %v", s, len(body), err)
		}
	})
}

func TestRetryAfterIsBounded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9]{1,25}`)).Draw(t, "text")
		if d := retryAfter(text, time.Unix(1, 0)); d < 0 || d > most {
			t.Fatalf("retryAfter(%q) = %v", text, d)
		}
	})
}
