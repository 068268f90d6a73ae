// Package webpush sends messages to browsers through the push services that they name (RFC 8030), encrypted for the browser alone (RFC 8291) and signed
// with the sender's own key (RFC 8292). It knows nothing of what the messages say.
package webpush

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// ErrSubscription is returned for what no browser gives as its subscription.
var ErrSubscription = errors.New("not a push subscription")

// Subscription is where a browser takes messages, as PushSubscription.toJSON gives it.
type Subscription struct {
	Endpoint string // an https address of its push service
	P256DH   string // its public key: base64url of an uncompressed point of P-256
	Auth     string // base64url of 16 bytes that browser and sender share
}

// Bounds of what browsers name.
const (
	maxEndpoint = 2048 // bytes
	authSize    = 16   // RFC 8291, 3.2
	saltSize    = 16   // RFC 8188, 2.1
	pointSize   = 65   // RFC 8291, 3.1: uncompressed
	recordSize  = 4096 // RFC 8291, 4: one record, which every push service takes
	tagSize     = 16   // of AES-128-GCM
	headSize    = saltSize + 4 + 1 + pointSize
)

// MaxPlain is the longest message in bytes: what fits one record beside its head, its tag and the delimiter (RFC 8030, 7.2: 4096 bytes are always taken).
const MaxPlain = recordSize - headSize - tagSize - 1

// Check reports whether messages could be sent to the subscription.
func (s Subscription) Check() error {
	_, _, _, err := s.read()
	return err
}

// Host is the push service that the subscription names.
func (s Subscription) Host() string {
	u, err := url.Parse(s.Endpoint)
	if err != nil {
		return ""
	}
	return u.Host
}

func (s Subscription) read() (service *url.URL, public *ecdh.PublicKey, auth []byte, err error) {
	if len(s.Endpoint) > maxEndpoint || len(s.P256DH) > 120 || len(s.Auth) > 40 {
		return nil, nil, nil, fmt.Errorf("%w: too long", ErrSubscription)
	}
	service, err = url.Parse(s.Endpoint)
	if err != nil || service.Scheme != "https" || service.Hostname() == "" || service.User != nil {
		return nil, nil, nil, fmt.Errorf("%w: no https address", ErrSubscription)
	}
	point, err := unbase(s.P256DH)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("%w: key: %w", ErrSubscription, err)
	}
	public, err = ecdh.P256().NewPublicKey(point)
	if err != nil || len(point) != pointSize {
		return nil, nil, nil, fmt.Errorf("%w: no point of P-256", ErrSubscription)
	}
	auth, err = unbase(s.Auth)
	if err != nil || len(auth) != authSize {
		return nil, nil, nil, fmt.Errorf("%w: the shared secret is not %d bytes", ErrSubscription, authSize)
	}
	return service, public, auth, nil
}

// unbase reads base64url with or without padding, which browsers of different age give.
func unbase(text string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
}

// Encrypt makes the body of a push message (aes128gcm, RFC 8291) that only the browser of the subscription can read.
func Encrypt(s Subscription, plain []byte) ([]byte, error) {
	_, public, auth, err := s.read()
	if err != nil {
		return nil, err
	}
	own, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a key for a message: %w", err)
	}
	salt := make([]byte, saltSize)
	if _, err := rand.Read(salt); err != nil {
		return nil, fmt.Errorf("make a salt: %w", err)
	}
	return seal(public, auth, own, salt, plain)
}

// seal is Encrypt with the sender's one-time key and salt.
func seal(public *ecdh.PublicKey, auth []byte, own *ecdh.PrivateKey, salt, plain []byte) ([]byte, error) {
	if len(plain) > MaxPlain {
		return nil, fmt.Errorf("push message of %d bytes: at most %d", len(plain), MaxPlain)
	}
	shared, err := own.ECDH(public)
	if err != nil {
		return nil, fmt.Errorf("agree on a key: %w", err)
	}
	as := own.PublicKey().Bytes()
	gcm, nonce, err := keys(shared, auth, salt, public.Bytes(), as)
	if err != nil {
		return nil, err
	}
	body := make([]byte, 0, headSize+len(plain)+1+tagSize)
	body = append(body, salt...)
	body = binary.BigEndian.AppendUint32(body, recordSize)
	body = append(body, byte(len(as)))
	body = append(body, as...)
	padded := append(append(make([]byte, 0, len(plain)+1), plain...), 2) // 2 ends the last record (RFC 8188, 2)
	return gcm.Seal(body, nonce, padded, nil), nil
}

// keys derives the key and the nonce of a message (RFC 8291, 3.4).
func keys(shared, auth, salt, ua, as []byte) (cipher.AEAD, []byte, error) {
	info := "WebPush: info\x00" + string(ua) + string(as)
	ikm, err := hkdf.Key(sha256.New, shared, auth, info, 32)
	if err != nil {
		return nil, nil, fmt.Errorf("derive: %w", err)
	}
	cek, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, nil, fmt.Errorf("derive key: %w", err)
	}
	nonce, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, nil, fmt.Errorf("derive nonce: %w", err)
	}
	block, err := aes.NewCipher(cek)
	if err != nil {
		return nil, nil, fmt.Errorf("cipher: %w", err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, nil, fmt.Errorf("cipher: %w", err)
	}
	return gcm, nonce, nil
}
