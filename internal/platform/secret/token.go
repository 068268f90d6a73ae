package secret

import (
	"crypto/sha256"
	"encoding/base64"
)

// NewToken returns a random token of 256 bits as base64url (43 characters), to be given away once, and its hash, to be stored. A token is
// random enough that a fast hash protects it.
func NewToken() (text string, hash []byte) {
	text = base64.RawURLEncoding.EncodeToString(random(32))
	return text, HashToken(text)
}

// HashToken is SHA-256 of a token's text, as NewToken returned it. A lookup by hash needs no comparison in constant time.
func HashToken(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}
