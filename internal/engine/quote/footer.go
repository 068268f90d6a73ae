package quote

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"tellus/internal/engine/letters"
)

// sentPhrases begin the line that a phone or a mail program appends by itself.
var sentPhrases = []string{
	"sent from", "sent via", "sent with", "sent using", "sent by", "sent on", "sent through", "from my", "get outlook", "download outlook", "typed on", "written on", "composed on", "shared from", "this email was sent from my", "this message was sent from my",
	"gesendet von", "gesendet mit", "gesendet über", "gesendet aus", "gesendet vom", "von meinem", "von meiner", "diese nachricht wurde von", "diese e-mail wurde von", "holen sie sich outlook", "outlook für", "verfasst mit", "von unterwegs",
	"envoyé de", "envoyé depuis", "envoyé à partir", "envoyé avec", "envoyé par", "envoyé via", "envoye de", "obtenir outlook", "obtenez outlook", "télécharger outlook", "téléchargez outlook", "provenance :", "message envoyé",
	"enviado desde", "enviado con", "enviado de", "enviado do", "enviado a partir", "enviado pelo", "enviado por", "enviado via", "enviado através", "enviada do", "obtener outlook", "obtén outlook", "obter o outlook", "obter outlook", "obtenha o outlook", "descargar outlook", "baixar outlook",
	"inviato da", "inviata da", "inviato con", "inviato tramite", "ottieni outlook", "scarica outlook", "ricevi outlook",
	"verzonden vanaf", "verzonden met", "verzonden via", "verzonden van", "verzonden vanuit", "verstuurd vanaf", "verstuurd met", "verstuurd via", "verstuurd van", "vanaf mijn", "outlook voor", "ontvang outlook", "download outlook", "outlook downloaden",
	"skickat från", "skickad från", "skickat med", "skickat via", "hämta outlook", "skaffa outlook", "från min", "sendt fra", "sendt med", "sendt via", "hent outlook", "få outlook", "skaff deg outlook", "fra min",
	"lähetetty", "hanki outlook", "hae outlook", "saadetud", "hangi outlook", "minu iphone",
	"nosūtīts no", "nosūtīta no", "nosūtīts ar", "nosūtīts, izmantojot", "sūtīts no", "sūtīta no", "no mana", "iegūt outlook", "iegūstiet outlook", "lejupielādēt outlook",
	"išsiųsta iš", "išsiųsta naudojant", "išsiųsta su", "siųsta iš", "išsiųstas iš", "iš mano", "gauti outlook", "gaukite outlook", "atsisiųsti outlook",
	"wysłane z", "wysłano z", "wysłany z", "wysłane za", "wysłano za", "wysłane przez", "wysłane przy", "pobierz outlook", "pobierz aplikację outlook", "pobierz program outlook", "uzyskaj outlook", "uzyskaj aplikację outlook",
	"odesláno z", "odesláno ze", "odesláno pomocí", "odesláno přes", "posláno z", "poslano z", "stáhnout outlook", "získat outlook", "získejte outlook", "odoslané z", "odoslané zo", "odoslané pomocou", "poslané z", "získajte outlook", "získať outlook", "stiahnuť outlook",
	"küldve", "elküldve", "küldte", "szerezze be az outlook", "az outlook letöltése", "trimis de pe", "trimis din", "trimis cu", "trimis prin", "obțineți outlook", "descărcați outlook", "descarcă outlook",
	"отправлено с", "отправлено из", "отправлено от", "отправлено через", "отправлено со", "отправлено при", "послано с", "с моего", "получить outlook", "получите outlook", "скачать outlook", "скачайте outlook", "отправлено мобильн",
	"надіслано з", "надіслано із", "надіслано через", "надіслано за", "відправлено з", "відправлено із", "відправлено через", "з мого", "отримати outlook", "отримайте outlook", "завантажити outlook", "адпраўлена з", "изпратено от", "послато са",
	"poslano s", "poslano sa", "poslano iz", "poslato sa", "gönderildi", "outlook'u edin", "στάλθηκε από", "εστάλη από", "αποστολή από", "λήψη του outlook", "αποκτήστε το outlook",
	"发自我的", "發自我的", "发自", "發自", "从我的", "從我的", "发送自", "來自我的", "来自我的", "获取 outlook", "取得 outlook", "outlook for", "أرسل من", "أُرسلت من", "أرسلت من", "مُرسل من", "مرسل من", "احصل على outlook", "נשלח מ", "đã gửi từ", "gửi từ", "dikirim dari", "dikirim dengan", "dapatkan outlook", "ส่งจาก",
}

// sentEndings close such a line in languages that put the verb last.
var sentEndings = []string{"gesendet", "gönderildi", "küldve", "から送信", "から送信されました", "を入手", "傳送", "传送", "에서 보냄", "에서 보냈습니다", "에서 전송", "받기", "saadetud", "gesendet.", "from mobile", "verzonden", "verstuurd"}

// devices are the words that tell a program's footer from a sentence.
//
//nolint:misspell // foreign words
var devices = []string{
	"iphone", "ipad", "ipod", "ios", "android", "phone", "telefon", "téléphone", "telefono", "teléfono", "telefone", "puhelim", "tālru", "viedtālru", "telefona", "išman", "smartfon", "смартфон", "телефон", "мобил", "мобіл", "смартфон", "планшет", "mobile", "mobil", "móvil", "movil", "celular", "cell", "handy", "gsm", "komórk", "nutitelefon", "okostelefon",
	"tablet", "device", "gerät", "apparaat", "appareil", "dispositiv", "ierīce", "įrengin", "urządze", "устройств", "пристро", "laite", "seade", "blackberry", "samsung", "galaxy", "huawei", "honor", "xiaomi", "redmi", "oneplus", "nokia", "lumia", "windows", "htc", "sony", "xperia", "motorola", "oppo", "vivo", "pixel", "alcatel", "lg ", "zte", "lenovo", "asus", "wiko", "palm", "nexus", "macbook", "imac", "mac ",
	"outlook", "mail", "gmail", "yahoo", "proton", "tutanota", "tuta", "spark", "superhuman", "thunderbird", "k-9", "k9", "mailbox", "newton", "polymail", "boxer", "aquamail", "zimbra", "zoho", "yandex", "яндекс", "почт", "пошт", "pošt", "poczt", "posta", "courrier", "correo", "e-post", "laptop", "computer", "pc", "webmail", "メール", "邮箱", "郵件", "メッセージ", "手机", "手機", "電話", "ケータイ", "iphone에서", "휴대폰",
}

var possessives = []string{" my ", " mein", " mon ", " ma ", " mi ", " meu ", " minha ", " mio ", " mijn ", " min ", " mitt ", " minu ", " mana ", " manas ", " mans ", " mano ", " mojego ", " mojej ", " mého ", " môjho ", " mojho ", " moj", " моего ", " моей ", " мого ", " моєї ", "我的"}

// sentBy finds sentPhrases by their first rune.
var sentBy = byFirstRune(sentPhrases)

// isFooter reports whether a line is one that a phone or program appended. Sentences that merely begin alike ("Sent
// from my desk, it is easier") are not: before the first comma or stop there must be a device, or nothing else at all.
func isFooter(body string) bool {
	if len(body) > 400 || body == "" {
		return false
	}
	s := letters.ToLowerString(withoutLinks(body))
	s = squeeze(strings.Trim(s, " \t<>()[]*_|.-–—~\""))
	if s == "" || len(s) > 160 {
		return false
	}
	first, _ := utf8.DecodeRuneInString(s)
	phrase := hasAnyPrefix(s, sentBy[first])
	if !phrase && !hasAnySuffix(s, sentEndings) {
		return false
	}
	words := len(strings.Fields(s))
	if !phrase && (words > 8 || !containsAny(s, devices)) || words > 24 {
		return false
	}
	clause, rest := s, ""
	if i := strings.IndexAny(s, ".,;:!?。，"); i >= 0 && i+1 < len(s) && s[i+1:] != "" && (s[i] >= 0x80 || s[i+1] == ' ') {
		clause, rest = s[:i], s[i:]
	}
	if containsAny(clause+" ", devices) {
		return len(strings.Fields(clause)) <= 12
	}
	return rest == "" && words <= 8 && containsAny(" "+clause+" ", possessives)
}

func hasAnyPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

func hasAnySuffix(s string, suffixes []string) bool {
	for _, p := range suffixes {
		if strings.HasSuffix(s, p) {
			return true
		}
	}
	return false
}

// squeeze makes one space of each run of white space, and none at either end.
func squeeze(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || c < ' ' || c == ' ' && (i == 0 || i+1 == len(s) || s[i+1] == ' ') {
			return strings.Join(strings.Fields(s), " ")
		}
	}
	return s
}

// brackets are those around links and their words.
var brackets = strings.NewReplacer("](", " ", "[", " ", "]", " ", "<", " ", ">", " ", "(", " ", ")", " ")

// withoutLinks drops URLs and the brackets of Markdown links, keeping their words.
func withoutLinks(s string) string {
	if !strings.Contains(s, "http") {
		return brackets.Replace(s)
	}
	var b strings.Builder
	for {
		i := strings.Index(s, "http")
		if i < 0 || !strings.HasPrefix(s[i:], "http://") && !strings.HasPrefix(s[i:], "https://") {
			if i < 0 {
				b.WriteString(s)
				break
			}
			b.WriteString(s[:i+4])
			s = s[i+4:]
			continue
		}
		b.WriteString(s[:i])
		b.WriteByte(' ')
		j := strings.IndexFunc(s[i:], func(r rune) bool { return unicode.IsSpace(r) || r == '>' || r == ')' || r == ']' })
		if j < 0 {
			break
		}
		s = s[i+j:]
	}
	return brackets.Replace(b.String())
}
