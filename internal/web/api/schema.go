package api

import (
	"encoding/json"
	"io"
	"path"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tellus/internal/desk"
)

// A global of huma; format keeps the promise.
func init() { huma.DefaultArrayNullable = false }

// config describes the API: lists are never null, instants are date-time strings.
func config(version string) huma.Config {
	schemas := huma.NewMapRegistry("#/components/schemas/", schemaName)
	schemas.RegisterTypeAlias(reflect.TypeFor[desk.Time](), reflect.TypeFor[time.Time]())
	schemas.RegisterTypeAlias(reflect.TypeFor[desk.Date](), reflect.TypeFor[day]())
	schemas.RegisterTypeAlias(reflect.TypeFor[desk.FieldValue](), reflect.TypeFor[fieldValue]())
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{Title: "Tellus", Version: version,
				Description: "Customer service on one desk. Lists are pages of {items, next}; errors are RFC 9457 problems with a code; " +
					"changing calls carry the version that they saw."},
			Components: &huma.Components{
				Schemas: schemas,
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"session": {Type: "apiKey", In: "cookie", Name: sessionCookie},
					"token":   {Type: "http", Scheme: "bearer"},
				},
			},
		},
		Formats:       map[string]huma.Format{"application/json": format, "json": format},
		DefaultFormat: "application/json",
	}
}

// schemaName names a type in the description. Types of features carry their package's name, since two features may each have a Change.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	_, feature, ok := strings.Cut(t.PkgPath(), "tellus/internal/feature/")
	if !ok || t.Name() == "" || strings.Contains(t.Name(), "[") {
		return name
	}
	feature = path.Base(feature)
	feature = strings.ToUpper(feature[:1]) + feature[1:]
	if strings.HasPrefix(name, feature) {
		return name
	}
	return feature + name
}

// format is JSON in which a list that nothing was put into is [] and not null.
var format = huma.Format{
	Marshal: func(w io.Writer, v any) error {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false) // answers are JSON with nosniff, never inside a page
		return enc.Encode(filled(v))
	},
	Unmarshal: json.Unmarshal,
}

// filled returns v with every nil slice in it replaced by an empty one. What v points to is changed: handlers give their answers away.
func filled(v any) any {
	r := reflect.ValueOf(v)
	if !r.IsValid() || !hasSlice(r.Type()) {
		return v
	}
	if r.Kind() != reflect.Pointer {
		p := reflect.New(r.Type()) // a value in an interface cannot be changed in place
		p.Elem().Set(r)
		fill(p.Elem())
		return p.Interface()
	}
	fill(r)
	return v
}

var raw = reflect.TypeFor[json.RawMessage]()

func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			fill(v.Elem())
		}
	case reflect.Interface:
		if !v.IsNil() && v.CanSet() && hasSlice(v.Elem().Type()) {
			v.Set(reflect.ValueOf(filled(v.Interface())))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() && hasSlice(f.Type()) {
				fill(f)
			}
		}
	case reflect.Slice:
		if v.Type() == raw {
			return
		}
		if v.IsNil() {
			if v.CanSet() {
				v.Set(reflect.MakeSlice(v.Type(), 0, 0))
			}
			return
		}
		if hasSlice(v.Type().Elem()) {
			for i := range v.Len() {
				fill(v.Index(i))
			}
		}
	case reflect.Map:
		if !hasSlice(v.Type().Elem()) {
			return
		}
		for it := v.MapRange(); it.Next(); {
			e := reflect.New(v.Type().Elem()).Elem()
			e.Set(it.Value())
			fill(e)
			v.SetMapIndex(it.Key(), e)
		}
	}
}

var sliced sync.Map // reflect.Type → whether a value of it can hold a slice

// hasSlice reports whether a value of the type can hold a slice that fill would find.
func hasSlice(t reflect.Type) bool {
	if known, ok := sliced.Load(t); ok {
		return known.(bool)
	}
	has := findSlice(t, map[reflect.Type]bool{})
	sliced.Store(t, has)
	return has
}

func findSlice(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Slice:
		return t != raw
	case reflect.Interface:
		return true // what it holds is looked at when it is filled
	case reflect.Pointer, reflect.Map:
		return findSlice(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() && findSlice(f.Type, seen) {
				return true
			}
		}
	}
	return false
}

// day is how a desk.Date is described.
type day string

// Schema describes a date.
func (day) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date"}
}
