package asic

import (
	"archive/zip"
	"bytes"
	"crypto/sha1" //nolint:gosec // old containers name it; a match says nothing, and a difference says enough
	"crypto/sha256"
	"crypto/sha512"
	"hash"
	"io"
)

// digests are the kinds of digest by their URI (RFC 9231, section 2.1) and by the object identifiers of CMS.
var digests = map[string]func() hash.Hash{
	"http://www.w3.org/2000/09/xmldsig#sha1":        sha1.New,
	"http://www.w3.org/2001/04/xmlenc#sha256":       sha256.New,
	"http://www.w3.org/2001/04/xmldsig-more#sha224": sha256.New224,
	"http://www.w3.org/2001/04/xmldsig-more#sha384": sha512.New384,
	"http://www.w3.org/2001/04/xmlenc#sha512":       sha512.New,
	"1.3.14.3.2.26":          sha1.New,
	"2.16.840.1.101.3.4.2.1": sha256.New,
	"2.16.840.1.101.3.4.2.2": sha512.New384,
	"2.16.840.1.101.3.4.2.3": sha512.New,
}

// compare gives each file its state.
func (c *Container) compare(z *zip.Reader) {
	unread := false
	for _, s := range c.Signatures {
		unread = unread || s.unread
	}
	room := int64(maxDigested)
	for i := range c.Files {
		f := &c.Files[i]
		f.State = c.state(z, f, unread, &room)
	}
}

func (c *Container) state(z *zip.Reader, f *File, unread bool, room *int64) State {
	named, matching, unchecked := 0, 0, unread
	sums := map[string][]byte{}
	for _, s := range c.Signatures {
		for _, r := range s.references {
			if r.name != f.Name {
				continue
			}
			named++
			sum, ok := sums[r.method]
			if !ok {
				sum = digestOf(z.File[f.Index], r.method, room)
				sums[r.method] = sum
			}
			switch {
			case sum == nil || len(r.digest) == 0:
				unchecked = true
			case !bytes.Equal(sum, r.digest):
				return Altered
			default:
				matching++
			}
			break
		}
	}
	switch {
	case unchecked:
		return Unchecked
	case named == 0:
		return Unsigned
	case matching < len(c.Signatures):
		return Partly
	default:
		return Signed
	}
}

// digestOf is nil where the kind is unknown, or the file too large or unreadable.
func digestOf(e *zip.File, method string, room *int64) []byte {
	kind := digests[method]
	if kind == nil {
		return nil
	}
	f, err := e.Open()
	if err != nil {
		return nil
	}
	defer f.Close() // read side only
	h := kind()
	n, err := io.Copy(h, io.LimitReader(f, *room+1))
	*room -= n
	if err != nil || *room < 0 {
		*room = max(*room, 0)
		return nil
	}
	return h.Sum(nil)
}
