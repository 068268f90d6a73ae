package staff

import (
	"context"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/rate"
	"tellus/internal/platform/secret"
)

// SignedIn is what a sign-in, or the first half of one, gives.
type SignedIn struct {
	Agent   desk.AgentID
	Cookie  string   // the text for the session's cookie
	Device  string   // the text for the cookie by which this device is known from now on; "" before the second factor
	Full    bool     // false: one of Methods is still needed
	Methods []string // "totp", "passkey", "recovery"
}

// DeviceLife is how long a device is remembered, in seconds.
const DeviceLife = 400 * 24 * 3600

var errWrongPassword = desk.WhyWrongSignIn.Refuse()

// SignIn checks an address and a password. It takes as long for an unknown account as for a wrong password, and says the same.
func (s *Service) SignIn(ctx context.Context, from Visitor, device, email, password string) (SignedIn, error) {
	key := emailKey(email)
	var who doorRow
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		who, _, err = s.doorRow(ctx, tx, sqlDoorByKey, key)
		return err
	})
	if err != nil {
		return SignedIn{}, err
	}
	tries := s.tries(who.id, from, device, key)
	if !s.limits.Take(tries...) {
		return SignedIn{}, errTooMany
	}
	hash := who.password
	if !who.active {
		hash = ""
	}
	ok, outdated, err := s.passwords.Verify(ctx, password, hash)
	if err != nil {
		return SignedIn{}, fmt.Errorf("verify password: %w", err)
	}
	if !ok {
		return SignedIn{}, s.failed(ctx, from, who.id, "signin.failed", errWrongPassword)
	}
	s.limits.GiveBack(tries...)
	fresh := ""
	if outdated {
		if fresh, err = s.passwords.Hash(ctx, password); err != nil {
			return SignedIn{}, fmt.Errorf("hash password anew: %w", err)
		}
	}
	var out SignedIn
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		now, err := s.hold(ctx, tx, who.id)
		if err == nil && now.password != who.password || refused(err) != nil {
			return errWrongPassword // changed while we were hashing
		}
		if err != nil {
			return err
		}
		if fresh != "" {
			if _, err := tx.Exec(ctx, `UPDATE agent SET password_hash = $1 WHERE id = $2`, fresh, who.id); err != nil {
				return fmt.Errorf("store password: %w", err)
			}
		}
		out, err = s.enter(ctx, tx, now, from, "password")
		return err
	})
	return out, err
}

// tries are the buckets that a try on an account takes from. A device that has signed in to it before has one of its own, so that nobody
// else's tries keep its owner out.
func (s *Service) tries(agent desk.AgentID, from Visitor, device, name string) []rate.Try {
	if known := s.deviceOf(device, agent); known != "" {
		return []rate.Try{{Rate: perDevice, Key: known}}
	}
	return []rate.Try{{Rate: perAddress, Key: rate.Network(from.IP)}, {Rate: perAccount, Key: "account:" + string(secret.HashToken(name))}}
}

// failed writes a failed try to the audit log, by nobody, about the account that was meant where there is one. What was typed is not
// kept: people type passwords into the wrong field.
func (s *Service) failed(ctx context.Context, from Visitor, agent desk.AgentID, action string, refusal error) error {
	about := ""
	if agent != 0 {
		about = subject(agent)
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		return s.Audit(ctx, tx, Entry{By: desk.System, Action: action, Subject: about, From: from})
	})
	if err != nil {
		return err
	}
	return refusal
}

// enter signs an agent in who has shown his password, as far as that goes: where he has a second factor, the session waits for it.
func (s *Service) enter(ctx context.Context, tx *db.Tx, who doorRow, from Visitor, by string) (SignedIn, error) {
	methods, err := s.methods(ctx, tx, who)
	if err != nil {
		return SignedIn{}, err
	}
	out := SignedIn{Agent: who.id, Methods: methods}
	if len(methods) > 0 {
		out.Cookie, err = s.startSession(ctx, tx, who.id, stageFactor, from)
		return out, err
	}
	if out.Cookie, err = s.startSession(ctx, tx, who.id, stageFull, from); err != nil {
		return SignedIn{}, err
	}
	return s.welcome(ctx, tx, out, from, by)
}

// welcome completes a full sign-in: the device is known from now on, and the audit log has a line.
func (s *Service) welcome(ctx context.Context, tx *db.Tx, out SignedIn, from Visitor, by string) (SignedIn, error) {
	nonce, _ := secret.NewToken()
	out.Full, out.Methods = true, []string{}
	out.Device = s.keys.Sign("device", []byte(out.Agent.String()+"."+nonce))
	err := s.Audit(ctx, tx, Entry{By: desk.ByAgent(out.Agent), Action: "signin.ok", Subject: subject(out.Agent), From: from, Detail: by})
	return out, err
}

// Methods are the second factors that a sign-in which waits for one can go on with.
func (s *Service) Methods(ctx context.Context, tx *db.Tx, id Identity) ([]string, error) {
	who, found, err := s.doorRow(ctx, tx, sqlDoorByID, id.Agent)
	if err != nil || !found {
		return []string{}, err
	}
	return s.methods(ctx, tx, who)
}

// methods are the second factors that an agent has; none where the password is enough. Recovery codes are no factor of their own.
func (s *Service) methods(ctx context.Context, tx *db.Tx, who doorRow) ([]string, error) {
	var passkeys, codes int
	err := tx.Row(ctx, `
		SELECT (SELECT COUNT(*) FROM passkey WHERE agent = $1), (SELECT COUNT(*) FROM recovery_code WHERE agent = $1 AND used_at = 0)`,
		who.id).Scan(&passkeys, &codes)
	if err != nil {
		return nil, fmt.Errorf("second factors of agent %s: %w", who.id, err)
	}
	all := []string{}
	if who.totp != nil {
		all = append(all, "totp")
	}
	if passkeys > 0 {
		all = append(all, "passkey")
	}
	if len(all) > 0 && codes > 0 {
		all = append(all, "recovery")
	}
	return all, nil
}
