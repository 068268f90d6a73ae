package blob

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/minio/minio-go/v7"
)

// reader reads an object from where it stands. It asks for the whole object once; moving asks for the rest from there, and so does a connection that
// breaks off in the middle.
type reader struct {
	ctx    context.Context //nolint:containedctx // an io.Reader has no other way to know for how long it is wanted
	bucket *bucket
	key    string
	size   int64

	body io.ReadCloser // nil where nothing is under way
	from int64         // where body stands
	at   int64         // where the next Read begins
}

// begin asks for the whole object, and learns its size.
func (r *reader) begin() error {
	body, info, _, err := r.bucket.api.GetObject(r.ctx, r.bucket.bucket, r.key, minio.GetObjectOptions{})
	if err != nil {
		return r.bucket.explain("read", err)
	}
	r.body, r.size = body, info.Size
	return nil
}

// resume asks for what is left from at on.
func (r *reader) resume() error {
	r.drop()
	var o minio.GetObjectOptions
	if err := o.SetRange(r.at, r.size-1); err != nil {
		return err
	}
	body, info, _, err := r.bucket.api.GetObject(r.ctx, r.bucket.bucket, r.key, o)
	if err != nil {
		return r.bucket.explain("read", err)
	}
	if info.Size != r.size-r.at {
		_ = body.Close() // of no use
		return fmt.Errorf("the store sent %d bytes where %d were asked for", info.Size, r.size-r.at)
	}
	r.body, r.from = body, r.at
	return nil
}

func (r *reader) drop() {
	if r.body != nil {
		_ = r.body.Close() // what is left of it is not wanted
		r.body = nil
	}
}

// Read implements io.Reader.
func (r *reader) Read(p []byte) (int, error) {
	if r.at >= r.size {
		return 0, io.EOF
	}
	if len(p) == 0 {
		return 0, nil
	}
	var err error
	for range attempts {
		if r.body == nil || r.from != r.at {
			if err = r.resume(); err != nil {
				return 0, err // asked often enough already
			}
		}
		var n int
		n, err = r.body.Read(p[:min(int64(len(p)), r.size-r.at)])
		r.at += int64(n)
		r.from = r.at
		if n > 0 {
			return n, nil // an error comes again with the next Read
		}
		if err == nil {
			continue
		}
		if ctx := r.ctx.Err(); ctx != nil {
			return 0, ctx
		}
		r.drop()
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return 0, r.bucket.explain("read", err)
}

// Seek implements io.Seeker; nothing is asked of the store.
func (r *reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.size
	}
	if offset < 0 {
		return 0, errors.New("seek before the beginning of a blob")
	}
	r.at = offset
	return offset, nil
}

// Close implements io.Closer.
func (r *reader) Close() error {
	r.drop()
	return nil
}
