package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// bucket is a bucket of an S3-compatible store, or what lies below a prefix in it.
type bucket struct {
	location
	api       *minio.Core
	transport *http.Transport
}

const (
	// attempts is how often a request is made until the store counts as away. With pauses of at most a second between them, a mail server that is
	// refused waits for seconds, and comes again.
	attempts = 4
	// answersWithin is how long the store may think about a request, once it has it whole.
	answersWithin = 30 * time.Second
	// largestPut is the largest file that a store takes in one request: 5 GiB, by the limits of S3.
	largestPut = 5 << 30
	// goodFor is the age from which on a file is stored again when it is asked for again: its time must be younger than a day for the sweep, on
	// clocks that differ.
	goodFor = 12 * time.Hour
	// portion is how many files are told of at once.
	portion = 1000
)

// OpenS3 opens a bucket, s3://bucket/prefix?endpoint=https://host&region=…&credentials=FILE; region is enough for a bucket at AWS. Content waits in the
// folder spool until its hash is known. The bucket is not asked anything: see Check.
func OpenS3(where, spool string) (*Store, error) {
	b, err := openBucket(where)
	if err != nil {
		return nil, fmt.Errorf("open blob store: %w", err)
	}
	if err := os.MkdirAll(spool, folderMode); err != nil {
		return nil, fmt.Errorf("open blob store: %w", err)
	}
	root, err := os.OpenRoot(spool)
	if err != nil {
		return nil, fmt.Errorf("open blob store: %w", err)
	}
	waiting, err := openSpool(root, incoming)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open blob store: %w", err), root.Close())
	}
	return &Store{place: b, spool: waiting}, nil
}

func openBucket(where string) (*bucket, error) {
	l, err := parseLocation(where)
	if err != nil {
		return nil, err
	}
	who, err := l.credentialsOf()
	if err != nil {
		return nil, err
	}
	defaults, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return nil, errors.New("the standard transport was replaced")
	}
	t := defaults.Clone()
	t.ResponseHeaderTimeout, t.MaxIdleConnsPerHost, t.DisableCompression = answersWithin, 32, true
	lookup := minio.BucketLookupPath
	if l.amazon {
		lookup = minio.BucketLookupDNS
	}
	api, err := minio.NewCore(l.endpoint, &minio.Options{Creds: who, Secure: l.secure, Region: l.region, BucketLookup: lookup, Transport: t, MaxRetries: attempts})
	if err != nil {
		return nil, err
	}
	return &bucket{l, api, t}, nil
}

// credentialsOf finds credentials: those of the file that is named, those of the environment, those of ~/.aws, and at AWS those of the machine's role.
func (l location) credentialsOf() (*credentials.Credentials, error) {
	if l.credentials != "" {
		who := credentials.NewFileAWSCredentials(l.credentials, "")
		value, err := who.GetWithContext(nil)
		if err == nil && (value.AccessKeyID == "" || value.SecretAccessKey == "") {
			err = errors.New("it names no aws_access_key_id or no aws_secret_access_key")
		}
		if err != nil {
			return nil, fmt.Errorf("read credentials of the store from %s: %w", l.credentials, err)
		}
		return who, nil
	}
	providers := []credentials.Provider{&credentials.EnvAWS{}, &credentials.FileAWSCredentials{}}
	if l.amazon {
		providers = append(providers, &credentials.IAM{})
	}
	who := credentials.NewChainCredentials(providers)
	if value, err := who.GetWithContext(nil); err != nil || value.AccessKeyID == "" || value.SecretAccessKey == "" {
		return nil, errors.New("there are no credentials for the store: " + whereCredentials)
	}
	return who, nil
}

func (b *bucket) key(hash string) string { return b.prefix + fileOf(hash) }

func (b *bucket) close() error {
	b.transport.CloseIdleConnections()
	return nil
}

func (b *bucket) put(ctx context.Context, f *spooled, ref Ref) error {
	there, err := b.stat(ctx, ref.Hash)
	if err == nil && there.size == ref.Size && time.Since(there.at) < goodFor {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if ref.Size > largestPut {
		return fmt.Errorf("a file of %d bytes is larger than what the store takes, 5 GB", ref.Size)
	}
	return b.write(ctx, b.key(ref.Hash), io.NewSectionReader(f, 0, ref.Size), ref)
}

// write signs what the content must be, so that the store refuses it where it was changed on the way.
func (b *bucket) write(ctx context.Context, key string, content *io.SectionReader, ref Ref) error {
	_, err := b.api.PutObject(ctx, b.bucket, key, content, ref.Size, "", ref.Hash,
		minio.PutObjectOptions{ContentType: "application/octet-stream", DisableContentSha256: true}) // no second hash of its own
	return b.explain("write", err)
}

func (b *bucket) stat(ctx context.Context, hash string) (found, error) {
	info, err := b.api.StatObject(ctx, b.bucket, b.key(hash), minio.StatObjectOptions{})
	if err != nil {
		return found{}, b.explain("look", err)
	}
	return found{hash, info.Size, info.LastModified}, nil
}

func (b *bucket) open(ctx context.Context, hash string) (io.ReadSeekCloser, error) {
	r := &reader{ctx: ctx, bucket: b, key: b.key(hash)}
	if err := r.begin(); err != nil {
		return nil, err
	}
	return r, nil
}

func (b *bucket) remove(ctx context.Context, hash string) error {
	err := b.explain("delete", b.api.RemoveObject(ctx, b.bucket, b.key(hash), minio.RemoveObjectOptions{}))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (b *bucket) each(ctx context.Context, before time.Time, fn func([]found) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the listing where fn fails
	var old []found
	for o := range b.api.ListObjectsIter(ctx, b.bucket, minio.ListObjectsOptions{Prefix: b.prefix, Recursive: true, MaxKeys: portion}) {
		if o.Err != nil {
			return b.explain("list", o.Err)
		}
		hash := o.Key[max(0, len(o.Key)-hashDigits):]
		if !validHash(hash) || o.Key != b.key(hash) || !o.LastModified.Before(before) {
			continue // younger, or somebody else's
		}
		if old = append(old, found{hash, o.Size, o.LastModified}); len(old) == portion {
			if err := fn(old); err != nil {
				return err
			}
			old = nil
		}
	}
	if err := ctx.Err(); err != nil || len(old) == 0 {
		return err
	}
	return fn(old)
}
