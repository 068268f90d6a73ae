package receiver

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

const inMemory = 256 << 10 // larger mails wait in a file

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// spool holds a mail that has arrived whole, so that it can be read several times: to verify signatures, and by each inbox.
type spool struct {
	start *bytes.Buffer // all of it, or its beginning where file is set
	file  *os.File      // the rest
	size  int64         // of the rest
}

// spoolFrom reads r to its end. dir is where files go; the system's folder for temporary files where it is empty.
func spoolFrom(r io.Reader, dir string) (s *spool, err error) {
	s = &spool{start: buffers.Get().(*bytes.Buffer)}
	s.start.Reset()
	defer func() {
		if err != nil {
			s.drop()
			s = nil
		}
	}()
	if _, err := io.CopyN(s.start, r, inMemory); err != nil {
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		return s, err
	}
	s.file, err = os.CreateTemp(dir, "tellus-mail-")
	if err != nil {
		return s, fmt.Errorf("make a file for a large mail: %w", err)
	}
	// Nobody else needs its name, and nothing is left behind when we are killed.
	if err := os.Remove(s.file.Name()); err != nil {
		return s, fmt.Errorf("unlink the file of a large mail: %w", err)
	}
	s.size, err = io.Copy(s.file, r)
	return s, err
}

// open reads from the beginning, any number of times and at the same time.
func (s *spool) open() io.Reader {
	start := bytes.NewReader(s.start.Bytes())
	if s.file == nil {
		return start
	}
	return io.MultiReader(start, io.NewSectionReader(s.file, 0, s.size))
}

// length is in bytes.
func (s *spool) length() int64 { return int64(s.start.Len()) + s.size }

// drop forgets the mail; no reader may be in use any more.
func (s *spool) drop() {
	if s.file != nil {
		s.file.Close() // its contents are of no interest any more
	}
	buffers.Put(s.start)
}
