// Package staff owns the people who work on the desk and the doors they come in by: agents, teams, roles, sessions, second factors, API
// tokens, invitations, and the audit log.
//
// It alone writes the tables agent, recovery_code, passkey, session, api_token, one_time_link, ceremony, audit, team and team_member. Use cases take
// the caller's transaction. Those that must hash a password open their own, since hashing takes a tenth of a second and must not hold
// up every other writer. No password, code or token ever reaches a log, the audit or an event.
package staff

import (
	"context"
	"errors"
	"log/slog"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/rate"
	"tellus/internal/platform/secret"
)

// Visitor is where a request came from, as the audit log and the list of sessions show it.
type Visitor struct {
	IP     string // without port
	Device string // browser and system in words, see DeviceName
}

// Recipient is whom a mail of the house goes to.
type Recipient struct {
	Name, Address string
	Language      string // BCP 47
	TimeZone      string // IANA; "" where none is known
}

// Mailer queues a mail of the house in the caller's transaction. Templates: "invitation" and "reset" (data: name, by, link),
// "password_changed" and "second_factor_changed" (data: name, device, ip). It succeeds where nothing can be sent yet.
type Mailer func(ctx context.Context, tx *db.Tx, to Recipient, template string, data map[string]string) error

// Config is what a Service needs.
type Config struct {
	DB        *db.DB
	Keys      *secret.Keyring
	Passwords *secret.Passwords
	Mail      Mailer        // nothing is mailed where nil
	URL       func() string // the public base URL without a slash at its end, such as https://help.example.com
	Log       *slog.Logger  // slog.Default() where nil
}

// Service is the front door. It is safe for concurrent use.
type Service struct {
	db        *db.DB
	keys      *secret.Keyring
	passwords *secret.Passwords
	mail      Mailer
	url       func() string
	log       *slog.Logger
	limits    *rate.Limits
}

// New returns a Service.
func New(c Config) *Service {
	s := &Service{db: c.DB, keys: c.Keys, passwords: c.Passwords, mail: c.Mail, url: c.URL, log: c.Log}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.mail == nil {
		s.mail = func(context.Context, *db.Tx, Recipient, string, map[string]string) error { return nil }
	}
	s.limits = rate.New(func() desk.Time { return s.db.Now() }, mostBuckets)
	return s
}

// Identity is who asks, as Authenticate found out.
type Identity struct {
	Agent       desk.AgentID
	Name        string
	Role        desk.Role
	Language    string
	TimeZone    string
	Permissions []desk.Permission // of the role, narrowed by the scopes of an API token
	Scope       desk.Scope
	Session     desk.SessionID // 0 where an API token is used
	Token       desk.TokenID   // 0 where a browser is signed in
	Pending     bool           // the password was right, the second factor is still to come: may do nothing else
}

// By is the agent as actor.
func (id Identity) By() desk.Actor { return desk.ByAgent(id.Agent) }

// May reports whether the asker is allowed p.
func (id Identity) May(p desk.Permission) bool {
	for _, have := range id.Permissions {
		if have == p {
			return true
		}
	}
	return false
}

var errSignedOut = &desk.Refusal{Code: desk.SignedOut, Message: "sign in first"}

// refused returns the Refusal in err, or nil.
func refused(err error) *desk.Refusal {
	var r *desk.Refusal
	if errors.As(err, &r) {
		return r
	}
	return nil
}
