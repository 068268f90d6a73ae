package form

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"time"

	"tellus/internal/desk"
)

// Signer signs what browsers carry back.
type Signer interface {
	Sign(purpose string, payload []byte) string
	Verify(purpose, signed string) (payload []byte, ok bool)
}

// What is wrong with a ticket.
var (
	ErrTicket = errors.New("the ticket is not ours")
	ErrSoon   = errors.New("written faster than a person writes")
	ErrStale  = errors.New("the ticket is too old")
)

// Between these ages a ticket counts. The first keeps out programs that send at once, the second those that collect tickets.
const (
	LeastAge = 3 * time.Second
	MostAge  = 24 * time.Hour
)

const ticketPurpose = "form"

// NewTicket returns what a visitor's browser was given with a form, to be sent back with the message: it says when, and makes the message
// unmistakable, so that a repeated one counts once.
func NewTicket(s Signer, key string, now desk.Time) string {
	payload := binary.BigEndian.AppendUint64(nil, uint64(now))
	var nonce [12]byte
	rand.Read(nonce[:]) // never fails (crypto/rand)
	return s.Sign(ticketPurpose, append(append(payload, nonce[:]...), key...))
}

// OpenTicket returns the random part of a ticket of this form. It returns ErrTicket, ErrSoon or ErrStale.
func OpenTicket(s Signer, key, ticket string, now desk.Time) (nonce string, err error) {
	if len(ticket) > 500 {
		return "", ErrTicket
	}
	payload, ok := s.Verify(ticketPurpose, ticket)
	if !ok || len(payload) < 20 || string(payload[20:]) != key {
		return "", ErrTicket
	}
	age := now.Sub(desk.Time(binary.BigEndian.Uint64(payload)))
	switch {
	case age < LeastAge:
		return "", ErrSoon
	case age > MostAge:
		return "", ErrStale
	}
	return hex.EncodeToString(payload[8:20]), nil
}
