package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// flags are the flags and the argument of one command. A flag that is not given is taken from its environment variable, if it has one that is not
// empty, and else has its default.
type flags struct {
	set     *pflag.FlagSet
	all     []*option
	file    *argument
	asked   bool
	checked []func() error
}

// option is a flag as the help shows it.
type option struct {
	*pflag.Flag
	env, value string
	required   bool
}

// argument is what a command takes besides flags.
type argument struct {
	into       *string
	name, help string
}

func newFlags(name string) *flags {
	f := &flags{set: pflag.NewFlagSet(name, pflag.ContinueOnError)}
	f.set.SortFlags = false
	f.set.BoolVarP(&f.asked, "help", "h", false, "")
	f.all = append(f.all, &option{Flag: f.set.Lookup("help")})
	f.set.Lookup("help").Usage = "Show this help."
	return f
}

func (f *flags) add(name string) *option {
	o := &option{Flag: f.set.Lookup(name)}
	f.all = append(f.all, o)
	return o
}

// from names the environment variable of a flag.
func (o *option) from(env string) *option { o.env = env; return o }

// as names what a flag's value is, for the help.
func (o *option) as(value string) *option { o.value = value; return o }

func (o *option) needed() *option { o.required = true; return o }

// unseen keeps what only developers use out of the help.
func (o *option) unseen() { o.Hidden = true }

func (f *flags) text(into *string, name, standard, help string) *option {
	f.set.StringVar(into, name, standard, help)
	return f.add(name)
}

// path declares the name of a file or folder, which becomes absolute; ~ is the home folder.
func (f *flags) path(into *string, name, standard, help string) *option {
	_ = (*path)(into).Set(standard)
	f.set.Var((*path)(into), name, help)
	f.set.Lookup(name).DefValue = standard
	return f.add(name)
}

func (f *flags) yes(into *bool, name, short, help string) *option {
	f.set.VarPF((*yes)(into), name, short, help).NoOptDefVal = "true"
	return f.add(name)
}

func (f *flags) duration(into *time.Duration, name string, standard time.Duration, help string) *option {
	f.set.DurationVar(into, name, standard, help)
	return f.add(name)
}

func (f *flags) number(into *uint64, name string, standard uint64, help string) {
	f.set.Uint64Var(into, name, standard, help)
	f.add(name)
}

func (f *flags) numbers(into *[]int, name string, standard []int, help string) *option {
	f.set.IntSliceVar(into, name, standard, help)
	o := f.add(name)
	o.DefValue = strings.Trim(o.DefValue, "[]")
	return o
}

func (f *flags) list(into *[]string, name, help string) *option {
	f.set.StringSliceVar(into, name, nil, help)
	return f.add(name)
}

func (f *flags) argument(into *string, name, help string) {
	f.file = &argument{into, name, help}
}

// check is asked once all flags are known.
func (f *flags) check(is func() error) { f.checked = append(f.checked, is) }

// together lets two flags be given both or not at all.
func (f *flags) together(a, b *option) {
	f.check(func() error {
		if (a.Value.String() == "") != (b.Value.String() == "") {
			return fmt.Errorf("--%s and --%s must be used together", a.Name, b.Name)
		}
		return nil
	})
}

// read reads what stands behind a command's name. Its errors tell the operator what to change.
func (f *flags) read(args []string, getenv func(string) string) error {
	if err := f.set.Parse(args); err != nil {
		return f.explain(err)
	}
	if f.asked {
		return nil
	}
	for _, o := range f.all {
		value := ""
		if o.env != "" {
			value = getenv(o.env)
		}
		if value == "" || o.Changed {
			continue
		}
		if err := f.set.Set(o.Name, value); err != nil {
			return fmt.Errorf("%w (from the environment variable %s)", f.explain(err), o.env)
		}
	}
	for _, o := range f.all {
		if o.required && o.Value.String() == "" {
			return fmt.Errorf("missing flag: --%s=%s", o.Name, o.value)
		}
	}
	if err := f.take(f.set.Args()); err != nil {
		return err
	}
	for _, is := range f.checked {
		if err := is(); err != nil {
			return err
		}
	}
	return nil
}

func (f *flags) take(rest []string) error {
	if f.file != nil {
		if len(rest) == 0 || rest[0] == "" {
			return fmt.Errorf("expected <%s>: %s", f.file.name, f.file.help)
		}
		_ = (*path)(f.file.into).Set(rest[0])
		rest = rest[1:]
	}
	if len(rest) > 0 {
		return fmt.Errorf("unexpected argument %s", rest[0])
	}
	return nil
}

// explain says in the operator's words what the reader of flags says in a programmer's.
func (f *flags) explain(err error) error {
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		if unknown.GetSpecifiedShortnames() != "" {
			return fmt.Errorf("unknown flag -%s", unknown.GetSpecifiedName())
		}
		var names []string
		for _, o := range f.all {
			if !o.Hidden {
				names = append(names, "--"+o.Name)
			}
		}
		return suggest("unknown flag ", "--"+unknown.GetSpecifiedName(), names)
	}
	if alone, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return fmt.Errorf("--%s needs a value", alone.GetFlag().Name)
	}
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		kinds := map[string]string{"bool": "true or false", "duration": "a duration such as 90s or 5m", "uint64": "a whole number from 0", "intSlice": "a list of whole numbers"}
		if kind := kinds[invalid.GetFlag().Value.Type()]; kind != "" {
			return fmt.Errorf("--%s: %q is not %s", invalid.GetFlag().Name, invalid.GetValue(), kind)
		}
	}
	return err
}

// path is a name of a file or folder.
type path string

func (p *path) String() string { return string(*p) }
func (p *path) Type() string   { return "path" }

func (p *path) Set(text string) error {
	if home, err := os.UserHomeDir(); err == nil && (text == "~" || strings.HasPrefix(text, "~/")) {
		text = home + text[1:]
	}
	// Without a working folder a name is left as it stands: opening it will say so.
	if whole, err := filepath.Abs(text); err == nil && text != "" {
		text = whole
	}
	*p = path(text)
	return nil
}

// yes is a switch.
type yes bool

func (y *yes) String() string { return strconv.FormatBool(bool(*y)) }
func (y *yes) Type() string   { return "bool" }

func (y *yes) Set(text string) error {
	switch strings.ToLower(text) {
	case "true", "1", "yes":
		*y = true
	case "false", "0", "no":
		*y = false
	default:
		return errors.New("neither true nor false")
	}
	return nil
}

// existing refuses what is no file.
func existing(file *string) func() error {
	return func() error {
		info, err := os.Stat(*file)
		if err == nil && info.IsDir() {
			return fmt.Errorf("<file>: %s is a folder", *file)
		}
		if err != nil {
			return fmt.Errorf("<file>: %w", err)
		}
		return nil
	}
}
