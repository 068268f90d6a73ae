package blob

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"strings"

	"github.com/minio/minio-go/v7"
)

// Trouble is what keeps a store from working, in words for its operator.
type Trouble struct {
	Says string // what is wrong, a sentence
	Do   string // what to do, a sentence
	Away bool   // the store cannot be reached or is not well: it may be there again by itself
	Err  error
}

// Error implements error.
func (t *Trouble) Error() string { return t.Says + " " + t.Do }

// Unwrap returns what lies behind.
func (t *Trouble) Unwrap() error { return t.Err }

// troubles by the codes of S3: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
var troubles = map[string]Trouble{
	"NoSuchBucket": {Says: "The store has no such bucket.", Do: "Make it, or correct its name in --blobs."},
	"AccessDenied": {Says: "The store refuses these credentials the right to %s.",
		Do: "Give them s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject and s3:DeleteObject on what is in it."},
	"InvalidAccessKeyId":    {Says: "The store does not know the access key.", Do: "Check AWS_ACCESS_KEY_ID or the file of credentials."},
	"SignatureDoesNotMatch": {Says: "The store does not accept the signature.", Do: "Check AWS_SECRET_ACCESS_KEY or the file of credentials."},
	"ExpiredToken":          {Says: "The credentials have run out.", Do: "Make new ones."},
	"InvalidToken":          {Says: "The store does not accept the session token.", Do: "Remove AWS_SESSION_TOKEN, or make new credentials."},
	"RequestTimeTooSkewed":  {Says: "The clocks of the store and of this machine differ too much.", Do: "Set both right, with chrony or systemd-timesyncd."},
	"AuthorizationHeaderMalformed": {Says: "The store expects another region.",
		Do: "Name it in --blobs by region=NAME."},
	"PermanentRedirect": {Says: "The bucket is elsewhere.", Do: "Name its region or its endpoint in --blobs."},
	"TemporaryRedirect": {Says: "The bucket is elsewhere.", Do: "Name its region or its endpoint in --blobs."},
	"QuotaExceeded":     {Says: "The store is full.", Do: "Give the bucket more room."},
}

// explain makes an error of the store one that the operator understands, and what is not there fs.ErrNotExist.
func (b *bucket) explain(to string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	var t Trouble
	var known bool
	var answer minio.ErrorResponse
	if errors.As(err, &answer) {
		if answer.Code == minio.NoSuchKey {
			return fmt.Errorf("%w: %s", fs.ErrNotExist, answer.Key)
		}
		t, known = troubles[answer.Code]
		switch {
		case known:
		case answer.StatusCode == http.StatusForbidden:
			t = troubles["AccessDenied"]
		case answer.StatusCode == http.StatusMovedPermanently:
			t = troubles["PermanentRedirect"]
		case answer.StatusCode >= 500 || answer.StatusCode == http.StatusTooManyRequests:
			t = Trouble{Says: "The store is not well: " + sentence(answer.Error()), Do: "Look at the store; Tellus tries again by itself.", Away: true}
		default:
			t = Trouble{Says: "The store answers: " + sentence(answer.Error()), Do: "Look at the store, and at --blobs."}
		}
	} else {
		t = unreachable(err)
	}
	if strings.Contains(t.Says, "%s") {
		t.Says = fmt.Sprintf(t.Says, to)
	}
	t.Says = b.String() + ": " + t.Says
	t.Err = err
	return &t
}

// unreachable explains what kept an answer from coming.
func unreachable(err error) Trouble {
	var cert *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var record tls.RecordHeaderError
	var name *net.DNSError
	switch {
	case errors.As(err, &cert), errors.As(err, &authority):
		return Trouble{Says: "Its certificate is not good: " + sentence(err.Error()),
			Do: "Use the name that the certificate is for; make an authority of your own known to this machine (SSL_CERT_FILE)."}
	case errors.As(err, &record), strings.Contains(err.Error(), "HTTP response to HTTPS client"):
		return Trouble{Says: "It does not speak TLS at this port.", Do: "Give the store a certificate, or correct the port in --blobs."}
	case errors.As(err, &name) && name.IsNotFound:
		return Trouble{Says: "There is no such host.", Do: "Correct the endpoint in --blobs, or look at this machine's resolver.", Away: true}
	}
	return Trouble{Says: "It cannot be reached: " + sentence(err.Error()), Do: "Check that the store runs, the endpoint in --blobs, and that a firewall lets this machine out.", Away: true}
}

func sentence(s string) string {
	if strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

// Place names where files lie, for people; "" for a folder.
func (s *Store) Place() string {
	if b, ok := s.place.(*bucket); ok {
		return b.String()
	}
	return ""
}

// Check lists, writes, reads and deletes in a bucket as the store will, and leaves nothing there. It returns a *Trouble where something fails. A folder was
// checked when it was opened.
func (s *Store) Check(ctx context.Context) error {
	b, ok := s.place.(*bucket)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the listing after the first
	for o := range b.api.ListObjectsIter(ctx, b.bucket, minio.ListObjectsOptions{Prefix: b.prefix, MaxKeys: 1}) {
		if o.Err != nil {
			return b.explain("list", o.Err)
		}
		break
	}
	content := "probe " + rand.Text()
	sum := sha256.Sum256([]byte(content))
	ref := Ref{Hash: hex.EncodeToString(sum[:]), Size: int64(len(content))}
	key := b.prefix + "probe/" + ref.Hash
	if err := b.write(ctx, key, io.NewSectionReader(strings.NewReader(content), 0, ref.Size), ref); err != nil {
		return err
	}
	r := &reader{ctx: ctx, bucket: b, key: key}
	if err := r.begin(); err != nil {
		return err
	}
	got, err := io.ReadAll(r)
	if err == nil && string(got) != content {
		err = &Trouble{Says: b.String() + ": The store gives back something else than was written.", Do: "Look at the store: nothing can be kept there."}
	}
	r.drop()
	return errors.Join(err, b.explain("delete", b.api.RemoveObject(ctx, b.bucket, key, minio.RemoveObjectOptions{})))
}

// KeepsVersions reports whether a bucket keeps what is deleted as old versions, so that erasing would not erase. It is false where the store does not say.
func (s *Store) KeepsVersions(ctx context.Context) bool {
	b, ok := s.place.(*bucket)
	if !ok {
		return false
	}
	v, err := b.api.GetBucketVersioning(ctx, b.bucket)
	return err == nil && v.Enabled()
}
