package demo

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"

	"tellus/internal/feature/conversation"
	"tellus/internal/platform/locale"
	"tellus/internal/platform/mailmsg"
	"tellus/internal/platform/pdf"
)

// photo is a picture of a shelf with a scratch, as a telephone takes it. There are six of them.
func photo(p *play) mailmsg.File {
	for len(p.photos) < 6 {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, shelf(p), &jpeg.Options{Quality: 80}); err != nil {
			b.Reset() // an image of our own always encodes
		}
		p.photos = append(p.photos, b.Bytes())
	}
	return mailmsg.File{Name: fmt.Sprintf("IMG_%d.jpg", 2000+p.rnd.IntN(7000)), MediaType: "image/jpeg", Content: pick(p, p.photos)}
}

// screenshot is a picture of a page with an error.
func screenshot() mailmsg.File {
	m := image.NewRGBA(image.Rect(0, 0, 480, 300))
	fill(m, m.Bounds(), color.RGBA{250, 249, 246, 255})
	fill(m, image.Rect(0, 0, 480, 34), color.RGBA{15, 110, 99, 255})
	for i := range 5 {
		fill(m, image.Rect(28, 60+i*26, 300+(i*53)%120, 70+i*26), color.RGBA{205, 200, 190, 255})
	}
	fill(m, image.Rect(28, 210, 452, 260), color.RGBA{253, 232, 228, 255})
	fill(m, image.Rect(28, 210, 33, 260), color.RGBA{179, 55, 38, 255})
	fill(m, image.Rect(48, 228, 380, 240), color.RGBA{179, 55, 38, 255})
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		b.Reset() // an image of our own always encodes
	}
	return mailmsg.File{Name: "ekrāns.png", MediaType: "image/png", Content: b.Bytes()}
}

func fill(m *image.RGBA, r image.Rectangle, c color.RGBA) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			m.SetRGBA(x, y, c)
		}
	}
}

// shelf draws boards with a grain, a wall behind them, and a scratch.
func shelf(p *play) image.Image {
	const w, h = 640, 480
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	hue, lean := p.rnd.Float64()*30, p.rnd.Float64()*0.06-0.03
	from := 120 + p.rnd.IntN(250)
	for y := range h {
		for x := range w {
			fx, fy := float64(x), float64(y)+lean*float64(x)
			light := 0.75 + 0.25*fx/w - 0.1*fy/h
			board := math.Mod(fy, 150) < 22 || x < 40 || x > w-46
			r, g, b := 216.0, 211.0, 203.0 // the wall
			if board {
				grain := 10*math.Sin(fx/27+3*math.Sin(fy/5)) + 5*math.Sin(fy*2.3)
				r, g, b = 176+hue+grain, 132+grain, 86+grain
			} else if math.Mod(fy, 150) < 34 {
				light *= 0.82 // the shadow below a board
			}
			m.SetRGBA(x, y, color.RGBA{level(r * light), level(g * light), level(b * light), 255})
		}
	}
	for i := range 170 { // the scratch
		x, y := from+i, 305+int(float64(i)*0.07+3*math.Sin(float64(i)/9)-lean*float64(from+i))
		for t := range 3 {
			m.SetRGBA(x, y+t, color.RGBA{238, 226, 208, 255})
		}
	}
	return m
}

func level(v float64) uint8 { return uint8(max(0, min(255, v))) }

var invoiceWords = map[string][4]string{
	"lv": {"Rēķins", "Pasūtījums", "Kopā", "Apmaksāts ar karti. Paldies par pirkumu!"},
	"lt": {"Sąskaita faktūra", "Užsakymas", "Iš viso", "Apmokėta kortele. Ačiū, kad perkate!"},
	"pl": {"Faktura", "Zamówienie", "Razem", "Zapłacono kartą. Dziękujemy za zakupy!"},
	"en": {"Invoice", "Order", "Total", "Paid by card. Thank you for your purchase!"},
	"ru": {"Счёт", "Заказ", "Итого", "Оплачено картой. Спасибо за покупку!"},
}

// invoice is a PDF that colleagues attach.
func (p *play) invoice(ctx context.Context, s *story) (conversation.File, error) {
	lang, at := s.who.tongue.code, p.clock.now().In(office.zone)
	words := invoiceWords[lang]
	number := s.fill.Replace("{nr}")
	d := pdf.New(pdf.Meta{Title: words[0] + " " + number, Language: lang, At: at, Foot: "Koks & Volts", Page: "{page}/{pages}"})
	d.Pair("Koks & Volts", pdf.Style{Size: 16, Bold: true, Ink: pdf.Teal}, locale.Date(lang, at), pdf.Style{Ink: pdf.Grey})
	d.Rule(3, 5)
	d.Text(words[0]+" "+number, pdf.Style{Size: 14, Bold: true, After: 4})
	d.Fact("", s.who.name)
	d.Fact(words[1], number+", "+s.fill.Replace("„{model}”"))
	d.Fact(words[2], s.fill.Replace("{sum}"))
	d.Space(6)
	d.Text(words[3], pdf.Style{Ink: pdf.Grey})
	var b bytes.Buffer
	if err := d.Write(&b); err != nil {
		return conversation.File{}, err
	}
	return p.keep(ctx, "invoice-"+number+".pdf", "application/pdf", b.Bytes())
}

// keep puts a file where uploads lie.
func (p *play) keep(ctx context.Context, name, kind string, content []byte) (conversation.File, error) {
	ref, err := p.a.Blobs.Put(ctx, bytes.NewReader(content))
	if err != nil {
		return conversation.File{}, fmt.Errorf("keep %s: %w", name, err)
	}
	return conversation.File{Name: name, Type: kind, Blob: ref.Hash, Size: ref.Size}, nil
}

// scan is a letter as the scanner in the office makes it.
func (p *play) scan(ctx context.Context, subject, name string) (conversation.File, error) {
	at := p.clock.now().In(office.zone)
	d := pdf.New(pdf.Meta{Title: subject, Language: "lv", At: at, Page: "{page}"})
	d.Text(name, pdf.Style{Size: 12, Bold: true, After: 1})
	d.Text("Talsi, Lielā iela 1\n"+locale.Date("lv", at.AddDate(0, 0, -3)), pdf.Style{Ink: pdf.Grey, After: 10})
	d.Text("Cienījamie „Koks & Volts” darbinieki!\n\nMūsu dienas centrā pulcējas ap trīsdesmit senioru. Krēsli, uz kuriem sēžam, ir vecāki par daudziem no mums. "+
		"Ja jums ir kādi, kurus vairs nepārdodat, mēs priecātos par divpadsmit. Atbrauksim paši un atvedīsim ābolu maizi.", pdf.Style{Size: 12, After: 12})
	d.Text("Ar cieņu\nAusma Kastane, valdes priekšsēdētāja", pdf.Style{Size: 12, Italic: true})
	var b bytes.Buffer
	if err := d.Write(&b); err != nil {
		return conversation.File{}, err
	}
	return p.keep(ctx, "vestule.pdf", "application/pdf", b.Bytes())
}
