package quote

import "strings"

// The words below are the ones that mail programs write in the languages of their users. They are matched as whole
// words in lower case and never alone: a verb counts only beside a date or an address, a label only among other labels.

// wroteWords are the forms of "wrote" for a third person. First-person forms are left out on purpose where a language
// has them ("rakstīju", "napisałem"): a customer who quotes herself is not history.
var wroteWords = set(`
	wrote writes sgrìobh scrittu escrich escriu skriv skribas skrifar skriva написао напишал iscritu
	எழுதினார் எழுதியது লিখেছেন لکھا წერს დაწერა
	schrieb schreibt geschrieben schreef schrijft geschreven schreift skreau
	écrit ecrit écrivit escribió escribio escribe escreveu escribiu escriure scritto scrisse scris scribite scríobh
	skrev skriver skreiv skrifaði skrivaði kirjoitti kirjoittaa kirjutas kirjutab
	rakstīja raksta rakstījis rakstījusi rašė rašo parašė
	napisał napisała napisało napisali napisana napisany napisane pisze napsal napsala napsali píše napísal napísala napisao napisala napisal
	pisao pisala
	написал написала написали писал писала пишет написав написала пише писав писала напісаў напісала напиша написа
	писа
	írta írja yazdı yazmış yazıyor yazıb yazib έγραψε γράφει viết menulis shkroi skribis yozgan nivîsî idatzi
	ysgrifennodd skrivet
	كتب كتبت כתב כתבה نوشته نوشت लिखा लिहीले लिखे เขียน დაწერა գրեց սրել សរសេរ បានសរសេរ يازدى`)

// wroteParts are matched inside a line, for scripts that don't put spaces between words.
var wroteParts = []string{"写道", "寫道", "写到", "寫到", "写了", "寫了", "撰寫", "撰写", "書きました", "書き込みました", "のメール", "さんから", "작성", "쓴 내용", "썼습니다", "เขียน", "សរសេរ"}

// firstPerson words beside a verb mean that the writer speaks of herself.
var firstPerson = set(`i we ich wir jag jeg ik wij yo я мы aš mes`)

// openers are the words with which programs begin the line above a quote, before its date.
var openers = set(`
	on le am el il em op den dne dňa dnia w dana дана in na på a à á o la su em à în la dana më στις στo την vào pada
	ar d'an d je þann tann di на в у да em dia om okay 在 於 于 em:`)

var weekdays = set(`
	mon tue tues wed thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday
	mo di mi do fr sa so montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag
	ma wo vr za zo maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
	lun mar mer jeu ven sam dim lundi mardi mercredi jeudi vendredi samedi dimanche
	lunes martes miércoles miercoles jueves viernes sábado sabado domingo mié jue vie sáb dom
	seg ter qua qui sex sáb segunda terça quarta quinta sexta
	lunedì martedì mercoledì giovedì venerdì gio lunedi martedi mercoledi giovedi venerdi
	man tir ons tor fre lør søn mandag tirsdag onsdag torsdag fredag lørdag søndag mån tis lör sön måndag tisdag lördag söndag
	ma ti ke to pe la su maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai maanantaina tiistaina
	e t k n r l p esmaspäev teisipäev kolmapäev neljapäev reede laupäev pühapäev
	pirmdien otrdien trešdien ceturtdien piektdien sestdien svētdien pirmdiena otrdiena trešdiena ceturtdiena piektdiena
	sestdiena svētdiena pr ot tr ce pk se sv pirmd otrd trešd ceturtd piektd sestd svētd
	pirmadienis antradienis trečiadienis ketvirtadienis penktadienis šeštadienis sekmadienis pirm antr treč ketv penkt šešt sekm
	pon wt śr czw pt sob niedz poniedziałek wtorek środa czwartek piątek sobota niedziela
	po út st čt pá so ne pondělí úterý středa čtvrtek pátek neděle ut št pi pondelok utorok streda štvrtok piatok nedeľa
	pon uto sri čet pet sub ned ponedjeljak utorak srijeda četvrtak petak subota nedjelja ponedeljek torek sreda
	пн вт ср чт пт сб вс нд понедельник вторник среда четверг пятница суббота воскресенье
	понеділок вівторок середа четвер пятниця субота неділя понеделник вторник сряда четвъртък петък събота неделя
	hétfő kedd szerda csütörtök péntek szombat vasárnap luni marți marti miercuri joi vineri sâmbătă duminică
	pzt sal çar per cum cmt paz pazartesi salı çarşamba perşembe cuma cumartesi pazar
	δευ τρι τετ πεμ παρ σαβ κυρ δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο κυριακή`)

// monthStems are beginnings of month names; a word counts as a month when it begins with one of them.
var monthStems = set(`
	jan feb mar mär mrt apr may mai maj maí jun jul aug sep sept oct okt nov dec dez
	janv févr fevr avr juin juil août aout déc ene abr ago dic fev set out gen mag giu lug ott
	stycz lut kwie czerw lip sier wrze paźdz listop grud
	led úno břez dub květ červ srp září říj prosin sij velj ožuj trav svib lip kolov ruj stud
	jūn jūl jūnij sausi vasar kovo baland gegu birž liep rugpj rugs spal lapkr gruod
	jaan veeb märts juuni juuli dets tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu
	янв фев мар апр май мая июн июл авг сен окт ноя дек січ лют бер кві тра чер лип сер вер жов лис гру
	студз лют сак крас май чэр ліп жні вер кас ліс снеж юни юли сеп окт ное
	febr márc ápr máj jún júl szept ian iun iul noi oca şub mart nis may haz tem ağu eyl eki kas ara
	ιαν φεβ μαρ απρ μαΐ μαϊ ιουν ιουλ αυγ σεπ οκτ νοε δεκ
	jaanuar veebruar aprill august september oktoober november detsember`)

// messageWords name a mail in the phrase that introduces it ("Original Message", "Ursprüngliche Nachricht").
var messageWords = []string{
	"message", "mensagem", "mensaje", "mensaxe", "messaggio", "missatge", "nachricht", "bericht", "berjocht", "besked", "meddelelse",
	"meddelande", "melding", "viesti", "zpráva", "zprava", "správa", "sprava", "wiadomo", "сообщени", "повідомленн", "паведамленн",
	"письм", "писмо", "порука", "съобщение", "laišk", "laisk", "žinut", "pranešim", "ziņa", "ziņojum", "vēstul", "kiri", "sõnum", "üzenet", "uzenet",
	"mesaj", "mesaĝ", "ileti", "poruka", "sporočil", "μήνυμα", "mezua", "mezu", "neges", "teachtaireacht", "boð", "skilaboð", "courriel",
	"pesan", "mesej", "xat", "thư", "peyam", "mesazh", "e-mail", "email", "mail", "кат", "məktub", "kemennadenn",
	"邮件", "郵件", "メッセージ", "メール", "메시지", "رسالة", "الرسالة", "پیام", "הודעה", "संदेश", "സന്ദേശം", "ಸಂದೇಶ", "ข้อความ", "სთ", "შეტყობინება", "հաղորդագրություն", "សារ", "خەت",
}

// originWords stand beside messageWords where a separator has few dashes.
var originWords = []string{
	"origin", "орig", "forward", "fwd", "weitergeleitet", "ursprüng", "ursprung", "oprindelig", "opprinnelig", "opphav", "oorspronk", "doorgestuurd",
	"transf", "réexp", "reexp", "reenv", "encaminhad", "inoltrat", "przekazan", "przekazyw", "przesłan", "przesyłan", "oryginal", "původn", "pôvodn", "přepos", "prepos", "исходн", "пересыл", "пересл",
	"оригин", "оригін", "арыгін", "алкуп", "alkuper", "välitet", "esialg", "edasta", "sākotnēj", "oriģināl", "pārsūt", "persiųst", "peradres", "eredeti", "továbbított", "izvorn", "iletilen", "özgün",
	"αρχικό", "προωθ", "vidarebef", "videresend", "原始", "转发", "轉寄", "元の", "転送", "원본", "전달", "الأصل", "المحول", "מקורי", "הועבר", "اصلی", "gốc", "asli", "asal", "jatorri", "orin", "wreiddiol", "upprun", "bhunaidh",
}

// The lengths of monthStems in bytes.
const (
	minMonthStem = 3
	maxMonthStem = 18
)

type label int

// The labels of a header block.
const (
	labelFrom label = 1 << iota
	labelTo
	labelDate
	labelSent // a date label that only mail programs use
	labelSubject
	labelOther // Cc, Reply-To, Attachments, Importance
)

// labels are the header names that programs print above a quoted or forwarded mail.
var labels = map[string]label{}

//nolint:misspell // foreign words
func init() {
	add := func(kind label, words string) {
		for _, w := range strings.Split(words, "|") {
			labels[strings.TrimSpace(w)] |= kind
		}
	}
	add(labelFrom, `from|von|vun|van|de|da|od|no|nuo|frå|fra|från|frá|fan|kellelt|saatja|lähettäjä|keneltä|avsender|afsender|afzender|avsändare|expéditeur|expeditor|remitent|remitente|mittente|eus|nga|
		nadawca|odesílatel|odesilatel|odosielateľ|od koho|от|от кого|від|від кого|ад|ад каго|отправитель|відправник|отправил|feladó|siuntėjas|sūtītājs|sendanto|seolaí|gönderen|gönderici|kimden|kimdən|kimdan|από|αποστολέας|
		de la|pošiljatelj|пошиљалац|подател|gửi từ|từ|dari|daripada|pengirim|oddi wrth|ji|nork|发件人|寄件者|寄件人|差出人|送信者|発信者|发自|보낸 사람|보낸사람|من|المرسل|از|فرستنده|ارسال کننده|מאת|से|प्रेषक|จาก|ผู้ส่ง|გამგზავნი|ուղարկող|អ្នកផ្ញើ|दिन`)
	add(labelTo, `to|an|aan|à|a|al|para|pa|do|komu|kam|adresāts|kime|kimə|kimga|til|till|für|saaja|kellele|vastaanottaja|modtager|mottagare|mottaker|ontvanger|destinataire|destinatario|destinatari|destinatar|destinatário|
		odbiorca|adresat|příjemce|adresát|príjemca|кому|каму|до|для|получатель|одержувач|címzett|címzettek|gavėjas|kam|ricevanto|alıcı|προς|παραλήπτης|către|catre|za|prima|primatelj|прималац|за|примач|người nhận|tới|đến|kepada|penerima|
		derbyniwr|chuig|bo|nori|oan|për|ricevere|收件人|收件者|宛先|받는 사람|받는사람|إلى|المستقبل|به|به:|אל|ผู้รับ|ถึง|ვის|ստացող|អ្នកទទួល|प्रति`)
	add(labelDate, `date|កាលបរិច្ឆេត|ದಿನಾಂಕ|தேதி|തീയതി|datum|dato|data|fecha|dátum|datums|dáta|datë|dagsetning|päiväys|päivämäärä|pvm|kuupäev|tarih|tarix|tarikh|ημερομηνία|дата|датум|dîrok|deiz|dyddiad|tanggal|tann|sana|ngày|däts|date d'envoi|date et heure|
		日付|日期|日時|날짜|التاريخ|تاریخ|תאריך|วันที่|თარიღი|ամսաթիվ|तारीख|दिनांक|message du`)
	add(labelSent, `sent|gesendet|verzonden|envoyé|envoyé le|envoye|enviado|enviado el|enviada|enviada em|enviado em|inviato|enviat|wysłano|wyslano|odesláno|odoslané|отправлено|отправлен|надіслано|відправлено|дата отправки|elküldve|küldve|küldés dátuma|nosūtīts|nosūtīta|sūtīts|išsiųsta|išsiuntė|
		saadetud|saatmisaeg|lähetetty|lähetysaika|skickat|sendt|poslano|poslato|изпратено|послато|gönderildi|gönderme tarihi|gönderilme tarihi|στάλθηκε|εστάλη|trimis|đã gửi|dikirim|terkirim|发送时间|發送時間|寄件日期|傳送時間|送信日時|보낸 날짜|보낸날짜|تاريخ الإرسال|أرسلت|تم الإرسال|נשלח|ส่ง|ส่งเมื่อ`)
	add(labelSubject, `subject|مضمون|ចំណងជើង|ವಿಷಯ|വിഷയം|தலைப்பு|betreff|onderwerp|objet|sujet|asunto|assunto|assumpte|asuntu|oggetto|temat|předmět|predmet|тема|тэма|заглавие|предмет|наслов|tárgy|tēma|temats|tema|teema|pealkiri|aihe|ämne|emne|evni|konu|mövzu|mavzu|θέμα|subiect|subjekt|subjecto|
		naslov|zadeva|temo|titill|tiêu đề|chủ đề|judul|subjek|subyek|perihal|gaia|pwnc|ábhar|ábhair|mijar|subxhect|ûnderwerp|sujed|主题|主旨|標題|标题|件名|제목|الموضوع|موضوع|נושא|หัวเรื่อง|เรื่อง|หัวจดหมาย|სათაური|թեմա|վերնագիր|विषय`)
	add(labelOther, `cc|bcc|kopie|kopie an|kopia|kopija|kopijai|kopi|kopi til|kopio|koopia|copie|copie à|copie (cc)|copia|cópia|kópia|másolatot kap|másolat|копия|копія|копие|dw|do wiadomości|ук|bilgi|κοιν|κοινοποίηση|ccn|cci|cco|抄送|副本|副本抄送|참조|نسخة|
		reply-to|reply to|responder a|répondre à|antwort an|antwoord aan|risposta|rispondi a|odpowiedz do|odpowiedź do|atbildēt|svar til|svara till|ответить|vastauta|
		attachments|anlagen|anhänge|bijlagen|pièces jointes|adjuntos|anexos|allegati|załączniki|přílohy|prílohy|вложения|вложение|вкладення|pielikumi|priedai|manused|liitteet|bilagor|vedhæftede filer|vedlegg|ekler|mellékletek|
		importance|priority|wichtigkeit|priorität|belang|importancia|importância|priorità|importance élevée|ważność|důležitost|važnost|важность|svarīgums|svarba|organization|organisation|newsgroups|mailed-by|resent-from|sender`)
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}
