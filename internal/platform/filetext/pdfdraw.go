package filetext

// maxOperands is how many values stand before an operator at most.
const maxOperands = 64

// pen is where text is being written. Places are those of text space, as far as it is neither turned nor leaning (ISO 32000-1, 9.4): enough to tell where a
// word or a line ends.
type pen struct {
	font         *font
	size         float64
	scale, rise  float64 // of the text matrix: how wide and how high a unit is
	lineX, lineY float64
	x, y         float64
	leading      float64
	chars, words float64 // spacing
	lastX, lastY float64 // behind the last letter
	lastSize     float64
	wrote        bool
}

// draw reads the text that a content stream writes.
func (f *pdf) draw(content []byte, resources dict, depth int) {
	if !f.w.spend(len(content)) {
		return
	}
	fonts := f.dict(resources["Font"])
	p := &parser{data: content}
	t := &pen{scale: 1, rise: 1}
	var stack []any
	for !p.end() && !f.w.full() {
		v := p.value(0)
		o, ok := v.(op)
		if !ok {
			if len(stack) < maxOperands {
				stack = append(stack, v)
			}
			continue
		}
		switch o {
		case "Do":
			f.form(stack, resources, depth)
		case "BI":
			p.inline()
		case "Tf":
			if n, ok := operand(stack, 0).(name); ok {
				t.font = f.font(fonts[string(n)])
			}
			t.size = num(stack, 1)
		default:
			t.do(f.w, string(o), stack)
		}
		stack = stack[:0]
	}
}

// inline skips a picture that stands in the stream (8.9.7).
func (p *parser) inline() {
	for !p.end() {
		if p.operator() == op("ID") {
			break
		}
		for p.at < len(p.data) && !white(p.data[p.at]) {
			p.at++
		}
	}
	for p.at+2 < len(p.data) {
		if white(p.data[p.at]) && p.data[p.at+1] == 'E' && p.data[p.at+2] == 'I' && (p.at+3 == len(p.data) || white(p.data[p.at+3])) {
			p.at += 3
			return
		}
		p.at++
	}
	p.at = len(p.data)
}

// form draws what is kept apart to be drawn several times (8.10).
func (f *pdf) form(stack []any, resources dict, depth int) {
	n, ok := operand(stack, 0).(name)
	if !ok || depth >= maxForms || !f.w.spend(1) {
		return
	}
	s, ok := f.resolve(f.dict(resources["XObject"])[string(n)]).(stream)
	if !ok || f.resolve(s.dict["Subtype"]) != name("Form") {
		return
	}
	own := f.dict(s.dict["Resources"])
	if own == nil {
		own = resources
	}
	f.draw(f.unpacked(s), own, depth+1)
	f.w.rune('\n')
}

func operand(stack []any, i int) any {
	if i < len(stack) {
		return stack[i]
	}
	return nil
}

func num(stack []any, i int) float64 {
	n, _ := operand(stack, i).(float64)
	return n
}

func (t *pen) do(w *writer, operator string, stack []any) {
	switch operator {
	case "BT":
		t.scale, t.rise = 1, 1
		t.place(0, 0)
	case "Td":
		t.move(num(stack, 0), num(stack, 1))
	case "TD":
		t.leading = -num(stack, 1)
		t.move(num(stack, 0), num(stack, 1))
	case "TL":
		t.leading = num(stack, 0)
	case "T*":
		t.move(0, -t.leading)
	case "Tm":
		t.scale, t.rise = num(stack, 0), num(stack, 3)
		if t.scale == 0 {
			t.scale, t.rise = 1, 1 // turned
		}
		t.place(num(stack, 4), num(stack, 5))
	case "Tc":
		t.chars = num(stack, 0)
	case "Tw":
		t.words = num(stack, 0)
	case "Tj":
		t.show(w, operand(stack, 0))
	case "'":
		t.move(0, -t.leading)
		t.show(w, operand(stack, 0))
	case "\"":
		t.words, t.chars = num(stack, 0), num(stack, 1)
		t.move(0, -t.leading)
		t.show(w, operand(stack, 2))
	case "TJ":
		list, _ := operand(stack, 0).([]any)
		for _, v := range list {
			if n, ok := v.(float64); ok {
				t.x -= n / 1000 * t.size * t.scale
				continue
			}
			t.show(w, v)
		}
	}
}

func (t *pen) place(x, y float64) { t.lineX, t.lineY, t.x, t.y = x, y, x, y }

func (t *pen) move(x, y float64) { t.place(t.lineX+x*t.scale, t.lineY+y*t.rise) }

// Parts of the height of letters: a gap that is wider parts words, a step that is higher parts lines.
const (
	wordGap  = 0.18
	lineStep = 0.5
)

// show writes a string.
func (t *pen) show(w *writer, v any) {
	s, ok := v.([]byte)
	if !ok || t.font == nil {
		return
	}
	size := abs(t.size * t.scale)
	if size == 0 {
		size = 1
	}
	if t.wrote {
		high := max(size, t.lastSize)
		switch gap := t.x - t.lastX; {
		case abs(t.y-t.lastY) > lineStep*high:
			w.rune('\n')
		case gap > wordGap*high || gap < -high:
			w.rune(' ')
		}
	}
	t.font.each(s, func(code int, bytes int) {
		t.font.write(w, code)
		step := t.font.width(code)/1000*t.size + t.chars
		if bytes == 1 && code == ' ' {
			step += t.words
		}
		t.x += step * t.scale
	})
	t.lastX, t.lastY, t.lastSize, t.wrote = t.x, t.y, size, true
}

func abs(n float64) float64 {
	if n < 0 {
		return -n
	}
	return n
}
