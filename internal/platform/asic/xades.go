package asic

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"
)

const (
	nsDSig   = "http://www.w3.org/2000/09/xmldsig#"
	nsXAdES  = "http://uri.etsi.org/01903/" // with a version behind it
	maxValue = 1 << 18                      // characters of one value that is kept: a certificate, a digest
	maxDepth = 200
)

// reference is a file that a signature names, with its digest.
type reference struct {
	name   string // path within the container, decoded
	method string // URI of the digest's kind
	digest []byte
}

// readXAdES reads the signatures of a file of XAdES signatures (EN 319 132-1). What it read before a fault is returned with the error.
func readXAdES(data []byte) ([]Signature, error) {
	d := xml.NewDecoder(bytes.NewReader(data))
	d.CharsetReader = func(label string, _ io.Reader) (io.Reader, error) {
		return nil, fmt.Errorf("charset %q is not read", label)
	}
	s := sheetReader{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return s.done, nil
		}
		if err != nil {
			return s.done, fmt.Errorf("read signatures: %w", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if len(s.path) == maxDepth {
				return s.done, errors.New("read signatures: too deep")
			}
			s.path = append(s.path, t.Name)
			s.text.Reset()
			s.start(t)
		case xml.CharData:
			if s.text.Len()+len(t) <= maxValue {
				s.text.Write(t)
			}
		case xml.EndElement:
			s.end(t.Name)
			s.path = s.path[:len(s.path)-1]
		}
	}
}

// sheetReader goes through a file of signatures once.
type sheetReader struct {
	path     []xml.Name
	text     strings.Builder
	now      *Signature // the signature that is being read
	at       int        // depth of its element
	ref      *reference // the reference that is being read
	skip     bool       // the reference is to a part of the signature itself
	certSeen bool
	total    int
	done     []Signature
}

func (s *sheetReader) start(t xml.StartElement) {
	switch {
	case t.Name.Space == nsDSig && t.Name.Local == "Signature" && s.now == nil: // countersignatures within are not listed apart
		s.now, s.at, s.certSeen = &Signature{}, len(s.path), false
	case s.now == nil:
	case t.Name.Space == nsDSig && t.Name.Local == "Reference" && s.within("SignedInfo") && len(s.path) == s.at+2:
		s.ref, s.skip = &reference{}, false
		uri, kind := attribute(t, "URI"), attribute(t, "Type")
		if uri == "" || strings.HasPrefix(uri, "#") || strings.HasSuffix(kind, "#SignedProperties") {
			s.skip = true
			return
		}
		s.ref.name = decodeName(uri)
	case t.Name.Space == nsDSig && t.Name.Local == "Transform" && s.ref != nil && !s.skip:
		s.ref.method = "transformed" // what was digested is not the file as it lies there
	case t.Name.Space == nsDSig && t.Name.Local == "DigestMethod" && s.ref != nil:
		if s.ref.method == "" {
			s.ref.method = attribute(t, "Algorithm")
		}
	case strings.HasPrefix(t.Name.Space, nsXAdES) && (t.Name.Local == "SignatureTimeStamp" || t.Name.Local == "ArchiveTimeStamp"):
		s.now.Stamped = true
	}
}

func (s *sheetReader) end(name xml.Name) {
	if s.now == nil {
		return
	}
	switch {
	case name.Space == nsDSig && name.Local == "DigestValue" && s.ref != nil && len(s.path) == s.at+3:
		s.ref.digest = fromBase64(s.text.String())
	case name.Space == nsDSig && name.Local == "Reference" && s.ref != nil && len(s.path) == s.at+2:
		if !s.skip {
			if s.total++; s.total > maxReferences {
				s.now.unread = true
			} else {
				s.now.references = append(s.now.references, *s.ref)
			}
		}
		s.ref = nil
	case name.Space == nsDSig && name.Local == "X509Certificate" && !s.certSeen && len(s.path) == s.at+3: // the first in KeyInfo/X509Data is the signer's
		s.certSeen = true
		s.now.signedWith(fromBase64(s.text.String()))
	case strings.HasPrefix(name.Space, nsXAdES) && name.Local == "SigningTime" && s.now.At.IsZero():
		s.now.At = signingTime(s.text.String())
	case name.Space == nsDSig && name.Local == "Signature" && len(s.path) == s.at:
		s.done, s.now = append(s.done, *s.now), nil
		if len(s.done) > maxSignatures {
			s.done = s.done[:maxSignatures]
		}
	}
	s.text.Reset()
}

// within reports whether the parent element has a name.
func (s *sheetReader) within(local string) bool {
	return len(s.path) > 1 && s.path[len(s.path)-2] == xml.Name{Space: nsDSig, Local: local}
}

func attribute(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// decodeName turns a reference's URI into a path within the container (RFC 3986, section 2.1; some programs leave names as they are).
func decodeName(uri string) string {
	if decoded, err := url.PathUnescape(uri); err == nil {
		uri = decoded
	}
	return strings.TrimPrefix(strings.TrimPrefix(strings.ReplaceAll(uri, `\`, "/"), "./"), "/")
}

func fromBase64(s string) []byte {
	data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		return nil
	}
	return data
}

// signingTime reads an xsd:dateTime; one without a zone counts as UTC.
func signingTime(s string) time.Time {
	s = strings.TrimSpace(s)
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(form, s); err == nil && t.Year() > 1990 && t.Year() < 10000 {
			return t.UTC()
		}
	}
	return time.Time{}
}

// oidOrganisationIdentifier stands in the subject of a seal's certificate (EN 319 412-3, section 4.2.1).
var (
	oidOrganisationIdentifier = asn1.ObjectIdentifier{2, 5, 4, 97}
	oidGivenName              = asn1.ObjectIdentifier{2, 5, 4, 42}
	oidSurname                = asn1.ObjectIdentifier{2, 5, 4, 4}
)

// signedWith takes the signer from a certificate. The person's code within it (serialNumber) is left out: it is nobody's business at a desk.
func (s *Signature) signedWith(der []byte) {
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return
	}
	given, surname := part(cert.Subject, oidGivenName), part(cert.Subject, oidSurname)
	s.Signer = clip(cert.Subject.CommonName)
	if given != "" && surname != "" {
		s.Signer = clip(given + " " + surname) // common names often hold the person's code
	}
	if len(cert.Subject.Organization) > 0 {
		s.Organisation = clip(cert.Subject.Organization[0])
	}
	s.Seal = given == "" && surname == "" && part(cert.Subject, oidOrganisationIdentifier) != ""
	s.Issuer = clip(cert.Issuer.CommonName)
	if s.Issuer == "" && len(cert.Issuer.Organization) > 0 {
		s.Issuer = clip(cert.Issuer.Organization[0])
	}
	s.From, s.To = cert.NotBefore.UTC(), cert.NotAfter.UTC()
}

func part(n pkix.Name, oid asn1.ObjectIdentifier) string {
	for _, a := range n.Names {
		if v, ok := a.Value.(string); ok && a.Type.Equal(oid) {
			return v
		}
	}
	return ""
}

func clip(s string) string {
	const most = 200
	if r := []rune(strings.ToValidUTF8(s, "�")); len(r) > most {
		return string(r[:most]) + "…"
	}
	return strings.ToValidUTF8(s, "�")
}
