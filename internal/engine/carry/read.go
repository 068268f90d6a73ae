package carry

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"unicode/utf8"

	"tellus/internal/desk"
)

// Read reads a file strictly: what it says beyond what is known, or says twice, is refused, since leaving it out would change what the rest means. Refusals name the line,
// counted from 1. It takes time in proportion to the file.
func Read(data []byte, into any) error {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if err := json.Unmarshal(data, into); err != nil {
		var syntax *json.SyntaxError
		var kind *json.UnmarshalTypeError
		switch {
		case errors.As(err, &syntax):
			return unread(data, syntax.Offset)
		case errors.As(err, &kind):
			return unread(data, kind.Offset)
		}
		return desk.WhyFileUnread.At("body.file", 1, 1) // a value of a field whose place is not told
	}
	w := walk{data, json.NewDecoder(bytes.NewReader(data))}
	return w.value(reflect.TypeOf(into).Elem())
}

func unread(data []byte, offset int64) error {
	line, column := place(data, offset)
	return desk.WhyFileUnread.At("body.file", line, column)
}

// place is the line and the character before an offset, both counted from 1.
func place(data []byte, offset int64) (line, column int) {
	before := data[:max(0, min(offset, int64(len(data))))]
	return 1 + bytes.Count(before, []byte("\n")), max(1, utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]))
}

// walk goes through what is known to be JSON.
type walk struct {
	data []byte
	in   *json.Decoder
}

var reads = reflect.TypeFor[json.Unmarshaler]()

// value goes through a value; t is what it is read into, nil where anything may stand.
func (w walk) value(t reflect.Type) error {
	token, err := w.in.Token()
	if err != nil {
		return unread(w.data, w.in.InputOffset())
	}
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t != nil && reflect.PointerTo(t).Implements(reads) {
		t = nil // it says itself what it takes
	}
	switch token {
	case json.Delim('{'):
		err = w.object(t)
	case json.Delim('['):
		if t != nil && t.Kind() == reflect.Slice {
			t = t.Elem()
		} else {
			t = nil
		}
		for err == nil && w.in.More() {
			err = w.value(t)
		}
	default:
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := w.in.Token(); err != nil {
		return unread(w.data, w.in.InputOffset())
	}
	return nil
}

func (w walk) object(t reflect.Type) error {
	seen := map[string]bool{}
	for w.in.More() {
		token, err := w.in.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return unread(w.data, w.in.InputOffset())
		}
		line, _ := place(w.data, w.in.InputOffset())
		if seen[name] {
			return desk.WhyFileTwice.At("body.file", line, Short(name))
		}
		seen[name] = true
		inner, known := member(t, name)
		if !known {
			return desk.WhyFileUnknown.At("body.file", line, Short(name))
		}
		if err := w.value(inner); err != nil {
			return err
		}
	}
	return nil
}

// member is what a name of an object is read into.
func member(t reflect.Type, name string) (inner reflect.Type, known bool) {
	if t == nil {
		return nil, true
	}
	if t.Kind() == reflect.Map {
		return t.Elem(), true
	}
	if t.Kind() != reflect.Struct {
		return nil, true
	}
	for i := range t.NumField() {
		tag, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if tag == name {
			return t.Field(i).Type, true
		}
	}
	return nil, false
}
