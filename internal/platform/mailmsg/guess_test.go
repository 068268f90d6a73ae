//nolint:misspell // languages other than English
package mailmsg

import (
	"testing"

	"golang.org/x/text/encoding"
)

// guessTexts are written for these tests and share no sentence with the samples that the statistics come from.
var guessTexts = map[string]struct {
	text     string
	charsets []string
}{
	"Latvian letter":      {"Sveiki! Man ir problēma ar veļas mašīnu: tā neizgriež ūdeni un skaļi čīkst. Meistars solīja atnākt vakar, bet neieradās. Gaidu jūsu zvanu šonedēļ.\r\nGunārs", []string{"windows-1257", "iso-8859-13", "iso-8859-4"}},
	"Latvian sentence":    {"Kur ir mana nauda? Atbildiet lūdzu šodien!", []string{"windows-1257", "iso-8859-13"}},
	"Latvian name":        {"Pēteris Ozoliņš", []string{"windows-1257", "iso-8859-13"}},
	"Latvian subject":     {"Sūdzība par apkalpošanu veikalā", []string{"windows-1257", "iso-8859-4"}},
	"Lithuanian letter":   {"Sveiki, mano skalbyklė sugedo ir labai triukšmauja. Meistras žadėjo atvažiuoti vakar, bet nepasirodė. Kada galėsite ją sutaisyti? Lauksiu jūsų skambučio šią savaitę.", []string{"windows-1257", "iso-8859-13", "iso-8859-4"}},
	"Lithuanian sentence": {"Kur mano pinigai? Prašyčiau kuo greičiau atsakyti!", []string{"windows-1257", "iso-8859-13"}},
	"Lithuanian name":     {"Eglė Juškevičienė", []string{"windows-1257"}},
	"Polish letter":       {"Witam, moja pralka się zepsuła i okropnie hałasuje. Serwisant obiecał przyjechać wczoraj, ale się nie pojawił. Proszę o kontakt jeszcze w tym tygodniu, bo tak dłużej być nie może.", []string{"windows-1250", "iso-8859-2"}},
	"Polish sentence":     {"Gdzie są moje pieniądze? Proszę o szybką odpowiedź!", []string{"windows-1250", "iso-8859-2"}},
	"Polish name":         {"Agnieszka Kołodziejczyk-Łęcka", []string{"windows-1250"}},
	"Estonian letter":     {"Minu pesumasin läks katki ja teeb kõva häält. Meister lubas eile tulla, aga ei ilmunud välja. Ootan teie kõnet sel nädalal, see ei või nii jääda.", []string{"windows-1257", "windows-1252"}},
	"German letter":       {"Meine Waschmaschine läuft nicht mehr und macht fürchterlichen Lärm. Der Techniker wollte gestern kommen, hat es aber nicht geschafft. Außerdem fehlt der Schlüssel.", []string{"windows-1252", "windows-1250"}},
	"French letter":       {"Ma machine à laver est tombée en panne et fait un bruit épouvantable. Le technicien devait passer hier, mais il n'est pas venu. Très déçu, je vous prie de me rappeler dès que possible.", []string{"windows-1252"}},
	"Swedish sentence":    {"Tvättmaskinen är trasig och låter förfärligt.", []string{"windows-1252"}},
	"Danish sentence":     {"Vaskemaskinen er gået i stykker og støjer frygteligt, vær venlig at ringe.", []string{"windows-1252"}},
	"Spanish sentence":    {"La lavadora está rota y hace muchísimo ruido, llámenme mañana.", []string{"windows-1252"}},
	"Portuguese sentence": {"A máquina de lavar não funciona e faz um barulho horrível, até amanhã.", []string{"windows-1252"}},
	"Czech sentence":      {"Pračka se rozbila a strašně hlučí, zavolejte mi prosím co nejdříve zpátky.", []string{"windows-1250", "iso-8859-2"}},
	"Russian letter":      {"Стиральная машина сломалась и ужасно шумит. Мастер обещал приехать вчера, но так и не появился.", []string{"windows-1251", "koi8-r", "ibm866", "iso-8859-5"}},
	"Russian name":        {"Наталья Королёва", []string{"windows-1251", "koi8-r"}},
	"Ukrainian sentence":  {"Пральна машина зламалася і жахливо шумить, передзвоніть мені цього тижня.", []string{"windows-1251", "koi8-u"}},
	"English with quotes": {"It’s broken – “completely” – and costs €20…", []string{"windows-1252", "windows-1250", "windows-1257"}},
	"Chinese sentence":    {"您好，我的洗衣机坏了，声音很大，请尽快与我联系，谢谢。", []string{"gbk"}},
	"Japanese sentence":   {"洗濯機が壊れて、とても大きな音がします。早めに連絡をお願いします。", []string{"shift_jis", "euc-jp"}},
	"Korean sentence":     {"세탁기가 고장나서 소음이 심합니다. 빨리 연락해 주세요.", []string{"euc-kr"}},
}

func encodeIn(t *testing.T, charset, text string) []byte {
	t.Helper()
	enc := lookupCharset(charset)
	if enc == nil {
		t.Fatalf("no charset %s", charset)
	}
	out, err := encoding.ReplaceUnsupported(enc.NewEncoder()).Bytes([]byte(text))
	if err != nil {
		t.Fatalf("encode %q in %s: %v", text, charset, err)
	}
	return out
}

// TestGuess reads text without label, with the label that says nothing, and with a wrong one.
func TestGuess(t *testing.T) {
	t.Parallel()
	for name, c := range guessTexts {
		for _, charset := range c.charsets {
			raw := encodeIn(t, charset, c.text)
			want, _, _ := decodeAs(raw, charset) // where the character set lacks a sign of the text
			for _, label := range []string{"", "utf-8", "us-ascii", charset} {
				if got, used, _ := decodeCharset(raw, label); got != want {
					t.Errorf("%s in %s, labelled %q, was read as %s:\n got %q\nwant %q", name, charset, label, used, got, want)
				}
			}
		}
	}
}

// TestGuessBehindWrongLabel reads letters of some length whose label is that of another part of Europe.
func TestGuessBehindWrongLabel(t *testing.T) {
	t.Parallel()
	for name, c := range guessTexts {
		for _, charset := range c.charsets {
			if len(c.text) < 100 || singleByte[charset] == nil || charset == "iso-8859-5" || charset == "ibm866" {
				continue
			}
			raw := encodeIn(t, charset, c.text)
			want, _, _ := decodeAs(raw, charset)
			if got, used, _ := decodeCharset(raw, "iso-8859-1"); got != want {
				t.Errorf("%s in %s, labelled iso-8859-1, was read as %s:\n got %q\nwant %q", name, charset, used, got, want)
			}
			if got, used, _ := decodeCharset([]byte(c.text), charset); got != c.text {
				t.Errorf("%s in UTF-8, labelled %s, was read as %s: %q", name, charset, used, got)
			}
		}
	}
}
