package macro

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/engine/carry"
)

// Bounds of a file of macros.
const (
	MostFile  = 4 << 20 // bytes
	mostLines = 1000    // macros
	fileKind  = "tellus.macros"
)

// File is how macros are carried from one desk to another: with names where a desk has ids.
type File struct {
	Format  string  `json:"format"`
	Version int     `json:"version"`
	Macros  []Entry `json:"macros"`
}

// Entry is a macro in a file.
type Entry struct {
	Folder   string            `json:"folder,omitempty"`
	Name     string            `json:"name"`
	Audience desk.Audience     `json:"audience"`
	Teams    []string          `json:"teams,omitempty"`
	Texts    map[string]string `json:"texts,omitempty"`
	Actions  []carry.Action    `json:"actions,omitempty"`
	Off      bool              `json:"off,omitempty"`
}

// ReadFile reads a file of macros. It refuses one that is too large, no file of macros, or made by a later version; it takes time in proportion to the file.
func ReadFile(data []byte) (File, error) {
	var f File
	if len(data) > MostFile {
		return f, desk.WhyFileLarge.At("body.file", MostFile>>20)
	}
	in := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	if err := in.Decode(&f); err != nil || f.Format != fileKind || f.Version != 1 {
		return File{}, desk.WhyNoMacroFile.At("body.file")
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return File{}, desk.WhyNoMacroFile.At("body.file")
	}
	if len(f.Macros) > mostLines {
		return File{}, desk.WhyEnough.At("body.file", mostLines)
	}
	return f, nil
}

// entry is a macro as a file carries it.
func entry(n carry.Names, m Macro) Entry {
	e := Entry{Folder: m.Folder, Name: m.Name, Audience: m.Audience, Texts: m.Texts, Off: !m.Active}
	for _, t := range m.Teams {
		e.Teams = append(e.Teams, n.Teams[t])
	}
	for _, a := range m.Actions {
		if out, ok := n.Named(a); ok {
			e.Actions = append(e.Actions, out)
		}
	}
	return e
}

// edit is what an entry comes to here. missing are the names that nothing has here; an action that needs one of them is left out.
func edit(n carry.Names, e Entry) (out Edit, missing []string) {
	out = Edit{Folder: e.Folder, Name: e.Name, Audience: e.Audience, Texts: maps.Clone(e.Texts), Active: !e.Off, Teams: []desk.TeamID{}, Actions: []desk.Action{}}
	if out.Texts == nil {
		out.Texts = map[string]string{}
	}
	lack := func(name string) {
		if name = carry.Short(name); name != "" && !slices.Contains(missing, name) && len(missing) < 50 {
			missing = append(missing, name)
		}
	}
	teams, lacks := n.TeamsOf(e.Teams)
	out.Teams = append(out.Teams, teams...)
	for _, l := range lacks {
		lack(l.Name)
	}
	if out.Audience == desk.ForTeams && len(out.Teams) == 0 {
		out.Audience = desk.Personal
	}
	for _, a := range e.Actions {
		action, lacks := n.Here(a)
		for _, l := range lacks {
			lack(l.String())
		}
		if action.Do != "" {
			out.Actions = append(out.Actions, action)
		}
	}
	return out, missing
}

// WriteFile writes macros as a file.
func WriteFile(n carry.Names, all []Macro) ([]byte, error) {
	f := File{Format: fileKind, Version: 1, Macros: []Entry{}}
	for _, m := range all {
		f.Macros = append(f.Macros, entry(n, m))
	}
	var out bytes.Buffer
	in := json.NewEncoder(&out)
	in.SetIndent("", "  ")
	in.SetEscapeHTML(false)
	if err := in.Encode(f); err != nil {
		return nil, fmt.Errorf("write a file of macros: %w", err)
	}
	return out.Bytes(), nil
}
