package webpush

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"time"
)

// Key is the key by which push services know a sender (VAPID, RFC 8292): an ECDSA key on P-256.
type Key struct {
	private *ecdsa.PrivateKey
	public  string
}

// NewKey makes a key.
func NewKey() (*Key, error) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a push key: %w", err)
	}
	return keyOf(k)
}

// ParseKey reads what Bytes wrote.
func ParseKey(raw []byte) (*Key, error) {
	k, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), raw)
	if err != nil {
		return nil, fmt.Errorf("read push key: %w", err)
	}
	return keyOf(k)
}

func keyOf(k *ecdsa.PrivateKey) (*Key, error) {
	point, err := k.PublicKey.Bytes()
	if err != nil {
		return nil, fmt.Errorf("push key: %w", err)
	}
	return &Key{private: k, public: base64.RawURLEncoding.EncodeToString(point)}, nil
}

// Bytes is the private key: 32 bytes, to be kept sealed.
func (k *Key) Bytes() ([]byte, error) { return k.private.Bytes() }

// Public is what browsers subscribe with (applicationServerKey): base64url of the uncompressed point.
func (k *Key) Public() string { return k.public }

// life is how long a signature counts; RFC 8292 allows a day at most, and clocks differ.
const life = 12 * time.Hour

// authorise returns the value of the Authorization header for a push service. contact is a mailto: or https: address of the sender, for the operator of the
// push service.
func (k *Key) authorise(service *url.URL, contact string, now time.Time) (string, error) {
	claims := map[string]any{"aud": service.Scheme + "://" + service.Host, "exp": now.Add(life).Unix()}
	if contact != "" {
		claims["sub"] = contact
	}
	body, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("write claims: %w", err)
	}
	b64 := base64.RawURLEncoding
	signed := b64.EncodeToString([]byte(`{"typ":"JWT","alg":"ES256"}`)) + "." + b64.EncodeToString(body)
	sum := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, k.private, sum[:])
	if err != nil {
		return "", fmt.Errorf("sign claims: %w", err)
	}
	signature := make([]byte, 64) // RFC 7518, 3.4: r and s, 32 bytes each
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return "vapid t=" + signed + "." + b64.EncodeToString(signature) + ", k=" + k.public, nil
}
