package spam

import (
	"bytes"
	"strings"
	"unicode"

	"tellus/internal/engine/language"
)

// Grounds on which an attachment is dangerous; one inside an archive has "archive." before it.
const (
	Executable      = "executable"
	Script          = "script"
	Shortcut        = "shortcut"
	Macro           = "macro"
	WebPage         = "web_page"
	DiskImage       = "disk_image"
	OldArchive      = "old_archive"
	SystemFile      = "system_file"
	DoubleExtension = "double_extension"
	ReversedName    = "reversed_name"
)

// endings are the file name endings that are held, by what they are: what Windows, macOS or an office program runs when it is
// opened, and pages that look like a sign-in of ours when opened from disk.
var endings = func() map[string]string {
	m := map[string]string{}
	for reason, list := range map[string]string{
		Executable: `exe com scr pif dll ocx sys drv cpl msi msp mst msix msixbundle appx appxbundle application appref-ms gadget jar apk xapk ipa dmg pkg deb rpm
			run bin elf app command action workflow osx prg ade adp mde accde accdu xll wll ppa mda mdz vxd 386 air xbap jnlp hlp chm msc diagcab diagpkg xpi crx`,
		Script: `js jse mjs cjs vb vbe vbs ws wsf wsc wsh sct hta bat cmd btm ps1 ps1xml ps2 ps2xml psc1 psc2 psd1 psm1 msh msh1 msh2 mshxml sh bash csh ksh zsh fish
			py pyc pyo pyw pyz rb php lua tcl ahk au3 scpt applescript bas job reg inf ins isp iqy oqy rqy slk jsp asp aspx cgi`,
		Shortcut:   `lnk url website desktop webloc scf library-ms search-ms searchconnector-ms settingcontent-ms rdp theme themepack deskthemepack one onepkg`,
		Macro:      `docm dotm xlsm xltm xlsb xlam xla pptm potm ppsm ppam sldm`,
		WebPage:    `htm html xhtml xht shtml shtm mht mhtml svg svgz htc hxs swf`,
		DiskImage:  `iso img vhd vhdx udf vmdk wim toast`,
		OldArchive: `ace arj cab lzh lha z uue xxe`,
	} {
		for e := range strings.FieldsSeq(list) {
			m[e] = reason
		}
	}
	return m
}()

var kinds = map[string]string{
	"application/x-msdownload": Executable, "application/x-msdos-program": Executable, "application/x-dosexec": Executable, "application/x-executable": Executable,
	"application/vnd.microsoft.portable-executable": Executable, "application/x-msi": Executable, "application/java-archive": Executable, "application/vnd.android.package-archive": Executable,
	"application/x-sharedlib": Executable, "application/x-mach-binary": Executable,
	"application/javascript": Script, "text/javascript": Script, "application/x-javascript": Script, "application/hta": Script, "text/vbscript": Script,
	"application/x-sh": Script, "text/x-shellscript": Script, "application/x-bat": Script, "application/x-powershell": Script,
	"application/x-ms-shortcut": Shortcut, "application/x-mswinurl": Shortcut,
	"text/html": WebPage, "application/xhtml+xml": WebPage, "image/svg+xml": WebPage, "application/x-mimearchive": WebPage,
	"application/x-iso9660-image": DiskImage, "application/x-cd-image": DiskImage,
	"application/vnd.ms-word.document.macroenabled.12": Macro, "application/vnd.ms-excel.sheet.macroenabled.12": Macro, "application/vnd.ms-powerpoint.presentation.macroenabled.12": Macro,
	"application/vnd.ms-excel.sheet.binary.macroenabled.12": Macro,
}

// innocent are the endings that a double extension pretends to be.
var innocent = set(`pdf doc docx xls xlsx ppt pptx odt ods txt rtf csv jpg jpeg png gif bmp webp tif tiff mp3 mp4 mov avi wav zip rar 7z eml msg`)

// Dangerous reports whether an attachment is to be held, and on which ground: by its name, its declared media type, its first
// bytes, macros within Office documents, and the names within ZIP, gzip and tar archives. content may be the beginning of
// a long file: what lies beyond is not judged; at most 4 MB and 2,000 names are read.
func Dangerous(fileName, contentType string, content []byte) (reason string, dangerous bool) {
	if reason := byName(fileName); reason != "" {
		return reason, true
	}
	kind, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(contentType)), ";")
	if reason := kinds[strings.TrimSpace(kind)]; reason != "" {
		return reason, true
	}
	content = content[:min(len(content), maxContent)]
	if reason := byContent(content); reason != "" {
		return reason, true
	}
	for _, inner := range namesWithin(content) {
		if isMacro(inner) {
			return Macro, true
		}
		if reason := byName(inner); reason != "" {
			return "archive." + reason, true
		}
	}
	return "", false
}

// byName judges a name as Windows would read it: case, full-width letters, trailing dots and blanks, and what stands
// behind a colon do not matter.
func byName(name string) string {
	if strings.ContainsFunc(name, func(r rune) bool { return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 }) {
		return ReversedName
	}
	name = language.Fold(name[max(0, len(name)-maxName):]) // the ending is what counts
	name = strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cf, unicode.Cc) {
			return -1
		}
		return r
	}, name)
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	if i := strings.IndexByte(name, ':'); i >= 0 {
		name = name[:i]
	}
	name = strings.TrimRight(name, ". \t")
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return ""
	}
	ending := strings.TrimSpace(name[dot+1:])
	if strings.HasPrefix(ending, "{") && strings.HasSuffix(ending, "}") {
		return SystemFile // a class identifier as ending names the program that opens it
	}
	reason := endings[ending]
	if reason == "" {
		return ""
	}
	before := strings.TrimRight(name[:dot], " _.")
	if i := strings.LastIndexByte(before, '.'); i >= 0 && innocent[strings.TrimSpace(before[i+1:])] {
		return DoubleExtension
	}
	return reason
}

var signatures = []struct {
	offset int
	bytes  string
	reason string
}{
	{0, "MZ", Executable},
	{0, "\x7FELF", Executable},
	{0, "\xFE\xED\xFA\xCE", Executable}, {0, "\xFE\xED\xFA\xCF", Executable}, {0, "\xCE\xFA\xED\xFE", Executable}, {0, "\xCF\xFA\xED\xFE", Executable},
	{0, "\xCA\xFE\xBA\xBE", Executable}, // Java class or universal Mach-O
	{0, "L\x00\x00\x00\x01\x14\x02\x00", Shortcut},
	{0, "ITSF\x03", Executable}, // compiled help
	{0, "#!/", Script}, {0, "#! /", Script},
	{0x8001, "CD001", DiskImage},
	{0, "conectix", DiskImage}, {0, "vhdxfile", DiskImage},
	{0, "\xE4\x52\x5C\x7B\x8C\xD8\xA7\x4D\xAE\xB1\x53\x78\xD0\x29\x96\xD3", Shortcut}, // OneNote
	{0, "MSCF\x00\x00\x00\x00", OldArchive}, {7, "**ACE**", OldArchive},
}

func byContent(content []byte) string {
	for _, s := range signatures {
		if len(content) >= s.offset+len(s.bytes) && string(content[s.offset:s.offset+len(s.bytes)]) == s.bytes {
			if s.bytes == "MZ" && !isProgram(content) {
				continue
			}
			return s.reason
		}
	}
	if bytes.HasPrefix(content, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")) {
		switch {
		case bytes.Contains(content, utf16("_VBA_PROJECT")) || bytes.Contains(content, utf16("VBA")) && bytes.Contains(content, utf16("Macros")):
			return Macro
		case bytes.Contains(content, utf16("MsiDigitalSignatureEx")):
			return Executable
		}
		return ""
	}
	if isWebPage(content) {
		return WebPage
	}
	return ""
}

// isProgram tells a DOS or Windows program from a text that begins with "MZ".
func isProgram(content []byte) bool {
	return bytes.ContainsAny(content[:min(len(content), 128)], "\x00")
}

// isWebPage tells HTML and SVG whatever they are called.
func isWebPage(content []byte) bool {
	start := bytes.TrimLeft(bytes.TrimPrefix(content[:min(len(content), 1024)], []byte("\xEF\xBB\xBF")), " \t\r\n")
	start = bytes.ToLower(start)
	for _, tag := range []string{"<!doctype html", "<html", "<script", "<svg", "<!doctype svg", "<iframe", "<body"} {
		if bytes.HasPrefix(start, []byte(tag)) {
			return true
		}
	}
	return bytes.HasPrefix(start, []byte("<?xml")) && (bytes.Contains(start, []byte("<svg")) || bytes.Contains(start, []byte("<html")))
}

func utf16(s string) []byte {
	b := make([]byte, 0, 2*len(s))
	for i := range len(s) {
		b = append(b, s[i], 0)
	}
	return b
}
