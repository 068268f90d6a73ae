package spam

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
)

func zipOf(t testing.TB, names ...string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range names {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(strings.Repeat("content ", 50))); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipOf(name string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Name = name
	z.Write([]byte("x"))
	z.Close()
	return b.Bytes()
}

func tarOf(names ...string) []byte {
	var b bytes.Buffer
	z := tar.NewWriter(&b)
	for _, name := range names {
		z.WriteHeader(&tar.Header{Name: name, Size: 600, Mode: 0o644})
		z.Write(make([]byte, 600))
	}
	z.Close()
	return b.Bytes()
}

func TestDangerousAttachmentsAreHeld(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, kind string
		content    []byte
		want       string
	}{
		{"setup.exe", "", nil, Executable},
		{"SETUP.EXE ", "", nil, Executable},
		{"setup.exe...", "", nil, Executable},
		{"setup.exe::$DATA", "", nil, Executable},
		{"setup．ｅｘｅ", "", nil, Executable},
		{"setup.\u200Bexe", "", nil, Executable},
		{`C:\temp\run.bat`, "", nil, Script},
		{`dir\run.bat`, "", nil, Script},
		{"invoice.pdf.exe", "", nil, DoubleExtension},
		{"invoice.pdf        .exe", "", nil, DoubleExtension},
		{"foto.jpg.js", "", nil, DoubleExtension},
		{"ann\u202Efdp.exe", "", nil, ReversedName},
		{"ann\u202Egpj.pdf", "", nil, ReversedName},
		{strings.Repeat("long name ", 2000) + ".exe", "", nil, Executable},
		{"report.docm", "", nil, Macro},
		{"page.html", "", nil, WebPage},
		{"logo.svg", "image/svg+xml", nil, WebPage},
		{"disk.iso", "", nil, DiskImage},
		{"x.lnk", "", nil, Shortcut},
		{"x.{0002DF01-0000-0000-C000-000000000046}", "", nil, SystemFile},
		{"invoice.pdf", "application/x-msdownload", nil, Executable},
		{"invoice.pdf", "application/pdf", []byte("MZ\x90\x00\x03\x00\x00\x00"), Executable},
		{"invoice.pdf", "application/pdf", []byte("\xEF\xBB\xBF \n<!DOCTYPE HTML><html>"), WebPage},
		{"x.bin2", "", []byte("\x7FELF\x02"), Executable},
		{"run", "", []byte("#!/bin/sh\n"), Script},
		{"x", "", []byte("L\x00\x00\x00\x01\x14\x02\x00"), Shortcut},
		{"a.zip", "", zipOf(t, "readme.txt", "bill.vbs"), "archive." + Script},
		{"a.zip", "", zipOf(t, "docs/bill.pdf.scr"), "archive." + DoubleExtension},
		{"a.zip", "", zipOf(t, "bill.exe")[:60], "archive." + Executable},
		{"report.docx", "", zipOf(t, "word/document.xml", "word/vbaProject.bin"), Macro},
		{"book.xlsx", "", zipOf(t, "xl/workbook.xml", "xl/macrosheets/sheet1.xml"), Macro},
		{"sheet.ods", "", zipOf(t, "content.xml", "Basic/Standard/Module1.xml"), Macro},
		{"old.doc", "application/msword", append([]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1...."), utf16("_VBA_PROJECT")...), Macro},
		{"a.gz", "", gzipOf("bill.js"), "archive." + Script},
		{"a.tar", "", tarOf("a.txt", "b.txt", "bill.js"), "archive." + Script},

		{"invoice.pdf", "application/pdf", []byte("%PDF-1.7"), ""},
		{"photo.jpeg", "image/jpeg", []byte("\xFF\xD8\xFF"), ""},
		{"report.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", zipOf(t, "[Content_Types].xml", "word/document.xml"), ""},
		{"photos.zip", "application/zip", zipOf(t, "1.jpg", "2.jpg", "scripts/notes.txt"), ""},
		{"old.doc", "application/msword", []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 words"), ""},
		{"MZ.txt", "text/plain", []byte("MZ is how this text begins"), ""},
		{"data.xml", "application/xml", []byte(`<?xml version="1.0"?><invoice/>`), ""},
		{"pasūtījums nr. 12.pdf", "", nil, ""},
		{"mail.eml", "message/rfc822", []byte("From: a@b.example"), ""},
		{"exe", "", nil, ""}, {"", "", nil, ""},
	}
	for _, tt := range tests {
		reason, dangerous := Dangerous(tt.name, tt.kind, tt.content)
		if reason != tt.want || dangerous != (tt.want != "") {
			t.Errorf("Dangerous(%q, %q, %d bytes) = %q, %v, want %q", tt.name, tt.kind, len(tt.content), reason, dangerous, tt.want)
		}
	}
}

func TestDangerousIsBounded(t *testing.T) {
	t.Parallel()
	for _, content := range [][]byte{
		bytes.Repeat([]byte("PK\x03\x04"), 10<<20), bytes.Repeat([]byte("PK\x01\x02"), 10<<20), bytes.Repeat([]byte("PK\x05\x06"), 10<<20),
		append([]byte("\x1F\x8B\x08\x08"), make([]byte, 40<<20)...), append([]byte("\x1F\x8B\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), bytes.Repeat([]byte("x"), 1<<20)...),
	} {
		// Work that grows faster than the content would not end within the time that the whole run has.
		if reason, bad := Dangerous("x", "", content); bad != (reason != "") {
			t.Errorf("Dangerous = %q, %v", reason, bad)
		}
	}
}

func FuzzDangerous(f *testing.F) {
	f.Add("a.zip", "application/zip", zipOf(f, "a.exe", "b.txt"))
	f.Add("a.gz", "", gzipOf("x.js"))
	f.Add("a.tar", "", tarOf("a", "b"))
	f.Add("x\u202E", "text/html", []byte("\xD0\xCF\x11\xE0"))
	f.Fuzz(func(t *testing.T, name, kind string, content []byte) {
		reason, dangerous := Dangerous(name, kind, content)
		if (reason != "") != dangerous {
			t.Errorf("Dangerous(%q) = %q, %v", name, reason, dangerous)
		}
	})
}
