package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"tellus/internal/platform/blob"
	"tellus/internal/platform/db"
)

// inBucket reports whether files lie in a bucket of an S3-compatible store, in place of the data folder.
func (c Config) inBucket() bool { return c.Blobs != "" }

// openBlobs opens the place where files lie, as it is. d is the database whose rows name them: where other processes work with the same place they are
// told through it what is stored and what is removed. It is nil for a restore, which has the place to itself while it fills the database.
func (c Config) openBlobs(ctx context.Context, d *db.DB) (*blob.Store, error) {
	if err := c.refuseOtherPlace(ctx, d); err != nil {
		return nil, err
	}
	open := func() (*blob.Store, error) { return blob.OpenStore(c.in(blobFolder)) }
	if c.inBucket() {
		open = func() (*blob.Store, error) { return blob.OpenS3(c.Blobs, c.in(spoolFolder)) }
	}
	blobs, err := open()
	if err == nil && d != nil && (c.inBucket() || d.Postgres()) {
		blobs.Share(d)
	}
	return blobs, err
}

// refuseOtherPlace returns an error where the database names files and the data folder has never had any: they lie in a bucket, and whoever forgot to
// say so would get a backup without them, or spread files over two places.
func (c Config) refuseOtherPlace(ctx context.Context, d *db.DB) error {
	if d == nil || c.inBucket() {
		return nil
	}
	if _, err := os.Stat(c.in(blobFolder)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	var n int64
	err := d.Read(ctx, func(tx *db.Tx) error { return tx.Row(ctx, "SELECT COUNT(*) FROM blob WHERE refs > 0").Scan(&n) })
	if err != nil {
		return fmt.Errorf("look for files: %w", err)
	}
	if n > 0 {
		return fmt.Errorf("the database names %d files, and there is no folder %s: say where they are by --blobs (TELLUS_BLOBS), or put the folder back", n, c.in(blobFolder))
	}
	return nil
}

// checkBlobs refuses a store that will never work as it is set up. One that is away may be back by itself, and everything else works meanwhile.
func (c Config) checkBlobs(ctx context.Context, blobs *blob.Store) error {
	err := blobs.Check(ctx)
	var trouble *blob.Trouble
	if errors.As(err, &trouble) && trouble.Away {
		c.logger().ErrorContext(ctx, "the store of files is away: mails with large attachments are not taken meanwhile", "error", err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("the store of files (--blobs): %w", err)
	}
	return nil
}

// blobs looks at the bucket that files lie in, by writing, reading and deleting a probe; the folder lies on the disk that was looked at.
func (x *examination) blobs(ctx context.Context) {
	if !x.c.inBucket() {
		return
	}
	blobs, err := x.c.openBlobs(ctx, nil)
	if err != nil {
		x.bad("files", sentence(err.Error()), "Correct --blobs (TELLUS_BLOBS).")
		return
	}
	defer blobs.Close() // nothing was stored
	err = blobs.Check(ctx)
	var trouble *blob.Trouble
	switch {
	case errors.As(err, &trouble):
		x.bad("files", trouble.Says, trouble.Do)
	case err != nil:
		x.bad("files", sentence(err.Error()), "Look at the store, and at --blobs (TELLUS_BLOBS).")
	case blobs.KeepsVersions(ctx):
		x.note("files", blobs.Place()+" works, and keeps old versions: what is erased in the desk stays there.",
			"Switch versioning off, or have old versions deleted after a few days.")
	default:
		x.good("files", "%s works.", blobs.Place())
	}
}
