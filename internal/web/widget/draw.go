package widget

import (
	"fmt"
	"io"
	"strconv"

	"golang.org/x/net/html"
)

// draw writes the page.
func (p shownPage) draw(out io.Writer) error {
	body, err := p.body()
	if err != nil {
		return err
	}
	page := &html.Node{Type: html.DocumentNode}
	page.AppendChild(&html.Node{Type: html.DoctypeNode, Data: "html"})
	page.AppendChild(element("html", []attribute{with("lang", p.Lang), only(p.Frame, with("data-frame", ""))}, p.head(), body))
	if err := html.Render(out, page); err != nil {
		return fmt.Errorf("draw the form: %w", err)
	}
	return nil
}

func (p shownPage) head() *html.Node {
	meta := func(name, content string) *html.Node {
		return element("meta", []attribute{with("name", name), with("content", content)})
	}
	var style *html.Node
	if p.Style != "" {
		style = element("link", []attribute{with("rel", "stylesheet"), with("href", "/widget/assets/"+p.Style)})
	}
	return element("head", nil,
		element("meta", []attribute{with("charset", "utf-8")}),
		meta("viewport", "width=device-width, initial-scale=1"),
		meta("robots", "noindex"),
		meta("color-scheme", "light dark"),
		words("title", "", p.Title+" – "+p.House),
		style,
		sheet(p.Nonce, [2]string{"--accent", p.Accent}, [2]string{"--accent-ink", p.Ink}))
}

func (p shownPage) body() (*html.Node, error) {
	root := []attribute{with("id", "root")}
	if p.Sent {
		return element("body", nil, element("main", root, p.thanks())), nil
	}
	main := element("main", root, p.form())
	if p.Script == "" {
		return element("body", nil, main), nil
	}
	config, err := data("config", p.Config)
	if err != nil {
		return nil, err
	}
	script := element("script", []attribute{with("type", "module"), with("src", "/widget/assets/"+p.Script)})
	return element("body", nil, main, config, script), nil
}

func (p shownPage) thanks() *html.Node {
	return element("div", []attribute{with("class", "sent")},
		words("h1", "", p.Words["sent_title"]),
		words("p", "", p.Words["sent_text"]),
		element("p", nil, element("a", []attribute{with("href", p.Action)}, text(p.Words["another"]))))
}

func (p shownPage) form() *html.Node {
	var notice, privacy, hours *html.Node
	if p.Hours != nil {
		hours = element("p", []attribute{with("class", "hours"), only(p.Hours.Open, with("data-open", ""))}, text(p.Hours.Text))
	}
	if p.Notice != "" {
		notice = element("p", []attribute{with("class", "notice"), with("role", "alert")}, text(p.Notice))
	}
	if href := with("href", p.Privacy); href.Key != "" {
		privacy = element("a", []attribute{href, with("target", "_blank"), with("rel", "noopener")}, text(p.Words["privacy"]))
	}
	inside := []*html.Node{words("h1", "", p.Title), words("p", "greeting", p.Greeting), hours, notice}
	for _, f := range p.Fields {
		inside = append(inside, f.draw(p.Words["optional"]))
	}
	inside = append(inside, p.files(), p.snare(), hidden("ticket", p.Ticket), hidden("page", p.Page),
		element("div", []attribute{with("class", "end")}, element("button", []attribute{with("type", "submit")}, text(p.Words["send"])), privacy))
	return element("form", []attribute{with("class", "form"), with("method", "post"), with("action", p.Action), with("enctype", "multipart/form-data")}, inside...)
}

func hidden(name, value string) *html.Node {
	return element("input", []attribute{with("type", "hidden"), with("name", name), with("value", value)})
}

// snare is the field that people do not see and programs fill in.
func (p shownPage) snare() *html.Node {
	return element("div", []attribute{with("class", "trap"), with("aria-hidden", "true")},
		element("label", nil, text(p.Words["trap"]+" "), element("input", []attribute{with("name", p.Trap), with("tabindex", "-1"), with("autocomplete", "off")})))
}

func (f field) draw(optional string) *html.Node {
	wrong := f.Fault != ""
	own := []attribute{with("id", f.ID), with("name", f.ID)}
	common := []attribute{with("maxlength", strconv.Itoa(f.Most)), only(f.Needed, with("required", "")), only(wrong, with("aria-invalid", "true")),
		only(wrong, with("aria-describedby", f.ID+"-fault"))}
	var box *html.Node
	if f.Kind == "" {
		box = element("textarea", append(append(own, with("rows", "6")), common...), text(f.Value))
	} else {
		box = element("input", append(append(own, with("type", f.Kind), with("autocomplete", f.Complete), with("value", f.Value)), common...))
	}
	if f.Needed {
		optional = ""
	}
	return element("div", []attribute{with("class", "field")}, label(f.ID, f.Label, optional), box, fault(f.ID, f.Fault))
}

func label(of, what, optional string) *html.Node {
	n := element("label", []attribute{with("for", of)}, text(what))
	if optional != "" {
		n.AppendChild(text(" "))
		n.AppendChild(words("span", "optional", optional))
	}
	return n
}

// fault is what stands below a field that is wrong.
func fault(id, what string) *html.Node {
	if what == "" {
		return nil
	}
	return element("p", []attribute{with("class", "fault"), with("id", id+"-fault")}, text(what))
}

func (p shownPage) files() *html.Node {
	if !p.Files {
		return nil
	}
	described, wrong := "files-hint", p.FilesFault != ""
	if wrong {
		described += " files-fault"
	}
	return element("div", []attribute{with("class", "field")},
		label("files", p.Words["files"], p.Words["optional"]),
		element("input", []attribute{with("id", "files"), with("name", "files"), with("type", "file"), with("multiple", ""), with("aria-describedby", described),
			only(wrong, with("aria-invalid", "true"))}),
		element("p", []attribute{with("class", "hint"), with("id", "files-hint")}, text(p.Words["files_hint"])),
		fault("files", p.FilesFault))
}
