package app

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
)

// Entries of a backup, in this order. The checksums come last, so that a file cut short lacks them.
const (
	manifestEntry   = "manifest.json"
	tablesEntry     = "database/tables.json" // PostgreSQL
	sqliteEntry     = "database/tellus.db"
	tablePrefix     = "database/table/" // PostgreSQL: NAME/NNNNNN, rows in COPY's text format
	blobPrefix      = "blobs/"
	redactionsEntry = "redactions.log"
	checksumsEntry  = "checksums.txt"
)

const archiveFormat = 1

// Manifest says what a backup holds.
type Manifest struct {
	Format        int       `json:"format"`
	At            time.Time `json:"at"`
	Version       string    `json:"version"` // of the program that wrote it
	Database      string    `json:"database"`
	Migrations    []string  `json:"migrations"` // applied to the database, as NNNN_name
	Conversations int64     `json:"conversations"`
	Messages      int64     `json:"messages"`
	Blobs         int64     `json:"blobs"`
	KeyIncluded   bool      `json:"keyIncluded"` // always false, said for whoever opens the file
}

// String describes the backup in words.
func (m Manifest) String() string {
	return fmt.Sprintf("%s of %s, %d conversations, %d messages, %d files", m.Database, m.At.UTC().Format("2006-01-02 15:04 UTC"),
		m.Conversations, m.Messages, m.Blobs)
}

// archiveWriter writes a backup beside its place and puts it there, durably, when it is whole.
type archiveWriter struct {
	path string
	file *os.File
	comp io.WriteCloser // nil for plain tar
	tar  *tar.Writer
	at   time.Time
	sums bytes.Buffer
}

func createArchive(path string, at time.Time) (*archiveWriter, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // made with mode 0600
	if err != nil {
		return nil, err
	}
	a := &archiveWriter{path: path, file: f, at: at}
	switch {
	case strings.HasSuffix(path, ".gz"), strings.HasSuffix(path, ".tgz"):
		a.comp = gzip.NewWriter(f)
	case strings.HasSuffix(path, ".zst"):
		if a.comp, err = zstd.NewWriter(f); err != nil {
			return nil, errors.Join(err, a.abort())
		}
	}
	if a.comp != nil {
		a.tar = tar.NewWriter(a.comp)
	} else {
		a.tar = tar.NewWriter(f)
	}
	return a, nil
}

// add writes an entry of exactly size bytes.
func (a *archiveWriter) add(name string, size int64, r io.Reader) error {
	err := a.tar.WriteHeader(&tar.Header{Name: name, Size: size, Mode: 0o600, ModTime: a.at, Format: tar.FormatPAX})
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(a.tar, sum), r)
	if err == nil && n != size {
		err = fmt.Errorf("has %d bytes, not %d", n, size)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	fmt.Fprintf(&a.sums, "%x  %s\n", sum.Sum(nil), name)
	return nil
}

func (a *archiveWriter) addBytes(name string, data []byte) error {
	return a.add(name, int64(len(data)), bytes.NewReader(data))
}

func (a *archiveWriter) addJSON(name string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return a.addBytes(name, append(data, '\n'))
}

func (a *archiveWriter) addFile(name, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close() // read side only
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return a.add(name, info.Size(), f)
}

// finish writes the checksums and puts the file in its place.
func (a *archiveWriter) finish() error {
	sums := bytes.Clone(a.sums.Bytes())
	if err := a.addBytes(checksumsEntry, sums); err != nil {
		return err
	}
	err := a.tar.Close()
	if a.comp != nil {
		err = errors.Join(err, a.comp.Close())
	}
	if err = errors.Join(err, a.file.Sync(), a.file.Close()); err != nil {
		return err
	}
	if err := os.Rename(a.file.Name(), a.path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(a.path))
}

// abort removes what was written; after finish it does nothing.
func (a *archiveWriter) abort() error {
	a.file.Close() // what was written is thrown away
	err := os.Remove(a.file.Name())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

func syncFolder(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// readArchive calls fn for each entry of a backup, in order. fn need not read an entry to its end.
func readArchive(path string, fn func(name string, size int64, r io.Reader) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close() // read side only
	return readEntries(f, fn)
}

func readEntries(file io.Reader, fn func(name string, size int64, r io.Reader) error) error {
	plain, err := uncompressed(file)
	if err != nil {
		return err
	}
	defer plain.Close()
	for t := tar.NewReader(plain); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return notBackup(err)
		}
		if h.Typeflag != tar.TypeReg || !knownEntry(h.Name) {
			return notBackup(fmt.Errorf("it holds %q", h.Name))
		}
		if err := fn(h.Name, h.Size, t); err != nil {
			return err
		}
	}
}

func notBackup(err error) error { return fmt.Errorf("this is not a whole backup of Tellus: %w", err) }

// knownEntry keeps names out that a backup does not have, such as paths out of the folder.
func knownEntry(name string) bool {
	switch name {
	case manifestEntry, tablesEntry, sqliteEntry, redactionsEntry, checksumsEntry:
		return true
	}
	if rest, ok := strings.CutPrefix(name, tablePrefix); ok {
		table, part, ok := strings.Cut(rest, "/")
		return ok && plainName(table) && plainName(part)
	}
	rest, ok := strings.CutPrefix(name, blobPrefix)
	return ok && plainName(rest)
}

// plainName reports whether s is made of lower-case letters, digits and underscores.
func plainName(s string) bool {
	return s != "" && len(s) <= 128 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// uncompressed looks at the first bytes to tell zstd, gzip and plain tar.
func uncompressed(f io.Reader) (io.ReadCloser, error) {
	r := bufio.NewReaderSize(f, 256<<10)
	head, err := r.Peek(4)
	if err != nil {
		return nil, notBackup(err)
	}
	switch {
	case bytes.Equal(head, []byte{0x28, 0xb5, 0x2f, 0xfd}): // RFC 8878 section 3.1.1
		z, err := zstd.NewReader(r, zstd.WithDecoderMaxMemory(256<<20))
		if err != nil {
			return nil, notBackup(err)
		}
		return z.IOReadCloser(), nil
	case head[0] == 0x1f && head[1] == 0x8b: // RFC 1952 section 2.3.1
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, notBackup(err)
		}
		return z, nil
	}
	return io.NopCloser(r), nil
}

// readSmall reads an entry that must fit in memory.
func readSmall(name string, size int64, r io.Reader) ([]byte, error) {
	const most = 1 << 30 // checksums of ten million files
	if size > most {
		return nil, notBackup(fmt.Errorf("%s has %d bytes", name, size))
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, notBackup(err)
	}
	return data, nil
}

// verifyArchive reads a backup to its end and compares every checksum, before anything is written anywhere.
func verifyArchive(path string) (Manifest, error) {
	f, err := os.Open(path)
	if err != nil {
		return Manifest{}, err
	}
	defer f.Close() // read side only
	return verifyEntries(f)
}

func verifyEntries(file io.Reader) (Manifest, error) {
	var m Manifest
	var written []byte
	found := map[string]string{}
	err := readEntries(file, func(name string, size int64, r io.Reader) error {
		if written != nil {
			return notBackup(fmt.Errorf("%s comes after the checksums", name))
		}
		if name == checksumsEntry {
			data, err := readSmall(name, size, r)
			written = data
			return err
		}
		if len(found) == 0 && name != manifestEntry {
			return notBackup(fmt.Errorf("it begins with %s", name))
		}
		if _, twice := found[name]; twice {
			return notBackup(fmt.Errorf("it holds %s twice", name))
		}
		sum := sha256.New()
		if name == manifestEntry {
			data, err := readSmall(name, size, r)
			if err != nil {
				return err
			}
			sum.Write(data)
			if err := json.Unmarshal(data, &m); err != nil {
				return notBackup(err)
			}
		} else if _, err := io.Copy(sum, r); err != nil {
			return notBackup(err)
		}
		found[name] = hex.EncodeToString(sum.Sum(nil))
		return nil
	})
	if err != nil {
		return Manifest{}, err
	}
	if written == nil {
		return Manifest{}, notBackup(errors.New("the checksums at its end are missing"))
	}
	if err := compareSums(written, found); err != nil {
		return Manifest{}, err
	}
	if m.Format != archiveFormat {
		return Manifest{}, fmt.Errorf("the backup has format %d, this program reads %d: use the program that wrote it (%s) or a newer one", m.Format, archiveFormat, m.Version)
	}
	return m, nil
}

func compareSums(written []byte, found map[string]string) error {
	listed := 0
	for line := range strings.Lines(string(written)) {
		sum, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		if !ok {
			return notBackup(errors.New("its checksums cannot be read"))
		}
		listed++
		switch got, there := found[name]; {
		case !there:
			return notBackup(fmt.Errorf("%s is missing", name))
		case got != sum:
			return fmt.Errorf("the backup is damaged: the checksum of %s is wrong", name)
		}
	}
	if listed != len(found) {
		return notBackup(fmt.Errorf("it holds %d entries and %d checksums", len(found), listed))
	}
	return nil
}
