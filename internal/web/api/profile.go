package api

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"

	qrcode "github.com/skip2/go-qrcode"

	"tellus/internal/desk"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
)

func (s *Server) getProfile(ctx context.Context, c *Caller, _ *none) (*reply[desk.Profile], error) {
	p, err := read(ctx, s, func(tx *db.Tx) (desk.Profile, error) { return s.Staff.Profile(ctx, tx, c.Identity) })
	if err != nil {
		return nil, err
	}
	return answer(p), nil
}

type profileChangeBody struct {
	Version   int64     `json:"version"`
	Name      *string   `json:"name,omitempty" minLength:"1" maxLength:"100"`
	Language  *string   `json:"language,omitempty" enum:"en,lv,lt,pl"`
	TimeZone  *string   `json:"timeZone,omitempty" maxLength:"64"`
	Answers   *[]string `json:"answers,omitempty" maxItems:"20" enum:"en,lv,lt,pl,ru,uk,et,de" doc:"In which languages I answer customers; empty: in that of the desk"`
	Signature *string   `json:"signature,omitempty" maxLength:"20000" doc:"HTML"`
	Theme     *string   `json:"theme,omitempty" enum:"system,light,dark"`
}

func (s *Server) updateProfile(ctx context.Context, c *Caller, in *body[profileChangeBody]) (*reply[desk.Profile], error) {
	b := in.Body
	ch := staff.ProfileChange{Version: b.Version, Name: b.Name, Language: b.Language, TimeZone: b.TimeZone, Answers: b.Answers, Signature: b.Signature, Theme: b.Theme}
	p, err := write(ctx, s, func(tx *db.Tx) (desk.Profile, error) { return s.Staff.UpdateProfile(ctx, tx, c.Identity, ch) })
	if err != nil {
		return nil, err
	}
	return answer(p), nil
}

type passwordChangeBody struct {
	Current  string `json:"current" maxLength:"512"`
	Password string `json:"password" maxLength:"512"`
}

func (s *Server) changePassword(ctx context.Context, c *Caller, in *body[passwordChangeBody]) (*none, error) {
	return nil, s.Staff.ChangePassword(ctx, c.Identity, c.Visitor, in.Body.Current, in.Body.Password)
}

type totpOfferBody struct {
	Secret string `json:"secret" doc:"Base32, to be typed"`
	URI    string `json:"uri"`
	QR     string `json:"qr" doc:"The same as a picture: data:image/png;base64,…"`
}

func (s *Server) beginTOTP(ctx context.Context, c *Caller, _ *none) (*reply[totpOfferBody], error) {
	offer, err := write(ctx, s, func(tx *db.Tx) (staff.TOTPOffer, error) { return s.Staff.BeginTOTP(ctx, tx, c.Identity) })
	if err != nil {
		return nil, err
	}
	png, err := qrcode.Encode(offer.URI, qrcode.Medium, 240)
	if err != nil {
		return nil, fmt.Errorf("draw QR code: %w", err)
	}
	return answer(totpOfferBody{Secret: offer.Secret, URI: offer.URI, QR: "data:image/png;base64," + base64.StdEncoding.EncodeToString(png)}), nil
}

type recoveryCodesBody struct {
	RecoveryCodes []string `json:"recoveryCodes" doc:"Each counts once; they are never shown again"`
}

func (s *Server) confirmTOTP(ctx context.Context, c *Caller, in *body[codeBody]) (*reply[recoveryCodesBody], error) {
	codes, err := s.Staff.ConfirmTOTP(ctx, c.Identity, c.Visitor, in.Body.Code)
	if err != nil {
		return nil, err
	}
	return answer(recoveryCodesBody{codes}), nil
}

type passwordBody struct {
	Password string `json:"password" maxLength:"512"`
}

func (s *Server) removeTOTP(ctx context.Context, c *Caller, in *body[passwordBody]) (*none, error) {
	return nil, s.Staff.RemoveTOTP(ctx, c.Identity, c.Visitor, in.Body.Password)
}

func (s *Server) listPasskeys(ctx context.Context, c *Caller, _ *none) (*reply[list[desk.Passkey]], error) {
	all, err := read(ctx, s, func(tx *db.Tx) ([]desk.Passkey, error) { return s.Staff.Passkeys(ctx, tx, c.Agent) })
	if err != nil {
		return nil, err
	}
	return answer(list[desk.Passkey]{all}), nil
}

func (s *Server) beginPasskey(ctx context.Context, c *Caller, _ *none) (*reply[optionsBody], error) {
	out, err := write(ctx, s, func(tx *db.Tx) (optionsBody, error) {
		o, err := s.Staff.BeginPasskey(ctx, tx, c.Identity)
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

type newPasskeyBody struct {
	Name       string          `json:"name" minLength:"1" maxLength:"60"`
	Credential json.RawMessage `json:"credential" doc:"PublicKeyCredential.toJSON()"`
}

func (s *Server) finishPasskey(ctx context.Context, c *Caller, in *body[newPasskeyBody]) (*reply[desk.Passkey], error) {
	p, err := write(ctx, s, func(tx *db.Tx) (desk.Passkey, error) {
		return s.Staff.AddPasskey(ctx, tx, c.Identity, c.Visitor, in.Body.Name, in.Body.Credential)
	})
	if err != nil {
		return nil, err
	}
	return answer(p), nil
}

type passkeyInput struct {
	ID desk.PasskeyID `path:"id" minimum:"1"`
}

func (s *Server) deletePasskey(ctx context.Context, c *Caller, in *passkeyInput) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error { return s.Staff.RemovePasskey(ctx, tx, c.Identity, c.Visitor, in.ID) })
}

func (s *Server) listSessions(ctx context.Context, c *Caller, _ *none) (*reply[list[desk.Session]], error) {
	all, err := read(ctx, s, func(tx *db.Tx) ([]desk.Session, error) { return s.Staff.Sessions(ctx, tx, c.Agent, c.Session) })
	if err != nil {
		return nil, err
	}
	return answer(list[desk.Session]{all}), nil
}

type sessionInput struct {
	ID desk.SessionID `path:"id" minimum:"1"`
}

func (s *Server) deleteOtherSession(ctx context.Context, c *Caller, in *sessionInput) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error { return s.Staff.RevokeSession(ctx, tx, c.Identity, c.Visitor, in.ID) })
}

func (s *Server) deleteOtherSessions(ctx context.Context, c *Caller, _ *none) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error { return s.Staff.RevokeOtherSessions(ctx, tx, c.Identity, c.Visitor) })
}

func (s *Server) listTokens(ctx context.Context, c *Caller, _ *none) (*reply[list[desk.Token]], error) {
	all, err := read(ctx, s, func(tx *db.Tx) ([]desk.Token, error) { return s.Staff.Tokens(ctx, tx, c.Identity) })
	if err != nil {
		return nil, err
	}
	return answer(list[desk.Token]{all}), nil
}

type newTokenBody struct {
	Name      string    `json:"name" minLength:"1" maxLength:"60"`
	Scopes    []string  `json:"scopes" minItems:"1" maxItems:"50" doc:"Permissions; never more than one's own"`
	ExpiresAt desk.Time `json:"expiresAt,omitempty"`
}

type madeTokenBody struct {
	Token  desk.Token `json:"token"`
	Secret string     `json:"secret" doc:"The text of the token; it is never shown again"`
}

func (s *Server) createToken(ctx context.Context, c *Caller, in *body[newTokenBody]) (*reply[madeTokenBody], error) {
	return create(ctx, s, func(tx *db.Tx) (madeTokenBody, error) {
		b := in.Body
		t, text, err := s.Staff.CreateToken(ctx, tx, c.Identity, c.Visitor, staff.NewToken{Name: b.Name, Scopes: b.Scopes, ExpiresAt: b.ExpiresAt})
		return madeTokenBody{t, text}, err
	})
}

type tokenInput struct {
	ID desk.TokenID `path:"id" minimum:"1"`
}

func (s *Server) deleteToken(ctx context.Context, c *Caller, in *tokenInput) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error { return s.Staff.RevokeToken(ctx, tx, c.Identity, c.Visitor, in.ID) })
}
