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
	shared, added, value, err := r.head(len(r.key))
	if err != nil {
		return false, err
	}
	r.key, r.value = append(r.key[:shared], added...), value
	return true, nil
}

// head reads how much of its key an entry shares with the one before, what it adds, and its value.
func (r *pageReader) head(before int) (shared int, added, value []byte, err error) {
	rest := r.rest
	var n [2]uint64
	for i := range n {
		v, size := binary.Uvarint(rest)
		if size <= 0 {
			return 0, nil, nil, errDamaged
		}
		n[i], rest = v, rest[size:]
	}
	if n[0] > uint64(before) || n[1] > uint64(len(rest)) {
		return 0, nil, nil, errDamaged
	}
	added, rest = rest[:n[1]], rest[n[1]:]
	v, size := binary.Uvarint(rest)
	if size <= 0 || v > uint64(len(rest)-size) {
		return 0, nil, nil, errDamaged
	}
	value, r.rest = rest[size:size+int(v)], rest[size+int(v):]
	return int(n[0]), added, value, nil
}

// lookUp returns the value of a key in a page, nil where it is not there. Keys are not put together: of two in their order, the second differs from the key that is
// looked for where the first does, as long as it shares more than that with the first.
func lookUp(page []byte, key string) ([]byte, error) {
	r := pageReader{rest: page}
	same, before := 0, 0 // of the entry before: how much it has in common with key, and how long it is
	for len(r.rest) > 0 {
		shared, added, value, err := r.head(before)
		if err != nil {
			return nil, err
		}
		before = shared + len(added)
		if shared > same {
			continue
		}
		if shared < same { // greater than one that had more in common
			return nil, nil
		}
		n := 0
		for n < len(added) && same+n < len(key) && added[n] == key[same+n] {
			n++
		}
		same += n
		switch {
		case n == len(added) && same == len(key):
			return value, nil
		case n < len(added) && (same == len(key) || added[n] > key[same]):
			return nil, nil
		}
	}
	return nil, nil
}
