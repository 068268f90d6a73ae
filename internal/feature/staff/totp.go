package staff

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/rate"
	"tellus/internal/platform/secret"
)

// RFC 6238 with its defaults, which are all that authenticator apps agree on: SHA-1, six digits, steps of 30 seconds; one step of clock
// drift each way (section 5.2).
const (
	totpStep  = 30 * time.Second
	totpDrift = 1
)

var base32Plain = base32.StdEncoding.WithPadding(base32.NoPadding)

func totpContext(agent desk.AgentID) string { return "agent/" + agent.String() + "/totp" }

var errWrongCode = desk.WhyWrongCode.At("body.code")

// matchTOTP returns the time step whose code was given, later than after.
func matchTOTP(key []byte, code string, now desk.Time, after int64) (step int64, ok bool) {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	at := now.Time().Unix() / int64(totpStep/time.Second)
	for s := at - totpDrift; s <= at+totpDrift; s++ {
		want, err := totp.GenerateCodeCustom(base32Plain.EncodeToString(key), time.Unix(s*int64(totpStep/time.Second), 0), totp.ValidateOpts{
			Period: uint(totpStep / time.Second), Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		// A step counts once (RFC 6238 section 5.2): whoever looks over a shoulder comes too late.
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && s > after {
			step, ok = s, true
		}
	}
	return step, ok
}

// TOTPOffer is what an authenticator app is set up with.
type TOTPOffer struct {
	Secret string // base32, to be typed
	URI    string // otpauth://, for the QR code
}

// BeginTOTP offers a new secret, which counts once ConfirmTOTP has seen a code made of it within 15 minutes.
func (s *Service) BeginTOTP(ctx context.Context, tx *db.Tx, id Identity) (TOTPOffer, error) {
	who, err := s.hold(ctx, tx, id.Agent)
	if err != nil {
		return TOTPOffer{}, err
	}
	if who.totp != nil {
		return TOTPOffer{}, desk.Refuse(desk.Conflict, "there is an authenticator app already: remove it first")
	}
	key := make([]byte, 20) // the length that RFC 4226 section 4 recommends
	rand.Read(key)          // never fails
	sealed := base64.StdEncoding.EncodeToString(s.keys.Seal(key, totpContext(id.Agent)))
	if err := s.KeepCeremony(ctx, tx, "totp", totpContext(id.Agent), sealed, 15*time.Minute); err != nil {
		return TOTPOffer{}, err
	}
	text := base32Plain.EncodeToString(key)
	issuer := "Tellus"
	q := url.Values{"secret": {text}, "issuer": {issuer}}
	return TOTPOffer{Secret: text, URI: "otpauth://totp/" + url.PathEscape(issuer+":"+who.email) + "?" + q.Encode()}, nil
}

// ConfirmTOTP turns the offered secret on where code was made of it, and returns fresh recovery codes, which are shown once.
func (s *Service) ConfirmTOTP(ctx context.Context, id Identity, from Visitor, code string) (recovery []string, err error) {
	guess := rate.Try{Rate: perFactor, Key: "factor:" + id.Agent.String()}
	if !s.limits.Take(guess) {
		return nil, errTooMany
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		who, err := s.hold(ctx, tx, id.Agent)
		if err != nil {
			return err
		}
		data, found, err := s.seeCeremony(ctx, tx, "totp", totpContext(id.Agent))
		if err != nil {
			return err
		}
		if !found {
			return desk.WhyTookTooLong.Refuse()
		}
		sealed, err := base64.StdEncoding.DecodeString(data)
		if err != nil {
			return fmt.Errorf("offered secret: %w", err)
		}
		key, err := s.keys.Open(sealed, totpContext(id.Agent))
		if err != nil {
			return fmt.Errorf("open offered secret: %w", err)
		}
		step, ok := matchTOTP(key, code, tx.Now, 0)
		if !ok {
			return errWrongCode
		}
		if _, _, err := s.TakeCeremony(ctx, tx, "totp", totpContext(id.Agent)); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE agent SET totp_secret = $1, totp_step = $2 WHERE id = $3`, sealed, step, id.Agent)
		if err != nil {
			return fmt.Errorf("store authenticator of agent %s: %w", id.Agent, err)
		}
		if recovery, err = s.freshRecoveryCodes(ctx, tx, id.Agent); err != nil {
			return err
		}
		return s.factorChanged(ctx, tx, id.By(), who, from, "totp.added")
	})
	if err != nil {
		return nil, err
	}
	s.limits.GiveBack(guess)
	return recovery, nil
}

// RemoveTOTP turns the authenticator app off, for the right password.
func (s *Service) RemoveTOTP(ctx context.Context, id Identity, from Visitor, password string) error {
	if err := s.proveSelf(ctx, id, from, "body.password", password); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		who, err := s.hold(ctx, tx, id.Agent)
		if err != nil {
			return err
		}
		if who.totp == nil {
			return desk.Refuse(desk.NotFound, "there is no authenticator app")
		}
		if _, err := tx.Exec(ctx, `UPDATE agent SET totp_secret = NULL, totp_step = 0 WHERE id = $1`, id.Agent); err != nil {
			return fmt.Errorf("remove authenticator of agent %s: %w", id.Agent, err)
		}
		var passkeys int
		if err := tx.Row(ctx, `SELECT COUNT(*) FROM passkey WHERE agent = $1`, id.Agent).Scan(&passkeys); err != nil {
			return fmt.Errorf("count passkeys: %w", err)
		}
		if passkeys == 0 { // recovery codes stand in for a factor; without one they are keys left lying about
			if _, err := tx.Exec(ctx, `DELETE FROM recovery_code WHERE agent = $1`, id.Agent); err != nil {
				return fmt.Errorf("remove recovery codes: %w", err)
			}
		}
		return s.factorChanged(ctx, tx, id.By(), who, from, "totp.removed")
	})
}

// proveSelf checks the password of somebody who is signed in.
func (s *Service) proveSelf(ctx context.Context, id Identity, from Visitor, field, password string) error {
	guess := rate.Try{Rate: perFactor, Key: "password:" + id.Agent.String()}
	if !s.limits.Take(guess) {
		return errTooMany
	}
	var who doorRow
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		who, _, err = s.doorRow(ctx, tx, sqlDoorByID, id.Agent)
		return err
	})
	if err != nil {
		return err
	}
	ok, _, err := s.passwords.Verify(ctx, password, who.password)
	if err != nil {
		return fmt.Errorf("verify password: %w", err)
	}
	if !ok {
		return s.failed(ctx, from, id.Agent, "password.failed", desk.WhyWrongPassword.At(field))
	}
	s.limits.GiveBack(guess)
	return nil
}

// factorTries are the buckets for second factors: whoever has come so far knows the password, so a device of the agent's own has its own bucket
// here too.
func (s *Service) factorTries(id Identity, device string) []rate.Try {
	if known := s.deviceOf(device, id.Agent); known != "" {
		return []rate.Try{{Rate: perDevice, Key: "factor:" + known}}
	}
	return []rate.Try{{Rate: perFactor, Key: "factor:" + id.Agent.String()}}
}

// FinishByTOTP completes a sign-in with a code of the authenticator app.
func (s *Service) FinishByTOTP(ctx context.Context, id Identity, from Visitor, device, code string) (SignedIn, error) {
	return s.finishByCode(ctx, id, from, device, "totp", func(tx *db.Tx, who doorRow) (bool, error) {
		if who.totp == nil {
			return false, nil
		}
		key, err := s.keys.Open(who.totp, totpContext(who.id))
		if err != nil {
			return false, fmt.Errorf("open authenticator of agent %s: %w", who.id, err)
		}
		step, ok := matchTOTP(key, code, tx.Now, who.totpStep)
		if !ok {
			return false, nil
		}
		n, err := tx.Exec(ctx, `UPDATE agent SET totp_step = $1 WHERE id = $2 AND totp_step < $1`, step, who.id)
		return n == 1, err
	})
}

// FinishByRecovery completes a sign-in with a recovery code, which counts once.
func (s *Service) FinishByRecovery(ctx context.Context, id Identity, from Visitor, device, code string) (SignedIn, error) {
	return s.finishByCode(ctx, id, from, device, "recovery", func(tx *db.Tx, who doorRow) (bool, error) {
		n, err := tx.Exec(ctx, `UPDATE recovery_code SET used_at = $1 WHERE agent = $2 AND hash = $3 AND used_at = 0`,
			tx.Now, who.id, recoveryHash(code))
		return n == 1, err
	})
}

func (s *Service) finishByCode(ctx context.Context, id Identity, from Visitor, device, by string, matches func(*db.Tx, doorRow) (bool, error)) (SignedIn, error) {
	if id.Session == 0 || !id.Pending {
		return SignedIn{}, errSignedOut
	}
	tries := s.factorTries(id, device)
	if !s.limits.Take(tries...) {
		return SignedIn{}, errTooMany
	}
	var out SignedIn
	var right bool
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		right = false
		who, err := s.hold(ctx, tx, id.Agent)
		if err != nil {
			return err
		}
		if right, err = matches(tx, who); err != nil || !right {
			return err
		}
		out = SignedIn{Agent: id.Agent}
		if out.Cookie, err = s.finishSession(ctx, tx, id.Session, id.Agent); err != nil {
			return err
		}
		out, err = s.welcome(ctx, tx, out, from, by)
		return err
	})
	if err != nil {
		return SignedIn{}, err
	}
	if !right {
		return SignedIn{}, s.failed(ctx, from, id.Agent, "signin.factor_failed", errWrongCode)
	}
	s.limits.GiveBack(tries...)
	return out, nil
}

// freshRecoveryCodes replaces an agent's recovery codes by ten new ones of 80 bits, which a fast hash protects.
func (s *Service) freshRecoveryCodes(ctx context.Context, tx *db.Tx, agent desk.AgentID) ([]string, error) {
	if _, err := tx.Exec(ctx, `DELETE FROM recovery_code WHERE agent = $1`, agent); err != nil {
		return nil, fmt.Errorf("remove recovery codes: %w", err)
	}
	codes := make([]string, 10)
	for i := range codes {
		b := make([]byte, 10)
		rand.Read(b) // never fails
		t := strings.ToLower(base32Plain.EncodeToString(b))
		codes[i] = t[:4] + "-" + t[4:8] + "-" + t[8:12] + "-" + t[12:]
		if _, err := tx.Exec(ctx, `INSERT INTO recovery_code (agent, hash) VALUES ($1, $2)`, agent, recoveryHash(codes[i])); err != nil {
			return nil, fmt.Errorf("store recovery code: %w", err)
		}
	}
	return codes, nil
}

// recoveryHash hashes a code as people type it: with or without dashes and spaces, in any case.
func recoveryHash(code string) []byte {
	if len(code) > 100 {
		code = code[:100]
	}
	code = strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToLower(code))
	return secret.HashToken(code)
}

// factorChanged tells everybody who should know that a second factor came or went: the audit log, the person, and live browsers.
func (s *Service) factorChanged(ctx context.Context, tx *db.Tx, by desk.Actor, who doorRow, from Visitor, action string) error {
	if err := s.Audit(ctx, tx, Entry{By: by, Action: action, Subject: subject(who.id), From: from}); err != nil {
		return err
	}
	err := s.mail(ctx, tx, who.recipient(), "second_factor_changed", map[string]string{"name": who.name, "device": from.Device, "ip": from.IP})
	if err != nil {
		return fmt.Errorf("mail about second factor: %w", err)
	}
	return s.appendAgent(ctx, tx, by, who.id, "twoFactor")
}
