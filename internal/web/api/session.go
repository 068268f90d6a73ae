package api

import (
	"context"
	"encoding/json"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
)

type signInBody struct {
	Email    string `json:"email" maxLength:"320"`
	Password string `json:"password" maxLength:"512"`
}

type signedInBody struct {
	Stage   string        `json:"stage" enum:"full,second_factor"`
	Methods []string      `json:"methods" enum:"totp,passkey,recovery" doc:"What the second factor can be; empty when signed in"`
	Profile *desk.Profile `json:"profile,omitempty"`
}

func (s *Server) createSession(ctx context.Context, c *Caller, in *body[signInBody]) (*withCookies[signedInBody], error) {
	done, err := s.Staff.SignIn(ctx, c.Visitor, c.device, in.Body.Email, in.Body.Password)
	if err == nil {
		err = s.leave(ctx, c)
	}
	return s.signedIn(ctx, done, err)
}

// leave ends the session that the browser came with: the new one takes its place.
func (s *Server) leave(ctx context.Context, c *Caller) error {
	if c.cookie == "" {
		return nil
	}
	_, err := change(ctx, s, func(tx *db.Tx) error { return s.Staff.Leave(ctx, tx, c.cookie) })
	return err
}

func (s *Server) signedIn(ctx context.Context, done staff.SignedIn, err error) (*withCookies[signedInBody], error) {
	if err != nil {
		return nil, err
	}
	out := &withCookies[signedInBody]{SetCookie: s.cookies(done), Body: signedInBody{Stage: "second_factor", Methods: done.Methods}}
	if !done.Full {
		return out, nil
	}
	p, err := s.profileOf(ctx, done.Agent)
	if err != nil {
		return nil, err
	}
	out.Body = signedInBody{Stage: "full", Profile: &p}
	return out, nil
}

type codeBody struct {
	Code string `json:"code" minLength:"1" maxLength:"100"`
}

func (s *Server) confirmSessionTOTP(ctx context.Context, c *Caller, in *body[codeBody]) (*withCookies[signedInBody], error) {
	done, err := s.Staff.FinishByTOTP(ctx, c.Identity, c.Visitor, c.device, in.Body.Code)
	return s.signedIn(ctx, done, err)
}

func (s *Server) confirmSessionRecovery(ctx context.Context, c *Caller, in *body[codeBody]) (*withCookies[signedInBody], error) {
	done, err := s.Staff.FinishByRecovery(ctx, c.Identity, c.Visitor, c.device, in.Body.Code)
	return s.signedIn(ctx, done, err)
}

// optionsBody holds what PublicKeyCredential.parseCreationOptionsFromJSON or parseRequestOptionsFromJSON takes (WebAuthn level 3).
type optionsBody struct {
	Options any `json:"options" doc:"For PublicKeyCredential.parseRequestOptionsFromJSON or parseCreationOptionsFromJSON"`
}

// optionsOf writes the options here, so that their nil lists stay as the library means them.
func optionsOf(v any) (optionsBody, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return optionsBody{}, fmt.Errorf("write passkey options: %w", err)
	}
	return optionsBody{json.RawMessage(data)}, nil
}

func (s *Server) beginSessionPasskey(ctx context.Context, c *Caller, _ *none) (*reply[optionsBody], error) {
	out, err := write(ctx, s, func(tx *db.Tx) (optionsBody, error) {
		o, err := s.Staff.BeginPasskeySignIn(ctx, tx, c.Identity, c.Visitor)
		if err != nil {
			return optionsBody{}, err
		}
		return optionsOf(o.Response)
	})
	if err != nil {
		return nil, err
	}
	return answer(out), nil
}

type credentialBody struct {
	Credential json.RawMessage `json:"credential" doc:"PublicKeyCredential.toJSON()"`
}

func (s *Server) finishSessionPasskey(ctx context.Context, c *Caller, in *body[credentialBody]) (*withCookies[signedInBody], error) {
	done, err := s.Staff.FinishPasskeySignIn(ctx, c.Identity, c.Visitor, in.Body.Credential)
	if err == nil {
		err = s.leave(ctx, c)
	}
	return s.signedIn(ctx, done, err)
}

type signedOut struct {
	SetCookie []string `header:"Set-Cookie"`
}

// deleteSession signs out, half signed-in sessions too. Being signed out already is as good.
func (s *Server) deleteSession(ctx context.Context, c *Caller, _ *none) (*signedOut, error) {
	if c.Session != 0 {
		_, err := change(ctx, s, func(tx *db.Tx) error { return s.Staff.SignOut(ctx, tx, c.Identity, c.Visitor) })
		if err != nil {
			return nil, err
		}
	}
	return &signedOut{SetCookie: []string{s.cookie(sessionCookie, "", -1).String()}}, nil
}
