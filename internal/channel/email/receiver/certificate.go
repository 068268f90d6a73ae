package receiver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// certificate gives the server's certificate, and takes a renewed one from its files without a restart.
type certificate struct {
	certFile, keyFile string
	log               *slog.Logger

	mu      sync.Mutex
	pair    *tls.Certificate
	changed time.Time
	looked  time.Time
}

const lookEvery = time.Minute

// loadCertificate reads the files given. Where none are given, a self-signed certificate for the host name is made in dir and kept there: other
// servers encrypt with it though they cannot verify it, which is the rule between mail servers (RFC 7435).
func loadCertificate(certFile, keyFile, dir, hostname string, log *slog.Logger) (*certificate, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile, log: log}
	if certFile == "" || keyFile == "" {
		if dir == "" {
			return nil, errors.New("smtp receiver: neither a certificate nor a folder to keep one in is given")
		}
		c.certFile, c.keyFile = filepath.Join(dir, "smtp-cert.pem"), filepath.Join(dir, "smtp-key.pem")
		if err := ensureSelfSigned(c.certFile, c.keyFile, hostname); err != nil {
			return nil, err
		}
	}
	pair, changed, err := c.load()
	if err != nil {
		return nil, err
	}
	c.pair, c.changed, c.looked = pair, changed, time.Now()
	return c, nil
}

func (c *certificate) load() (*tls.Certificate, time.Time, error) {
	info, err := os.Stat(c.certFile)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("look at the certificate: %w", err)
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("load the certificate %s: %w", c.certFile, err)
	}
	return &pair, info.ModTime(), nil
}

// get serves a TLS handshake. A file that cannot be read leaves the certificate as it was.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.looked) < lookEvery {
		return c.pair, nil
	}
	c.looked = time.Now()
	info, err := os.Stat(c.certFile)
	if err != nil || info.ModTime().Equal(c.changed) {
		return c.pair, nil
	}
	pair, changed, err := c.load()
	if err != nil {
		c.log.Warn("renewed certificate cannot be used", "file", c.certFile, "error", err)
		return c.pair, nil
	}
	c.pair, c.changed = pair, changed
	return c.pair, nil
}

func ensureSelfSigned(certFile, keyFile, hostname string) error {
	_, certErr := os.Stat(certFile)
	_, keyErr := os.Stat(keyFile)
	if certErr == nil && keyErr == nil {
		return nil
	}
	if !errors.Is(errors.Join(certErr, keyErr), fs.ErrNotExist) {
		return fmt.Errorf("look for the certificate: %w", errors.Join(certErr, keyErr))
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return fmt.Errorf("make a serial number: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: hostname},
		DNSNames:              []string{hostname},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().AddDate(10, 0, 0),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return fmt.Errorf("sign the certificate: %w", err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("write the key: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(certFile), 0o700); err != nil {
		return fmt.Errorf("make the certificate's folder: %w", err)
	}
	if err := os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), 0o600); err != nil {
		return fmt.Errorf("keep the key: %w", err)
	}
	if err := os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644); err != nil {
		return fmt.Errorf("keep the certificate: %w", err)
	}
	return nil
}
