package widget

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"tellus/internal/feature/form"
)

// FuzzUpload reads whatever a browser or a program sends: within bounds, without a panic, and without a file left open or behind.
func FuzzUpload(f *testing.F) {
	f.Add("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\na@b.example\r\n--b--\r\n")
	f.Add("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"..\\..\\a.exe\"\r\n\r\nMZ\r\n--b--\r\n")
	f.Add("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; filename=\"\xff/\"\r\n\r\n--b\r\n--b")
	f.Add("multipart/form-data", "--\r\n")
	f.Add("text/plain", "")
	f.Fuzz(func(t *testing.T, kind, body string) {
		r := httptest.NewRequest(http.MethodPost, "/form/k", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		r.Body = http.MaxBytesReader(httptest.NewRecorder(), io.NopCloser(strings.NewReader(body)), mostBody)
		up, err := readUpload(r, t.TempDir(), true)
		defer up.close()
		if err != nil {
			return
		}
		if len(up.files) > form.MostFiles || len(up.fields) > mostParts {
			t.Errorf("%d files, %d fields", len(up.files), len(up.fields))
		}
		files, err := up.take()
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if len(file.Name) > 200 || !utf8.ValidString(file.Name) || strings.ContainsAny(file.Name, `\`) || strings.Contains(strings.Trim(file.Name, "/"), "/") {
				t.Errorf("name %q", file.Name)
			}
		}
		w := form.Written{Name: up.fields["name"], Email: up.fields["email"], Subject: up.fields["subject"], Text: up.fields["message"], Page: up.fields["page"]}
		ask := form.Form{Settings: form.Settings{Name: "optional", Subject: "optional"}}
		ask.Check(&w)
		if again := w; len(ask.Check(&again)) == 0 && again != w {
			t.Errorf("checked twice: %+v, once: %+v", again, w)
		}
	})
}

func TestFileNamesAreBounded(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		`C:\fakepath\bilde.png`: "bilde.png", "../../etc/passwd": "passwd", strings.Repeat("ž", 150) + ".pdf": strings.Repeat("ž", 98) + ".pdf",
		"a." + strings.Repeat("x", 300): "a." + strings.Repeat("x", 198),
	} {
		if got := fileName(name); got != want {
			t.Errorf("fileName(%.30q) = %q, want %q", name, got, want)
		}
	}
}
