// Package asic reads signed containers: ZIP files that hold documents together with the signatures over them (ETSI EN 319 162-1, "ASiC"), and their
// elder and national relatives: .edoc (Latvia), .adoc (Lithuania), .bdoc (Estonia). It lists the files and says who signed them, as the container
// claims. It compares the files with the digests that were signed, and it judges neither a signature's value nor a certificate's trust: who needs that
// asks a validation service (EN 319 102-1).
package asic

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"
)

// Bounds, so that no container costs more than linear work. What lies beyond them is left out, and Container.Cut says so.
const (
	maxFiles      = 1000      // files that are listed
	maxSignatures = 100       // signatures that are read
	maxSheet      = 4 << 20   // bytes of one file of signatures
	maxDigested   = 128 << 20 // bytes of files that are compared with what was signed, all together
	maxReferences = 4000      // files that signatures name, all together
)

// ErrNotContainer is returned for what is no ZIP file, or one without any sign of being a signed container.
var ErrNotContainer = errors.New("not a signed container")

// Container is what a signed container holds.
type Container struct {
	Files      []File
	Signatures []Signature
	Cut        bool // there was more than is read
}

// State says how a file compares with what was signed.
type State string

// The states of a file. Matching digests alone do not make a signature valid; a digest that differs makes every signature over it worthless.
const (
	Signed    State = "signed"    // every signature of the container names it, and the digests match
	Partly    State = "partly"    // some signatures name it, with matching digests; others leave it out
	Unsigned  State = "unsigned"  // no signature names it
	Altered   State = "altered"   // it is not the file that was signed
	Unchecked State = "unchecked" // too large to be compared, or named by digests of an unknown kind, or of signatures that could not be read
)

// File is a document within a container.
type File struct {
	Name  string // its path within, with slashes
	Size  int64  // bytes
	State State
	Index int // of the entry in the ZIP file
}

// Signature is what a signature claims. Nothing of it is verified.
type Signature struct {
	Signer       string    // common name, or given name and surname; empty where there is no readable certificate
	Organisation string    // of the certificate's subject
	Issuer       string    // who issued the certificate
	At           time.Time // when it was signed by the signer's own clock, zero where it does not say
	From, To     time.Time // when the certificate is valid
	Stamped      bool      // an authority's time stamp lies beside it
	Seal         bool      // made by an organisation and not by a person (EN 319 412-3)

	references []reference
	unread     bool // it covers something that was not understood
}

// Read reads a container of size bytes.
func Read(r io.ReaderAt, size int64) (*Container, error) {
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // the names are shown and never used as paths
		return nil, fmt.Errorf("%w: %w", ErrNotContainer, err)
	}
	c := &Container{}
	sheets, simple := c.sort(z)
	if len(sheets) == 0 && !declared(z) {
		return nil, ErrNotContainer
	}
	for _, s := range sheets {
		if err := c.readSheet(s, z, simple); err != nil {
			c.Signatures = append(c.Signatures, Signature{unread: true})
		}
	}
	c.compare(z)
	return c, nil
}

// Open opens one file of a container by its index.
func Open(r io.ReaderAt, size int64, index int) (io.ReadCloser, *File, error) {
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, nil, fmt.Errorf("%w: %w", ErrNotContainer, err)
	}
	if index < 0 || index >= len(z.File) || !isDocument(z.File[index]) {
		return nil, nil, fmt.Errorf("no file %d in the container", index)
	}
	e := z.File[index]
	f, err := e.Open()
	if err != nil {
		return nil, nil, fmt.Errorf("open file %d of the container: %w", index, err)
	}
	return f, &File{Name: nameOf(e), Size: int64(min(e.UncompressedSize64, 1<<62)), Index: index}, nil
}

// sort lists the documents and returns the files that hold signatures. simple is the one document of a container of the simple form (ASiC-S, section
// 4.3), whose signature does not name it.
func (c *Container) sort(z *zip.Reader) (sheets []*zip.File, simple *zip.File) {
	for i, e := range z.File {
		switch {
		case isSheet(e.Name):
			if len(sheets) == maxSignatures {
				c.Cut = true
				continue
			}
			sheets = append(sheets, e)
		case isDocument(e):
			if len(c.Files) == maxFiles {
				c.Cut = true
				continue
			}
			c.Files = append(c.Files, File{Name: nameOf(e), Size: int64(min(e.UncompressedSize64, 1<<62)), State: Unsigned, Index: i})
		}
	}
	if len(c.Files) == 1 {
		simple = z.File[c.Files[0].Index]
	}
	return sheets, simple
}

// isSheet reports whether an entry holds signatures: META-INF/*signatures*.xml (EN 319 162-1, 4.4.2; ADoc has them one folder deeper), or a CMS
// signature or time stamp.
func isSheet(name string) bool {
	folder, base, ok := strings.Cut(strings.ToLower(strings.ReplaceAll(name, `\`, "/")), "/")
	if !ok || folder != "meta-inf" {
		return false
	}
	base = path.Base(base)
	switch path.Ext(base) {
	case ".xml":
		return strings.Contains(base, "signature")
	case ".p7s":
		return true
	default:
		return false
	}
}

// isDocument leaves out folders, what the container needs for itself, and the metadata that ADoc keeps beside its documents.
func isDocument(e *zip.File) bool {
	name := strings.ReplaceAll(e.Name, `\`, "/")
	top, _, deeper := strings.Cut(name, "/")
	return !strings.HasSuffix(name, "/") && name != "mimetype" && !(deeper && (strings.EqualFold(top, "META-INF") || top == "metadata"))
}

// nameOf is the entry's name as it is shown: with slashes, in valid UTF-8.
func nameOf(e *zip.File) string {
	return strings.ToValidUTF8(strings.ReplaceAll(e.Name, `\`, "/"), "�")
}

// declared reports whether the first entry says that this is a container (EN 319 162-1, A.1), as an unsigned one does.
func declared(z *zip.Reader) bool {
	i := slices.IndexFunc(z.File, func(e *zip.File) bool { return e.Name == "mimetype" })
	if i < 0 {
		return false
	}
	said, err := readUpTo(z.File[i], 200)
	return err == nil && (strings.HasPrefix(string(said), "application/vnd.etsi.asic-") || strings.HasPrefix(string(said), "application/vnd.lt.archyvai.adoc") ||
		strings.HasPrefix(string(said), "application/vnd.bdoc"))
}

var errTooLarge = errors.New("larger than is read")

func readUpTo(e *zip.File, most int64) ([]byte, error) {
	f, err := e.Open()
	if err != nil {
		return nil, fmt.Errorf("open %q: %w", e.Name, err)
	}
	defer f.Close() // read side only
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, fmt.Errorf("read %q: %w", e.Name, err)
	}
	if int64(len(data)) > most {
		return nil, fmt.Errorf("read %q: %w", e.Name, errTooLarge)
	}
	return data, nil
}

func (c *Container) readSheet(sheet *zip.File, z *zip.Reader, simple *zip.File) error {
	data, err := readUpTo(sheet, maxSheet)
	if err != nil {
		return err
	}
	var found []Signature
	if strings.EqualFold(path.Ext(sheet.Name), ".p7s") {
		found, err = readCMS(data, manifestOf(z, sheet.Name), simple)
	} else {
		found, err = readXAdES(data)
	}
	if room := maxSignatures - len(c.Signatures); len(found) > room {
		found, c.Cut = found[:max(room, 0)], true
	}
	c.Signatures = append(c.Signatures, found...)
	return err
}
