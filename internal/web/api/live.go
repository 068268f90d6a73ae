package api

import (
	"context"
	"net/http"

	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
)

// LiveFeed serves browsers over WebSocket.
type LiveFeed interface {
	// Cursor says where the log stands now: what /live?from= takes, to be told all that comes after.
	Cursor() string
	Serve(w http.ResponseWriter, r *http.Request, id staff.Identity, renew func(ctx context.Context, tx *db.Tx) (staff.Identity, error)) error
}

// SetLive connects the live feed, which itself needs the server's counts. It is called before the server answers.
func (s *Server) SetLive(l LiveFeed) { s.live = l }

func (s *Server) openLive(w http.ResponseWriter, r *http.Request, c *Caller) error {
	bearer, byToken := bearerToken(r)
	return s.live.Serve(w, r, c.Identity, func(ctx context.Context, tx *db.Tx) (id staff.Identity, err error) {
		if byToken {
			id, _, err = s.Staff.AuthenticateToken(ctx, tx, bearer)
		} else {
			id, _, err = s.Staff.Authenticate(ctx, tx, c.cookie)
		}
		return id, err
	})
}
