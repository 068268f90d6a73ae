// Package secret keeps secrets: password hashes, sealed settings (each with the id of its key), random tokens and short signatures.
//
// It owns the key file and nothing else. It never logs, and no error of it holds what it was given.
package secret

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// MaxPassword is the longest password that is hashed, in bytes after normalisation. It keeps foreign input bounded and is far above what
// people type.
const MaxPassword = 1024

// Cost is what a hash costs whoever guesses.
type Cost struct {
	Memory  uint32 // KiB
	Passes  uint32
	Threads uint8
}

// Recommended is the second recommended option of RFC 9106 section 4 (64 MiB, 3 passes), with two lanes in place of four since small
// servers have two cores.
var Recommended = Cost{Memory: 64 << 10, Passes: 3, Threads: 2}

// releaseAfter is how long after the last hash its memory is given back: it is as much as everything else that a small desk uses.
const releaseAfter = 2 * time.Second

const saltLen, hashLen = 16, 32

// Passwords hashes passwords by argon2id, two at a time, so that many sign-ins at once cost time and not memory.
type Passwords struct {
	cost  Cost
	slots chan struct{}
	decoy string
	quiet *time.Timer // gives the memory of hashing back to the system; nil where it is not worth it
}

// NewPasswords returns a hasher. Tests give a small cost; everything else gives Recommended.
func NewPasswords(cost Cost) *Passwords {
	p := &Passwords{cost: cost, slots: make(chan struct{}, 2)}
	// A well-formed hash that no password has: the hash itself is random, not computed.
	p.decoy = phc(cost, random(saltLen), random(hashLen))
	if cost.Memory >= 8<<10 { // below it is nothing to speak of
		p.quiet = time.AfterFunc(releaseAfter, debug.FreeOSMemory)
		p.quiet.Stop()
	}
	return p
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails: crypto/rand ends the program rather than returning bad bytes
	return b
}

// Hash returns the hash of a password as a PHC string. It waits while two others are hashed, at most as long as ctx lives.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	normal, err := normalise(password)
	if err != nil {
		return "", err
	}
	salt := random(saltLen)
	sum, err := p.derive(ctx, normal, salt, p.cost, hashLen)
	if err != nil {
		return "", err
	}
	return phc(p.cost, salt, sum), nil
}

// Verify reports whether password is the one that hash was made of, and whether the hash should be made anew because Cost has changed
// since. For an empty hash (an unknown account, or one without a password) it takes as long as for any other and says no.
func (p *Passwords) Verify(ctx context.Context, password, hash string) (ok, outdated bool, err error) {
	known := hash != ""
	if !known {
		hash = p.decoy
	}
	cost, salt, sum, err := parsePHC(hash)
	if err != nil {
		return false, false, err
	}
	normal, err := normalise(password)
	if err != nil {
		normal, known = []byte{0}, false // too long to be anybody's; takes its time all the same
	}
	got, err := p.derive(ctx, normal, salt, cost, uint32(len(sum)))
	if err != nil {
		return false, false, err
	}
	same := subtle.ConstantTimeCompare(got, sum) == 1
	return same && known, cost != p.cost, nil
}

func (p *Passwords) derive(ctx context.Context, password, salt []byte, c Cost, size uint32) ([]byte, error) {
	select {
	case p.slots <- struct{}{}:
		defer p.done()
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to hash a password: %w", ctx.Err())
	}
	return argon2.IDKey(password, salt, c.Passes, c.Memory, c.Threads, size), nil
}

// done frees the slot of a hash.
func (p *Passwords) done() {
	<-p.slots
	if p.quiet != nil {
		p.quiet.Reset(releaseAfter)
	}
}

// normalise brings one password, typed on different systems, to the same bytes: NFKC, as NIST SP 800-63B section 5.1.1.2 asks for.
func normalise(password string) ([]byte, error) {
	if len(password) > 4*MaxPassword {
		return nil, errors.New("password too long")
	}
	b := norm.NFKC.Bytes([]byte(password))
	if len(b) > MaxPassword {
		return nil, errors.New("password too long")
	}
	return b, nil
}

func phc(c Cost, salt, sum []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.Memory, c.Passes, c.Threads,
		b64.EncodeToString(salt), b64.EncodeToString(sum))
}

// errHash says nothing about the hash: it may stand in a log.
var errHash = errors.New("password hash is not a usable argon2id string")

// parsePHC reads "$argon2id$v=19$m=…,t=…,p=…$salt$hash" within bounds: a hash that was restored from elsewhere must not take
// all memory.
func parsePHC(s string) (c Cost, salt, sum []byte, err error) {
	if len(s) > 512 {
		return Cost{}, nil, nil, errHash
	}
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return Cost{}, nil, nil, errHash
	}
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.Memory, &c.Passes, &c.Threads); err != nil || n != 3 {
		return Cost{}, nil, nil, errHash
	}
	if c.Memory < 8 || c.Memory > 1<<20 || c.Passes < 1 || c.Passes > 32 || c.Threads < 1 || c.Threads > 32 {
		return Cost{}, nil, nil, errHash
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	sum, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(salt) < 8 || len(salt) > 64 || len(sum) < 16 || len(sum) > 64 {
		return Cost{}, nil, nil, errHash
	}
	return c, salt, sum, nil
}
