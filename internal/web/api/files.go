package api

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // pictures that thumbnails are made of
	"image/jpeg"
	_ "image/png"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/blob"
	"tellus/internal/platform/db"
)

// maxUpload is the largest file that an agent attaches: what mail servers take at the most.
const maxUpload = 40 << 20

func (s *Server) registerFiles() {
	handle(s, "delete-attachment", s.deleteAttachment)
	handle(s, "read-attached-mail", s.readAttachedMail)
	stream(s, "get-attached-file", []string{"application/octet-stream"}, s.getAttachedFile)
	handle(s, "read-container", s.readContainer)
	stream(s, "get-container-file", []string{"application/octet-stream"}, s.getContainerFile)
	stream(s, "upload-attachment", []string{"application/json"}, s.uploadAttachment)
	stream(s, "get-attachment", []string{"application/octet-stream"}, s.getAttachment)
	stream(s, "get-thumbnail", []string{"image/jpeg"}, s.getThumbnail)
	stream(s, "get-raw-mail", []string{"message/rfc822"}, s.getRawMail)
	stream(s, "get-frame", []string{"text/html"}, s.getFrame)
	stream(s, "get-remote-image", []string{"image/*"}, s.getRemoteImage)
}

func pathID[T ~int64](r *http.Request, name string) (T, error) {
	n, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil || n <= 0 {
		return 0, desk.RefuseField(desk.Invalid, "path."+name, "must be a number above zero")
	}
	return T(n), nil
}

func (s *Server) uploadAttachment(w http.ResponseWriter, r *http.Request, c *Caller) error {
	part, ref, err := s.receiveFile(w, r, maxUpload)
	if err != nil {
		return err
	}
	f := conversation.File{Name: fileName(part.FileName()), Type: mediaType(part.Header.Get("Content-Type")), Blob: ref.Hash, Size: ref.Size}
	if shown[f.Type] {
		f.ContentID = strings.ToLower(rand.Text()) + "@tellus" // the text may show it in place
	}
	a, err := write(r.Context(), s, func(tx *db.Tx) (desk.Attachment, error) { return s.Conversations.Upload(r.Context(), tx, c.Agent, f) })
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, a)
}

// receiveFile streams the field "file" of a form into the blobs; what is longer than most bytes is refused. The part's content is read by then, its headers are not.
func (s *Server) receiveFile(w http.ResponseWriter, r *http.Request, most int64) (*multipart.Part, blob.Ref, error) {
	const around = 1 << 16 // boundaries and headers
	r.Body = http.MaxBytesReader(w, r.Body, most+around)
	form, err := r.MultipartReader()
	if err != nil {
		return nil, blob.Ref{}, desk.Refuse(desk.Invalid, "send the file as multipart/form-data")
	}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, blob.Ref{}, desk.RefuseField(desk.Invalid, "body.file", "there is no file")
		}
		if err != nil {
			return nil, blob.Ref{}, tooLarge(err, most)
		}
		if part.FormName() != "file" {
			continue
		}
		ref, err := s.Blobs.Put(r.Context(), part)
		if err != nil {
			return nil, ref, tooLarge(err, most)
		}
		return part, ref, nil
	}
}

func tooLarge(err error, most int64) error {
	var limit *http.MaxBytesError
	if errors.As(err, &limit) {
		return desk.WhyFileLarge.At("body.file", most>>20)
	}
	return fmt.Errorf("receive file: %w", err)
}

// fileName drops any path that a browser or an attacker puts before the name.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	if name == "." || name == "/" || name == "" {
		return "file"
	}
	return name
}

func mediaType(header string) string {
	t, _, err := mime.ParseMediaType(header)
	if err != nil {
		return "application/octet-stream"
	}
	return t
}

func (s *Server) deleteAttachment(ctx context.Context, c *Caller, in *struct {
	ID desk.AttachmentID `path:"id"`
}) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error { return s.Conversations.Discard(ctx, tx, c.Agent, in.ID) })
}

func (s *Server) attachment(r *http.Request, c *Caller) (desk.Attachment, error) {
	id, err := pathID[desk.AttachmentID](r, "id")
	if err != nil {
		return desk.Attachment{}, err
	}
	return read(r.Context(), s, func(tx *db.Tx) (desk.Attachment, error) {
		return s.Conversations.Attachment(r.Context(), tx, c.Scope, id)
	})
}

// shown are the types that a browser may show in place; everything else is downloaded.
var shown = map[string]bool{"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true}

// isPDF reports whether a file may be shown by the browser's own viewer, which keeps it apart from the desk. Mail programs often call every file
// application/octet-stream, and then its name tells.
func isPDF(a desk.Attachment) bool {
	return a.Type == "application/pdf" || a.Type == "application/octet-stream" && strings.EqualFold(path.Ext(a.Name), ".pdf")
}

// inPlace says as what, and how, a file is given that is to be shown in place, where it may be; otherwise as it stood.
func inPlace(a desk.Attachment, kind, how string) (string, string) {
	switch {
	case shown[a.Type]:
		return a.Type, "inline"
	case isPDF(a):
		return "application/pdf", "inline"
	default:
		return kind, how
	}
}

// heldFor says why a file is held back; what the scanner has not seen is, except for pictures that are shown in place.
func heldFor(a desk.Attachment, r *http.Request) string {
	if a.Held == "" && a.Unscanned && !(shown[a.Type] && r.URL.Query().Get("inline") == "1") {
		return "unscanned"
	}
	return a.Held
}

func (s *Server) getAttachment(w http.ResponseWriter, r *http.Request, c *Caller) error {
	a, err := s.attachment(r, c)
	if err != nil {
		return err
	}
	if a.Held == "virus" {
		return desk.WhyFileIsInfected.Refuse()
	}
	if held := heldFor(a, r); held != "" && r.URL.Query().Get("held") != "1" {
		return &desk.Refusal{Code: desk.Forbidden, Message: "the file is held back: ask for it with held=1", Details: map[string]string{"held": held}}
	}
	if r.URL.Query().Get("frame") == "1" {
		return s.getAttachedFrame(w, r, a)
	}
	f, err := s.Blobs.Open(r.Context(), a.Hash)
	if err != nil {
		return fmt.Errorf("open attachment %s: %w", a.ID, err)
	}
	defer f.Close() // read side only
	h := w.Header()
	kind, how := "application/octet-stream", "attachment"
	if r.URL.Query().Get("inline") == "1" {
		kind, how = inPlace(a, kind, how)
	}
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType(how, map[string]string{"filename": a.Name}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, max-age=86400")
	h.Set("ETag", strconv.Quote(a.Hash[:24]))
	http.ServeContent(w, r, "", time.Time{}, f)
	return nil
}

// largestPicture bounds the pixels that a thumbnail is made of, and with them the memory.
const largestPicture = 50_000_000

// thumbnailSize is the longer side of a thumbnail, for screens of double density.
const thumbnailSize = 480

func (s *Server) getThumbnail(w http.ResponseWriter, r *http.Request, c *Caller) error {
	a, err := s.attachment(r, c)
	if err != nil {
		return err
	}
	if !shown[a.Type] || a.Held != "" {
		return desk.Refuse(desk.NotFound, "there is no small picture of this file")
	}
	w.Header().Set("Cache-Control", "private, max-age=604800, immutable")
	w.Header().Set("ETag", strconv.Quote("t"+a.Hash[:24]))
	if r.Header.Get("If-None-Match") == strconv.Quote("t"+a.Hash[:24]) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	s.pictures <- struct{}{} // pictures are large in memory: few at once
	defer func() { <-s.pictures }()
	f, err := s.Blobs.Open(r.Context(), a.Hash)
	if err != nil {
		return fmt.Errorf("open attachment %s: %w", a.ID, err)
	}
	defer f.Close() // read side only
	small, err := thumbnail(f)
	if err != nil {
		return desk.Refuse(desk.NotFound, "the picture cannot be read")
	}
	w.Header().Set("Content-Type", "image/jpeg")
	return jpeg.Encode(w, small, &jpeg.Options{Quality: 82})
}

func thumbnail(f io.ReadSeeker) (image.Image, error) {
	about, _, err := image.DecodeConfig(f)
	if err != nil {
		return nil, fmt.Errorf("read picture's size: %w", err)
	}
	if about.Width <= 0 || about.Height <= 0 || about.Width*about.Height > largestPicture {
		return nil, fmt.Errorf("a picture of %d × %d pixels is too large", about.Width, about.Height)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read picture: %w", err)
	}
	full, _, err := image.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("read picture: %w", err)
	}
	width, height := about.Width, about.Height
	if most := max(width, height); most > thumbnailSize {
		width, height = max(width*thumbnailSize/most, 1), max(height*thumbnailSize/most, 1)
	}
	small := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(small, small.Bounds(), image.White, image.Point{}, draw.Src) // JPEG knows no transparency
	draw.ApproxBiLinear.Scale(small, small.Bounds(), full, full.Bounds(), draw.Over, nil)
	return small, nil
}

func (s *Server) visibleMessage(r *http.Request, c *Caller) (desk.Message, error) {
	id, err := pathID[desk.MessageID](r, "id")
	if err != nil {
		return desk.Message{}, err
	}
	return read(r.Context(), s, func(tx *db.Tx) (desk.Message, error) { return s.Conversations.Message(r.Context(), tx, c.Scope, id) })
}

func (s *Server) getRawMail(w http.ResponseWriter, r *http.Request, c *Caller) error {
	m, err := s.visibleMessage(r, c)
	if err != nil {
		return err
	}
	var raw io.ReadCloser
	if err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		raw, err = s.Intake.Raw(r.Context(), tx, m.ID)
		return err
	}); err != nil {
		return err
	}
	defer raw.Close() // read side only
	mail := bufio.NewReader(raw)
	if _, err := mail.Peek(1); err != nil && !errors.Is(err, io.EOF) { // opened with the first byte: what is missing must not be a mail cut short
		return fmt.Errorf("open the raw mail of message %s: %w", m.ID, err)
	}
	h := w.Header()
	h.Set("Content-Type", "message/rfc822")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": "message-" + m.ID.String() + ".eml"}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	if _, err := io.Copy(w, mail); err != nil {
		s.Log.WarnContext(r.Context(), "raw mail not sent whole", "message", m.ID, "error", err)
	}
	return nil
}

// writeJSON answers what a stream operation returns as JSON.
func writeJSON(w http.ResponseWriter, status int, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write answer: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, err = w.Write(data)
	return err
}

func readUpTo(r io.Reader, most int64) ([]byte, error) { return io.ReadAll(io.LimitReader(r, most)) }
