package api

import (
	"context"
	"net/http"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

const (
	sessionCookie = "tellus_session"
	deviceCookie  = "tellus_device"
)

// SetupHook keeps what set-up asks for beyond the first owner, in the same transaction.
type SetupHook func(ctx context.Context, tx *db.Tx, by desk.Actor, company string) error

var doorRoutes = []route{
	{"get-status", get, "/status", public, "Whether Tellus is set up, and what it is", option{}},
	{"list-roles", get, "/roles", signedIn, "The table of permissions", option{}},
	{"list-agents", get, "/agents", signedIn, "Everybody who works or worked on the desk", option{}},
}

func (s *Server) registerDoors() {
	handle(s, "get-status", s.getStatus)
	handle(s, "list-roles", s.listRoles)
	handle(s, "list-agents", s.listAgents)
}

type statusBody struct {
	Setup     bool     `json:"setup" doc:"True while there is no administrator"`
	Name      string   `json:"name"`
	Version   string   `json:"version"`
	Languages []string `json:"languages"`
}

func (s *Server) getStatus(ctx context.Context, c *Caller, _ *none) (*reply[statusBody], error) {
	open, err := read(ctx, s, func(tx *db.Tx) (bool, error) { return s.Staff.NeedsSetup(ctx, tx) })
	if err != nil {
		return nil, err
	}
	return answer(statusBody{Setup: open, Name: "Tellus", Version: s.Version, Languages: []string{"en", "lv", "lt", "pl"}}), nil
}

type roleBody struct {
	Role        desk.Role         `json:"role"`
	Permissions []desk.Permission `json:"permissions"`
}

func (s *Server) listRoles(context.Context, *Caller, *none) (*reply[list[roleBody]], error) {
	var out list[roleBody]
	for _, r := range []desk.Role{desk.LightAgent, desk.AgentRole, desk.Supervisor, desk.Administrator, desk.Owner} {
		out.Items = append(out.Items, roleBody{r, desk.Roles[r]})
	}
	return answer(out), nil
}

func (s *Server) listAgents(ctx context.Context, c *Caller, _ *none) (*reply[list[desk.Agent]], error) {
	all, err := read(ctx, s, func(tx *db.Tx) ([]desk.Agent, error) { return s.Staff.Agents(ctx, tx) })
	if err != nil {
		return nil, err
	}
	return answer(list[desk.Agent]{all}), nil
}

func (s *Server) cookie(name, value string, seconds int) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: s.https(), SameSite: http.SameSiteLaxMode}
}
