package api

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
)

// zipped is a container with the given files, name and content in turn.
func zipped(t *testing.T, pairs ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		w, err := z.Create(pairs[i])
		if err == nil {
			_, err = io.WriteString(w, pairs[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSignedContainerOpensOnTheDesk(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		b := h.as(h.d.Eva)
		up := h.upload(b, "līgums.edoc", zipped(t, "mimetype", "application/vnd.etsi.asic-e+zip", "līgums.pdf", "%PDF-1.7 x", "run.exe", "MZ", "META-INF/signatures0.xml", "<x/>"))
		var got container
		at := fmt.Sprintf("/attachments/%s/container", up.ID)
		b.do(get, at, nil, &got)
		want := container{
			Files:      []containerFile{{1, "līgums.pdf", 10, "unsigned", ""}, {2, "run.exe", 2, "unsigned", "executable"}},
			Signatures: []containerSignature{},
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("the container (-want +got):\n%s", d)
		}
		for _, c := range []struct {
			rest   string
			status int
			kind   string
			body   string
		}{
			{"/1", 200, "application/octet-stream", "%PDF-1.7 x"},
			{"/1?inline=1", 200, "application/pdf", "%PDF-1.7 x"},
			{"/2", 403, "application/problem+json", ""},
			{"/2?held=1&inline=1", 200, "application/octet-stream", "MZ"},
			{"/0", 404, "application/problem+json", ""},
			{"/99", 404, "application/problem+json", ""},
			{"/x", 422, "application/problem+json", ""},
		} {
			status, body, header := b.send(get, at+c.rest, nil)
			if status != c.status || header.Get("Content-Type") != c.kind || c.body != "" && string(body) != c.body {
				t.Errorf("GET %s = %d %s %q, want %d %s %q", c.rest, status, header.Get("Content-Type"), body, c.status, c.kind, c.body)
			}
		}
		for name, content := range map[string]string{"plain.zip": zipped(t, "a", "b"), "not.asice": "hello", "plain.asice": zipped(t, "a", "b")} {
			other := h.upload(b, name, content)
			if status, body, _ := b.send(get, fmt.Sprintf("/attachments/%s/container", other.ID), nil); status != 404 {
				t.Errorf("%s opened as a container: %d %s", name, status, body)
			}
		}
		if status, _, _ := h.as(h.d.Agent("Otto", desk.Supervisor)).send(get, at, nil); status != 404 {
			t.Errorf("another agent opens an unsent upload: %d", status)
		}
	})
}
