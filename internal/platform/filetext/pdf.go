package filetext

import (
	"bytes"
	"compress/zlib"
	"errors"
	"io"
	"maps"
	"slices"
	"sort"
)

// Bounds of a PDF file.
const (
	maxObjects = 200_000
	maxStream  = 24 << 20 // bytes of one stream, unpacked
	maxPages   = 2000
	maxForms   = 8  // forms within forms
	maxTree    = 32 // steps from a page up to where its resources are
)

// pdf is a file (ISO 32000-1). Its objects are found by looking for them instead of by its cross-reference table: damaged files are read as others are, and
// a table cannot lead in circles. Where an object is there twice the later one counts, as after an update (7.5.6).
type pdf struct {
	w     *writer
	data  []byte
	at    map[int]int    // where the body of an object begins
	inner map[int][]byte // bodies of objects that lie in streams (7.5.7)
	known map[int]any
	fonts map[int]*font
}

func readPDF(w *writer, data []byte) error {
	if !bytes.Contains(data[:min(len(data), 4096)], []byte("%PDF-")) {
		return ErrUnreadable
	}
	if bytes.Contains(data, []byte("/Encrypt")) {
		return ErrLocked
	}
	f := &pdf{w: w, data: data, at: map[int]int{}, inner: map[int][]byte{}, known: map[int]any{}, fonts: map[int]*font{}}
	f.scan()
	if len(f.at) == 0 {
		return ErrUnreadable
	}
	pages := f.pages()
	if len(pages) == 0 {
		return ErrUnreadable
	}
	for _, p := range pages {
		if w.full() {
			break
		}
		f.page(p)
		w.rune('\n')
	}
	return nil
}

// scan finds where objects begin: "12 0 obj".
func (f *pdf) scan() {
	type found struct{ at, number int }
	var all []found
	for at := 0; len(f.at) < maxObjects; {
		i := bytes.Index(f.data[at:], []byte("obj"))
		if i < 0 {
			break
		}
		i += at
		at = i + 3
		if n, ok := numberBefore(f.data, i); ok {
			f.at[n] = at
			all = append(all, found{at, n})
		}
	}
	// Streams of objects are known by their type, which stands in the dictionary before them.
	done := map[int]bool{}
	for at := 0; f.w.work > 0; {
		i := bytes.Index(f.data[at:], []byte("/ObjStm"))
		if i < 0 {
			return
		}
		i += at
		at = i + 7
		n := sort.Search(len(all), func(k int) bool { return all[k].at > i }) - 1
		if n >= 0 && f.at[all[n].number] == all[n].at && !done[n] {
			done[n] = true
			f.unpack(all[n].number)
		}
	}
}

// numberBefore reads "12 0 " backwards from where "obj" stands.
func numberBefore(data []byte, i int) (number int, ok bool) {
	back := func(is func(c byte) bool, most int) int {
		n := 0
		for n < most && i > 0 && is(data[i-1]) {
			i--
			n++
		}
		return n
	}
	digit := func(c byte) bool { return c >= '0' && c <= '9' }
	if back(white, 8) == 0 || back(digit, 5) == 0 || back(white, 8) == 0 {
		return 0, false
	}
	end := i
	if back(digit, 8) == 0 {
		return 0, false
	}
	for _, c := range data[i:end] {
		number = 10*number + int(c-'0')
	}
	return number, true
}

// unpack reads the objects of a stream of objects. Those that stand in the file itself win: hybrid files have both.
func (f *pdf) unpack(number int) {
	s, ok := f.object(number).(stream)
	if !ok || s.dict["Type"] != name("ObjStm") {
		return
	}
	data := f.unpacked(s)
	first, count := f.whole(s.dict["First"]), f.whole(s.dict["N"])
	if first <= 0 || first > len(data) {
		return
	}
	p := &parser{data: data[:first]}
	for range min(count, maxObjects) {
		id, ok1 := p.value(0).(float64)
		from, ok2 := p.value(0).(float64)
		if !ok1 || !ok2 || from < 0 || int(from) > len(data)-first || len(f.inner) > maxObjects {
			return
		}
		if _, there := f.at[int(id)]; !there {
			f.inner[int(id)] = data[first+int(from):]
		}
	}
}

// object returns an object by its number, nil where there is none. What is parsed is paid for once.
func (f *pdf) object(number int) any {
	if v, ok := f.known[number]; ok {
		return v
	}
	f.known[number] = nil // while it is read: it may name itself
	var p *parser
	if at, ok := f.at[number]; ok {
		p = &parser{data: f.data, at: at}
	} else if data, ok := f.inner[number]; ok {
		p = &parser{data: data}
	} else {
		return nil
	}
	if !f.w.spend(1) {
		return nil
	}
	begun := p.at
	v := p.value(0)
	if d, ok := v.(dict); ok && p.word("stream") {
		p.lineEnd()
		v = stream{d, p.at}
	}
	f.w.spend(p.at - begun)
	f.known[number] = v
	return v
}

// resolve follows references.
func (f *pdf) resolve(v any) any {
	for range maxTree {
		r, ok := v.(ref)
		if !ok {
			return v
		}
		v = f.object(int(r))
	}
	return nil
}

func (f *pdf) dict(v any) dict {
	switch v := f.resolve(v).(type) {
	case dict:
		return v
	case stream:
		return v.dict
	}
	return nil
}

func (f *pdf) list(v any) []any {
	l, _ := f.resolve(v).([]any)
	return l
}

func (f *pdf) whole(v any) int {
	n, _ := f.resolve(v).(float64)
	return int(min(max(n, -1<<30), 1<<30))
}

// stream is a dictionary with bytes from at on.
type stream struct {
	dict dict
	at   int
}

// raw returns the bytes of a stream as they stand: as many as it says, or up to its end where that is wrong.
func (f *pdf) raw(s stream) []byte {
	rest := f.data[min(s.at, len(f.data)):]
	if n := f.whole(s.dict["Length"]); n >= 0 && n <= len(rest) {
		if after := bytes.TrimLeft(rest[n:min(len(rest), n+16)], "\r\n \t"); bytes.HasPrefix(after, []byte("endstream")) {
			return rest[:n]
		}
	}
	n := bytes.Index(rest, []byte("endstream"))
	if n < 0 {
		n = len(rest)
	}
	f.w.spend(n)
	return rest[:n]
}

// unpacked undoes the filters of a stream, as far as they are those of text (7.4); nil for others.
func (f *pdf) unpacked(s stream) []byte {
	filters := f.list(s.dict["Filter"])
	if n, ok := f.resolve(s.dict["Filter"]).(name); ok {
		filters = []any{n}
	}
	data := f.raw(s)
	if len(filters) > 4 {
		return nil
	}
	for _, v := range filters {
		switch n, _ := f.resolve(v).(name); n {
		case "FlateDecode", "Fl":
			data = f.inflate(data)
		case "ASCIIHexDecode", "AHx":
			data = unhex(data)
		case "ASCII85Decode", "A85":
			data = un85(data)
		default:
			return nil
		}
		if !f.w.spend(len(data)) {
			return nil
		}
	}
	return data
}

func (f *pdf) inflate(data []byte) []byte {
	const each = 4 << 10 // what unpacking costs, however little there is
	r, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil || !f.w.spend(each) {
		return nil
	}
	out, err := io.ReadAll(io.LimitReader(r, int64(max(0, min(maxStream, f.w.work)))))
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && len(out) == 0 { // what was read before the damage counts
		return nil
	}
	return out
}

// pages returns the pages: all objects that are one, in the order of their numbers, which is that of most writers.
func (f *pdf) pages() (pages []dict) {
	numbers := map[int]bool{}
	for n := range f.at {
		numbers[n] = true
	}
	for n := range f.inner {
		numbers[n] = true
	}
	for _, n := range slices.Sorted(maps.Keys(numbers)) {
		if d, ok := f.object(n).(dict); ok && f.resolve(d["Type"]) == name("Page") {
			if pages = append(pages, d); len(pages) == maxPages {
				f.w.cut = true
				return pages
			}
		}
		if f.w.work <= 0 {
			break
		}
	}
	return pages
}

// page reads what stands on a page.
func (f *pdf) page(p dict) {
	resources, up := p["Resources"], p
	for i := 0; resources == nil && i < maxTree; i++ { // it is handed down (7.7.3.4)
		if up = f.dict(up["Parent"]); up == nil {
			break
		}
		resources = up["Resources"]
	}
	parts := f.list(p["Contents"])
	if parts == nil {
		parts = []any{p["Contents"]}
	}
	var content []byte
	for _, part := range parts {
		if s, ok := f.resolve(part).(stream); ok && len(content) < maxStream && f.w.work > 0 {
			content = append(append(content, f.unpacked(s)...), '\n')
		}
	}
	f.draw(content, f.dict(resources), 0)
}
