package filetext

import (
	"bytes"
	"strconv"
)

// The values of a PDF file (ISO 32000-1, 7.3); numbers are float64, strings []byte, lists []any.
type (
	name string
	dict map[string]any
	ref  int
	op   string // a word that is none of the others: an operator
)

const (
	maxDepth = 40      // lists within lists
	maxList  = 100_000 // members of one
)

// parser reads values. It moves on with each, and returns nil at the end and for what it does not know.
type parser struct {
	data []byte
	at   int
}

func white(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func delimiter(c byte) bool {
	switch c {
	case '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return true
	}
	return white(c)
}

func (p *parser) skip() {
	for p.at < len(p.data) {
		switch c := p.data[p.at]; {
		case white(c):
			p.at++
		case c == '%':
			for p.at < len(p.data) && p.data[p.at] != '\n' && p.data[p.at] != '\r' {
				p.at++
			}
		default:
			return
		}
	}
}

func (p *parser) end() bool {
	p.skip()
	return p.at >= len(p.data)
}

// word takes a word where it stands next.
func (p *parser) word(w string) bool {
	p.skip()
	if bytes.HasPrefix(p.data[min(p.at, len(p.data)):], []byte(w)) {
		p.at += len(w)
		return true
	}
	return false
}

// lineEnd takes the end of a line before the bytes of a stream (7.3.8.1).
func (p *parser) lineEnd() {
	if p.at < len(p.data) && p.data[p.at] == '\r' {
		p.at++
	}
	if p.at < len(p.data) && p.data[p.at] == '\n' {
		p.at++
	}
}

type closing byte // of a list or a dictionary

func (p *parser) value(depth int) any {
	if p.end() {
		return nil
	}
	c := p.data[p.at]
	switch {
	case c == '/':
		return p.name()
	case c == '(':
		return p.literal()
	case c == '<' && p.at+1 < len(p.data) && p.data[p.at+1] == '<':
		p.at += 2
		return p.dict(depth)
	case c == '<':
		end := bytes.IndexByte(p.data[p.at:], '>')
		if end < 0 {
			end = len(p.data) - p.at
		}
		s := unhex(p.data[p.at+1 : p.at+end])
		p.at = min(p.at+end+1, len(p.data))
		return s
	case c == '[':
		p.at++
		return p.list(depth)
	case c == ']':
		p.at++
		return closing(c)
	case c == '>' && p.at+1 < len(p.data) && p.data[p.at+1] == '>':
		p.at += 2
		return closing(c)
	case c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.':
		return p.number()
	case delimiter(c):
		p.at++
		return nil
	}
	return p.operator()
}

func (p *parser) operator() any {
	begin := p.at
	for p.at < len(p.data) && !delimiter(p.data[p.at]) {
		p.at++
	}
	switch w := string(p.data[begin:min(p.at, begin+64)]); w {
	case "true":
		return true
	case "false":
		return false
	case "null":
		return nil
	default:
		return op(w)
	}
}

// number reads a number, or a reference: "12 0 R".
func (p *parser) number() any {
	begin := p.at
	for p.at < len(p.data) && !delimiter(p.data[p.at]) {
		p.at++
	}
	n, err := strconv.ParseFloat(string(p.data[begin:min(p.at, begin+32)]), 64)
	if err != nil || n != n {
		return 0.0
	}
	if n < 0 || n != float64(int32(n)) {
		return n
	}
	after := p.at
	if p.digits() && p.word("R") && (p.at == len(p.data) || delimiter(p.data[p.at])) {
		return ref(n)
	}
	p.at = after
	return n
}

// digits takes a short whole number behind blanks.
func (p *parser) digits() bool {
	n := p.at
	for n < len(p.data) && n < p.at+8 && white(p.data[n]) {
		n++
	}
	begin := n
	for n < len(p.data) && n < begin+5 && p.data[n] >= '0' && p.data[n] <= '9' {
		n++
	}
	if n == begin {
		return false
	}
	p.at = n
	return true
}

func (p *parser) name() name {
	p.at++
	begin := p.at
	for p.at < len(p.data) && !delimiter(p.data[p.at]) {
		p.at++
	}
	raw := p.data[begin:min(p.at, begin+200)]
	if bytes.IndexByte(raw, '#') < 0 {
		return name(raw)
	}
	var out []byte
	for i := 0; i < len(raw); i++ { // #20 is a blank (7.3.5)
		if raw[i] == '#' && i+2 < len(raw) {
			if n, err := strconv.ParseUint(string(raw[i+1:i+3]), 16, 8); err == nil {
				out = append(out, byte(n))
				i += 2
				continue
			}
		}
		out = append(out, raw[i])
	}
	return name(out)
}

// literal reads a string in parentheses (7.3.4.2).
func (p *parser) literal() []byte {
	out := []byte{}
	open := 0
	for p.at < len(p.data) {
		c := p.data[p.at]
		p.at++
		switch c {
		case '(':
			if open++; open == 1 {
				continue
			}
		case ')':
			if open--; open == 0 {
				return out
			}
		case '\\':
			out = p.escaped(out)
			continue
		}
		out = append(out, c)
	}
	return out
}

func (p *parser) escaped(out []byte) []byte {
	if p.at >= len(p.data) {
		return out
	}
	c := p.data[p.at]
	p.at++
	switch c {
	case 'n':
		return append(out, '\n')
	case 'r':
		return append(out, '\r')
	case 't':
		return append(out, '\t')
	case 'b', 'f':
		return append(out, ' ')
	case '\n':
		return out
	case '\r':
		if p.at < len(p.data) && p.data[p.at] == '\n' {
			p.at++
		}
		return out
	}
	if c < '0' || c > '7' {
		return append(out, c)
	}
	n := int(c - '0')
	for i := 0; i < 2 && p.at < len(p.data) && p.data[p.at] >= '0' && p.data[p.at] <= '7'; i++ {
		n = 8*n + int(p.data[p.at]-'0')
		p.at++
	}
	return append(out, byte(n))
}

func (p *parser) list(depth int) []any {
	out := []any{}
	for !p.end() {
		if depth >= maxDepth {
			p.at = len(p.data)
			break
		}
		v := p.value(depth + 1)
		if _, over := v.(closing); over {
			break
		}
		if len(out) < maxList {
			out = append(out, v)
		}
	}
	return out
}

func (p *parser) dict(depth int) dict {
	out := dict{}
	for !p.end() {
		if depth >= maxDepth {
			p.at = len(p.data)
			break
		}
		key := p.value(depth + 1)
		if _, over := key.(closing); over {
			break
		}
		k, ok := key.(name)
		if w, stuck := key.(op); stuck && (w == "endobj" || w == "stream") {
			p.at -= len(w) // the end is missing
			break
		}
		if !ok {
			continue
		}
		v := p.value(depth + 1)
		if _, over := v.(closing); over {
			break
		}
		if len(out) < maxList {
			out[string(k)] = v
		}
	}
	return out
}

func unhex(data []byte) []byte {
	out := make([]byte, 0, len(data)/2+1)
	if end := bytes.IndexByte(data, '>'); end >= 0 {
		data = data[:end]
	}
	half, have := byte(0), false
	for _, c := range data {
		var n byte
		switch {
		case c >= '0' && c <= '9':
			n = c - '0'
		case c >= 'a' && c <= 'f':
			n = c - 'a' + 10
		case c >= 'A' && c <= 'F':
			n = c - 'A' + 10
		default:
			continue
		}
		if have {
			out = append(out, half<<4|n)
		}
		half, have = n, !have
	}
	if have {
		out = append(out, half<<4)
	}
	return out
}

// un85 undoes ASCII85 (7.4.3).
func un85(data []byte) []byte {
	out := make([]byte, 0, len(data)*4/5+4)
	var group uint32
	n := 0
	for _, c := range data {
		switch {
		case c == 'z' && n == 0:
			out = append(out, 0, 0, 0, 0)
		case c >= '!' && c <= 'u':
			group = group*85 + uint32(c-'!')
			if n++; n == 5 {
				out = append(out, byte(group>>24), byte(group>>16), byte(group>>8), byte(group))
				group, n = 0, 0
			}
		case c == '~':
			return last85(out, group, n)
		}
	}
	return last85(out, group, n)
}

func last85(out []byte, group uint32, n int) []byte {
	if n < 2 {
		return out
	}
	for i := n; i < 5; i++ {
		group = group*85 + 84
	}
	return append(out, []byte{byte(group >> 24), byte(group >> 16), byte(group >> 8)}[:n-1]...)
}
