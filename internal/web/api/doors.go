package api

import (
	"context"
	"net/http"

	"tellus/internal/desk"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
)

const (
	sessionCookie = "tellus_session"
	deviceCookie  = "tellus_device"
)

// SetupHook keeps what set-up asks for beyond the first owner, in the same transaction.
type SetupHook func(ctx context.Context, tx *db.Tx, by desk.Actor, company string) error

// doorRoutes are the operations of the doors and of the people behind them.
var doorRoutes = []route{
	{"get-status", get, "/status", public, "Whether Tellus is set up, and what it is", option{}},
	{"complete-setup", post, "/setup", public, "Make the first owner by the link that serve prints, and sign in", option{}},

	{"create-session", post, "/session", public, "Sign in with a password", option{}},
	{"confirm-session-totp", post, "/session/totp", pending, "Second factor: a code of the authenticator app", option{}},
	{"confirm-session-recovery", post, "/session/recovery", pending, "Second factor: a recovery code", option{}},
	{"begin-session-passkey", post, "/session/passkey/begin", pending, "Begin with a passkey: as second factor, or without a password", option{}},
	{"finish-session-passkey", post, "/session/passkey/finish", pending, "Sign in with what the browser gave", option{}},
	{"get-session", get, "/session", signedIn, "Who is signed in", option{}},
	{"delete-session", del, "/session", pending, "Sign out", option{}},

	{"request-password-reset", post, "/password-reset", public, "Ask for a link by mail; answers the same for everybody", option{}},
	{"get-link", get, "/links/{token}", public, "What a one-time link is for", option{}},
	{"accept-link", post, "/links/{token}", public, "Set a password by an invitation or a reset, and sign in", option{}},

	{"get-profile", get, "/profile", signedIn, "One's own profile", option{}},
	{"update-profile", patch, "/profile", inPerson, "Change one's own profile", option{}},
	{"change-password", post, "/profile/password", inPerson, "Change one's password; ends all other sessions", option{}},
	{"begin-totp", post, "/profile/totp/begin", inPerson, "Offer a secret for an authenticator app", option{}},
	{"confirm-totp", post, "/profile/totp", inPerson, "Turn the authenticator app on; shows the recovery codes once", option{}},
	{"remove-totp", post, "/profile/totp/remove", inPerson, "Turn the authenticator app off", option{}},
	{"list-passkeys", get, "/profile/passkeys", inPerson, "One's own passkeys", option{}},
	{"begin-passkey", post, "/profile/passkeys/begin", inPerson, "Begin to add a passkey", option{}},
	{"finish-passkey", post, "/profile/passkeys/finish", inPerson, "Keep the passkey that the browser made", option{}},
	{"delete-passkey", del, "/profile/passkeys/{id}", inPerson, "Forget a passkey", option{}},
	{"list-sessions", get, "/profile/sessions", inPerson, "Where one is signed in", option{}},
	{"delete-other-session", del, "/profile/sessions/{id}", inPerson, "Sign one device out", option{}},
	{"delete-other-sessions", post, "/profile/sessions/revoke-others", inPerson, "Sign all other devices out", option{}},

	{"list-tokens", get, "/tokens", inPerson, "One's own API tokens; everybody's for who manages people", option{}},
	{"create-token", post, "/tokens", inPerson, "Make an API token; its text is shown once", option{creates: true}},
	{"delete-token", del, "/tokens/{id}", inPerson, "Revoke an API token", option{}},

	{"list-agents", get, "/agents", signedIn, "Everybody who works or worked on the desk", option{}},
	{"create-agent", post, "/agents", needs(desk.ManagePeople), "Invite somebody", option{creates: true}},
	{"update-agent", patch, "/agents/{id}", needs(desk.ManagePeople), "Change somebody", option{}},
	{"invite-agent", post, "/agents/{id}/invite", personally(desk.ManagePeople), "Make a new link for somebody who lost his invitation or password", option{}},
	{"sign-out-agent", post, "/agents/{id}/sign-out", needs(desk.ManagePeople), "Sign somebody out everywhere", option{}},

	{"list-teams", get, "/teams", signedIn, "All teams", option{}},
	{"create-team", post, "/teams", needs(desk.ManageTeams), "Make a team", option{creates: true}},
	{"update-team", patch, "/teams/{id}", needs(desk.ManageTeams), "Change a team", option{}},
	{"delete-team", del, "/teams/{id}", needs(desk.ManageTeams), "Delete a team that nothing refers to", option{}},

	{"list-audit", get, "/audit", needs(desk.ReadAudit), "The log of sign-ins, exports and changes of settings, newest first", option{}},
	{"list-roles", get, "/roles", signedIn, "The table of permissions", option{}},
}

func (s *Server) registerDoors() {
	handle(s, "get-status", s.getStatus)
	handle(s, "complete-setup", s.completeSetup)
	handle(s, "create-session", s.createSession)
	handle(s, "confirm-session-totp", s.confirmSessionTOTP)
	handle(s, "confirm-session-recovery", s.confirmSessionRecovery)
	handle(s, "begin-session-passkey", s.beginSessionPasskey)
	handle(s, "finish-session-passkey", s.finishSessionPasskey)
	handle(s, "get-session", s.getProfile)
	handle(s, "delete-session", s.deleteSession)
	handle(s, "request-password-reset", s.requestPasswordReset)
	handle(s, "get-link", s.getLink)
	handle(s, "accept-link", s.acceptLink)
	handle(s, "get-profile", s.getProfile)
	handle(s, "update-profile", s.updateProfile)
	handle(s, "change-password", s.changePassword)
	handle(s, "begin-totp", s.beginTOTP)
	handle(s, "confirm-totp", s.confirmTOTP)
	handle(s, "remove-totp", s.removeTOTP)
	handle(s, "list-passkeys", s.listPasskeys)
	handle(s, "begin-passkey", s.beginPasskey)
	handle(s, "finish-passkey", s.finishPasskey)
	handle(s, "delete-passkey", s.deletePasskey)
	handle(s, "list-sessions", s.listSessions)
	handle(s, "delete-other-session", s.deleteOtherSession)
	handle(s, "delete-other-sessions", s.deleteOtherSessions)
	handle(s, "list-tokens", s.listTokens)
	handle(s, "create-token", s.createToken)
	handle(s, "delete-token", s.deleteToken)
	handle(s, "list-agents", s.listAgents)
	handle(s, "create-agent", s.createAgent)
	handle(s, "update-agent", s.updateAgent)
	handle(s, "invite-agent", s.inviteAgent)
	handle(s, "sign-out-agent", s.signOutAgent)
	handle(s, "list-teams", s.listTeams)
	handle(s, "create-team", s.createTeam)
	handle(s, "update-team", s.updateTeam)
	handle(s, "delete-team", s.deleteTeam)
	handle(s, "list-audit", s.listAudit)
	handle(s, "list-roles", s.listRoles)
}

type statusBody struct {
	Setup     bool     `json:"setup" doc:"True while there is no administrator"`
	Name      string   `json:"name"`
	Version   string   `json:"version"`
	Languages []string `json:"languages" doc:"In which the desk can be read"`
}

func (s *Server) getStatus(ctx context.Context, c *Caller, _ *none) (*reply[statusBody], error) {
	open, err := read(ctx, s, func(tx *db.Tx) (bool, error) { return s.Staff.NeedsSetup(ctx, tx) })
	if err != nil {
		return nil, err
	}
	return answer(statusBody{Setup: open, Name: "Tellus", Version: s.Version, Languages: []string{"en", "lv", "lt", "pl"}}), nil
}

// withCookies is an answer that signs a browser in or out.
type withCookies[T any] struct {
	SetCookie []string `header:"Set-Cookie"`
	Body      T
}

type setupBody struct {
	Token    string `json:"token" maxLength:"200"`
	Name     string `json:"name" minLength:"1" maxLength:"100"`
	Email    string `json:"email" maxLength:"320"`
	Password string `json:"password" maxLength:"512"`
	Language string `json:"language" enum:"en,lv,lt,pl"`
	TimeZone string `json:"timeZone" maxLength:"64"`
	Company  string `json:"company" minLength:"1" maxLength:"200"`
}

func (s *Server) completeSetup(ctx context.Context, c *Caller, in *body[setupBody]) (*withCookies[desk.Profile], error) {
	b := in.Body
	first := staff.FirstOwner{Token: b.Token, Name: b.Name, Email: b.Email, Password: b.Password, Language: b.Language, TimeZone: b.TimeZone}
	done, err := s.Staff.Setup(ctx, c.Visitor, first, func(tx *db.Tx, by desk.Actor) error {
		if s.Deps.Setup == nil {
			return nil
		}
		return s.Deps.Setup(ctx, tx, by, b.Company)
	})
	if err != nil {
		return nil, err
	}
	return s.welcome(ctx, done)
}

// welcome answers a full sign-in with the profile. Where a second factor is still needed it refuses, with the cookie by which that can go on.
func (s *Server) welcome(ctx context.Context, done staff.SignedIn) (*withCookies[desk.Profile], error) {
	if !done.Full {
		refusal := &desk.Refusal{Code: desk.SecondFactor, Message: "a code or passkey is still needed",
			Details: methodsBody{done.Methods}}
		return nil, withHeaders(refusal, http.Header{"Set-Cookie": s.cookies(done)})
	}
	p, err := s.profileOf(ctx, done.Agent)
	if err != nil {
		return nil, err
	}
	return &withCookies[desk.Profile]{SetCookie: s.cookies(done), Body: p}, nil
}

type methodsBody struct {
	Methods []string `json:"methods"`
}

func (s *Server) profileOf(ctx context.Context, agent desk.AgentID) (desk.Profile, error) {
	return read(ctx, s, func(tx *db.Tx) (desk.Profile, error) {
		return s.Staff.Profile(ctx, tx, staff.Identity{Agent: agent})
	})
}

// cookies are what a browser keeps of a sign-in: the session, and after a full one the device.
func (s *Server) cookies(done staff.SignedIn) []string {
	all := []string{s.cookie(sessionCookie, done.Cookie, int(staff.SessionMax.Seconds())).String()}
	if done.Device != "" {
		all = append(all, s.cookie(deviceCookie, done.Device, staff.DeviceLife).String())
	}
	return all
}

func (s *Server) cookie(name, value string, seconds int) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: s.https(), SameSite: http.SameSiteLaxMode}
}

type resetBody struct {
	Email string `json:"email" maxLength:"320"`
}

func (s *Server) requestPasswordReset(ctx context.Context, c *Caller, in *body[resetBody]) (*none, error) {
	return nil, s.Staff.RequestReset(ctx, c.Visitor, in.Body.Email)
}

type linkInput struct {
	Token string `path:"token" maxLength:"200"`
}

type linkBody struct {
	Purpose string `json:"purpose" enum:"invitation,reset,setup"`
	Email   string `json:"email"`
	Name    string `json:"name"`
}

func (s *Server) getLink(ctx context.Context, c *Caller, in *linkInput) (*reply[linkBody], error) {
	l, err := s.Staff.Look(ctx, c.Visitor, in.Token)
	if err != nil {
		return nil, err
	}
	return answer(linkBody{l.Purpose, l.Email, l.Name}), nil
}

type acceptInput struct {
	Token string `path:"token" maxLength:"200"`
	Body  struct {
		Name     string `json:"name,omitempty" maxLength:"100"`
		Password string `json:"password" maxLength:"512"`
		Language string `json:"language,omitempty" enum:"en,lv,lt,pl"`
		TimeZone string `json:"timeZone,omitempty" maxLength:"64"`
	}
}

func (s *Server) acceptLink(ctx context.Context, c *Caller, in *acceptInput) (*withCookies[desk.Profile], error) {
	b := in.Body
	done, err := s.Staff.Accept(ctx, c.Visitor, in.Token, staff.Accepting{Name: b.Name, Password: b.Password, Language: b.Language, TimeZone: b.TimeZone})
	if err == nil {
		err = s.leave(ctx, c)
	}
	if err != nil {
		return nil, err
	}
	return s.welcome(ctx, done)
}
