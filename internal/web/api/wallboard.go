package api

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/flow/wall"
	"tellus/internal/platform/db"
)

// wallRoutes are screens on a wall. What a board shows is drawn for who keeps the settings, and for whoever has its link: a screen at which nobody is signed in.
var wallRoutes = []route{
	{"list-wallboards", get, "/wallboards", needs(desk.ManageSettings), "The wallboards by name", option{}},
	{"create-wallboard", post, "/wallboards", needs(desk.ManageSettings), "Add a wallboard", option{creates: true}},
	{"change-wallboard", put, "/wallboards/{id}", needs(desk.ManageSettings), "Replace what a wallboard shows; its link stays", option{}},
	{"delete-wallboard", del, "/wallboards/{id}", needs(desk.ManageSettings), "Delete a wallboard; its link leads nowhere any more", option{}},
	{"draw-wallboard", get, "/wallboards/{id}/picture", needs(desk.ManageSettings), "What a wallboard shows now", option{}},
	{"link-wallboard", post, "/wallboards/{id}/link", needs(desk.ManageSettings), "Give a wallboard a new link, whose secret is shown once; the one before leads nowhere any more", option{}},
	{"unlink-wallboard", del, "/wallboards/{id}/link", needs(desk.ManageSettings), "Take a wallboard's link away", option{}},
	{"draw-linked-wallboard", get, "/wall/{token}", public, "What the wallboard of a link shows now", option{}},
}

func (s *Server) registerWallboards() {
	handle(s, "list-wallboards", s.listWallboards)
	handle(s, "create-wallboard", s.createWallboard)
	handle(s, "change-wallboard", s.changeWallboard)
	handle(s, "delete-wallboard", s.deleteWallboard)
	handle(s, "draw-wallboard", s.drawWallboard)
	handle(s, "link-wallboard", s.linkWallboard)
	handle(s, "unlink-wallboard", s.unlinkWallboard)
	handle(s, "draw-linked-wallboard", s.drawLinkedWallboard)
}

func aboutWallboard(id desk.WallboardID) string { return "wallboard:" + id.String() }

func (s *Server) listWallboards(ctx context.Context, _ *Caller, _ *none) (*reply[list[desk.Wallboard]], error) {
	return asking(ctx, s, func(tx *db.Tx) (list[desk.Wallboard], error) {
		all, err := s.Wallboards.All(ctx, tx)
		return list[desk.Wallboard]{all}, err
	})
}

func (s *Server) createWallboard(ctx context.Context, c *Caller, in *body[desk.WallboardEdit]) (*reply[desk.Wallboard], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Wallboard, error) {
		made, err := s.Wallboards.Create(ctx, tx, in.Body)
		if err != nil {
			return made, err
		}
		return made, s.auditChange(ctx, tx, c, "wallboard.created", aboutWallboard(made.ID), desk.Differences(desk.WallboardEdit{}, made.WallboardEdit))
	})
}

// WallboardInput names a wallboard.
type WallboardInput struct {
	ID desk.WallboardID `path:"id" minimum:"1"`
}

type changeWallboardInput struct {
	WallboardInput
	Body desk.WallboardEdit
}

func (s *Server) changeWallboard(ctx context.Context, c *Caller, in *changeWallboardInput) (*reply[desk.Wallboard], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Wallboard, error) {
		before, err := s.Wallboards.Get(ctx, tx, in.ID)
		if err != nil {
			return before, err
		}
		made, err := s.Wallboards.Change(ctx, tx, in.ID, in.Body)
		if err != nil {
			return made, s.stale(ctx, tx, err, in.Body, aboutWallboard(in.ID), "wallboard.created", "wallboard.updated")
		}
		return made, s.auditChange(ctx, tx, c, "wallboard.updated", aboutWallboard(in.ID), desk.Differences(before.WallboardEdit, made.WallboardEdit))
	})
}

func (s *Server) deleteWallboard(ctx context.Context, c *Caller, in *WallboardInput) (*reply[desk.Wallboard], error) {
	gone, err := changing(ctx, s, func(tx *db.Tx) (desk.Wallboard, error) {
		gone, err := s.Wallboards.Delete(ctx, tx, in.ID)
		if err != nil {
			return gone, err
		}
		return gone, s.auditChange(ctx, tx, c, "wallboard.deleted", aboutWallboard(in.ID), desk.Differences(gone.WallboardEdit, desk.WallboardEdit{}))
	})
	if err == nil {
		s.walls.Forget(in.ID)
	}
	return gone, err
}

// wallLink is a board with the secret of its new link.
type wallLink struct {
	desk.Wallboard
	Token string `json:"token" doc:"Its secret: the page /app/wall/{token} shows the board"`
}

func (s *Server) linkWallboard(ctx context.Context, c *Caller, in *WallboardInput) (*reply[wallLink], error) {
	return changing(ctx, s, func(tx *db.Tx) (out wallLink, err error) {
		if out.Wallboard, out.Token, err = s.Wallboards.Link(ctx, tx, in.ID); err != nil {
			return out, err
		}
		return out, s.audit(ctx, tx, c, "wallboard.linked", aboutWallboard(in.ID), out.Name)
	})
}

func (s *Server) unlinkWallboard(ctx context.Context, c *Caller, in *WallboardInput) (*reply[desk.Wallboard], error) {
	return changing(ctx, s, func(tx *db.Tx) (desk.Wallboard, error) {
		b, err := s.Wallboards.Unlink(ctx, tx, in.ID)
		if err != nil {
			return b, err
		}
		return b, s.audit(ctx, tx, c, "wallboard.unlinked", aboutWallboard(in.ID), b.Name)
	})
}

func (s *Server) drawWallboard(ctx context.Context, _ *Caller, in *WallboardInput) (*reply[wall.Picture], error) {
	return s.draw(ctx, func(tx *db.Tx) (desk.Wallboard, error) { return s.Wallboards.Get(ctx, tx, in.ID) })
}

type linkedWallboardInput struct {
	Token string `path:"token" minLength:"20" maxLength:"200"`
}

func (s *Server) drawLinkedWallboard(ctx context.Context, _ *Caller, in *linkedWallboardInput) (*reply[wall.Picture], error) {
	return s.draw(ctx, func(tx *db.Tx) (desk.Wallboard, error) { return s.Wallboards.Linked(ctx, tx, in.Token) })
}

func (s *Server) draw(ctx context.Context, which func(tx *db.Tx) (desk.Wallboard, error)) (*reply[wall.Picture], error) {
	b, err := read(ctx, s, which)
	if err != nil {
		return nil, err
	}
	p, err := s.walls.Draw(ctx, &b)
	if err != nil {
		return nil, err
	}
	p.Version = s.Version
	return answer(*p), nil
}
