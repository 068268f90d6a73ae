package search

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"slices"
)

// The index is kept by blocks of blockSize ids, each with segments of its own. Within a block a document is known by the low bits of its id.
const (
	blockBits = 18
	blockSize = 1 << blockBits
	setWords  = blockSize / 64
)

func blockOf(id int64) int64  { return id >> blockBits }
func localOf(id int64) uint32 { return uint32(id & (blockSize - 1)) }

// errDamaged says that a page of the index does not hold what it was written with.
var errDamaged = errors.New("the search index is damaged")

// set is documents of one block.
type set [setWords]uint64

func (s *set) add(n uint32)      { s[n>>6] |= 1 << (n & 63) }
func (s *set) has(n uint32) bool { return s[n>>6]&(1<<(n&63)) != 0 }

func (s *set) or(o *set) {
	for i, w := range o {
		s[i] |= w
	}
}

func (s *set) and(o *set) (some bool) {
	var any uint64
	for i, w := range o {
		s[i] &= w
		any |= s[i]
	}
	return any != 0
}

func (s *set) without(o *set) {
	for i, w := range o {
		s[i] &^= w
	}
}

// below keeps what is less than n.
func (s *set) below(n uint32) {
	at := int(n >> 6)
	s[at] &= 1<<(n&63) - 1
	clear(s[at+1:])
}

// newest calls yield with the members from the greatest to the least of a range of words, until it returns false.
func (s *set) newest(from, to int, yield func(n uint32) bool) {
	for i := to - 1; i >= from; i-- {
		for w := s[i]; w != 0; {
			bit := 63 - bits.LeadingZeros64(w)
			w &^= 1 << bit
			if !yield(uint32(i<<6 | bit)) {
				return
			}
		}
	}
}

// count is how many members there are, 0 for nil.
func (s *set) count() (n int) {
	if s == nil {
		return 0
	}
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

func (s *set) empty(from, to int) bool {
	return !slices.ContainsFunc(s[from:to], func(w uint64) bool { return w != 0 })
}

// Kinds of lists of documents: the distance from each to the next, or a bit for each from a word of 64 on.
const (
	listDeltas = 0
	listBits   = 1
)

// appendList appends documents, which must be in order and each once.
func appendList(dst []byte, docs []uint32) []byte {
	if len(docs) == 0 {
		return append(dst, listDeltas)
	}
	begin := len(dst)
	dst = append(dst, listDeltas)
	last := uint32(0)
	for _, n := range docs {
		dst = binary.AppendUvarint(dst, uint64(n-last))
		last = n
	}
	first, end := docs[0]>>6, last>>6+1
	if int(end-first)*8+4 >= len(dst)-begin {
		return dst
	}
	dst = binary.AppendUvarint(append(dst[:begin], listBits), uint64(first))
	words := make([]uint64, end-first)
	for _, n := range docs {
		words[n>>6-first] |= 1 << (n & 63)
	}
	for _, w := range words {
		dst = binary.LittleEndian.AppendUint64(dst, w)
	}
	return dst
}

// eachOf calls yield with the documents of a list, in order.
func eachOf(list []byte, yield func(n uint32)) error {
	if len(list) == 0 {
		return errDamaged
	}
	kind, list := list[0], list[1:]
	switch kind {
	case listDeltas:
		n := uint64(0)
		for len(list) > 0 {
			d := uint64(list[0])
			size := 1
			if d >= 0x80 {
				if d, size = binary.Uvarint(list); size <= 0 {
					return errDamaged
				}
			}
			list = list[size:]
			if n += d; n >= blockSize || d >= blockSize {
				return errDamaged
			}
			yield(uint32(n))
		}
		return nil
	case listBits:
		first, words, err := bitsOf(list)
		if err != nil {
			return err
		}
		for i := range len(words) / 8 {
			for w := binary.LittleEndian.Uint64(words[8*i:]); w != 0; w &= w - 1 {
				yield(uint32((first+i)<<6 | bits.TrailingZeros64(w)))
			}
		}
		return nil
	}
	return errDamaged
}

func bitsOf(list []byte) (first int, words []byte, err error) {
	at, size := binary.Uvarint(list)
	if size <= 0 || at >= setWords || (len(list)-size)%8 != 0 || int(at)+(len(list)-size)/8 > setWords {
		return 0, nil, errDamaged
	}
	return int(at), list[size:], nil
}

// addList adds the documents of a list.
func (s *set) addList(list []byte) error {
	if len(list) > 0 && list[0] == listBits {
		first, words, err := bitsOf(list[1:])
		if err != nil {
			return err
		}
		for i := range len(words) / 8 {
			s[first+i] |= binary.LittleEndian.Uint64(words[8*i:])
		}
		return nil
	}
	if len(list) == 0 || list[0] != listDeltas {
		return errDamaged
	}
	// As eachOf, which calls a function for each: most of what a search does is here.
	n := uint64(0)
	for list = list[1:]; len(list) > 0; {
		d := uint64(list[0])
		size := 1
		if d >= 0x80 {
			if d, size = binary.Uvarint(list); size <= 0 {
				return errDamaged
			}
		}
		list = list[size:]
		if n += d; n >= blockSize || d >= blockSize {
			return errDamaged
		}
		s[n>>6] |= 1 << (n & 63)
	}
	return nil
}

// Positions of a word are kept for chunks of documents, so that a phrase is looked up only where its words are together.
const (
	chunkBits  = 12
	chunkWords = 1 << chunkBits / 64
)

// place is where a document has a word.
type place struct {
	doc uint32
	at  []byte // how many positions, and the distance from each to the next
}

func appendPlace(dst []byte, last, doc uint32, at []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(doc-last)), at...)
}

func appendPositions(dst []byte, at []uint32) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(at)))
	last := uint32(0)
	for _, p := range at {
		dst = binary.AppendUvarint(dst, uint64(p-last))
		last = p
	}
	return dst
}

// places calls yield with the places of a chunk, in the order of documents.
func places(chunk uint32, list []byte, yield func(p place)) error {
	doc := uint64(chunk) << chunkBits
	for len(list) > 0 {
		d, size := binary.Uvarint(list)
		if size <= 0 || d >= blockSize || doc+d >= blockSize {
			return errDamaged
		}
		doc += d
		list = list[size:]
		n, size := binary.Uvarint(list)
		if size <= 0 || n > uint64(len(list)) {
			return errDamaged
		}
		end := size
		for range n {
			for end < len(list) && list[end] >= 0x80 {
				end++
			}
			end++
		}
		if end > len(list) {
			return errDamaged
		}
		yield(place{uint32(doc), list[:end]})
		list = list[end:]
	}
	return nil
}

// positions returns where a document has a word, in order.
func (p place) positions(dst []uint32) []uint32 {
	n, size := binary.Uvarint(p.at)
	rest := p.at[max(size, 0):]
	at := uint32(0)
	for range n {
		d, size := binary.Uvarint(rest)
		if size <= 0 {
			break
		}
		rest = rest[size:]
		at += uint32(d)
		dst = append(dst, at)
	}
	return dst
}
