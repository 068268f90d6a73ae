package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/spam"
	"tellus/internal/platform/asic"
	"tellus/internal/platform/db"
)

// container is what a signed container holds, as it claims.
type container struct {
	Verified   bool                 `json:"verified" doc:"Whether the signatures were checked; Tellus reads them and does not check them, so far always false"`
	Files      []containerFile      `json:"files"`
	Signatures []containerSignature `json:"signatures"`
	Cut        bool                 `json:"cut,omitempty" doc:"There is more in it than is listed"`
}

type containerFile struct {
	Index int    `json:"index" doc:"Where it stands in the container: get-container-file takes it"`
	Name  string `json:"name"`
	Size  int64  `json:"size" doc:"Bytes"`
	State string `json:"state" enum:"signed,partly,unsigned,altered,unchecked" doc:"How it compares with the digests that were signed: signed (matches those of every signature), partly (of some signatures), unsigned (of none), altered (is not what was signed), unchecked (could not be compared)"`
	Held  string `json:"held,omitempty" doc:"Why it is dangerous to open"`
}

type containerSignature struct {
	Signer       string    `json:"signer" doc:"Empty where the certificate cannot be read"`
	Organisation string    `json:"organisation,omitempty"`
	Issuer       string    `json:"issuer,omitempty" doc:"Who issued the certificate"`
	SignedAt     desk.Time `json:"signedAt,omitempty" doc:"By the signer's own clock"`
	ValidTo      desk.Time `json:"validTo,omitempty" doc:"Until when the certificate is valid"`
	Stamped      bool      `json:"stamped,omitempty" doc:"A time stamp lies beside it"`
	Seal         bool      `json:"seal,omitempty" doc:"Made by an organisation, not a person"`
}

// isContainer reports whether a file may be a signed container, by its media type or its name's ending.
func isContainer(a desk.Attachment) bool {
	switch strings.ToLower(path.Ext(a.Name)) {
	case ".asice", ".sce", ".asics", ".scs", ".edoc", ".adoc", ".bdoc":
		return true
	}
	return strings.HasPrefix(a.Type, "application/vnd.etsi.asic-") || strings.HasPrefix(a.Type, "application/vnd.lt.archyvai.adoc") || strings.HasPrefix(a.Type, "application/vnd.bdoc")
}

// openedContainer is a container's content while it is open.
type openedContainer interface {
	io.ReadSeekCloser
	io.ReaderAt
}

func (s *Server) openContainer(ctx context.Context, a desk.Attachment) (openedContainer, error) {
	if !isContainer(a) || a.Held == "virus" {
		return nil, desk.Refuse(desk.NotFound, "the file is no signed container")
	}
	f, err := s.Blobs.Open(ctx, a.Hash)
	if err != nil {
		return nil, fmt.Errorf("open attachment %s: %w", a.ID, err)
	}
	at, ok := f.(openedContainer)
	if !ok {
		return nil, errors.Join(fmt.Errorf("attachment %s cannot be read from the middle", a.ID), f.Close())
	}
	return at, nil
}

func (s *Server) readContainer(ctx context.Context, c *Caller, in *struct {
	ID desk.AttachmentID `path:"id"`
}) (*reply[container], error) {
	a, err := read(ctx, s, func(tx *db.Tx) (desk.Attachment, error) { return s.Conversations.Attachment(ctx, tx, c.Scope, in.ID) })
	if err != nil {
		return nil, err
	}
	f, err := s.openContainer(ctx, a)
	if err != nil {
		return nil, err
	}
	defer f.Close() // read side only
	found, err := asic.Read(f, a.Size)
	if errors.Is(err, asic.ErrNotContainer) {
		return nil, desk.Refuse(desk.NotFound, "the file is no signed container")
	}
	if err != nil {
		return nil, fmt.Errorf("read attachment %s: %w", a.ID, err)
	}
	out := container{Files: []containerFile{}, Signatures: []containerSignature{}, Cut: found.Cut}
	for _, one := range found.Files {
		held, _ := spam.Dangerous(one.Name, "", nil)
		out.Files = append(out.Files, containerFile{one.Index, one.Name, one.Size, string(one.State), held})
	}
	for _, one := range found.Signatures {
		sig := containerSignature{Signer: one.Signer, Organisation: one.Organisation, Issuer: one.Issuer, Stamped: one.Stamped, Seal: one.Seal}
		if !one.At.IsZero() {
			sig.SignedAt = desk.At(one.At)
		}
		if !one.To.IsZero() {
			sig.ValidTo = desk.At(one.To)
		}
		out.Signatures = append(out.Signatures, sig)
	}
	return answer(out), nil
}

// getContainerFile gives one file of a container. A dangerous one, and any of a container that is held, is to be asked for with held=1.
func (s *Server) getContainerFile(w http.ResponseWriter, r *http.Request, c *Caller) error {
	a, err := s.attachment(r, c)
	if err != nil {
		return err
	}
	index, err := strconv.Atoi(r.PathValue("index"))
	if err != nil {
		return desk.RefuseField(desk.Invalid, "path.index", "must be a number")
	}
	f, err := s.openContainer(r.Context(), a)
	if err != nil {
		return err
	}
	defer f.Close() // read side only
	content, about, err := asic.Open(f, a.Size, index)
	if err != nil {
		return desk.Refuse(desk.NotFound, "the container has no such file")
	}
	defer content.Close() // read side only
	held, _ := spam.Dangerous(about.Name, "", nil)
	if of := heldFor(a, r); of != "" {
		held = of
	}
	return s.writeInner(w, r, desk.Attachment{Name: path.Base(about.Name), Type: mime.TypeByExtension(path.Ext(about.Name)), Held: held}, content)
}
