package asic

import (
	"archive/zip"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// entry is a file of a container that a test makes.
type entry struct{ name, content string }

func container(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range entries {
		w, err := z.CreateHeader(&zip.FileHeader{Name: e.name, Method: zip.Deflate})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, e.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var (
	validFrom = time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)
	validTo   = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
)

// certificate returns a certificate of a person as the Baltic states issue them, and its key.
func certificate(t testing.TB) (der []byte, key *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	issuer := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test Trust Service CA"}, NotBefore: validFrom, NotAfter: validTo}
	of := &x509.Certificate{
		SerialNumber: big.NewInt(77), NotBefore: validFrom, NotAfter: validTo, SubjectKeyId: []byte{7, 7, 7, 7},
		Subject: pkix.Name{
			CommonName: "BĒRZIŅŠ JĀNIS PNOLV-111111-11111", SerialNumber: "PNOLV-111111-11111", Organization: []string{"SIA Ozols"},
			ExtraNames: []pkix.AttributeTypeAndValue{{Type: oidGivenName, Value: "JĀNIS"}, {Type: oidSurname, Value: "BĒRZIŅŠ"}},
		},
	}
	der, err = x509.CreateCertificate(rand.Reader, of, issuer, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return der, key
}

// sheet is a file of XAdES signatures over named contents, as signing programs write it; its value is not a real one, since it is never looked at.
func sheet(cert []byte, at string, stamped bool, files ...entry) string {
	var refs strings.Builder
	for _, f := range files {
		sum := sha256.Sum256([]byte(f.content))
		fmt.Fprintf(&refs, `<ds:Reference URI="%s"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>%s
</ds:DigestValue></ds:Reference>`, strings.ReplaceAll(f.name, " ", "%20"), base64.StdEncoding.EncodeToString(sum[:]))
	}
	stamp := ""
	if stamped {
		stamp = `<xades:UnsignedProperties><xades:UnsignedSignatureProperties><xades:SignatureTimeStamp><xades:EncapsulatedTimeStamp>AA==</xades:EncapsulatedTimeStamp></xades:SignatureTimeStamp></xades:UnsignedSignatureProperties></xades:UnsignedProperties>`
	}
	return `<?xml version="1.0" encoding="UTF-8"?><asic:XAdESSignatures xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:xades="http://uri.etsi.org/01903/v1.3.2#">
<ds:Signature Id="S0"><ds:SignedInfo>` + refs.String() + `<ds:Reference Type="http://uri.etsi.org/01903#SignedProperties" URI="#S0-SP"><ds:DigestMethod Algorithm="x"/><ds:DigestValue>AA==</ds:DigestValue></ds:Reference></ds:SignedInfo>
<ds:SignatureValue>AAAA</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>` + base64.StdEncoding.EncodeToString(cert) + `</ds:X509Certificate></ds:X509Data></ds:KeyInfo>
<ds:Object><xades:QualifyingProperties Target="#S0"><xades:SignedProperties Id="S0-SP"><xades:SignedSignatureProperties><xades:SigningTime>` + at + `</xades:SigningTime></xades:SignedSignatureProperties></xades:SignedProperties>` + stamp + `</xades:QualifyingProperties></ds:Object></ds:Signature></asic:XAdESSignatures>`
}

func read(t testing.TB, data []byte) *Container {
	t.Helper()
	c, err := Read(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var (
	mimetype  = entry{"mimetype", "application/vnd.etsi.asic-e+zip"}
	contract  = entry{"Līgums par piegādi.pdf", "%PDF-1.7 the contract"}
	appendix  = entry{"pielikumi/tāme.xlsx", "the estimate"}
	unexpOpts = []cmp.Option{cmpopts.IgnoreUnexported(Signature{}), cmpopts.IgnoreFields(File{}, "Index")}
)

func TestFilesAndSignersAreListed(t *testing.T) {
	t.Parallel()
	cert, _ := certificate(t)
	for _, place := range []string{"META-INF/signatures0.xml", "META-INF/edoc-signatures-S1.xml", "META-INF/signatures/signatures0.xml"} {
		c := read(t, container(t, mimetype, contract, appendix, entry{"META-INF/manifest.xml", "<manifest/>"}, entry{"metadata/signable/signable.xml", "<m/>"},
			entry{place, sheet(cert, "2026-03-04T10:11:12+02:00", true, contract, appendix)}))
		want := &Container{
			Files: []File{{Name: contract.name, Size: 21, State: Signed}, {Name: appendix.name, Size: 12, State: Signed}},
			Signatures: []Signature{{
				Signer: "JĀNIS BĒRZIŅŠ", Organisation: "SIA Ozols", Issuer: "Test Trust Service CA", At: time.Date(2026, 3, 4, 8, 11, 12, 0, time.UTC),
				From: validFrom, To: validTo, Stamped: true,
			}},
		}
		if d := cmp.Diff(want, c, unexpOpts...); d != "" {
			t.Errorf("with signatures in %s (-want +got):\n%s", place, d)
		}
	}
}

func TestFilesAreComparedWithWhatWasSigned(t *testing.T) {
	t.Parallel()
	cert, _ := certificate(t)
	other := entry{contract.name, "another contract"}
	for name, c := range map[string]struct {
		entries []entry
		want    []State
	}{
		"changed afterwards":      {[]entry{mimetype, other, {"META-INF/signatures0.xml", sheet(cert, "", false, contract)}}, []State{Altered}},
		"added afterwards":        {[]entry{mimetype, contract, appendix, {"META-INF/signatures0.xml", sheet(cert, "", false, contract)}}, []State{Signed, Unsigned}},
		"by one of two":           {[]entry{mimetype, contract, {"META-INF/signatures0.xml", sheet(cert, "", false, contract)}, {"META-INF/signatures1.xml", sheet(cert, "", false)}}, []State{Partly}},
		"by none":                 {[]entry{mimetype, contract}, []State{Unsigned}},
		"by signatures unread":    {[]entry{mimetype, contract, {"META-INF/signatures0.xml", "<ds:Signature"}}, []State{Unchecked}},
		"by an unknown digest":    {[]entry{mimetype, contract, {"META-INF/signatures0.xml", strings.ReplaceAll(sheet(cert, "", false, contract), "xmlenc#sha256", "xmlenc#other")}}, []State{Unchecked}},
		"twice, once as it is":    {[]entry{mimetype, other, {"META-INF/signatures0.xml", sheet(cert, "", false, other)}, {"META-INF/signatures1.xml", sheet(cert, "", false, contract)}}, []State{Altered}},
		"after being transformed": {[]entry{mimetype, contract, {"META-INF/signatures0.xml", strings.Replace(sheet(cert, "", false, contract), "<ds:DigestMethod", `<ds:Transforms><ds:Transform Algorithm="c14n"/></ds:Transforms><ds:DigestMethod`, 1)}}, []State{Unchecked}},
	} {
		var got []State
		for _, f := range read(t, container(t, c.entries...)).Files {
			got = append(got, f.State)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

// TestCMSSignatureOfAnotherProgram reads what OpenSSL signed, in the simple form and with a manifest.
func TestCMSSignatureOfAnotherProgram(t *testing.T) {
	t.Parallel()
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed")
	}
	cert, key := certificate(t)
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	certFile := write("cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}))
	keyFile := write("key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))
	sign := func(content string, more ...string) string {
		out := filepath.Join(dir, "signature.p7s")
		cmd := exec.CommandContext(t.Context(), openssl, append([]string{"cms", "-sign", "-binary", "-md", "sha384", "-outform", "DER", "-signer", certFile, "-inkey", keyFile,
			"-in", write("content", []byte(content)), "-out", out}, more...)...)
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("openssl: %v\n%s", err, said)
		}
		data, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	sum := sha256.Sum256([]byte(contract.content))
	manifest := `<ASiCManifest xmlns="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><SigReference URI="META-INF/signature.p7s"/>
<DataObjectReference URI="L%C4%ABgums%20par%20pieg%C4%81di.pdf"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>` +
		base64.StdEncoding.EncodeToString(sum[:]) + `</ds:DigestValue></DataObjectReference></ASiCManifest>`
	for name, c := range map[string]struct {
		entries []entry
		want    []State
	}{
		"simple":               {[]entry{{"mimetype", "application/vnd.etsi.asic-s+zip"}, contract, {"META-INF/signature.p7s", sign(contract.content)}}, []State{Signed}},
		"simple, by the key":   {[]entry{{"mimetype", "application/vnd.etsi.asic-s+zip"}, contract, {"META-INF/signature.p7s", sign(contract.content, "-keyid")}}, []State{Signed}},
		"simple, then changed": {[]entry{{"mimetype", "application/vnd.etsi.asic-s+zip"}, contract, {"META-INF/signature.p7s", sign("other")}}, []State{Altered}},
		"manifest":             {[]entry{mimetype, contract, appendix, {"META-INF/ASiCManifest.xml", manifest}, {"META-INF/signature.p7s", sign(manifest)}}, []State{Signed, Unsigned}},
		"several, no manifest": {[]entry{mimetype, contract, appendix, {"META-INF/signature.p7s", sign(contract.content)}}, []State{Unchecked, Unchecked}},
	} {
		got := read(t, container(t, c.entries...))
		var states []State
		for _, f := range got.Files {
			states = append(states, f.State)
		}
		if d := cmp.Diff(c.want, states); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
		if len(got.Signatures) != 1 {
			t.Errorf("%s: %d signatures, want 1", name, len(got.Signatures))
			continue
		}
		s := got.Signatures[0]
		if s.Signer != "JĀNIS BĒRZIŅŠ" || time.Since(s.At).Abs() > time.Hour {
			t.Errorf("%s: signed by %q at %v, want JĀNIS BĒRZIŅŠ just now", name, s.Signer, s.At)
		}
	}
}

func TestOtherFilesAreNoContainers(t *testing.T) {
	t.Parallel()
	for name, data := range map[string][]byte{
		"text": []byte("hello"), "nothing": nil, "a plain archive": container(t, contract),
		"an office document": container(t, entry{"mimetype", "application/vnd.oasis.opendocument.text"}, entry{"content.xml", "<x/>"}),
	} {
		if _, err := Read(bytes.NewReader(data), int64(len(data))); !errors.Is(err, ErrNotContainer) {
			t.Errorf("Read of %s = %v, want ErrNotContainer", name, err)
		}
	}
}

func TestFileIsOpenedByItsIndex(t *testing.T) {
	t.Parallel()
	data := container(t, mimetype, contract, entry{"META-INF/signatures0.xml", "<x/>"})
	f, about, err := Open(bytes.NewReader(data), int64(len(data)), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() // read side only
	content, err := io.ReadAll(f)
	if err != nil || string(content) != contract.content || about.Name != contract.name {
		t.Errorf("Open(1) = %q of %q, %v, want %q of %q", content, about.Name, err, contract.content, contract.name)
	}
	for _, i := range []int{-1, 0, 2, 3} {
		if _, _, err := Open(bytes.NewReader(data), int64(len(data)), i); err == nil {
			t.Errorf("Open(%d) opened what is no document", i)
		}
	}
}

func TestBombsAreReadWithinBounds(t *testing.T) {
	t.Parallel()
	cert, _ := certificate(t)
	deep := entry{"META-INF/signatures0.xml", strings.Repeat("<a>", 300_000)}
	wide := make([]entry, 0, 3000)
	for i := range 3000 {
		wide = append(wide, entry{fmt.Sprintf("f%d", i), ""})
	}
	huge := entry{"zeros", strings.Repeat("\x00", maxDigested+1)}
	for name, c := range map[string]struct {
		data []byte
		cut  bool
	}{
		"deep":  {container(t, mimetype, contract, deep), false},
		"wide":  {container(t, append(wide, entry{"META-INF/signatures0.xml", sheet(cert, "", false)})...), true},
		"large": {container(t, mimetype, huge, entry{"META-INF/signatures0.xml", sheet(cert, "", false, huge)}), false},
		"sheet": {container(t, mimetype, contract, entry{"META-INF/signatures0.xml", strings.Repeat(" ", maxSheet+1)}), false},
	} {
		got := read(t, c.data)
		if got.Cut != c.cut || len(got.Files) > maxFiles {
			t.Errorf("%s: cut %v with %d files, want %v", name, got.Cut, len(got.Files), c.cut)
		}
		for _, f := range got.Files {
			if f.State == Signed {
				t.Errorf("%s: %s counts as signed", name, f.Name)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	cert, _ := certificate(f)
	f.Add(container(f, mimetype, contract, entry{"META-INF/signatures0.xml", sheet(cert, "2026-03-04T10:11:12Z", true, contract)}))
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Read(bytes.NewReader(data), int64(len(data)))
		if (err == nil) != (c != nil) {
			t.Fatalf("Read = %v, %v", c, err)
		}
	})
}

func FuzzReadXAdES(f *testing.F) {
	cert, _ := certificate(f)
	f.Add([]byte(sheet(cert, "2026-03-04T10:11:12Z", true, contract)))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, _ := readXAdES(data)
		if len(list) > maxSignatures {
			t.Fatalf("%d signatures", len(list))
		}
	})
}

func FuzzReadCMS(f *testing.F) {
	f.Add([]byte{0x30, 0x80})
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = readCMS(data, nil, nil)
	})
}
