package api

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"
)

// authenticator is a passkey device for tests: ES256, no attestation (WebAuthn level 3, sections 6.1, 6.5 and 8.7).
type authenticator struct {
	t        *testing.T
	origin   string
	verifies bool // asks for finger, face or PIN
	key      *ecdsa.PrivateKey
	id       []byte
	handle   []byte // of the user, as it was told at registration
	counter  uint32
}

var b64 = base64.RawURLEncoding

func newAuthenticator(t *testing.T, origin string) *authenticator {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 32)
	rand.Read(id)
	return &authenticator{t: t, origin: origin, verifies: true, key: key, id: id}
}

type creationOptions struct {
	Challenge string `json:"challenge"`
	RP        struct {
		ID string `json:"id"`
	} `json:"rp"`
	User struct {
		ID string `json:"id"`
	} `json:"user"`
	ExcludeCredentials []struct {
		ID string `json:"id"`
	} `json:"excludeCredentials"`
}

type requestOptions struct {
	Challenge        string `json:"challenge"`
	RPID             string `json:"rpId"`
	UserVerification string `json:"userVerification"`
	AllowCredentials []struct {
		ID string `json:"id"`
	} `json:"allowCredentials"`
}

func (a *authenticator) data(rpID string, attested []byte) []byte {
	hash := sha256.Sum256([]byte(rpID))
	flags := byte(0x01) // user present
	if a.verifies {
		flags |= 0x04
	}
	if attested != nil {
		flags |= 0x40
	}
	a.counter++
	out := append(hash[:], flags)
	out = binary.BigEndian.AppendUint32(out, a.counter)
	return append(out, attested...)
}

func (a *authenticator) client(kind, challenge string) []byte {
	data, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": a.origin, "crossOrigin": false})
	if err != nil {
		a.t.Fatal(err)
	}
	return data
}

// create answers navigator.credentials.create.
func (a *authenticator) create(o creationOptions) map[string]any {
	a.t.Helper()
	var err error
	if a.handle, err = b64.DecodeString(o.User.ID); err != nil {
		a.t.Fatalf("user id %q: %v", o.User.ID, err)
	}
	public, err := a.key.PublicKey.Bytes() // 0x04, X, Y
	if err != nil {
		a.t.Fatal(err)
	}
	attested := append([]byte{}, make([]byte, 16)...) // AAGUID
	attested = binary.BigEndian.AppendUint16(attested, uint16(len(a.id)))
	attested = append(attested, a.id...)
	// COSE key in CBOR: {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}
	attested = append(attested, 0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20)
	attested = append(attested, public[1:33]...)
	attested = append(attested, 0x22, 0x58, 0x20)
	attested = append(attested, public[33:]...)
	data := a.data(o.RP.ID, attested)
	// {"fmt": "none", "attStmt": {}, "authData": data}
	object := []byte{0xa3, 0x63, 'f', 'm', 't', 0x64, 'n', 'o', 'n', 'e', 0x67, 'a', 't', 't', 'S', 't', 'm', 't', 0xa0, 0x68, 'a', 'u', 't', 'h', 'D', 'a', 't', 'a', 0x59}
	object = binary.BigEndian.AppendUint16(object, uint16(len(data)))
	object = append(object, data...)
	return a.credential(map[string]any{
		"clientDataJSON":    b64.EncodeToString(a.client("webauthn.create", o.Challenge)),
		"attestationObject": b64.EncodeToString(object),
		"transports":        []string{"internal"},
	})
}

// get answers navigator.credentials.get.
func (a *authenticator) get(o requestOptions) map[string]any {
	a.t.Helper()
	client := a.client("webauthn.get", o.Challenge)
	data := a.data(o.RPID, nil)
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, digest[:])
	if err != nil {
		a.t.Fatal(err)
	}
	return a.credential(map[string]any{
		"clientDataJSON":    b64.EncodeToString(client),
		"authenticatorData": b64.EncodeToString(data),
		"signature":         b64.EncodeToString(signature),
		"userHandle":        b64.EncodeToString(a.handle),
	})
}

func (a *authenticator) credential(response map[string]any) map[string]any {
	id := b64.EncodeToString(a.id)
	return map[string]any{"id": id, "rawId": id, "type": "public-key", "clientExtensionResults": map[string]any{}, "response": response}
}
