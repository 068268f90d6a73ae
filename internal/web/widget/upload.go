package widget

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"path"
	"strings"

	"tellus/internal/feature/form"
	"tellus/internal/platform/mailmsg"
)

// Bounds of what is read: words, and the whole with files, in bytes; parts of any kind.
const (
	mostWords = 256 << 10
	mostBody  = form.MostBytes + mostWords + 64<<10
	mostParts = 40
)

// errForm is returned for what no form of ours sends.
var errForm = errors.New("not a form")

// upload is a form as a browser sent it (RFC 7578). Files lie on disk until they are taken; close removes them.
type upload struct {
	fields map[string]string
	files  []spooled
	bytes  int64 // of the files, also of what was left out
	many   int   // files, also those left out
}

type spooled struct {
	name, kind string
	on         *os.File
}

// readUpload reads within bounds. What is over them is counted and left out, so that the visitor can be told without losing his words.
func readUpload(r *http.Request, dir string, files bool) (u *upload, err error) {
	u = &upload{fields: map[string]string{}}
	defer func() {
		if err != nil {
			u.close()
		}
	}()
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return u, errForm
	}
	words := int64(mostWords)
	parts := multipart.NewReader(r.Body, params["boundary"])
	for n := 0; ; n++ {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return u, nil
		}
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			u.bytes = max(u.bytes, form.MostBytes+1)
			return u, nil
		}
		if err != nil || n >= mostParts {
			return u, fmt.Errorf("part %d: %w", n, errors.Join(errForm, err))
		}
		name := part.FormName()
		if part.FileName() != "" {
			if err := u.spool(part, dir, files && u.many < form.MostFiles); err != nil {
				return u, err
			}
			continue
		}
		if name == "files" {
			continue // browsers send an empty part where no file was chosen
		}
		value, err := io.ReadAll(io.LimitReader(part, words+1))
		if words -= int64(len(value)); words < 0 {
			return u, errForm
		}
		if err != nil {
			return u, fmt.Errorf("field: %w", errors.Join(errForm, err))
		}
		if _, twice := u.fields[name]; !twice {
			u.fields[name] = string(value)
		}
	}
}

// spool copies a file to disk as long as it fits.
func (u *upload) spool(part *multipart.Part, dir string, keep bool) error {
	u.many++
	if !keep {
		return nil
	}
	on, err := os.CreateTemp(dir, "tellus-form-*")
	if err != nil {
		return fmt.Errorf("keep an upload: %w", err)
	}
	_ = os.Remove(on.Name()) // its blocks live as long as it is open; where that fails, close tries again
	u.files = append(u.files, spooled{name: fileName(part.FileName()), kind: part.Header.Get("Content-Type"), on: on})
	size, err := io.Copy(on, io.LimitReader(part, form.MostBytes-u.bytes+1))
	u.bytes += size
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		u.bytes = max(u.bytes, form.MostBytes+1)
		return nil
	}
	if err != nil {
		return fmt.Errorf("keep an upload: %w", errors.Join(errForm, err))
	}
	return nil
}

// take reads the files into memory.
func (u *upload) take() ([]mailmsg.File, error) {
	var out []mailmsg.File
	for _, f := range u.files {
		if _, err := f.on.Seek(0, io.SeekStart); err != nil {
			return nil, fmt.Errorf("read an upload: %w", err)
		}
		content, err := io.ReadAll(f.on)
		if err != nil {
			return nil, fmt.Errorf("read an upload: %w", err)
		}
		out = append(out, mailmsg.File{Name: f.name, MediaType: f.kind, Content: content})
	}
	return out, nil
}

func (u *upload) close() {
	for _, f := range u.files {
		_ = f.on.Close()           // nothing of it is needed any more
		_ = os.Remove(f.on.Name()) // gone already, as a rule
	}
}

// fileName is the last part of a name, at most 200 bytes: some browsers sent whole paths.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	if len(name) <= 200 {
		return name
	}
	ext := path.Ext(name)
	if len(ext) > 20 {
		ext = ""
	}
	return strings.ToValidUTF8(name[:200-len(ext)], "") + ext
}
