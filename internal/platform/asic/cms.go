package asic

import (
	"archive/zip"
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/xml"
	"errors"
	"fmt"
	"math/big"
	"path"
	"strings"
	"time"
)

// The parts of CMS that say who signed (RFC 5652, section 5).
type (
	contentInfo struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"explicit,tag:0"`
	}
	signedData struct {
		Version      int
		Digests      asn1.RawValue
		Content      asn1.RawValue
		Certificates asn1.RawValue `asn1:"optional,tag:0"`
		CRLs         asn1.RawValue `asn1:"optional,tag:1"`
		Signers      []signerInfo  `asn1:"set"`
	}
	signerInfo struct {
		Version   int
		Signer    asn1.RawValue // issuer and serial number, or [0] the key's identifier
		Digest    algorithm
		Signed    asn1.RawValue `asn1:"optional,tag:0"`
		Algorithm asn1.RawValue
		Value     []byte
		Unsigned  asn1.RawValue `asn1:"optional,tag:1"`
	}
	algorithm struct {
		OID    asn1.ObjectIdentifier
		Params asn1.RawValue `asn1:"optional"`
	}
	attributeOf struct {
		Type   asn1.ObjectIdentifier
		Values asn1.RawValue
	}
	issuerAndSerial struct {
		Issuer asn1.RawValue
		Serial *big.Int
	}
)

var (
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningTime   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}
	oidTimeStamp     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14}
)

// readCMS reads a CMS signature (CAdES). It is over the one document of a simple container, or over a manifest that names the documents (EN 319 162-1,
// sections 4.3.3.2 and 4.4.3.2). What it does not understand is an error, with the signatures that it had read.
func readCMS(data []byte, named []reference, simple *zip.File) ([]Signature, error) {
	var info contentInfo
	if _, err := asn1.Unmarshal(data, &info); err != nil {
		return nil, fmt.Errorf("read CMS: %w", err)
	}
	if !info.Type.Equal(oidSignedData) {
		return nil, errors.New("read CMS: no signed data")
	}
	var signed signedData
	if _, err := asn1.Unmarshal(info.Content.Bytes, &signed); err != nil {
		return nil, fmt.Errorf("read CMS: %w", err)
	}
	certs := certificatesOf(signed.Certificates.Bytes)
	var out []Signature
	for _, s := range signed.Signers {
		if len(out) == maxSignatures {
			break
		}
		one := Signature{references: named}
		if cert := signerOf(s, certs); cert != nil {
			one.signedWith(cert.Raw)
		}
		digest := s.attributes(&one)
		switch {
		case named != nil:
		case simple != nil && digest != nil:
			one.references = []reference{{name: nameOf(simple), method: s.Digest.OID.String(), digest: digest}}
		default:
			one.unread = true
		}
		out = append(out, one)
	}
	return out, nil
}

// attributes takes time and time stamp from a signer's attributes, and returns the digest of what was signed.
func (s signerInfo) attributes(one *Signature) (digest []byte) {
	for _, a := range attributesOf(s.Signed.Bytes) {
		switch {
		case a.Type.Equal(oidMessageDigest):
			if _, err := asn1.Unmarshal(a.Values.Bytes, &digest); err != nil {
				digest = nil
			}
		case a.Type.Equal(oidSigningTime):
			var at time.Time
			if _, err := asn1.Unmarshal(a.Values.Bytes, &at); err == nil {
				one.At = at.UTC()
			}
		}
	}
	for _, a := range attributesOf(s.Unsigned.Bytes) {
		one.Stamped = one.Stamped || a.Type.Equal(oidTimeStamp)
	}
	return digest
}

func attributesOf(rest []byte) (out []attributeOf) {
	for len(rest) > 0 && len(out) < 100 {
		var a attributeOf
		var err error
		if rest, err = asn1.Unmarshal(rest, &a); err != nil {
			return out
		}
		out = append(out, a)
	}
	return out
}

func certificatesOf(rest []byte) (out []*x509.Certificate) {
	for len(rest) > 0 && len(out) < 50 {
		var raw asn1.RawValue
		var err error
		if rest, err = asn1.Unmarshal(rest, &raw); err != nil {
			return out
		}
		if c, err := x509.ParseCertificate(raw.FullBytes); err == nil {
			out = append(out, c)
		}
	}
	return out
}

func signerOf(s signerInfo, certs []*x509.Certificate) *x509.Certificate {
	var by issuerAndSerial
	if _, err := asn1.Unmarshal(s.Signer.FullBytes, &by); err == nil && by.Serial != nil {
		for _, c := range certs {
			if c.SerialNumber.Cmp(by.Serial) == 0 && bytes.Equal(c.RawIssuer, by.Issuer.FullBytes) {
				return c
			}
		}
		return nil
	}
	for _, c := range certs {
		if len(c.SubjectKeyId) > 0 && bytes.Equal(c.SubjectKeyId, s.Signer.Bytes) {
			return c
		}
	}
	return nil
}

// manifestOf returns the files that the manifest of a CMS signature names, nil where it has none: META-INF/ASiCManifest*.xml whose SigReference is the
// signature (EN 319 162-1, A.4).
func manifestOf(z *zip.Reader, signature string) []reference {
	for _, e := range z.File {
		if base := strings.ToLower(path.Base(e.Name)); !strings.HasPrefix(base, "asicmanifest") || path.Ext(base) != ".xml" {
			continue
		}
		data, err := readUpTo(e, maxSheet)
		if err != nil {
			continue
		}
		var m struct {
			Of struct {
				URI string `xml:"URI,attr"`
			} `xml:"SigReference"`
			Files []struct {
				URI    string `xml:"URI,attr"`
				Method struct {
					Algorithm string `xml:"Algorithm,attr"`
				} `xml:"DigestMethod"`
				Value string `xml:"DigestValue"`
			} `xml:"DataObjectReference"`
		}
		if xml.Unmarshal(data, &m) != nil || decodeName(m.Of.URI) != signature {
			continue
		}
		list := []reference{}
		for _, f := range m.Files[:min(len(m.Files), maxReferences)] {
			list = append(list, reference{decodeName(f.URI), f.Method.Algorithm, fromBase64(f.Value)})
		}
		return list
	}
	return nil
}
