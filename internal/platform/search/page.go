package search

import (
	"encoding/binary"
)

// pageSize is how many bytes of entries a page holds at most; an entry that is larger has a page of its own. With its row it fits a page of SQLite.
const pageSize = 3800

// Keys of a segment, in the order in which they stand.
const (
	keyLive      = "a" // documents that the segment has
	keyGone      = "b" // documents that older segments must not show any more
	keyTerm      = "d" // and a word or term: documents that have it
	keyPlace     = "p" // and a word, a zero and a chunk: where its documents have it
	keyBeginning = "q" // and the first one, two, three or four letters of words
)

func placeKey(word string, chunk uint32) string {
	return keyPlace + word + "\x00" + string([]byte{byte(chunk)})
}

// pageWriter packs entries, which must come in the order of their keys.
type pageWriter struct {
	first, last string
	data        []byte
	full        func(first string, data []byte) error // data is the callee's
}

func (w *pageWriter) add(key string, value []byte) error {
	if len(w.data) > 0 && len(w.data)+len(key)+len(value)+6 > pageSize {
		if err := w.flush(); err != nil {
			return err
		}
	}
	shared := 0
	if len(w.data) == 0 {
		w.first, w.data = key, make([]byte, 0, max(pageSize, len(value)+len(key)+8))
	} else {
		for shared < len(key) && shared < len(w.last) && key[shared] == w.last[shared] {
			shared++
		}
	}
	w.data = binary.AppendUvarint(w.data, uint64(shared))
	w.data = binary.AppendUvarint(w.data, uint64(len(key)-shared))
	w.data = append(w.data, key[shared:]...)
	w.data = binary.AppendUvarint(w.data, uint64(len(value)))
	w.data = append(w.data, value...)
	w.last = key
	return nil
}

func (w *pageWriter) flush() error {
	if len(w.data) == 0 {
		return nil
	}
	data := w.data
	w.data = nil
	return w.full(w.first, data)
}

// pageReader reads the entries of a page. The key is good until the next one is read.
type pageReader struct {
	rest  []byte
	key   []byte
	value []byte
}

func (r *pageReader) next() (ok bool, err error) {
	if len(r.rest) == 0 {
		return false, nil
	}
	var head [2]uint64
	for i := range head {
		n, size := binary.Uvarint(r.rest)
		if size <= 0 {
			return false, errDamaged
		}
		head[i], r.rest = n, r.rest[size:]
	}
	shared, added := head[0], head[1]
	if shared > uint64(len(r.key)) || added > uint64(len(r.rest)) {
		return false, errDamaged
	}
	r.key = append(r.key[:shared], r.rest[:added]...)
	r.rest = r.rest[added:]
	n, size := binary.Uvarint(r.rest)
	if size <= 0 || n > uint64(len(r.rest)-size) {
		return false, errDamaged
	}
	r.value, r.rest = r.rest[size:size+int(n)], r.rest[size+int(n):]
	return true, nil
}

// lookUp returns the value of a key in a page, nil where it is not there.
func lookUp(page []byte, key string) ([]byte, error) {
	r := pageReader{rest: page}
	for {
		ok, err := r.next()
		if err != nil || !ok || string(r.key) > key {
			return nil, err
		}
		if string(r.key) == key {
			return r.value, nil
		}
	}
}
